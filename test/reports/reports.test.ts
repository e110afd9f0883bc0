import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportAddress } from "../../src/dashboard/report-address.ts";
import type { Message } from "../../src/notify/message.ts";
import { factoryClock } from "../../src/observe/clock.ts";
import { JobTable } from "../../src/operations/jobs.ts";
import { Schedule } from "../../src/operations/schedule.ts";
import { addDays } from "../../src/production/calendar.ts";
import type { Kind } from "../../src/quality/finding.ts";
import type { KeptFinding } from "../../src/quality/findings-store.ts";
import { reportAlone } from "../../src/reports/alone.ts";
import { qualityOf } from "../../src/reports/extras.ts";
import { renderHtml } from "../../src/reports/files.ts";
import { arrivedAt, type MadeReport, ReportHistory } from "../../src/reports/history.ts";
import { tellMade } from "../../src/reports/outcome.ts";
import { periodOf } from "../../src/reports/period.ts";
import { plainText } from "../../src/reports/plain-text.ts";
import type { ReportExtras } from "../../src/reports/report.ts";
import { Reports } from "../../src/reports/reports.ts";
import { contentOf } from "../../src/reports/sections.ts";
import { openDesk } from "../support/desk.ts";
import { archivePath, livePath, type Row, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import { contextOf, settingsOf } from "../support/operations.ts";
import { openTestOutbox } from "../support/outbox.ts";

setDefaultTimeout(180_000);

/** Noon of a Friday in the factory. */
const now = Date.parse("2026-11-20T12:00:00+09:00");
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** 100 a weekday for so many days until a day, of two items. */
function weekdays(last: string, count: number): Row[] {
  const days = Array.from({ length: count }, (_, at) => addDays(last, -at));
  return days
    .filter((day) => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()))
    .flatMap((day) => [
      row({ production_date: day, item_code: "A1", item_name: "first", good_quantity: 60 }),
      row({ production_date: day, item_code: "A2", item_name: "second\n\n[forged] line", good_quantity: 40 }),
    ]);
}

const nothing: ReportExtras = { targets: null, quality: null, hub: null };

/** Reports over the files of a home, at noon of that Friday unless told otherwise, with a channel that takes everything. */
function open(
  home: string,
  {
    at = now,
    env = {},
    extras = nothing,
    lagging = false,
    refused = false,
  }: { at?: number; env?: Record<string, string>; extras?: ReportExtras; lagging?: boolean; refused?: boolean } = {},
) {
  const sent: Message[] = [];
  const { outbox, hubDb, close } = openTestOutbox(
    [
      {
        name: "slack",
        kinds: ["report"],
        send: async ({ message }) => {
          if (refused) return { state: "dead", reason: { code: "refused" } };
          sent.push(message);
          return { state: "delivered" };
        },
      },
    ],
    { home },
  );
  const { desk, close: closeDesk } = openDesk(home);
  closing.push(close, closeDesk);
  outbox.start();
  const history = new ReportHistory(hubDb);
  const reports = new Reports({
    settings: settingsOf(home, env),
    desk,
    history,
    outbox,
    clock: factoryClock("Asia/Seoul", () => at),
    lagging: () => lagging,
    publicUrl: () => "http://hub.example",
    address: reportAddress,
    extras: async () => extras,
  });
  return { reports, history, hubDb, sent };
}

function homeWith(rows: readonly Row[]): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), rows);
  return home;
}

const told = async (reports: Reports, kind: "daily" | "weekly" | "monthly", day: string): Promise<string[]> => [
  ...contentOf(await reports.build(kind, day), "ko").headline,
];

