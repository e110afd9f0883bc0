import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { render } from "../../src/chat/planner/answer.ts";
import { plan } from "../../src/chat/planner/plan.ts";
import { CustomQueries } from "../../src/chat/sql/custom-queries.ts";
import { Toolbox } from "../../src/chat/tools/toolbox.ts";
import type { Focus, Plan, ToolRun } from "../../src/chat/types.ts";
import { type OpenDesk, openDesk } from "../support/desk.ts";
import { type Row, row, temporaryHome, writeFactory } from "../support/files.ts";
import { findItems, newestDay, today } from "./planner-items.ts";

const codes = ["BW0021", "B_061", "C1203"];
const names = ["Crystal Monthly 2P", "아쿠아 | 원데이 *10P*", null];
/** Rows of a year on most of its days; more of the first item than of the second, and now and then without a quantity. */
const rowsOf = (year: number, count: number): Row[] =>
  Array.from({ length: count }, (_, at) => {
    const day = `${year}-${String((at % 11) + 1).padStart(2, "0")}-${String(((at * 5) % 21) + 1).padStart(2, "0")}`;
    return row({
      id: at + 1,
      production_date: `${day} 오전 12:00:00`,
      lot_number: `L${at}`,
      item_code: codes[at % 3]!,
      item_name: names[at % 3]!,
      good_quantity: at % 13 === 0 ? null : 1000 * (3 - (at % 3)) + ((at * 37) % 101),
    });
  });
const rows = [...rowsOf(2025, 200), ...rowsOf(2026, 400)];

let open: OpenDesk;
let queries: CustomQueries;
let toolbox: Toolbox;
beforeAll(() => {
  const home = temporaryHome();
  writeFactory(home, { live: rowsOf(2026, 400), archives: new Map([[2025, rowsOf(2025, 200)]]) });
  open = openDesk(home);
  queries = new CustomQueries({ catalog: open.catalog, timeoutSec: 10 });
  toolbox = new Toolbox({ ...open, runCustomQuery: (query) => queries.run(query) });
});
afterAll(() => {
  queries.close();
  open.close();
});

/** Asks one question after the other, as in one session, and gives the last answer. */
async function answer(...questions: string[]): Promise<string> {
  let previous: Focus | null = null;
  let text = "";
  for (const question of questions) {
    const asked: Plan = await plan(question, { today, newestDay, findItems, previous });
    const runs: ToolRun[] = [];
    for (const call of asked.kind === "calls" ? asked.calls : []) {
      const outcome = await toolbox.call(call, "00000000");
      if ("status" in outcome) throw new Error(`${question}: ${outcome.message}`);
      runs.push(outcome);
    }
    text = render(asked, runs);
    if (asked.kind !== "help") previous = asked.focus;
  }
  return text;
}

const day = (one: Row): string => one.production_date.slice(0, 10);
const within = (from: string, to: string, code?: string): Row[] =>
  rows.filter((one) => day(one) >= from && day(one) <= to && (code === undefined || one.item_code === code));
const sum = (some: readonly Row[]): number => some.reduce((all, one) => all + (one.good_quantity ?? 0), 0);
const written = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 2 });
function sumsBy(some: readonly Row[], key: (one: Row) => string): [string, number][] {
  const groups = Map.groupBy(some, key);
  return [...groups].map(([name, group]) => [name, sum(group)] as [string, number]);
}

