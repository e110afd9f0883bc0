import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asSourceError, type SourceError } from "../../src/segments/errors.ts";
import type { JournalMode } from "../support/files.ts";
import { temporaryHome } from "../support/files.ts";
import { allRows, append, type GrownFile, mirrorOf, openSource, tailFile, tailOf } from "./grown-files.ts";

let folder = "";
let erp: Database | undefined;
beforeEach(() => {
  folder = temporaryHome();
});
afterEach(() => {
  erp?.close();
  erp = undefined;
});

/** A source of 500 rows and its mirror; the ERP keeps the source open. */
async function start(journal: JournalMode, pragmas: readonly string[] = [], create?: string): Promise<GrownFile> {
  const source = join(folder, "live.db");
  erp = openSource(source, [...pragmas, `journal_mode = ${journal}`], create);
  append(erp, 500);
  return mirrorOf(source);
}

/** Makes the tail and expects base and tail together to be the source; returns the number of rows in the tail. */
function expectProof(file: GrownFile): number {
  const { refused, facts } = tailOf(file);
  expect(refused).toBeNull();
  expect(existsSync(tailFile(file))).toBe(facts !== null);
  expect(allRows(facts ? [file.base, tailFile(file)] : [file.base])).toEqual(allRows([file.source]));
  return facts?.rows ?? 0;
}

function expectRefusal(file: GrownFile): void {
  const { refused, facts } = tailOf(file);
  expect(refused).toBeString();
  expect(facts).toBeNull();
  expect(existsSync(tailFile(file))).toBe(false);
}

/** What may happen to a source, and how many rows it is proven to have grown by (null: it is not proven to have grown only). */
const changes: Record<string, [(db: Database) => void, number | null]> = {
  "nothing happened": [() => {}, 0],
  "one row was appended": [(db) => append(db, 1), 1],
  "so many rows were appended that pages split": [(db) => append(db, 20_000), 20_000],
  "rows were appended in several transactions": [
    (db) => {
      for (let turn = 0; turn < 5; turn++) append(db, 10);
    },
    50,
  ],
  "indexes were made and rows appended": [
    (db) => {
      for (const column of ["item_code", "lot_number", "production_date, item_code", "good_quantity"]) {
        db.run(`CREATE INDEX "i ${column}" ON production_records (${column})`);
      }
      append(db, 100);
    },
    100,
  ],
  "another table was filled": [
    (db) => {
      db.run("CREATE TABLE other (a)");
      db.run("INSERT INTO other SELECT item_name FROM production_records");
    },
    0,
  ],
  "an appended row is longer than a page": [(db) => append(db, 3, "길".repeat(5_000)), 3],
  "an old row was changed to a value of the same size": [
    (db) => db.run("UPDATE production_records SET item_name = '클리어 렌드' WHERE id = 250"),
    null,
  ],
  "only the quantity of an old row was changed": [
    (db) => db.run("UPDATE production_records SET good_quantity = good_quantity + 1 WHERE id = 1"),
    null,
  ],
  "an old row was changed and rows were appended": [
    (db) => {
      db.run("UPDATE production_records SET lot_number = NULL WHERE id = 499");
      append(db, 10);
    },
    null,
  ],
  "an old row was changed and changed back": [
    (db) => {
      db.run("UPDATE production_records SET lot_number = lot_number || 'x' WHERE id = 7");
      db.run("UPDATE production_records SET lot_number = rtrim(lot_number, 'x') WHERE id = 7");
      append(db, 1);
    },
    1,
  ],
  "an old row was put anew under its id with other content": [
    (db) => {
      db.run("DELETE FROM production_records WHERE id = 77");
      db.run("INSERT INTO production_records VALUES (77, '2026-01-13', 'LT77', 'BW0000', 'x', 77)");
    },
    null,
  ],
  "an old row was deleted": [(db) => db.run("DELETE FROM production_records WHERE id = 100"), null],
  "as many old rows were deleted as new ones appended": [
    (db) => {
      db.run("DELETE FROM production_records WHERE id <= 10");
      append(db, 10);
    },
    null,
  ],
  "the last row was deleted and others appended": [
    (db) => {
      db.run("DELETE FROM production_records WHERE id = 500");
      append(db, 2);
    },
    null,
  ],
  "a row with a smaller id was put in": [
    (db) => db.run("INSERT INTO production_records VALUES (-5, '2026-01-13', NULL, 'BW0000', NULL, NULL)"),
    null,
  ],
  "an appended row was changed and another one deleted": [
    (db) => {
      append(db, 10);
      db.run("UPDATE production_records SET item_name = 'y' WHERE id = 505");
      db.run("DELETE FROM production_records WHERE id = 506");
    },
    9,
  ],
  "everything was deleted": [(db) => db.run("DELETE FROM production_records"), null],
  "the table was emptied and filled anew with the same rows": [
    (db) => {
      db.run("CREATE TEMP TABLE saved AS SELECT * FROM production_records");
      db.run("DELETE FROM production_records");
      db.run("INSERT INTO production_records SELECT * FROM saved");
      append(db, 5);
    },
    5,
  ],
  "the table got another column": [
    (db) => {
      db.run("ALTER TABLE production_records ADD COLUMN shift TEXT DEFAULT 'day'");
      append(db, 1);
    },
    null,
  ],
  "the table was dropped and made again": [
    (db) => {
      db.run("CREATE TABLE copy AS SELECT * FROM production_records");
      db.run("DROP TABLE production_records");
      db.run("CREATE TABLE production_records AS SELECT * FROM copy");
    },
    null,
  ],
  "the file was vacuumed": [
    (db) => {
      db.run("CREATE INDEX i ON production_records (item_code)");
      append(db, 50);
      db.run("VACUUM");
    },
    50,
  ],
};

