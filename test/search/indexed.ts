import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { likePattern } from "../../src/production/records.ts";
import { buildSearchIndex } from "../../src/search/build.ts";
import type { SearchFilter, SearchIndex, SearchPart } from "../../src/search/search-index.ts";
import { SearchShelf } from "../../src/search/shelf.ts";
import { attach, openHost } from "../../src/segments/connection.ts";
import { afterAll, firstDayEver, lastDayEver } from "../../src/segments/day.ts";
import { nothingExcluded } from "../../src/segments/duplicates.ts";
import { readFacts } from "../../src/segments/facts.ts";
import { look } from "../../src/segments/look.ts";
import type { Segment } from "../../src/segments/types.ts";
import { CREATE_TABLE, temporaryHome } from "../support/files.ts";

/** A folder with one data file and a hub.db beside it. */
export interface Indexed {
  readonly databaseDir: string;
  readonly segment: Segment;
  readonly shelf: SearchShelf;
}

/** Values of one row but for its id, as they are to be stored. */
export type StoredRow = [date: unknown, lot: unknown, code: unknown, name: unknown, quantity: unknown];

/** Writes a file with an index on its dates; rows may hold whatever SQLite takes. Ids are given from `firstId` on. */
export function writeRows(file: string, rows: readonly StoredRow[], firstId = 1): void {
  const db = new Database(file, { create: true });
  db.run("PRAGMA synchronous = OFF");
  db.run(CREATE_TABLE);
  db.run("CREATE INDEX idx_production_date ON production_records (production_date)");
  const insert = db.prepare("INSERT INTO production_records VALUES (?, ?, ?, ?, ?, ?)");
  db.transaction(() => {
    for (const [at, row] of rows.entries()) insert.run(...([firstId + at, ...row] as string[]));
  })();
  insert.finalize();
  db.close(true);
}

/** The segment that a file is, as if it owned every day. */
export function segmentOf(file: string, immutable = false): Segment {
  const db = openHost();
  try {
    attach(db, "s", file, false);
    const facts = readFacts(db, "s", true);
    const version = `${look(file).version}/1`;
    const days = { ownsFrom: firstDayEver, ownsTo: lastDayEver };
    return {
      name: "live",
      source: "live",
      file,
      immutable,
      version,
      ...days,
      facts,
      misplaced: 0,
      excluded: nothingExcluded,
    };
  } finally {
    db.close();
  }
}

/** A new folder with these rows in a file. */
export function withRows(rows: readonly StoredRow[], firstId?: number): Indexed {
  const databaseDir = join(temporaryHome(), "database");
  mkdirSync(databaseDir);
  const file = join(databaseDir, "production_analysis.db");
  writeRows(file, rows, firstId);
  return { databaseDir, segment: segmentOf(file), shelf: new SearchShelf(databaseDir) };
}

/** The same with its search index, which must be there. */
export async function indexed(rows: readonly StoredRow[], firstId?: number): Promise<Indexed & { index: SearchIndex }> {
  const folder = withRows(rows, firstId);
  await buildSearchIndex(folder);
  const index = folder.shelf.find(folder.segment);
  if (!index) throw new Error(`No index: ${folder.shelf.registered(folder.segment)?.refused}`);
  return { ...folder, index };
}

/** All candidates of a search, asked for in portions of a few. */
export function candidates(index: SearchIndex, filter: SearchFilter, part: SearchPart): number[] | null {
  const search = index.search(filter, part);
  if (!search) return null;
  const ids: number[] = [];
  for (let some = search.next(7); some.length > 0; some = search.next(7)) ids.push(...some);
  return ids;
}

/** Ids of the rows that SQL finds by reading all of them, in the record order. */
export function scanned(file: string, filter: SearchFilter, part: SearchPart): number[] {
  const parts: string[] = ["1"];
  const values: (string | number)[] = [];
  const add = (sql: string, ...more: (string | number | undefined)[]): void => {
    if (more.includes(undefined)) return;
    parts.push(sql);
    values.push(...(more as (string | number)[]));
  };
  const { q, lotPrefix, itemCode, minQuantity, maxQuantity } = filter;
  const like = q === undefined ? undefined : likePattern(q);
  const contains = ["item_code", "item_name", "lot_number"].map((column) => `${column} LIKE ? ESCAPE '\\'`);
  add(`(${contains.join(" OR ")})`, like, like, like);
  add("lot_number >= ? AND lot_number < ?", lotPrefix, lotPrefix === undefined ? undefined : lotPrefix + afterAll);
  add("item_code = ?", itemCode);
  add("good_quantity >= ?", minQuantity);
  add("good_quantity <= ?", maxQuantity);
  const { newest, oldest } = part;
  add("(production_date < ? OR (production_date = ? AND id <= ?))", newest?.text, newest?.text, newest?.id);
  add("production_date >= ?", oldest);
  const db = new Database(file, { readonly: true });
  try {
    const sql = `SELECT id FROM production_records WHERE ${parts.join(" AND ")} ORDER BY production_date DESC, id DESC`;
    return db
      .query<{ id: number }, (string | number)[]>(sql)
      .all(...values)
      .map(({ id }) => id);
  } finally {
    db.close();
  }
}