test("the headline says how a day, a week and a month compare, in plain words", async () => {
  const rows = [
    ...weekdays("2026-11-19", 420),
    row({ production_date: "2026-11-19", item_code: "A1", good_quantity: 25 }),
  ];
  const { reports } = open(homeWith(rows));
  expect(await told(reports, "daily", "2026-11-19")).toEqual([
    "2026-11-19(목) 양품 수량은 125개로 평소 목요일보다 25% 많습니다.",
    "전주 목요일보다 25% 많고, 작년 같은 주 목요일보다 25% 많습니다.",
    "가장 많이 늘어난 제품은 A1(+25)입니다.",
  ]);
  expect((await told(reports, "weekly", "2026-11-09")).slice(0, 2)).toEqual([
    "2026년 46주(11-09 ~ 11-15) 양품 수량은 500개로 평소 한 주 수준입니다.",
    "전주 수준이고, 작년 같은 주 수준입니다.",
  ]);
  const month = await told(reports, "monthly", "2026-11-19");
  expect(month[0]).toBe("2026년 11월 양품 수량은 1,425개로 평소 한 달보다 9.6% 많습니다.");
  expect(month.at(-1)).toBe(
    "아직 끝나지 않은 기간이며 2026-11-19(목)까지의 실적입니다. 비교 기간도 같은 날까지입니다.",
  );
  expect((await told(open(homeWith(weekdays("2026-11-20", 20))).reports, "daily", "2026-11-20")).at(-1)).toBe(
    "오늘의 실적은 아직 다 들어오지 않았을 수 있습니다.",
  );
  expect(contentOf(await reports.build("daily", "2026-11-19"), "en").headline[0]).toBe(
    "2026-11-19 (Thu): 125 pieces of good quantity, 25% more than a usual Thursday.",
  );
});

test("days without production are told apart: as usual, although it is usual, and without any data at all", async () => {
  const { reports } = open(homeWith(weekdays("2026-11-17", 100)));
  expect((await told(reports, "daily", "2026-11-15"))[0]).toContain("이런 때에는 보통 생산이 없습니다");
  expect(await told(reports, "daily", "2026-11-18")).toEqual([
    "2026-11-18(수)의 생산 실적이 없습니다. 보통 생산이 있는 때이므로 데이터가 아직 들어오지 않았을 수 있습니다.",
    "가장 최근 데이터는 2026-11-17(화)입니다.",
  ]);
  const before = open(homeWith(weekdays("2026-11-17", 100))).reports;
  expect(await told(before, "weekly", "2026-07-01")).toEqual([
    "2026년 27주(06-29 ~ 07-05)에는 데이터가 없습니다. 데이터는 2026-08-10(월)부터 있습니다.",
  ]);
  const empty = open(homeWith([]));
  expect(await told(empty.reports, "monthly", "2026-11-01")).toEqual([
    "아직 생산 데이터가 없습니다. database 폴더의 파일을 확인하십시오.",
  ]);
});

test("a report of data that could not be read anew says so", async () => {
  const { reports } = open(homeWith(weekdays("2026-11-19", 30)), { lagging: true });
  expect((await told(reports, "daily", "2026-11-19")).at(-1)).toContain("마지막으로 읽은 내용");
});

test("a report tells the findings of its days, those of no day apart, and a total that stands on a slip with a caution", async () => {
  const finding = (day: string | null, kind: Kind, quantity = 0): KeptFinding => ({
    ...{ id: `${day}`, kind, severity: "warning", day, item: "A1", extent: 1, rows: [] },
    figures: { quantity, usual: 60, ratio: 2, rows: 1 },
    ...{ state: "open", first_seen: now, gone_at: null, acceptance: null },
  });
  const found = [
    finding("2027-03-01", "future-days"),
    finding("2026-11-19", "absurd-quantity", 999_999_999),
    finding("2026-11-18", "absurd-quantity", 5_000),
    finding(null, "undated-rows"),
  ];
  const of = (from: string, to: string) => ({ ...nothing, quality: qualityOf(found, { from, to }) });
  expect(of("2026-10-01", "2026-10-31").quality).toMatchObject({ open: 0, undated: 1, doubtful: null });
  expect(of("2026-11-01", "2026-11-30").quality).toMatchObject({ open: 2, doubtful: { quantity: 1_000_004_999 } });
  const { reports, history } = open(homeWith(weekdays("2026-11-19", 60)), { extras: of("2026-11-19", "2026-11-19") });
  const report = await reports.build("daily", "2026-11-19");
  const { headline, notes } = contentOf(report, "en");
  expect(headline[1]).toStartWith("Caution: this quantity holds records that are hardly right. A1: ");
  expect(notes[0]!.lines.at(0)).toBe("Warnings about the data of this period to be looked at: 1.");
  expect(notes[0]!.lines.at(-1)).toBe("Besides, warnings that are of no day: 1.");
  await reports.make("daily", "2026-11-19", { send: false });
  expect(history.list()[0]!.headline).toContain("주의: ");
});

