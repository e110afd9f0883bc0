import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { generateDemo } from "../../src/demo/generate.ts";
import type { Progress } from "../../src/observe/progress.ts";

const TODAY = "2026-11-20";
const ROWS = 40_000;
const root = mkdtempSync(join(tmpdir(), "demo-generate-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function make(name: string, options: Partial<Parameters<typeof generateDemo>[0]> = {}): readonly string[] {
  return generateDemo({ databaseDir: join(root, name), rows: ROWS, today: TODAY, ...options }).files;
}

function digest(files: readonly string[]): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const file of files) {
    using db = new Database(file, { readonly: true });
    hash.update(basename(file));
    for (const row of db.query("SELECT * FROM production_records ORDER BY id").values())
      hash.update(JSON.stringify(row));
  }
  return hash.digest("hex");
}

/** Answers of one query from every file, keyed by the file's name. */
function ask(files: readonly string[], sql: string): Map<string, Record<string, number>> {
  return new Map(
    files.map((file) => {
      using db = new Database(file, { readonly: true });
      return [basename(file), db.query<Record<string, number>, []>(sql).get()!];
    }),
  );
}

const files = make("shared");
const year = (file: string) => (basename(file).startsWith("archive_") ? Number(basename(file).slice(8, 12)) : 2026);

describe("The rows", () => {
  test("are the same for the same seed, and others for another seed", () => {
    const first = digest(files);
    expect(digest(make("again"))).toBe(first);
    expect(digest(make("other", { seed: 7 }))).not.toBe(first);
  });

  test("are as many as asked for, in three archives and Live", () => {
    expect(files.map((file) => basename(file))).toEqual([
      "archive_2023.db",
      "archive_2024.db",
      "archive_2025.db",
      "production_analysis.db",
    ]);
    const counts = [...ask(files, "SELECT count(*) AS n FROM production_records").values()].map(({ n }) => n!);
    expect(counts.reduce((sum, n) => sum + n)).toBe(ROWS);
    expect(Math.min(...counts)).toBeGreaterThan(ROWS / 10);
  });

  test("stand in Live in the share asked for", () => {
    const counts = ask(make("share", { liveShare: 0.6 }), "SELECT count(*) AS n FROM production_records");
    expect(counts.get("production_analysis.db")!.n! / ROWS).toBeCloseTo(0.6, 2);
  });

  test("exist for a day on which the year has only begun", () => {
    const counts = ask(make("new-year", { today: "2026-01-01" }), "SELECT count(*) AS n FROM production_records");
    expect(counts.get("production_analysis.db")!.n).toBeGreaterThan(0);
    expect([...counts.values()].reduce((sum, { n }) => sum + n!, 0)).toBe(ROWS);
  });

  test("carry every spelling of a date, most of them the Korean long form", () => {
    for (const [file, shares] of ask(
      files,
      `SELECT avg(production_date GLOB '????-??-?? 오전 12:00:00') AS long, avg(production_date GLOB '????-??-??') AS plain,
              avg(production_date GLOB '????-??-?? ??:??:00') AS timed FROM production_records`,
    )) {
      expect({ file, long: shares.long! > 0.85 && shares.long! < 0.91 }).toEqual({ file, long: true });
      expect({ file, plain: shares.plain! > 0.06 && shares.plain! < 0.1 }).toEqual({ file, plain: true });
      expect({ file, timed: shares.timed! > 0.03 && shares.timed! < 0.05 }).toEqual({ file, timed: true });
    }
  });

  test("include some texts that are no dates, in every file", () => {
    for (const { undated } of ask(
      files,
      "SELECT sum(date(substr(production_date, 1, 10)) IS NOT substr(production_date, 1, 10)) AS undated FROM production_records",
    ).values()) {
      expect(undated).toBeGreaterThan(0);
      expect(undated).toBeLessThan(ROWS / 500);
    }
  });

  test("include rows that another file owns, some of them the same as a row of the owner", () => {
    for (const [index, file] of files.entries()) {
      using db = new Database(file, { readonly: true });
      const other = db
        .query<{ n: number }, [string]>(
          "SELECT count(*) AS n FROM production_records WHERE production_date GLOB '20[0-9][0-9]-[01][0-9]-[0-3][0-9]*' AND substr(production_date, 1, 4) <> ?",
        )
        .get(String(year(file)))!.n;
      expect(other).toBeGreaterThan(0);
      expect(other).toBeLessThan(ROWS / 500);

      const owner = files[index - 1];
      if (!owner) continue;
      db.run("ATTACH ? AS owner", [owner]);
      const twice = db
        .query<{ n: number }, []>(
          "SELECT count(*) AS n FROM (SELECT * FROM main.production_records INTERSECT SELECT * FROM owner.production_records)",
        )
        .get()!.n;
      expect(twice).toBeGreaterThan(0);
      expect(twice).toBeLessThan(other);
    }
  });

  test("carry whole, fractional, zero, negative and missing quantities", () => {
    for (const share of ask(
      files,
      `SELECT avg(good_quantity IS NULL) AS missing, avg(good_quantity = 0) AS zero, avg(good_quantity < 0) AS negative,
              avg(good_quantity <> round(good_quantity)) AS fractional, count(DISTINCT typeof(good_quantity)) AS types
         FROM production_records`,
    ).values()) {
      expect(share.missing).toBeGreaterThan(0);
      expect(share.zero).toBeGreaterThan(0);
      expect(share.negative).toBeGreaterThan(0);
      expect(share.fractional).toBeGreaterThan(0.01);
      expect(share.fractional).toBeLessThan(0.03);
      expect(share.types).toBe(2);
    }
  });

  test("carry lots of the day, and now and then none", () => {
    for (const share of ask(
      files,
      "SELECT avg(lot_number IS NULL) AS missing, avg(lot_number GLOB 'LT[0-9][0-9][0-9][0-9][0-9][0-9]-[0-9][0-9][0-9]*') AS proper FROM production_records",
    ).values()) {
      expect(share.missing).toBeGreaterThan(0.01);
      expect(share.missing).toBeLessThan(0.03);
      expect(share.proper).toBe(1);
    }
  });

  test("are few at weekends", () => {
    const { weekend } = ask(
      files,
      "SELECT avg(strftime('%w', substr(production_date, 1, 10)) IN ('0', '6')) AS weekend FROM production_records",
    ).get("archive_2024.db")!;
    expect(weekend).toBeGreaterThan(0.02);
    expect(weekend).toBeLessThan(0.15);
  });

  test("grow from year to year", () => {
    const counts = [...ask(files.slice(0, 3), "SELECT count(*) AS n FROM production_records").values()].map(
      ({ n }) => n!,
    );
    expect(counts[0]! < counts[1]! && counts[1]! < counts[2]!).toBe(true);
  });
});

