import type { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { temporaryHome } from "../support/files.ts";
import { allRows, append, type GrownFile, mirrorOf, openSource, tailFile, tailOf } from "./grown-files.ts";

/** Files that are made and changed some forty times each; HUB_TEST_TAIL_FILES=2000 is the full run. */
const FILES = Number(process.env.HUB_TEST_TAIL_FILES ?? 40);
const SEED = Number(process.env.HUB_TEST_SEED ?? Date.now() % 2 ** 31);

/** What a change works on, drawn before it: an old or new row (0 to 1 of the way through the ids), a text, a number. */
interface Draw {
  row: number;
  text: string;
  number: number;
}

type Change = (db: Database, draw: Draw) => void;

/** Changes that leave the rows alone that are there. */
const growing: Record<string, Change> = {
  append: (db, { number, text }) => append(db, number, text),
  "append one": (db, { text }) => append(db, 1, text),
  index: (db, { number }) => {
    const column = ["production_date", "item_code", "lot_number", "item_name"][number % 4];
    if (number < 40) db.run(`CREATE INDEX IF NOT EXISTS "i ${column}" ON production_records (${column})`);
    else db.run(`DROP INDEX IF EXISTS "i ${column}"`);
  },
  "fill another table": (db) => {
    db.run("CREATE TABLE IF NOT EXISTS other (a)");
    db.run("INSERT INTO other SELECT item_name FROM production_records LIMIT 20");
  },
  "empty another table": (db) => {
    db.run("CREATE TABLE IF NOT EXISTS other (a)");
    db.run("DELETE FROM other");
  },
};

/** Changes that may touch the rows that are there. */
const rewriting: Record<string, Change> = {
  "same size": (db, draw) =>
    db.run("UPDATE production_records SET lot_number = 'LU' || substr(lot_number, 3) WHERE id = ?", [idAt(db, draw)]),
  "other size": (db, draw) =>
    db.run("UPDATE production_records SET item_name = ? WHERE id = ?", [draw.text, idAt(db, draw)]),
  "last letter": (db, draw) =>
    db.run("UPDATE production_records SET item_name = substr(item_name, 1, length(item_name) - 1) || ? WHERE id = ?", [
      String(draw.number % 10),
      idAt(db, draw),
    ]),
  "type of a value": (db, draw) =>
    db.run("UPDATE production_records SET good_quantity = CAST(good_quantity AS TEXT) || 'x' WHERE id = ?", [
      idAt(db, draw),
    ]),
  "change and back": (db, draw) => {
    const id = idAt(db, draw);
    db.run("UPDATE production_records SET lot_number = lot_number || 'x' WHERE id = ?", [id]);
    db.run("UPDATE production_records SET lot_number = substr(lot_number, 1, length(lot_number) - 1) WHERE id = ?", [
      id,
    ]);
  },
  delete: (db, draw) => db.run("DELETE FROM production_records WHERE id = ?", [idAt(db, draw)]),
  "delete the last": (db) =>
    db.run("DELETE FROM production_records WHERE id = (SELECT max(id) FROM production_records)"),
  "delete many": (db, { number }) => db.run("DELETE FROM production_records WHERE id % 5 = ?", [number % 5]),
  "delete and put back": (db, draw) => {
    const id = idAt(db, draw);
    db.run("CREATE TEMP TABLE saved AS SELECT * FROM production_records WHERE id BETWEEN ? AND ?", [
      id,
      id + draw.number,
    ]);
    db.run("DELETE FROM production_records WHERE id IN (SELECT id FROM saved)");
    db.run("INSERT INTO production_records SELECT * FROM saved");
    db.run("DROP TABLE temp.saved");
  },
  "take the place of a deleted row": (db, draw) => {
    const id = idAt(db, draw);
    db.run("DELETE FROM production_records WHERE id = ?", [id]);
    db.run("INSERT INTO production_records VALUES (?, '2026-02-01', NULL, 'A', ?, 1)", [id, draw.text]);
  },
  "take a free id": (db, draw) =>
    db.run("INSERT OR IGNORE INTO production_records VALUES (?, '2026-02-01', NULL, 'A', ?, 1)", [
      idAt(db, draw) - draw.number,
      draw.text,
    ]),
  refill: (db) => {
    const rows = db.query<{ n: number }, []>("SELECT count(*) n FROM production_records").get()!.n;
    db.run("DELETE FROM production_records");
    db.run("DELETE FROM sqlite_sequence");
    append(db, rows);
  },
};

/** What cannot stand in a transaction with others. */
const alone: Record<string, Change> = {
  vacuum: (db) => db.run("VACUUM"),
  "incremental vacuum": (db) => db.run("PRAGMA incremental_vacuum"),
  checkpoint: (db, { number }) => {
    db.query(`PRAGMA wal_checkpoint(${["PASSIVE", "RESTART", "TRUNCATE"][number % 3]})`).all();
  },
  "roll back": (db, draw) => {
    db.run("BEGIN");
    append(db, draw.number, draw.text);
    db.run("DELETE FROM production_records WHERE id = ?", [idAt(db, draw)]);
    db.run("ROLLBACK");
  },
};

const changes: Record<string, Change> = { ...growing, ...rewriting, ...alone };
const names = (of: Record<string, Change>) => fc.constantFrom(...Object.keys(of));

const step = fc.record({
  // Most changes leave the old rows alone, so that many tails are proven before one is not.
  kind: fc.oneof(
    { weight: 3, arbitrary: names(growing) },
    { weight: 1, arbitrary: names(rewriting) },
    { weight: 1, arbitrary: names(alone) },
  ),
  draw: fc.record({
    row: fc.double({ min: 0, max: 1, noNaN: true }),
    // Short texts, and now and then one that fills a page or several.
    text: fc
      .tuple(
        fc.constantFrom("길a", "", "B"),
        fc.oneof({ weight: 9, arbitrary: fc.nat(10) }, { weight: 1, arbitrary: fc.nat(1500) }),
      )
      .map(([text, times]) => text.repeat(times)),
    number: fc.integer({ min: 1, max: 60 }),
  }),
  /** A mirror is made anew after a refusal, as the hub does. */
  mirrorAnew: fc.boolean(),
});

const start = fc.record({
  pageSize: fc.constantFrom(512, 512, 1024, 4096),
  autoVacuum: fc.constantFrom("NONE", "NONE", "FULL", "INCREMENTAL"),
  secureDelete: fc.constantFrom("OFF", "ON"),
  journal: fc.constantFrom("DELETE", "TRUNCATE", "PERSIST", "WAL", "WAL", "WAL"),
  rows: fc.nat(120),
});

test("a tail is never proven when base and tail together are not the source", async () => {
  console.log(`HUB_TEST_SEED=${SEED}`);
  const folder = temporaryHome();
  const seen = { unchanged: 0, grown: 0, refused: 0, "refused needlessly": 0 };
  const property = fc.asyncProperty(start, fc.array(step, { minLength: 30, maxLength: 50 }), async (made, steps) => {
    const source = join(folder, `${Bun.randomUUIDv7()}.db`);
    const db = openSource(source, [
      `page_size = ${made.pageSize}`,
      `auto_vacuum = ${made.autoVacuum}`,
      `secure_delete = ${made.secureDelete}`,
      `journal_mode = ${made.journal}`,
      "wal_autocheckpoint = 20",
    ]);
    append(db, made.rows);
    let file = await mirrorOf(source);
    try {
      for (const { kind, draw, mirrorAnew } of steps) {
        changes[kind]!(db, draw);
        const verdict = judge(file);
        seen[verdict]++;
        if (verdict.startsWith("refused") && mirrorAnew) file = await mirrorOf(source);
      }
    } finally {
      db.close();
      for (const rest of [source, file.base, tailFile(file)]) rmSync(rest, { force: true });
    }
  });
  await fc.assert(property, { seed: SEED, numRuns: FILES });
  console.log(`Tails of ${FILES} files: ${JSON.stringify(seen)}`);
  // A proof that refused everything would be right and of no use.
  expect(Math.min(seen.unchanged, seen.grown, seen.refused)).toBeGreaterThan(FILES);
}, 900_000);

/** Makes the tail and compares all rows, value by value, with those of the source. */
function judge(file: GrownFile): "unchanged" | "grown" | "refused" | "refused needlessly" {
  const { refused, facts } = tailOf(file);
  const source = allRows([file.source]);
  if (refused === null) {
    expect(allRows(facts ? [file.base, tailFile(file)] : [file.base])).toEqual(source);
    return facts ? "grown" : "unchanged";
  }
  const base = allRows([file.base]);
  return Bun.deepEquals(source.slice(0, base.length), base) ? "refused needlessly" : "refused";
}

/** The id of the drawn row; 1 in an empty table. */
function idAt(db: Database, { row }: Draw): number {
  return (
    db
      .query<{ id: number }, [number]>(
        "SELECT id FROM production_records ORDER BY id LIMIT 1 OFFSET (SELECT CAST(? * (count(*) - 1) AS INTEGER) FROM production_records)",
      )
      .get(row)?.id ?? 1
  );
}
