import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isOneEditApart, plainForm } from "../../src/quality/catalogue.ts";
import { fromTotals } from "../../src/quality/check.ts";
import { qualityConditions } from "../../src/quality/conditions.ts";
import { type Finding, findingId, kinds } from "../../src/quality/finding.ts";
import { FindingsStore } from "../../src/quality/findings-store.ts";
import { historyOf } from "../../src/quality/history.ts";
import { describe } from "../../src/quality/words.ts";
import { missingDays } from "../../src/quality/working-days.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { temporaryHome } from "../support/files.ts";
import { type CleanRow, columnsOf } from "./clean-data.ts";

const folder = join(temporaryHome(), "database");
mkdirSync(folder, { recursive: true });
const db = openHubDb(folder);
afterAll(() => db.close());
let store: FindingsStore;
beforeEach(() => {
  db.run("DELETE FROM quality_finding; DELETE FROM quality_acceptance");
  store = new FindingsStore(db);
});

const finding = (fields: Partial<Finding> = {}): Finding => ({
  id: findingId("future-days", "2062-01-01"),
  kind: "future-days",
  severity: "warning",
  day: "2062-01-01",
  item: null,
  extent: 1,
  figures: { day: "2062-01-01", rows: 1, today: "2026-11-21" },
  rows: [],
  ...fields,
});
const changes = (): number => db.query<{ n: number }, []>("SELECT total_changes() n").get()!.n;
const said = { by: "김", note: "" };

test("What was found stays known while it is found, is gone when it is not, and comes back as what it was", () => {
  expect(store.put([finding()], 1_000)).toEqual({ found: 1, gone: 0 });
  expect(store.put([finding()], 2_000)).toEqual({ found: 0, gone: 0 });
  store.accept(finding().id, said, 3_000);
  expect(store.put([], 4_000)).toEqual({ found: 0, gone: 1 });
  expect(store.list()).toMatchObject([{ state: "gone", first_seen: 1_000, gone_at: 4_000 }]);
  expect(store.accept(finding().id, said, 5_000)).toBeNull();
  expect(store.put([finding()], 6_000)).toEqual({ found: 1, gone: 0 });
  expect(store.list()).toMatchObject([{ state: "accepted", gone_at: null, acceptance: { by: "김", at: 3_000 } }]);
});

test("Findings that are the same are not written again", () => {
  store.put([finding()], 1_000);
  const before = changes();
  store.put([finding()], 2_000);
  expect(changes()).toBe(before);
});

test("What was said to be fine is open again when there is more of it, and not when there is less", () => {
  store.put([finding({ extent: 2 })], 1);
  store.accept(finding().id, said, 2);
  store.put([finding({ extent: 1 })], 3);
  expect(store.list()[0]?.state).toBe("accepted");
  store.put([finding({ extent: 3 })], 4);
  expect(store.list()[0]).toMatchObject({ state: "open", acceptance: null });
});

test("A shift that is over is not fine when it comes again", () => {
  const shift = finding({ id: findingId("level-shift", "high"), kind: "level-shift" });
  store.put([shift], 1);
  store.accept(shift.id, said, 2);
  store.put([], 3);
  store.put([shift], 4);
  expect(store.list()[0]?.state).toBe("open");
});

test("Alerts hear of each kind with open findings once, never as critical, in both languages", () => {
  const ids = ["1", "2", "3", "4", "5"];
  const many = ids.map((day) => finding({ id: findingId("future-days", day) }));
  const info = finding({ id: findingId("new-item", "A"), kind: "new-item", severity: "info", item: "A" });
  const fine = finding({ id: findingId("undated-rows", "live"), kind: "undated-rows" });
  store.put([...many, info, fine], 1);
  store.accept(fine.id, said, 2);
  const conditions = qualityConditions(store)();
  expect(conditions.map(({ rule, severity }) => [rule, severity])).toEqual([
    ["quality-future-days", "warning"],
    ["quality-new-item", "info"],
  ]);
  expect(conditions[0]!.words.en.what).toContain("2062-01-01");
  expect(conditions[1]!.words.ko.meaning).toContain("틀렸다는 뜻은 아니며");
});

test("Alerts say how many records are meant and where, one of them, what it means and what to do, each in one sentence", () => {
  const files = [30, 10, 9, 5].map((rows, at) =>
    finding({
      id: findingId("misplaced-rows", `${at}`),
      kind: "misplaced-rows",
      day: null,
      figures: { file: `archive_${2020 + at}`, rows, twins: 0, alone: rows, from: null, to: "2020-12-31" },
    }),
  );
  const undated = finding({
    id: findingId("undated-rows", "live"),
    kind: "undated-rows",
    day: null,
    figures: { file: "live", rows: 30, texts: "'미정', 'x'" },
  });
  store.put([...files, undated], 1);
  const [dates, misplaced] = qualityConditions(store)().map(({ words }) => words);
  expect(misplaced!.ko.what).toContain("파일 4개, 기록 54건 (예: archive_202");
  expect(misplaced!.en.what).toContain("54 records in 4 files (for example archive_202");
  expect(dates!.ko.what).toContain("파일 1개, 기록 30건");
  expect(dates!.en.what).toContain("30 records in 1 file ");
  for (const { ko, en } of [dates!, misplaced!])
    for (const text of [...Object.values(ko), ...Object.values(en)]) expect(text.match(/\.(?=\s|$)/g)).toHaveLength(1);
});