describe("The items", () => {
  using all = new Database(":memory:");
  for (const [index, file] of files.entries()) all.run(`ATTACH ? AS f${index}`, [file]);
  const items = all
    .query<{ code: string; names: string; n: number }, []>(
      `SELECT item_code AS code, group_concat(DISTINCT item_name) AS names, count(*) AS n
         FROM (${files.map((_, index) => `SELECT * FROM f${index}.production_records`).join(" UNION ALL ")})
        GROUP BY 1 ORDER BY n DESC`,
    )
    .all();
  const byCode = new Map(items.map((item) => [item.code, item]));

  test("number between 40 and 120 and have the codes of the examples", () => {
    expect(items.length).toBeGreaterThanOrEqual(40);
    expect(items.length).toBeLessThanOrEqual(120);
    for (const code of ["BW0021", "B0061", "C1203"]) expect(byCode.has(code)).toBe(true);
  });

  test("differ in popularity as Zipf found: the first is far ahead of the tenth, the tenth of the last", () => {
    expect(items[0]!.n).toBeGreaterThan(5 * items[9]!.n);
    expect(items[9]!.n).toBeGreaterThan(3 * items.at(-1)!.n);
  });

  test.each(["/", "%", "_"])("include a code with '%s'", (character) => {
    expect(items.some(({ code }) => code.includes(character))).toBe(true);
  });

  test("have Korean and English names, some of which changed", () => {
    expect(items.some(({ names }) => /^[\p{Script=Hangul}]/u.test(names))).toBe(true);
    expect(items.some(({ names }) => /^[\x20-\x7e]+$/.test(names))).toBe(true);
    expect(items.filter(({ names }) => names.includes(",")).length).toBeGreaterThan(5);
  });

  test("include a name that is markup and one that is a formula", () => {
    expect(items.some(({ names }) => names === "<img src=x onerror=alert(1)>")).toBe(true);
    expect(items.some(({ names }) => names.startsWith("=cmd()"))).toBe(true);
  });
});