describe("figures are those of the rows", () => {
  test("totals, averages and counts, of all items and of one", async () => {
    const year = within("2026-01-01", today);
    const march = within("2026-03-01", "2026-03-31", "BW0021");
    expect(await answer("올해 총 생산량은?")).toContain(`총 생산량은 **${written(sum(year))}개**`);
    expect(await answer("BW0021 3월 생산량")).toContain(`**${written(sum(march))}개**`);
    expect(await answer("BW0021 3월 평균")).toContain(`**${written(sum(march) / march.length)}개**`);
    expect(await answer("how many batches of BW0021 in March?")).toContain(`**${march.length} batches**`);
  });

  test("items that fell, the most first, with how many there are and how all of them did", async () => {
    const [now, before] = [within("2026-10-01", "2026-10-31"), within("2026-09-01", "2026-09-30")];
    const byItem = (some: readonly Row[]) => new Map(sumsBy(some, (one) => one.item_code));
    const [present, past] = [byItem(now), byItem(before)];
    const changes = codes.map((code) => [code, (present.get(code) ?? 0) - (past.get(code) ?? 0)] as const);
    const fallen = changes.filter(([, change]) => change < 0).sort((a, b) => a[1] - b[1]);
    const risen = changes.filter(([, change]) => change > 0).sort((a, b) => b[1] - a[1]);
    expect(fallen.length).toBeGreaterThan(0);
    const falls = await answer("지난달에 뒤처진 제품은?");
    expect(falls).toStartWith("**기간: 2026-10-01 ~ 2026-10-31 (비교 기간: 2026-09-01 ~ 2026-09-30)**");
    expect(falls).toContain(`줄어든 제품은 **${fallen.length}종**입니다`);
    expect(falls).toContain(`전체 제품: **${written(sum(now))}개**로, 비교 기간(${written(sum(before))}개)보다`);
    expect(falls).toContain("[목표 관리](/dashboard/targets?month=2026-10)");
    const lines = (text: string) => text.split("\n").filter((line) => /^\| \d/.test(line));
    expect(lines(falls).map((line) => line.split(" | ")[1]!.replaceAll("\\", ""))).toEqual(
      fallen.map(([code]) => code),
    );
    const [code, change] = fallen[0]!;
    expect(lines(falls)[0]).toContain(` | ${written(change)} | -`);
    expect(lines(falls)[0]).toContain(` | ${written(present.get(code) ?? 0)} | ${written(past.get(code)!)} |`);
    expect((await answer("지난달 제품별 증감")).match(/^\| 1 \|/gm)?.length).toBe(
      fallen.length > 0 && risen.length > 0 ? 2 : 1,
    );
    // The question goes on with other days to compare with, and with one item by itself.
    expect(await answer("지난달에 뒤처진 제품은?", "작년 같은 달이랑 비교하면?")).toStartWith(
      "**기간: 2026-10-01 ~ 2026-10-31 (비교 기간: 2025-10-01 ~ 2025-10-31)**\n\n비교 기간보다 줄어든 제품이 없습니다.",
    );
    expect(await answer("지난달에 뒤처진 제품은?", "BW0021은?")).toContain("BW0021 (Crystal Monthly 2P): **");
    const rises = await answer("which items grew the most last month?");
    expect(lines(rises).map((line) => line.split(" | ")[1]!.replaceAll("\\", ""))).toEqual(risen.map(([one]) => one));
  });

  test("a quarter is compared with as many days of last year's, as far as there are data, and days of a file with a word on it", async () => {
    const quarter = await answer("이번 분기를 작년 같은 분기와 비교해줘");
    const [now, before] = [within("2026-10-01", newestDay), within("2025-10-01", "2025-11-20")].map(sum);
    expect(quarter).toStartWith("**기간: 2026-10-01 ~ 2026-11-20 (비교 기간: 2025-10-01 ~ 2025-11-20)**");
    expect(quarter).toContain(`**${written(now!)}개**로, 비교 기간(${written(before!)}개)보다`);
    expect(quarter).not.toContain("길이가 다릅니다");
    expect(await answer("이번 달과 지난달 비교")).toContain("두 기간의 길이가 다릅니다(20일과 31일). 하루 평균은");
    expect(await answer("지난달 제품별 일별 수량 엑셀로")).toContain(
      "[생산 추세](/dashboard/trends?from=2026-10-01&to=2026-10-31&unit=day)",
    );
    const file = await answer("지난달 일별 수량을 엑셀로 줘");
    expect(file.split("\n\n")[2]).toBe("표 아래의 **Excel** 단추를 누르면 파일로 받습니다.");
    expect(await answer("지난달 일별 수량", "엑셀로 줘")).toBe(file);
  });

  test("of a period that goes on beyond the data say where these end, and are compared with no more days than are known", async () => {
    const old = async (question: string): Promise<string> => {
      const asked = await plan(question, { today: "2026-12-20", newestDay, findItems, previous: null });
      const runs: ToolRun[] = [];
      for (const call of asked.kind === "calls" ? asked.calls : []) {
        runs.push((await toolbox.call(call, "00000000")) as ToolRun);
      }
      return render(asked, runs);
    };
    const known = "데이터의 마지막 날은 2026-11-20입니다. 그 뒤의 실적은 아직 들어오지 않았습니다.";
    expect(await old("이번 달 생산량은?")).toContain(known);
    expect(await old("지난달 일별 수량")).toContain(known);
    expect(await old("10월 생산량")).not.toContain(known);
    const falls = await old("지난달에 뒤처진 제품은?");
    expect(falls).toContain(known);
    expect(falls).toStartWith("**기간: 2026-11-01 ~ 2026-11-20 (비교 기간: 2026-10-01 ~ 2026-10-20)**");
    // A weekend without production is nothing to speak of.
    expect(await answer("이번 달 생산량은?")).not.toContain("데이터의 마지막 날");
  });

  test("months, days and weekdays of a trend", async () => {
    const months = await answer("올해 월별 추이");
    for (const [month, total] of sumsBy(within("2026-01-01", today), (one) => day(one).slice(0, 7))) {
      expect(months).toContain(`| ${month} | ${written(total)} |`);
    }
    const days = await answer("daily production this month");
    for (const [name, total] of sumsBy(within("2026-11-01", today), day)) {
      expect(days).toContain(`| ${name} | ${written(total)} |`);
    }
    const mondays = within("2026-01-01", today).filter((one) => new Date(day(one)).getUTCDay() === 1);
    expect(await answer("올해 요일별 생산량")).toContain(`| 월요일 | ${written(sum(mondays))} | ${mondays.length} |`);
  });

  test("quarters and years are put together from months", async () => {
    const quarters = await answer("2025년 분기별 생산량");
    expect(quarters).toContain(`| 2025-Q2 | ${written(sum(within("2025-04-01", "2025-06-30")))} |`);
    expect(await answer("연도별 생산량")).toContain(`| 2025 | ${written(sum(within("2025-01-01", "2025-12-31")))} |`);
  });

  test("the best and the worst day, and the average of days with production", async () => {
    const days = sumsBy(within("2026-01-01", today), day).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const [best, worst] = [days[0]!, days.toSorted((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))[0]!];
    expect(await answer("올해 가장 많이 생산한 날은?")).toContain(`**${best[0]}** (${written(best[1])}개)`);
    expect(await answer("worst day this year")).toContain(`**${worst[0]}** (${written(worst[1])} pieces)`);
    const average = sum(within("2026-01-01", today)) / days.length;
    expect(await answer("올해 하루 평균 생산량")).toContain(
      `**${written(average)}개**입니다 (생산이 있었던 ${days.length}일 기준)`,
    );
  });

  test("comparisons and shares", async () => {
    const [now, before] = [sum(within("2026-01-01", newestDay)), sum(within("2025-01-01", "2025-11-20"))];
    const compared = await answer("작년 대비 올해 생산량");
    expect(compared).toStartWith("**기간: 2026-01-01 ~ 2026-11-20 (비교 기간: 2025-01-01 ~ 2025-11-20)**");
    expect(compared).toContain(`비교 기간(${written(before)}개)보다 ${written(now - before)}개 (+`);
    const part = sum(within("2026-01-01", today, "BW0021"));
    const year = sum(within("2026-01-01", today));
    expect(await answer("share of BW0021 this year")).toContain(
      `**${((100 * part) / year).toFixed(1)}%** (${written(part)} of ${written(year)} pieces)`,
    );
  });

  test("sums of several periods or items, each row counted once", async () => {
    const both = sum(within("2026-03-01", "2026-04-30"));
    expect(await answer("3월이랑 4월 합계")).toContain(`| 합계 |  | ${written(both)} |`);
    const items = sum(within("2026-03-01", "2026-03-31", "BW0021")) + sum(within("2026-03-01", "2026-03-31", "C1203"));
    expect(await answer("total of BW0021 and C1203 in March")).toContain(`| Sum | ${written(items)} |`);
    expect(await answer("3월, 1분기, 4월 생산량")).not.toContain("| 합계 |");
  });

  test("rankings both ways, records and lots", async () => {
    const ranked = sumsBy(within("2026-01-01", today), (one) => one.item_code).sort((a, b) => b[1] - a[1]);
    const top = await answer("올해 상위 2개 제품");
    expect(top).toContain(`| 1 | ${ranked[0]![0]} |`);
    expect(top).toContain(`| 2 | ${ranked[1]![0]} |`);
    expect(top).not.toContain("| 3 |");
    expect(await answer("올해 하위 1개 제품")).toContain(
      `| 1 | ${ranked.at(-1)![0]} |  | ${written(ranked.at(-1)![1])} |`,
    );
    const newest = within("2026-01-01", today, "BW0021").map(day).sort().at(-1)!;
    expect(await answer("BW0021 마지막 생산일은?")).toContain(`**${newest}**`);
    expect((await answer("BW0021 최근 이력 7건")).match(/^\| \d{4}-/gm)).toHaveLength(7);
    const lots = within("2026-03-01", "2026-03-31", "C1203");
    const listed = await answer("C1203 3월 로트 목록");
    for (const { lot_number } of lots) expect(listed).toContain(`| ${lot_number} |`);
  });
});

