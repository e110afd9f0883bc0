import type { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { splitSentence } from "../../src/alerts/messages.ts";
import { ko } from "../../src/dashboard/i18n/ko.ts";
import { targetsTable } from "../../src/dashboard/targets-table.ts";
import { tableCsv, tableXlsx } from "../../src/exports/table.ts";
import { addDays } from "../../src/production/calendar.ts";
import { readAnswer } from "../../src/production/desk.ts";
import type { MonthlyItemTotal } from "../../src/production/summaries.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { passingTables } from "../../src/store/passing-tables.ts";
import { readFile } from "../../src/targets/file/read-file.ts";
import { TargetStore } from "../../src/targets/store.ts";
import { Targets } from "../../src/targets/targets.ts";
import type { Target } from "../../src/targets/types.ts";
import { TargetWatch } from "../../src/targets/watch.ts";
import { type OpenDesk, openDesk } from "../support/desk.ts";
import { row, temporaryHome, writeUpToYear } from "../support/files.ts";
import { eventually } from "../support/hub.ts";

const today = "2026-11-18";
const codes = ["A1", "B/2", "=cmd()", "'=x", "@SUM(1)"];

/** Two years and more of working days, of which the last one is under way; figures with fractions, as the ERP's have. */
function rows() {
  const made = [];
  for (let day = "2024-06-03", id = 1; day <= today; day = addDays(day, 1)) {
    if ([0, 6].includes(new Date(day).getUTCDay())) continue;
    for (const [at, item_code] of codes.entries()) {
      const good_quantity = 1000 * (at + 1) + ((id * 7919) % 97) + 0.05;
      made.push(row({ id: id++, production_date: day, item_code, item_name: `=name ${at}`, good_quantity }));
    }
  }
  return made;
}

let opened: OpenDesk;
let db: Database;
let targets: Targets;
let home: string;

beforeAll(() => {
  home = temporaryHome();
  writeUpToYear(home, 2025, rows());
  opened = openDesk(home);
  db = openHubDb(join(home, "database"));
  const dataVersion = () => opened.catalog.ready()?.version ?? null;
  targets = new Targets({ desk: opened.desk, store: new TargetStore(db), today: () => today, dataVersion });
});
afterAll(() => {
  targets?.close();
  db?.close();
  opened?.close();
});

const versionOf = (text: string): Target[] =>
  text.split(" ").map((part) => {
    const [month = "", item_code = "", quantity = ""] = part.split("|");
    return { month, item_code, quantity: Number(quantity) };
  });
const monthsOf = (all: readonly Target[]): string[] => [...new Set(all.map(({ month }) => month))].sort();
const next = (all: Target[], months = monthsOf(all)) => ({
  targets: all,
  months,
  madeBy: "10.0.0.7",
  note: "",
  origin: "a.csv",
});

describe("versions of the targets", () => {
  const fresh = (): TargetStore => {
    const databaseDir = join(temporaryHome(), "database");
    mkdirSync(databaseDir, { recursive: true });
    return new TargetStore(openHubDb(databaseDir));
  };

  test("replace the months of which a file says something, and leave the others as they are", () => {
    const store = fresh();
    store.save(next(versionOf("2026-10|A1|5 2026-11|A1|6 2026-11|B/2|7")));
    const saved = store.save(next(versionOf("2026-11|A1|8 2026-12|A1|9")));
    expect(saved).toMatchObject({ id: 2, made_by: "10.0.0.7", origin: "a.csv" });
    expect(store.present().targets).toEqual(versionOf("2026-10|A1|5 2026-11|A1|8 2026-12|A1|9"));
    expect(store.changesOf(2)).toEqual([
      { month: "2026-11", item_code: "A1", before: 6, after: 8 },
      { month: "2026-11", item_code: "B/2", before: 7, after: null },
      { month: "2026-12", item_code: "A1", before: null, after: 9 },
    ]);
  });

  test("can each be read and put in force again", () => {
    const store = fresh();
    const first = versionOf("2026-10|A1|5 2026-11|B/2|7");
    store.save(next(first));
    store.save(next([], ["2026-10", "2026-11"]));
    expect(store.present().targets).toEqual([]);
    expect(store.targetsOf(1)).toEqual(first);
    store.save(next(store.targetsOf(1)));
    expect(store.present()).toMatchObject({ version: { id: 3 }, targets: first });
    expect(store.versions(10).map(({ id }) => id)).toEqual([3, 2, 1]);
  });

  test("are not made where nothing changes, nor on top of one that was not seen", () => {
    const store = fresh();
    const all = versionOf("2026-11|A1|6");
    expect(store.save(next(all), null)).toMatchObject({ id: 1 });
    expect(store.save(next(all), 1)).toBeNull();
    expect(store.save(next(versionOf("2026-11|A1|7")), null)).toBe("stale");
    expect(store.save(next(versionOf("2026-11|A1|7")), 1)).toMatchObject({ id: 2 });
  });

  test("stand in every backup", () => {
    expect(passingTables).not.toContain("target_version");
    expect(passingTables).not.toContain("target_entry");
  });
});

test("what is downloaded and uploaded again changes nothing, whatever the codes and quantities are", async () => {
  const code = fc.oneof(
    fc.constantFrom(...codes, "''=x", "-1", "1203", "0061", '5" x', "a,b;c", "가나 다", "＝x"),
    fc.stringMatching(/^[A-Z0-9가-힣=+@'"/_%.-]{1,12}$/).filter((text) => !/^(합계|총계|소계|계)$/.test(text)),
  );
  const target = fc.record({
    month: fc.constantFrom("2025-12", "2026-01", "2026-11", "2027-03"),
    item_code: code,
    quantity: fc.integer({ min: 1, max: 9_000_000_000 }).map((thousandths) => thousandths / 1000),
  });
  const all = fc.uniqueArray(target, {
    selector: ({ month, item_code }) => `${month} ${item_code}`,
    minLength: 1,
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(all, async (some) => {
      const items = [...new Set(some.map(({ item_code }) => item_code))].map((item_code) => ({
        item_code,
        item_name: "=HYPERLINK(1)",
      }));
      const names = new Map(items.map(({ item_code, item_name }) => [item_code, item_name]));
      const sorted = [...some].sort((a, b) => (a.month + a.item_code < b.month + b.item_code ? -1 : 1));
      for (const isText of [true, false]) {
        const table = targetsTable(sorted, names, ko, isText);
        const file = isText ? tableCsv(table) : await new Response(tableXlsx(table)).bytes();
        const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
        const content = await readFile(bytes, { items, today });
        expect(content.problems).toEqual([]);
        const back = [...content.targets].sort((a, b) => (a.month + a.item_code < b.month + b.item_code ? -1 : 1));
        expect(back).toEqual(sorted);
      }
    }),
    { numRuns: 60 },
  );
});

test("no text of a download is a formula", async () => {
  const names = new Map(codes.map((code) => [code, `=HYPERLINK("${code}")`]));
  const table = targetsTable(
    codes.map((item_code) => ({ month: "2026-11", item_code, quantity: 1 })),
    names,
    ko,
    true,
  );
  const lines = tableCsv(table).replace("\ufeff", "").trim().split("\r\n").slice(1);
  for (const line of lines) expect(line).not.toMatch(/(^|,)"?[=+\-@]/);
  const { unzipSync, strFromU8 } = await import("fflate");
  const parts = unzipSync(await new Response(tableXlsx(table)).bytes());
  const sheets = Object.entries(parts).filter(([name]) => name.startsWith("xl/worksheets/sheet"));
  expect(sheets.length).toBe(1);
  for (const [, sheet] of sheets) expect(strFromU8(sheet)).not.toContain("<f>");
});

describe("how targets stand", () => {
  /** Targets of three items in a month. */
  const aimAt = (month: string): void => {
    const three = codes.slice(0, 3).map((item_code, at) => ({ month, item_code, quantity: 10_000 * (at + 1) }));
    targets.store.save(next(three));
  };

  test("in every month is what REST says was made, in all and for each item", async () => {
    for (const month of ["2024-06", "2025-12", "2026-10", "2026-11"]) {
      aimAt(month);
      const achievement = await targets.achievement(month);
      const answer = await opened.desk.ask("monthly_by_item", { yearMonth: month, limit: 100 });
      const made = readAnswer(answer) as MonthlyItemTotal[];
      const madeOf = (code: string): number => made.find(({ item_code }) => item_code === code)!.total_production;
      for (const item of achievement.items) expect(item.made).toBe(madeOf(item.item_code));
      expect(achievement.items.length).toBe(3);
      const targeted = codes.slice(0, 3).reduce((sum, code) => sum + madeOf(code), 0);
      expect(achievement.total!.made).toBeCloseTo(targeted, 6);
      expect(achievement.untargeted.item_count).toBe(2);
      const whole = made.reduce((sum, { total_production }) => sum + total_production, 0);
      expect(achievement.total!.made + achievement.untargeted.made).toBeCloseTo(whole, 6);
    }
  });

  test("in a month that is over is how it ended", async () => {
    aimAt("2026-10");
    const { total, working_days, items } = await targets.achievement("2026-10");
    expect(working_days!.left).toBe(0);
    expect(total!.forecast).toBe(Math.round(total!.made * 100) / 100);
    expect(total!.forecast_low).toBe(total!.forecast_high);
    for (const { probability, made, target } of items) expect(probability).toBe(made >= target ? 1 : 0);
  });

  test("in the present month is forecast from the last full day on, and the day under way is not counted twice", async () => {
    aimAt("2026-11");
    const { total, newest, last_full_day, working_days, course } = await targets.achievement("2026-11");
    expect([newest, last_full_day]).toEqual([today, "2026-11-17"]);
    // 21 working days of November 2026, of which 12 are over on the 17th: a constant series goes on as it went.
    expect(working_days).toEqual({ all: 21, passed: 12, left: 9 });
    expect(total!.forecast! / ((total!.made / 13) * 21)).toBeCloseTo(1, 2);
    // The course ends where plan and forecast do; on the day under way nothing is over yet.
    expect(course.length).toBe(30);
    expect(course.at(-1)).toMatchObject({ day: "2026-11-30", planned: total!.target, made: null });
    expect(course.at(-1)!.forecast! / total!.forecast!).toBeCloseTo(1, 2);
    expect(course[16]!.forecast).toBe(course[16]!.made);
    expect([course[15]!.forecast, course[17]!.made]).toEqual([null, null]);
    expect(total!.forecast_low!).toBeLessThanOrEqual(total!.forecast!);
    expect(total!.forecast_high!).toBeGreaterThanOrEqual(total!.forecast!);
    expect(total!.expected_by_now / ((total!.target * 12) / 21)).toBeCloseTo(1, 3);
  });

  test("is told when a target becomes unlikely, with what would still reach it, and no more when it is likely", async () => {
    const watch = new TargetWatch(targets, (message) => {
      throw new Error(message);
    });
    try {
      const month = "2026-11";
      targets.store.save(
        next([
          { month, item_code: "A1", quantity: 40_000 },
          { month, item_code: "B/2", quantity: 40_000 },
        ]),
      );
      await watch.look();
      expect(watch.conditions().map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([
        "target-unlikely 2026-11",
        "target-unlikely 2026-11 items",
      ]);
      const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
      const { total, items } = await targets.achievement(month);
      const [all, ofItems] = watch.conditions();
      expect(total!.needed_per_day! / ((80_000 - total!.made) / 9)).toBeCloseTo(1, 2);
      const needed = number.format(total!.needed_per_day!);
      expect(all!.words.ko.meaning).toContain(`하루 ${needed}개`);
      expect(all!.words.en.meaning).toContain(`9 working days left, ${needed} a day`);
      expect(all!.words.en.what).toContain("The 2026-11 target of all items, 80,000,");
      const behind = items.find(({ item_code }) => item_code === "A1")!;
      expect(ofItems!.words.en.what).toStartWith(
        "One item will hardly reach the 2026-11 target. A1 =name 0 (target 40,000",
      );
      expect(ofItems!.words.ko.what).toContain(`하루 ${number.format(behind.needed_per_day!)}개 필요`);
      expect(ofItems!.page).toBe("/dashboard/targets?month=2026-11");
      // What a subject line says of it.
      expect(splitSentence(ofItems!.words.en.what)[0]).toBe("One item will hardly reach the 2026-11 target.");
      expect(splitSentence(ofItems!.words.ko.what)[0]).toBe("2026-11 목표를 달성하기 어려운 제품이 1종 있습니다.");
      targets.store.save(next([{ month, item_code: "A1", quantity: 15_000 }]));
      // Whoever asks has the new targets looked at, without waiting for the next time.
      expect(watch.conditions()).toHaveLength(2);
      await eventually("the new targets are looked at", () => (watch.conditions().length === 0 ? true : undefined));
    } finally {
      watch.stop();
    }
  });

  test("far ahead is not forecast, and without targets there is nothing to tell", async () => {
    targets.store.save(next([{ month: "2027-06", item_code: "A1", quantity: 5 }]));
    const far = await targets.achievement("2027-06");
    expect(far.total).toMatchObject({ target: 5, made: 0, forecast: null, probability: null });
    expect(await targets.achievement("2027-07")).toMatchObject({ total: null, items: [] });
  });
});

test("a file is read in a process of its own, against the items that were made", async () => {
  const upload = { base64: Buffer.from("월,품목코드,목표\n2026-11,A1,5\n2026-11,A2,5\n").toString("base64") };
  const content = await targets.read(upload);
  expect(content.targets.length).toBe(2);
  expect(content.unknown).toEqual(["A2"]);
});
