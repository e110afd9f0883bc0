import { describe, expect, test } from "bun:test";
import { findPeriods, periodAfter, periodBefore, shifted } from "../../src/chat/planner/periods.ts";

function days(text: string, today: string): string {
  return findPeriods(text, today)
    .periods.map(({ from, to }) => `${from}..${to}`)
    .join(" ");
}

describe("periods at the turn of the year", () => {
  test.each([
    ["오늘", "2027-01-01..2027-01-01"],
    ["어제", "2026-12-31..2026-12-31"],
    ["이번 주", "2026-12-28..2027-01-01"],
    ["지난주", "2026-12-21..2026-12-27"],
    ["이번 달", "2027-01-01..2027-01-01"],
    ["지난달", "2026-12-01..2026-12-31"],
    ["지지난달", "2026-11-01..2026-11-30"],
    ["올해", "2027-01-01..2027-01-01"],
    ["작년", "2026-01-01..2026-12-31"],
    ["12월", "2026-12-01..2026-12-31"],
    ["1월", "2027-01-01..2027-01-01"],
    ["3월", "2026-03-01..2026-03-31"],
    ["4분기", "2026-10-01..2026-12-31"],
    ["1분기", "2027-01-01..2027-01-01"],
    ["지난 분기", "2026-10-01..2026-12-31"],
    ["하반기", "2026-07-01..2026-12-31"],
    ["지난 반기", "2026-07-01..2026-12-31"],
    ["11월부터 2월까지", "2025-11-01..2026-02-28"],
    ["10월부터 1월까지", "2026-10-01..2027-01-01"],
    ["최근 7일", "2026-12-26..2027-01-01"],
    ["12월 31일", "2026-12-31..2026-12-31"],
    ["last month", "2026-12-01..2026-12-31"],
    ["q4", "2026-10-01..2026-12-31"],
    ["last december", "2026-12-01..2026-12-31"],
    ["from november to january", "2026-11-01..2027-01-01"],
  ])("%s is %s on 1 January 2027", (text, expected) => {
    expect(days(text, "2027-01-01")).toBe(expected);
  });
});

describe("periods at the ends of months", () => {
  test.each([
    ["지난달", "2026-03-31", "2026-02-01..2026-02-28"],
    ["지난달", "2028-03-31", "2028-02-01..2028-02-29"],
    ["2월", "2028-02-29", "2028-02-01..2028-02-29"],
    ["이번 달", "2028-02-29", "2028-02-01..2028-02-29"],
    ["작년 2월", "2028-02-29", "2027-02-01..2027-02-28"],
    ["최근 한 달", "2026-03-31", "2026-03-01..2026-03-31"],
    ["최근 1년", "2028-02-29", "2027-03-01..2028-02-29"],
    ["2월 29일", "2026-11-21", "2024-02-29..2024-02-29"],
    ["31일 생산량", "2026-11-21", "2026-10-31..2026-10-31"],
    ["2024년 2월 말", "2026-11-21", "2024-02-21..2024-02-29"],
    ["february 2028", "2028-12-31", "2028-02-01..2028-02-29"],
    ["지난달 1일부터 10일까지", "2026-01-31", "2025-12-01..2025-12-10"],
  ])("%s on %s is %s", (text, today, expected) => {
    expect(days(text, today)).toBe(expected);
  });
});

test("a week runs from Monday to Sunday, whatever day it is asked on", () => {
  for (let day = 9; day <= 15; day++) {
    const today = `2026-11-${String(day).padStart(2, "0")}`;
    expect(days("지난주", today)).toBe("2026-11-02..2026-11-08");
    expect(days("last week", today)).toBe("2026-11-02..2026-11-08");
  }
});

test("days that no calendar has are told apart from words that name none", () => {
  for (const text of ["2월 30일", "13월", "2025년 2월 29일", "2026-04-31", "february 30"]) {
    const { periods, impossible } = findPeriods(text, "2026-11-21");
    expect([text, periods.length, impossible.length]).toEqual([text, 0, 1]);
  }
  expect(findPeriods("생산량", "2026-11-21")).toEqual({ periods: [], impossible: [] });
});

test("periods keep the places of their words, also where blanks are missing or too many", () => {
  const [one] = findPeriods("bw0021 이 번  달 생산량", "2026-11-21").periods;
  expect(one).toEqual({ from: "2026-11-01", to: "2026-11-21", start: 7, end: 13 });
  expect(days("이번달총생산량", "2026-11-21")).toBe("2026-11-01..2026-11-21");
});

test("a period that lies in the future stays there, so that nobody takes it for the past", () => {
  expect(days("내일", "2026-12-31")).toBe("2027-01-01..2027-01-01");
  expect(days("2027년 3월", "2026-11-21")).toBe("2027-03-01..2027-03-31");
  expect(days("다음 달", "2026-12-31")).toBe("2027-01-01..2027-01-31");
});

test("the period before, after, and a year earlier keep whole months whole", () => {
  const march = { from: "2028-03-01", to: "2028-03-31" };
  expect(periodBefore(march)).toEqual({ from: "2028-02-01", to: "2028-02-29" });
  expect(periodAfter({ from: "2028-02-01", to: "2028-02-29" })).toEqual(march);
  expect(shifted({ from: "2028-02-01", to: "2028-02-29" }, -12)).toEqual({ from: "2027-02-01", to: "2027-02-28" });
  expect(periodBefore({ from: "2026-01-01", to: "2026-03-31" })).toEqual({ from: "2025-10-01", to: "2025-12-31" });
  expect(periodBefore({ from: "2026-11-01", to: "2026-11-21" })).toEqual({ from: "2026-10-01", to: "2026-10-21" });
  expect(periodBefore({ from: "2026-11-08", to: "2026-11-21" })).toEqual({ from: "2026-10-25", to: "2026-11-07" });
});