describe("The files", () => {
  test("have the table and the indexes of the earlier service, and are sound", () => {
    for (const file of files) {
      using db = new Database(file, { readonly: true });
      expect(db.query("SELECT name, type FROM pragma_table_info('production_records')").values()).toEqual([
        ["id", "INTEGER"],
        ["production_date", "TEXT"],
        ["lot_number", "TEXT"],
        ["item_code", "TEXT"],
        ["item_name", "TEXT"],
        ["good_quantity", "REAL"],
      ]);
      expect(
        db
          .query(
            `SELECT list.name, group_concat(info.name) FROM pragma_index_list('production_records') AS list,
                    pragma_index_info(list.name) AS info GROUP BY list.name ORDER BY list.name`,
          )
          .values(),
      ).toEqual([
        ["idx_item_code", "item_code"],
        ["idx_item_date", "item_code,production_date"],
        ["idx_lot_number", "lot_number"],
        ["idx_production_date", "production_date"],
      ]);
      expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
    }
  });

  test("continue the ids of each other, roughly in the order of the days", () => {
    let lastId = 0;
    for (const file of files) {
      using db = new Database(file, { readonly: true });
      const sequence = db.query<{ seq: number }, []>("SELECT seq FROM sqlite_sequence").get()!.seq;
      const { high } = db.query<{ high: number }, []>("SELECT max(id) AS high FROM production_records").get()!;
      expect(high).toBe(sequence);
      expect(high).toBeGreaterThan(lastId);
      lastId = high;
      const { late } = db
        .query<{ late: number }, [string]>(
          `SELECT avg(day < before) AS late FROM (
             SELECT substr(production_date, 1, 10) AS day, lag(substr(production_date, 1, 10)) OVER (ORDER BY id) AS before
               FROM production_records WHERE production_date GLOB ?)`,
        )
        .get(`${year(file)}-*`)!;
      expect(late).toBeGreaterThan(0);
      expect(late).toBeLessThan(0.06);
    }
  });

  test("leave nothing temporary behind", () => {
    for (const file of files) {
      for (const suffix of [".tmp", "-wal", "-shm", "-journal"]) expect(existsSync(file + suffix)).toBe(false);
    }
  });
});

describe("Progress", () => {
  test("rises to the total and names every file", () => {
    const seen: Progress[] = [];
    make("progress", { onProgress: (progress) => seen.push(progress) });
    expect(seen.every(({ done }, index) => index === 0 || done > seen[index - 1]!.done)).toBe(true);
    expect(seen.at(-1)!.done).toBe(seen.at(-1)!.total);
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(
      files.flatMap((file) => [`${basename(file)}, rows`, `${basename(file)}, indexes`]),
    );
  });
});

describe("Options out of range", () => {
  test.each([
    [{ rows: 999 }, "The number of demo rows is 999, but must be a whole number from 1000 to 100000000."],
    [{ rows: 2000.5 }, "The number of demo rows is 2000.5, but must be a whole number from 1000 to 100000000."],
    [{ liveShare: 1 }, "The share of Live is 1, but must be a number from 0 to 0.9."],
    [{ seed: -1 }, "The seed is -1, but must be a whole number from 0 to 4294967295."],
    [{ today: "2026-02-30" }, "Today is '2026-02-30', but must be a day written as YYYY-MM-DD."],
  ])("%o are refused with a sentence, and nothing is written", (options, message) => {
    expect(() => make("refused", options)).toThrow(new RangeError(message));
    expect(existsSync(join(root, "refused"))).toBe(false);
  });
});