test("English sentences have one record, day or time in the singular", () => {
  const one = { side: "high", ratio: 1842, quantity: 1e9, expected: 543_151, weekday: 0 };
  expect(describe({ kind: "future-days", day: "2062-01-01", item: null, figures: finding().figures }, "en")).toBe(
    "2062-01-01 has 1 record. Today is 2026-11-21.",
  );
  expect(describe({ kind: "unusual-day", day: "2026-11-20", item: null, figures: one }, "en")).toContain(
    "is 1,842 times the 543,151 that",
  );
});

test("Ids are plain in an address, and different for every kind and part", () => {
  const ids = kinds.flatMap((kind) => ["", "A", "A|B"].map((part) => findingId(kind, part)));
  expect(new Set([...ids, findingId("new-item", "A", "B")]).size).toBe(ids.length + 1);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
});

test("Codes are one edit apart when one character was typed otherwise, too much, too little, or before its neighbour", () => {
  const letters = fc.string({ unit: fc.constantFrom(..."AB01"), minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(letters, fc.nat(), fc.constantFrom("X", "Y"), (code, place, letter) => {
      const at = place % code.length;
      expect(isOneEditApart(code, code)).toBe(false);
      expect(isOneEditApart(code, code.slice(0, at) + letter + code.slice(at))).toBe(true);
      expect(isOneEditApart(code.slice(0, at) + letter + code.slice(at + 1), code)).toBe(true);
      expect(isOneEditApart(code.slice(0, at) + code.slice(at + 1), code)).toBe(true);
      const swapped = code.slice(0, at) + (code[at + 1] ?? "") + code[at]! + code.slice(at + 2);
      expect(isOneEditApart(code, swapped)).toBe(swapped !== code);
      expect(isOneEditApart(code, `${letter}${letter}${code}`)).toBe(false);
    }),
  );
  expect(plainForm(" ｂｗ-００２１ ")).toBe("BW0021");
});

/** A row a day from Monday to Friday of 2025 and 2026, but for the days named. */
function weekdays(except: readonly string[]): CleanRow[] {
  const rows: CleanRow[] = [];
  for (let time = Date.UTC(2025, 0, 1); time < Date.UTC(2026, 10, 20); time += 86_400_000) {
    const day = new Date(time).toISOString().slice(0, 10);
    if ([0, 6].includes(new Date(time).getUTCDay()) || except.includes(day)) continue;
    rows.push({ text: day, day, lot: null, code: "A", name: null, quantity: 1 });
  }
  return rows;
}

test("Days without production are told on working days alone: not on weekends, holidays, days of rest every year, nor while a day may still arrive", () => {
  const missing = (except: string[], holidays = true) => {
    const history = historyOf([columnsOf(weekdays(except))], "2026-11-20", holidays)!;
    return missingDays(history, 0, history.length + 1).map(({ figures, severity }) => [
      figures.from,
      figures.days,
      severity,
    ]);
  };
  expect(missing([])).toEqual([]);
  // Chuseok of 2026 was on a Friday, and the day before is a holiday as well.
  expect(missing(["2026-09-24", "2026-09-25"])).toEqual([]);
  expect(missing(["2026-09-24", "2026-09-25"], false)).toEqual([["2026-09-24", 2, "warning"]]);
  expect(missing(["2026-07-08"])).toEqual([["2026-07-08", 1, "info"]]);
  expect(missing(["2026-07-10", "2026-07-13"])).toEqual([["2026-07-10", 2, "warning"]]);
  expect(missing(["2025-08-01", "2026-08-03"])).toEqual([
    ["2025-08-01", 1, "info"],
    ["2026-08-03", 1, "info"],
  ]);
  // The same date two years in a row is a day of rest of the factory's own, from the second year on.
  expect(missing(["2025-07-30", "2026-07-30"])).toEqual([["2025-07-30", 1, "info"]]);
});

test("A day that is not over is not called low; when it is over it is, once for all its items", () => {
  const rows: CleanRow[] = weekdays([]).flatMap((row) =>
    Array.from({ length: row.day === "2026-11-19" ? 4 : 40 }, (_, at) => ({
      ...row,
      code: `I${at % 2}`,
      quantity: 90 + (at % 20),
    })),
  );
  const found = (today: string) => {
    const history = historyOf([columnsOf(rows)], today, true)!;
    return fromTotals(history, new Map(), { today, days: 400 }).found.map(({ kind, day }) => [kind, day]);
  };
  expect(found("2026-11-19")).toEqual([]);
  expect(found("2026-11-20")).toEqual([["unusual-day", "2026-11-19"]]);
});