describe.each(["delete", "wal"] as JournalMode[])("in journal mode %s", (journal) => {
  test.each(Object.entries(changes))("%s", async (_, [change, added]) => {
    const file = await start(journal);
    change(erp!);
    if (added === null) expectRefusal(file);
    else expect(expectProof(file)).toBe(added);
  });

  test.each(Object.entries(changes))("%s, and the ERP closed the file", async (_, [change, added]) => {
    const file = await start(journal);
    change(erp!);
    erp!.close();
    erp = undefined;
    if (added === null) expectRefusal(file);
    else expect(expectProof(file)).toBe(added);
  });

  test.each([512, 65_536])("pages may be of %d bytes", async (size) => {
    const file = await start(journal, [`page_size = ${size}`]);
    append(erp!, 300);
    expect(expectProof(file)).toBe(300);
    erp!.run("UPDATE production_records SET good_quantity = -1 WHERE id = 300");
    expectRefusal(file);
  });

  test("a row that is longer than a page is refused, because it can change where its leaf does not", async () => {
    const source = join(folder, "long.db");
    erp = openSource(source, [`journal_mode = ${journal}`]);
    append(erp, 3, "a".repeat(20_000));
    const file = await mirrorOf(source);
    erp.run("UPDATE production_records SET item_name = substr(item_name, 1, 19999) || 'b' WHERE id = 2");
    expectRefusal(file);
  });

  test("a file that SQLite keeps without gaps (auto_vacuum) is compared like any other", async () => {
    const file = await start(journal, ["auto_vacuum = FULL"]);
    append(erp!, 2_000);
    expect(expectProof(file)).toBe(2_000);
    erp!.run("DELETE FROM production_records WHERE id BETWEEN 100 AND 200");
    expectRefusal(file);
  });

  test("all rows of a table that was empty are its tail", async () => {
    const source = join(folder, "empty.db");
    erp = openSource(source, [`journal_mode = ${journal}`]);
    const file = await mirrorOf(source);
    expect(expectProof(file)).toBe(0);
    append(erp, 25_000);
    expect(expectProof(file)).toBe(25_000);
  });

  test("a tail is made anew from the same base after every change", async () => {
    const file = await start(journal);
    for (let turn = 1; turn <= 5; turn++) {
      append(erp!, 1_000);
      expect(expectProof(file)).toBe(turn * 1_000);
    }
  });

  test("what the tail says of itself is what it holds", async () => {
    const file = await start(journal);
    append(erp!, 20);
    erp!.run("UPDATE production_records SET production_date = '미정' WHERE id = 520");
    const { facts } = tailOf(file);
    expect(facts).toMatchObject({
      rows: 20,
      minId: 501,
      maxId: 520,
      firstDay: "2026-01-13",
      lastDay: "2026-01-13",
      undated: { rows: 1, prefixes: ["미정"] },
    });
    expect(facts?.indexes).toContain("production_date,item_code,good_quantity");
  });

  test("more rows than a tail is worth are refused", async () => {
    const file = await start(journal);
    append(erp!, 101);
    expect(tailOf(file, 100).refused).toContain("100 rows");
    expect(tailOf(file, 101).facts?.rows).toBe(101);
  });

  test("pages of another size are refused", async () => {
    const file = await start(journal);
    erp!.run("PRAGMA journal_mode = DELETE");
    erp!.run("PRAGMA page_size = 8192");
    erp!.run("VACUUM");
    expectRefusal(file);
  });

  test("an id that is not the rowid is refused", async () => {
    const create = `CREATE TABLE production_records(id INT PRIMARY KEY, production_date TEXT NOT NULL, lot_number TEXT,
      item_code TEXT NOT NULL, item_name TEXT, good_quantity REAL DEFAULT 0)`;
    const file = await start(journal, [], create);
    append(erp!, 1);
    expectRefusal(file);
  });

  test("a table without rowids is refused", async () => {
    const create = `CREATE TABLE production_records(id INTEGER PRIMARY KEY, production_date TEXT NOT NULL, lot_number TEXT,
      item_code TEXT NOT NULL, item_name TEXT, good_quantity REAL DEFAULT 0) WITHOUT ROWID`;
    const source = join(folder, "without.db");
    erp = openSource(source, [`journal_mode = ${journal}`], create);
    erp.run("INSERT INTO production_records VALUES (1, '2026-01-13', NULL, 'A', NULL, 1)");
    const file = await mirrorOf(source);
    erp.run("INSERT INTO production_records VALUES (2, '2026-01-13', NULL, 'A', NULL, 1)");
    expectRefusal(file);
  });

  test("a file that took the place of the source is compared like the source", async () => {
    const file = await start(journal);
    const make = (rows: number): void => {
      const other = join(folder, "other.db");
      const db = openSource(other, [`journal_mode = ${journal}`]);
      append(db, rows);
      db.close();
      for (const suffix of ["-wal", "-shm"]) rmSync(`${file.source}${suffix}`, { force: true });
      renameSync(other, file.source);
    };
    erp!.close();
    erp = undefined;
    make(400);
    expectRefusal(file);
    // The same statement makes other values than the base's from row 501 on, and the same ones up to it.
    make(510);
    expect(expectProof(file)).toBe(10);
  });

  test("rows that a damaged page hides are missed", async () => {
    const file = await start(journal);
    append(erp!, 5_000);
    erp!.close();
    erp = undefined;
    expect(expectProof(file)).toBe(5_000);
    hideRows(file.source, 500);
    expectRefusal(file);
  });

  test("a mirror that somebody deleted or damaged is a refusal, and no trouble of the source", async () => {
    const file = await start(journal);
    append(erp!, 3);
    writeFileSync(file.base, readFileSync(file.base).fill(0, 4096));
    expectRefusal(file);
    rmSync(file.base);
    expectRefusal(file);
  });

  test("a locked, broken or absent source is no refusal but an error that says so", async () => {
    const file = await start(journal);
    const trouble = (): string => {
      try {
        tailOf(file);
      } catch (error) {
        return (asSourceError(error) as SourceError).trouble;
      }
      return "none";
    };
    if (journal === "delete") {
      erp!.run("BEGIN EXCLUSIVE");
      expect(trouble()).toBe("locked");
      erp!.run("ROLLBACK");
    }
    erp!.close();
    erp = undefined;
    writeFileSync(file.source, "not a database at all, but long enough to be taken for the header of one ".repeat(3));
    expect(trouble()).toBe("broken");
    rmSync(file.source);
    expect(trouble()).toBe("absent");
  });
});