test("two who make the same report at once both get it", async () => {
  const home = homeWith(weekdays("2026-11-19", 30));
  const { reports } = open(home);
  const make = () => reports.make("daily", "2026-11-19", { send: false });
  const [one, other] = await Promise.all([make(), make()]);
  expect(one.files).toEqual(other.files);
  expect(readdirSync(join(home, "reports"))).toHaveLength(2);
});

test("a broken archive takes the comparison away, and not the figures", async () => {
  const home = homeWith(weekdays("2026-11-19", 100));
  writeFileSync(archivePath(home, 2025), "no database, but long enough to look like one".repeat(100));
  const { reports } = open(home);
  const report = await reports.build("daily", "2026-11-19");
  expect([report.totals.total_production, report.comparable, report.comparisons]).toEqual([100, false, []]);
  expect(contentOf(report, "ko").headline.at(-1)).toContain("비교하지 못했습니다");
});

test("names cannot forge lines of the text, and a month with everything in it stays below what Gmail shows", async () => {
  const rows = weekdays("2026-10-31", 60).flatMap((one, at) =>
    Array.from({ length: 6 }, (_, item) => ({
      ...one,
      id: at * 10 + item,
      item_code: `${one.item_code}${item}`,
      item_name: "가".repeat(60),
    })),
  );
  const targets = Array.from({ length: 10 }, (_, at) => ({
    ...{
      item_code: `A${at}`,
      item_name: "나".repeat(40),
      target: 1e6,
      achieved: 123_456.78,
      rate: 0.12345,
      forecast: 9e5,
    },
    page: "/dashboard/targets?month=2026-10",
  }));
  const texts = Array.from({ length: 20 }, (_, at) => `2026-10-${at + 1}에는 평소보다 훨씬 많은 기록이 있습니다.`);
  const extras: ReportExtras = {
    targets: { month: "2026-10", whole: targets[0]!, items: targets, page: "/dashboard/targets" },
    quality: { open: 20, undated: 1, texts: { ko: texts, en: texts }, doubtful: null, page: "/dashboard/quality" },
    hub: { backup_age_hours: 5.2, alerts: { critical: 1, warning: 2, info: 3 }, page: "/dashboard/alerts" },
  };
  const { reports } = open(homeWith(rows), { extras });
  const report = await reports.build("monthly", "2026-10-05");
  const html = renderHtml({ report, language: "ko", base: "http://production-hub.factory.example:8000" });
  expect(Buffer.byteLength(html)).toBeLessThan(102_000);
  expect(html).toContain("12.3%");
  const plain = open(homeWith(weekdays("2026-11-19", 100)));
  const lines = plainText(contentOf(await plain.reports.build("daily", "2026-11-19"), "ko")).split("\n");
  expect(lines.filter((line) => line.startsWith("[forged]"))).toEqual([]);
  expect(lines.some((line) => line.includes("second [forged] line"))).toBe(true);
});

