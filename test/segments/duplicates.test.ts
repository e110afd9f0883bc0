import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { attach, openHost } from "../../src/segments/connection.ts";
import { afterAll, isDay } from "../../src/segments/day.ts";
import { findPlacements, nothingExcluded } from "../../src/segments/duplicates.ts";
import { readFacts } from "../../src/segments/facts.ts";
import { holdings } from "../../src/segments/ownership.ts";
import { Reader } from "../../src/segments/reader.ts";
import { requiredIndexes } from "../../src/segments/schema.ts";
import type { Segment } from "../../src/segments/types.ts";
import { CREATE_TABLE, type Row, row, temporaryHome, writeDatabase } from "../support/files.ts";

setDefaultTimeout(180_000);

/** Rows per file name: `live` and `archive_YYYY`. */
type Files = Record<string, readonly Row[]>;

function withAttached<T>(files: readonly Segment[], use: (db: Database, schemas: string[]) => T): T {
  const db = openHost();
  try {
    for (const [position, { file }] of files.entries()) attach(db, `f${position}`, file, true);
    return use(
      db,
      files.map((_, position) => `f${position}`),
    );
  } finally {
    db.close();
  }
}

/** The segments of some files, but for one that cannot be read, with what is misplaced in them. */
function placed(paths: Record<string, string>, unreadable?: string): Segment[] {
  const years = Object.keys(paths).flatMap((name) => /\d{4}$/.exec(name)?.[0] ?? []);
  const all = holdings(
    years.map(Number).sort((a, b) => b - a),
    null,
  );
  const segments = all.flatMap(({ name, source, ownsFrom, ownsTo }): Segment[] => {
    const file = paths[name];
    if (file === undefined || name === unreadable) return [];
    const bare = { name, source, file, immutable: true, version: file, ownsFrom, ownsTo, misplaced: 0 };
    const facts = withAttached([bare as Segment], (db, [schema]) => readFacts(db, schema!, true));
    return [{ ...bare, facts, excluded: nothingExcluded }];
  });
  const placements = findPlacements(segments, withAttached);
  return segments.map((segment, position) => ({ ...segment, ...placements[position] }));
}

function write(folder: string, files: Files, indexed: boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, rows]) => {
      const path = join(folder, `${name}.db`);
      writeDatabase(path, rows);
      const db = new Database(path);
      db.run("PRAGMA synchronous = OFF");
      if (indexed)
        for (const { name: index, columns } of requiredIndexes)
          db.run(`CREATE INDEX ${index} ON production_records (${columns})`);
      db.close();
      return [name, path];
    }),
  );
}

const sameContent = (a: Row, b: Row | undefined): boolean =>
  b !== undefined && Object.keys(a).every((key) => a[key as keyof Row] === b[key as keyof Row]);

/** Ids of the rows that count in a segment by the rule of CONTRACT §1, told row by row. */
function countingIds(segment: Segment, segments: readonly Segment[], files: Files, dated: boolean): number[] {
  return files[segment.name]!.filter((each) => {
    const day = each.production_date.slice(0, 10);
    if (!isDay(day)) return !dated;
    const owner = segments.find(({ ownsFrom, ownsTo }) => ownsFrom <= day && day <= ownsTo);
    if (!owner || owner === segment) return true;
    return !sameContent(
      each,
      files[owner.name]!.find(({ id }) => id === each.id),
    );
  })
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}

const ids = (reader: Reader, segment: Segment, where: string): number[] =>
  reader.rows<[number]>(segment, `SELECT id FROM {rows} WHERE ${where} ORDER BY id`, []).map(([id]) => id);

test("exactly those rows are left out that the owner of their day holds as well", () => {
  const day = fc.constantFrom("2023-05-05", "2024-01-01", "2024-12-31 오전 12:00:00", "2025-07-07", "2026-02-03");
  const text = fc.oneof({ weight: 12, arbitrary: day }, fc.constantFrom("2025-02-30", "2024", "", "미정"));
  const names = ["live", "archive_2023", "archive_2024", "archive_2025"];
  const drawn = fc.record({
    rows: fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 60 }),
        production_date: text,
        in: fc.subarray(names),
        odd: fc.subarray(names),
      }),
      { selector: ({ id }) => id, maxLength: 50 },
    ),
    years: fc.constantFrom([2025], [2024, 2025], [2023, 2025], [2023, 2024, 2025]),
    unreadable: fc.option(fc.constantFrom("archive_2024"), { nil: undefined, freq: 4 }),
    indexed: fc.boolean(),
  });
  let excluded = 0;
  let ranges = 0;
  let whole = 0;
  fc.assert(
    fc.property(drawn, (given) => {
      const present = ["live", ...given.years.map((year) => `archive_${year}`)];
      const files: Files = Object.fromEntries(
        present.map((name) => [
          name,
          given.rows
            .filter((each) => each.in.includes(name))
            .map(({ id, production_date, odd }) =>
              // Rows of the same id differ only where one of them is odd, and then in the smallest thing.
              row({ id, production_date, lot_number: null, item_name: odd.includes(name) ? "렌즈 " : "렌즈" }),
            ),
        ]),
      );
      const folder = temporaryHome();
      const segments = placed(write(folder, files, given.indexed), given.unreadable);
      const reader = new Reader();
      try {
        for (const segment of segments) {
          expect(ids(reader, segment, "{kept}")).toEqual(countingIds(segment, segments, files, false));
          expect(ids(reader, segment, "{kept} AND {dated}")).toEqual(countingIds(segment, segments, files, true));
          const left = files[segment.name]!.length - countingIds(segment, segments, files, false).length;
          expect(segment.excluded.rows).toBe(left);
          excluded += left;
          for (const { ids: some } of segment.excluded.days)
            if (some) ranges += 1;
            else whole += 1;
        }
      } finally {
        reader.close();
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 200 },
  );
  for (const seen of [excluded, ranges, whole]) expect(seen).toBeGreaterThan(30);
});

test("years that an archive holds altogether are told in a few bytes, and so are those that lack a few rows", () => {
  const folder = temporaryHome();
  const count = 150_000;
  const fill = (name: string, where: string): string => {
    const path = join(folder, `${name}.db`);
    const db = new Database(path, { create: true });
    db.run(CREATE_TABLE);
    db.run(
      `INSERT INTO production_records
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
       SELECT i, date('2025-01-01', '+' || (i * 365 / ${count + 1}) || ' days'), 'L' || i, 'C' || (i % 7), NULL, i FROM n WHERE ${where}`,
    );
    db.run("CREATE INDEX by_date ON production_records (production_date)");
    db.close();
    return path;
  };
  const live = fill("live", "1");
  const [whole] = placed({ live, archive_2025: fill("archive_2025", "1") });
  expect(whole!.excluded).toEqual({ rows: count, days: [{ from: "0001-01-01", to: "2025-12-31", ids: null }] });

  const lacking = { live, archive_2025: fill("lacking", "i NOT IN (5, 6, 70000)") };
  const [some] = placed(lacking);
  const expected = [
    [1, 4],
    [7, 69_999],
    [70_001, count],
  ];
  expect(some!.excluded).toEqual({
    rows: count - 3,
    days: [{ from: "0001-01-01", to: "2025-12-31", ids: expected }],
  } as never);
  const reader = new Reader();
  expect(ids(reader, some!, "{kept}")).toEqual([5, 6, 70_000]);
  expect(ids(reader, some!, `production_date < '2025-01-02${afterAll}' AND {kept} AND {dated}`)).toEqual([5, 6]);
  reader.close();
});
