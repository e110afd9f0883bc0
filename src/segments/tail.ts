import type { Database } from "bun:sqlite";
import { renameSync } from "node:fs";
import { type Comparison, compareGrown } from "./appended.ts";
import { attach, openHost } from "./connection.ts";
import type { SourceVersion } from "./copy.ts";
import { SourceError } from "./errors.ts";
import { completeMirror, removeDatabase } from "./mirror.ts";
import { Pages } from "./pages.ts";
import { table } from "./schema.ts";
import { type SourceView, sourceSchema, withSourceView } from "./source-view.ts";
import type { Facts } from "./types.ts";

/** Order to mirror only the rows that a source was given since a mirror of it was made. */
export interface TailOrder {
  source: string;
  /** The mirror, and its greatest id (null where it is empty). */
  base: string;
  lastId: number | null;
  /** Where the tail is to stand. */
  target: string;
  /** More added rows than this are refused. */
  maxRows: number;
}

export interface TailResult extends SourceVersion {
  /** Why there is no tail: half a sentence. Null when base and tail together hold the rows of the source. */
  refused: string | null;
  /** Facts of the tail; null when no rows were added, so that there is none. */
  facts: Facts | null;
}

const baseSchema = "base";
/**
 * How long commits are held up at a time, ms, in each attempt to see one state of a file in rollback-journal mode. A writer that never pauses
 * spoils the short ones, and what takes longer than the last one is left to a full copy: a file of 1 GB takes 0.2 s. With 400 ms for it a
 * writer waited for up to 480 (test/bench/backup.ts), and nobody may wait for longer than 250; 150 is what the copy allows itself as well.
 */
const holdsMs = [40, 40, 150];
const lockTimeoutMs = 500;
/** Rows added under one lock: some 20 ms. */
const rowsAtOnce = 10_000;

/**
 * Proves that a source has only grown since its mirror was made, and mirrors the rows it grew by. Base and tail are one state of the
 * source. Throws SourceError when the source is absent, locked or broken, or changed during every attempt; `holds` is how long each of them
 * keeps a writer waiting at a time, ms.
 */
export function makeTail(order: TailOrder, holds: readonly number[] = holdsMs): TailResult {
  const [holdMs, ...others] = holds;
  try {
    return makeOnce(order, holdMs!);
  } catch (error) {
    const passing = error instanceof SourceError && error.trouble === "changing";
    if (!passing || others.length === 0) throw error;
    return makeTail(order, others);
  }
}

function makeOnce(order: TailOrder, holdMs: number): TailResult {
  const part = `${order.target}.tmp`;
  removeDatabase(part);
  const db = openHost(part);
  let result: TailResult;
  try {
    db.run("PRAGMA journal_mode = MEMORY");
    db.run("PRAGMA synchronous = OFF");
    db.run(`PRAGMA busy_timeout = ${lockTimeoutMs}`);
    attach(db, baseSchema, order.base, true);
    const { result: seen, version } = withSourceView(db, order.source, holdMs, (view) => fill(db, view, order));
    const refused = "refused" in seen ? seen.refused : null;
    const facts = refused === null && "added" in seen && seen.added > 0 ? completeMirror(db) : null;
    result = { ...version, refused, facts };
  } catch (error) {
    db.close();
    removeDatabase(part);
    throw error;
  }
  db.close();
  if (result.facts) renameSync(part, order.target);
  else removeDatabase(part);
  return result;
}

/** Compares the source with its base and copies what was added into the main schema. */
function fill(db: Database, view: SourceView, order: TailOrder): Comparison {
  const base = tableOf(db, baseSchema);
  const source = tableOf(db, sourceSchema);
  if (!base || source?.sql !== base.sql) return { refused: "its table was made anew" };
  if (!isRowidId(db)) return { refused: "its id is not the one by which its rows are stored" };
  const pages = new Pages(order.base);
  let seen: Comparison;
  try {
    const before = { pages, root: base.rootpage };
    const after = { pages: view.pages, root: source.rootpage };
    seen = compareGrown(before, after, order.lastId, order.maxRows, view.breathe);
  } finally {
    pages.close();
  }
  if ("refused" in seen) return seen;
  if (seen.added === 0) return seen;
  const copied = copyRows(db, source.sql, order.lastId, view.breathe);
  return copied === seen.added ? seen : { refused: "its rows could not be read in full" };
}

function tableOf(db: Database, schema: string): { rootpage: number; sql: string } | null {
  return db
    .query<{ rootpage: number; sql: string }, [string]>(
      `SELECT rootpage, sql FROM ${schema}.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
    )
    .get(table);
}

/** True when `id` is the rowid itself, by which a table's pages are ordered. */
function isRowidId(db: Database): boolean {
  const statement = db.prepare<{ detail: string }, []>(
    `EXPLAIN QUERY PLAN SELECT 1 FROM ${baseSchema}.${table} WHERE id = 1`,
  );
  try {
    return statement.all().some(({ detail }) => detail.includes("USING INTEGER PRIMARY KEY"));
  } finally {
    // An explanation that is not put away keeps bun:sqlite from detaching the files.
    statement.finalize();
  }
}

/** Copies the rows after `lastId` into a table of the same declaration, some at a time. Returns how many there were. */
function copyRows(db: Database, sql: string, lastId: number | null, breathe: () => void): number {
  db.run(sql);
  const columns = db
    .query<{ name: string }, []>(`SELECT name FROM pragma_table_xinfo('${table}', '${sourceSchema}') WHERE hidden = 0`)
    .all()
    .map(({ name }) => `"${name.replaceAll('"', '""')}"`)
    .join(", ");
  const after = (condition: string) =>
    `INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM ${sourceSchema}.${table} ${condition} ORDER BY id LIMIT ${rowsAtOnce}`;
  let copied = 0;
  for (let last = lastId; ; ) {
    const { changes } = last === null ? db.run(after("")) : db.run(after("WHERE id > ?"), [last]);
    copied += changes;
    if (changes < rowsAtOnce) return copied;
    last = db.query<{ id: number }, []>(`SELECT max(id) id FROM main.${table}`).get()!.id;
    breathe();
  }
}