/** Damages the root of the table so that a search for ids above `id` passes some of their rows over. */
function hideRows(source: string, id: number): void {
  const db = new Database(source, { readonly: true });
  const { rootpage } = db
    .query<{ rootpage: number }, []>("SELECT rootpage FROM sqlite_schema WHERE name = 'production_records'")
    .get()!;
  db.close();
  const bytes = readFileSync(source);
  const root = bytes.subarray((rootpage - 1) * 4096, rootpage * 4096);
  for (let cell = 0; cell < root.readUInt16BE(3); cell++) {
    const key = root.readUInt16BE(12 + 2 * cell) + 4;
    const last = root[key]! < 0x80 ? root[key]! : ((root[key]! & 0x7f) << 7) | root[key + 1]!;
    // The first leaf whose last id is above the one that is searched for now seems to end before it. Two bytes hold ids from 128 to 16383.
    if (last <= id) continue;
    root[key] = 0x80 | ((id - 1) >> 7);
    root[key + 1] = (id - 1) & 0x7f;
    break;
  }
  writeFileSync(source, bytes);
}

test("a -wal of another file, which SQLite reads all the same, is not overlooked", async () => {
  const file = await start("delete");
  erp!.close();
  erp = openSource(join(folder, "other.db"), ["journal_mode = wal"]);
  append(erp, 500);
  append(erp, 500);
  await Bun.write(`${file.source}-wal`, Bun.file(join(folder, "other.db-wal")));
  expect(allRows([file.source])).toHaveLength(1_000);
  expect(() => tailOf(file)).toThrow("The file changed while it was read.");
});

describe("in WAL mode", () => {
  test.each(["PASSIVE", "FULL", "RESTART", "TRUNCATE"])("a checkpoint (%s) changes nothing", async (mode) => {
    const file = await start("wal");
    append(erp!, 700);
    expect(expectProof(file)).toBe(700);
    erp!.run(`PRAGMA wal_checkpoint(${mode})`);
    expect(expectProof(file)).toBe(700);
    append(erp!, 3);
    expect(expectProof(file)).toBe(703);
    erp!.run("UPDATE production_records SET item_name = NULL WHERE id = 3");
    expectRefusal(file);
  });

  test("a -wal that a crash left is read too", async () => {
    const file = await start("wal");
    append(erp!, 700);
    const crashed = { ...file, source: join(folder, "crashed.db") };
    for (const suffix of ["", "-wal"]) {
      await Bun.write(`${crashed.source}${suffix}`, Bun.file(`${file.source}${suffix}`));
    }
    expect(expectProof(crashed)).toBe(700);
  });

  test("no -wal is left beside a file that had none", async () => {
    const file = await start("wal");
    append(erp!, 10);
    erp!.close();
    erp = undefined;
    expect(existsSync(`${file.source}-wal`)).toBe(false);
    expect(tailOf(file).facts?.rows).toBe(10);
    expect([existsSync(`${file.source}-wal`), existsSync(`${file.source}-shm`)]).toEqual([false, false]);
  });
});
