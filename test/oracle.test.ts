import { expect, test } from "bun:test";
import { dayOf, isoWeekOf, Oracle, type RecordAnswer, weekdayOf } from "./oracle.ts";
import { row } from "./support/files.ts";

const shown = (rows: readonly RecordAnswer[]) => rows.map(({ source, id }) => `${source} ${id}`);

test("a date text begins with a day of the calendar or with none", () => {
  expect(dayOf("2026-01-13 오전 12:00:00")).toBe("2026-01-13");
  expect(dayOf("2024-02-29")).toBe("2024-02-29");
  expect(dayOf("9999-12-31")).toBe("9999-12-31");
  for (const text of ["2023-02-29", "1900-02-29", "0000-01-01", "2026-13-01", "2026-04-31", "2026-1-3", ""]) {
    expect(dayOf(text)).toBeNull();
  }
});

test("weeks are ISO weeks, which belong to the year of their Thursday", () => {
  // The examples of ISO 8601 as Wikipedia's "ISO week date" lists them.
  expect(isoWeekOf("2005-01-01")).toBe("2004-W53");
  expect(isoWeekOf("2005-12-31")).toBe("2005-W52");
  expect(isoWeekOf("2007-01-01")).toBe("2007-W01");
  expect(isoWeekOf("2008-12-29")).toBe("2009-W01");
  expect(isoWeekOf("2010-01-03")).toBe("2009-W53");
  expect(isoWeekOf("0001-01-01")).toBe("0001-W01");
  expect(isoWeekOf("9999-12-31")).toBe("9999-W52");
});

test("Monday is the first day of the week and Sunday the seventh", () => {
  expect(["2026-11-16", "2026-11-21", "2026-11-22", "0001-01-01", "9999-12-31"].map(weekdayOf)).toEqual([
    1, 6, 7, 1, 5,
  ]);
});

test("a row outside its file's days counts, unless the owner of its day holds the same", () => {
  const same = row({ id: 1, production_date: "2025-05-05" });
  const changed = row({ id: 2, production_date: "2025-05-06", good_quantity: 1 });
  const early = row({ id: 3, production_date: "2026-02-02" });
  const oracle = new Oracle({
    live: [same, { ...changed, good_quantity: 2 }],
    archives: new Map([
      [2024, [same]],
      [2025, [same, changed, early]],
    ]),
  });
  expect(shown(oracle.exported({}))).toEqual(["archive 3", "live 2", "archive 2", "archive 1"]);
});

test("ARCHIVE_CUTOFF_YEAR moves the border between the archives and Live", () => {
  const one = row({ id: 1, production_date: "2025-05-05" });
  const files = { live: [one], archives: new Map([[2025, [one]]]) };
  expect(shown(new Oracle(files).exported({}))).toEqual(["archive 1"]);
  expect(shown(new Oracle(files, 2024).exported({}))).toEqual(["live 1"]);
});

test("rows with the same date text, source and id are known as twins", () => {
  const one = row({ id: 1, production_date: "2023-05-05" });
  const other = { ...one, good_quantity: 7 };
  const oracle = new Oracle({
    live: null,
    archives: new Map([
      [2024, [one]],
      [2025, [other]],
    ]),
  });
  expect(oracle.hasTwins).toBe(true);
  expect(oracle.exported({}).map((record) => record.good_quantity)).toEqual([7, 100]);
});