describe("an answer", () => {
  test("has the period in its first line, and says there when the question named none", async () => {
    expect(await answer("이번 달 총 생산량은?")).toStartWith("**기간: 2026-11-01 ~ 2026-11-21**\n");
    expect(await answer("총 생산량은?")).toStartWith("**기간: 2026-11-01 ~ 2026-11-21** 기간을 말씀하지 않으셔서");
    expect(await answer("Total production?")).toStartWith(
      "**Period: 2026-11-01 ~ 2026-11-21** The question names no period",
    );
    expect(await answer("전체 기간 총 생산량")).toStartWith("**기간: 전체 기간 (2026-11-21까지)**");
    expect(await answer("2026-03-01~2026-03-15 일별 생산량")).toStartWith("**기간: 2026-03-01 ~ 2026-03-15**");
  });

  test("goes on from the one before", async () => {
    const october = sum(within("2026-10-01", "2026-10-31", "BW0021"));
    const text = await answer("이번 달 BW0021 총 생산량은?", "그럼 저번 달은?");
    expect(text).toContain("BW0021 (Crystal Monthly 2P)");
    expect(text).toContain(`**${written(october)}개**`);
  });

  test("shows names as text, whatever Markdown they hold", async () => {
    expect(await answer("올해 상위 5개 제품")).toContain("| 아쿠아 \\| 원데이 \\*10P\\* |");
    const item = { item_code: "X1", item_name: "<img src=x> [a](javascript:b) `c`\n| d" };
    const text = render({ kind: "ask", question: "?", candidates: [item], language: "ko", focus: null }, []);
    expect(text).toBe("?\n\n1. X1 (&lt;img src=x> \\[a\\](javascript:b) \\`c\\` \\| d)");
  });

  test("without rows says so instead of a figure", async () => {
    expect(await answer("2020년 총 생산량")).toContain("생산 기록이 없습니다");
    expect(await answer("2020년 월별 추이")).toContain("생산 기록이 없습니다");
    expect(await answer("best day in 2020")).toContain("There are no production records.");
    expect(await answer("2020년 하루 평균")).toContain("생산 기록이 없습니다");
    expect(await answer("2020년 상위 5개 제품")).toContain("생산 기록이 없습니다");
    expect(await answer("2020년 제품별 비중")).toContain("생산 기록이 없습니다");
  });

  test("without all results says that it has no ground", async () => {
    const asked = await plan("BW0021 비중", { today, newestDay, findItems, previous: null });
    expect(render(asked, [])).toBe("데이터 근거를 확보하지 못해 답변할 수 없습니다.");
  });

  test("asks back with numbered candidates, and lists what can be asked where it cannot help", async () => {
    expect(await answer("비너스 브라운 생산량")).toContain(
      "1. C1203 (비너스 브라운 원데이)\n2. C1207 (비너스 브라운 먼슬리)",
    );
    expect(await answer("오늘 날씨 어때?")).toContain("- 이번 달 BW0021 총 생산량은?");
    expect(await answer("what is the weather?")).toContain("- Top 5 items last week");
    expect(await answer("BW9999 생산량")).toContain("'bw9999'에 해당하는 제품을 찾지 못했습니다");
  });

  test("every question that the help proposes is answered", async () => {
    for (const question of ["뭐 할 수 있어?", "what can you do?"]) {
      const examples = (await answer(question)).split("\n").filter((line) => line.startsWith("- "));
      for (const example of examples) {
        const asked = await plan(example.slice(2), { today, newestDay, findItems, previous: null });
        expect([example, asked.kind]).toEqual([example, "calls"]);
      }
    }
  });
});
