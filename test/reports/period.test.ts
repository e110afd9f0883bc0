import { expect, test } from "bun:test";
import { type ReportKind, reportKinds } from "../../src/config/reports.ts";
import { addDays } from "../../src/production/calendar.ts";
import {
  lastPeriod,
  newestPeriod,
  periodName,
  periodOf,
  periodsAlike,
  readReportName,
  reportName,
  samePart,
  yearBefore,
} from "../../src/reports/period.ts";
import { planReport } from "../../src/reports/report.ts";

test("a day, an ISO week and a month are named as people name them", () => {
  const named = (kind: ReportKind, day: string) => periodName(kind, periodOf(kind, day));
  expect(reportKinds.map((kind) => named(kind, "2026-11-20"))).toEqual(["2026-11-20", "2026-W47", "2026-11"]);
  // The first days of 2027 belong to the last week of 2026.
  expect(named("weekly", "2027-01-02")).toBe("2026-W53");
  expect(periodOf("weekly", "2027-01-02")).toEqual({ from: "2026-12-28", to: "2027-01-03" });
  expect(periodOf("monthly", "2028-02-10")).toEqual({ from: "2028-02-01", to: "2028-02-29" });
});

test("the name of a report's file tells its period, on every day of five years", () => {
  for (let day = "2024-01-01"; day < "2029-01-01"; day = addDays(day, 1)) {
    for (const kind of reportKinds) {
      const { from, to } = periodOf(kind, day);
      const file = `${reportName(kind, { from, to })}.xlsx`;
      expect(readReportName(file)).toEqual({ kind, firstDay: from, format: "xlsx" });
    }
  }
});

test.each([
  "daily_2026-02-30.xlsx",
  "weekly_2026-W54.html",
  "monthly_2026-13.xlsx",
  "daily_2026-11.xlsx",
  "monthly_2026-11-20.xlsx",
  "yearly_2026.xlsx",
  "daily_2026-11-20.xlsx.tmp",
  "daily_2026-11-20.pdf",
  "../daily_2026-11-20.xlsx",
  "my daily_2026-11-20.xlsx",
])("%s is no report's file", (file) => {
  expect(readReportName(file)).toBeNull();
});

test("by the clock it is the last period that is over, on demand the last one with data", () => {
  expect(lastPeriod("daily", "2026-03-01").from).toBe("2026-02-28");
  expect(lastPeriod("weekly", "2026-03-02")).toEqual({ from: "2026-02-23", to: "2026-03-01" });
  expect(lastPeriod("monthly", "2026-03-31").from).toBe("2026-02-01");
  const newest = (kind: ReportKind, newest: string | null) => newestPeriod(kind, { today: "2026-11-21", newest }).from;
  expect(newest("daily", "2026-11-21")).toBe("2026-11-20");
  expect(newest("daily", "2026-11-13")).toBe("2026-11-13");
  expect(newest("weekly", "2026-11-21")).toBe("2026-11-09");
  expect(newest("monthly", "2026-01-10")).toBe("2026-01-01");
  expect(newest("monthly", null)).toBe("2026-10-01");
});

test("a period that is not over is compared with as many days, and one that is with the whole of the other", () => {
  const february = periodOf("monthly", "2026-02-01");
  const march = periodOf("monthly", "2026-03-01");
  expect(samePart("monthly", february, march, "2026-03-10")).toEqual({ from: "2026-02-01", to: "2026-02-10" });
  expect(samePart("monthly", february, march, "2026-03-30")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
  expect(samePart("monthly", march, february, "2026-02-28")).toEqual(march);
  const week = periodOf("weekly", "2026-11-18");
  expect(yearBefore("weekly", week, "2026-11-18")).toEqual({ from: "2025-11-17", to: "2025-11-19" });
  expect(periodsAlike("daily", periodOf("daily", "2026-11-20"), "2026-11-20").map(({ from }) => from)).toEqual(
    Array.from({ length: 8 }, (_, at) => addDays("2026-11-20", -7 * (at + 1))),
  );
  expect(periodsAlike("monthly", march, "2026-03-31").at(-1)).toEqual(periodOf("monthly", "2025-09-01"));
});

test("the last day that counts is the newest of the data in a period that is not over, and in one whose end is missing", () => {
  const through = (day: string, today: string, newest: string | null) =>
    planReport("monthly", periodOf("monthly", day), { today, newest }).through;
  expect(through("2026-11-01", "2026-11-21", "2026-11-20")).toBe("2026-11-20");
  expect(through("2026-11-01", "2026-11-21", "2026-11-21")).toBe("2026-11-21");
  expect(through("2026-11-01", "2026-11-21", "2026-10-30")).toBe("2026-11-21");
  expect(through("2026-11-01", "2026-11-21", null)).toBe("2026-11-21");
  expect(through("2026-10-01", "2026-11-21", "2026-11-20")).toBe("2026-10-31");
  // The last days of October 2026 are a weekend; half of it missing is more than that.
  expect(through("2026-10-01", "2026-11-02", "2026-10-30")).toBe("2026-10-31");
  expect(through("2026-10-01", "2026-11-02", "2026-10-15")).toBe("2026-10-15");
});