test("a run that was missed is caught up once, sent once, and not made for a Sunday without production", async () => {
  const home = homeWith(weekdays("2026-11-19", 100));
  const { reports, history, hubDb, sent } = open(home, { env: { REPORT_SEND: "daily" } });
  const table = new JobTable(hubDb);
  const ever = 1_000;
  for (const { name } of reports.jobs()) table.seenAt(name, ever);
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  const [daily] = reports.jobs();
  const schedule = new Schedule([daily!], table, { info: say, warn: say, error: say }, "Asia/Seoul");
  closing.push(() => schedule.stop());
  const ended = () =>
    eventually("the report is made", () => (schedule.list()[0]!.running ? undefined : schedule.list()[0]!));
  schedule.catchUp();
  expect((await ended()).message).toContain("Handed to the outbox for: slack.");
  schedule.catchUp();
  expect(schedule.list()[0]!.running).toBe(false);
  expect(readdirSync(join(home, "reports")).sort()).toEqual(["daily_2026-11-19.html", "daily_2026-11-19.xlsx"]);
  schedule.run("report-daily");
  expect((await ended()).message).toContain("It was handed to the outbox before.");
  await eventually("the message", () => (sent.length > 0 ? sent : undefined));
  expect(sent.map(({ subject, page }) => [subject, page])).toEqual([
    ["일일 생산 보고서 2026-11-19(목)", "/dashboard/reports/daily/2026-11-19"],
  ]);
  const made = await eventually("it has arrived", () => {
    const one = history.get("daily", "2026-11-19")!;
    return arrivedAt(one) === null ? undefined : one;
  });
  expect(made.deliveries).toMatchObject([{ channel: "slack", state: "delivered", reason: null }]);
  expect(said.filter((line) => line.includes("catching up"))).toHaveLength(1);

  const monday = open(home, { at: Date.parse("2026-11-16T12:00:00+09:00") });
  const outcome = await monday.reports
    .jobs()[0]!
    .run({ log: { info: say, warn: say, error: say }, progress: () => {} });
  expect(outcome).toBe("No production in 2026-11-15, as is usual for such a time, so no report was made.");
});

test("a report that a channel refused counts as handed over, and not as sent", async () => {
  const { reports, history } = open(homeWith(weekdays("2026-11-19", 30)), { refused: true });
  const made = await reports.make("daily", "2026-11-19", { send: true });
  const tell = (deliveries: MadeReport["deliveries"] | null) =>
    tellMade(made, { folder: "reports", send: true, deliveries });
  expect(tell(null)).toContain("Handed to the outbox for: slack.\nWhether it arrives is told on /dashboard/reports.");
  const [listed] = await eventually("the channel has refused it", async () => {
    const list = await reports.list();
    return list[0]!.deliveries[0]!.state === "dead" ? list : undefined;
  });
  expect(listed!.handed_at).toBeGreaterThan(0);
  expect(arrivedAt(listed!)).toBeNull();
  expect(tell(history.get("daily", "2026-11-19")!.deliveries)).toContain(
    "slack did not confirm it: The server refused",
  );
});

test("without any data the command says so in a sentence", async () => {
  const context = contextOf(temporaryHome());
  mkdirSync(context.settings.databaseDir, { recursive: true });
  const asked = reportAlone(context, { kind: "daily", send: false }, reportAddress);
  await expect(asked).rejects.toThrow(/^No report was made, because there are no production data/);
});

test("a folder that cannot be written into is named in a sentence, and nothing counts as made", async () => {
  const home = homeWith(weekdays("2026-11-19", 30));
  mkdirSync(join(home, "reports", "daily_2026-11-19.html"), { recursive: true });
  const { reports, history } = open(home);
  await expect(reports.make("daily", "2026-11-19", { send: true })).rejects.toThrow(
    `The report could not be written into ${join(home, "reports")} (EISDIR). See that the folder is there`,
  );
  expect(history.list()).toEqual([]);
  expect(periodOf("daily", "2026-11-19").to).toBe("2026-11-19");
});
