import type { Database } from "bun:sqlite";
import { renameSync } from "node:fs";
import { compareGrown, plainLeaves } from "./appended.ts";
import { OddPagesError } from "./btree.ts";
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

/** Why there is no tail, as half a sentence; or which state of the source base and tail are. */
export type TailResult = { refused: string } | GrownSource;

export interface GrownSource extends SourceVersion {
  /** Facts of the tail; null when no rows were added, so that there is none. */
  facts: Facts | null;
}

/**
 * How long commits are held up at a time, ms, in each attempt to see one state of a file in rollback-journal mode. A writer that never pauses
 * spoils the short one, and what takes longer than the others is left to a full copy: a file of 1 GB takes 0.1 s. With 400 ms a writer waited
 * for up to 480 (test/bench/backup.ts), and nobody may wait for longer than 250; 150 is what the copy allows itself as well.
 */
const holdsMs = [40, 150, 150];
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
  const base = new Pages(order.base);
  let db: Database | null = null;
  try {
    // Before the source is held, for it takes as long as comparing them.
    const table = baseOf(order, base);
    db = openHost(part);
    const tail = db;
    tail.run("PRAGMA journal_mode = MEMORY");
    tail.run("PRAGMA synchronous = OFF");
    tail.run(`PRAGMA busy_timeout = ${lockTimeoutMs}`);
    const { result, version } = withSourceView(tail, order.source, holdMs, (view) =>
      fill(tail, { ...table, pages: base }, view, order),
    );
    const facts = result.added > 0 ? completeMirror(tail) : null;
    tail.close();
    if (facts) renameSync(part, order.target);
    return { ...version, facts };
  } catch (error) {
    if (error instanceof OddPagesError) return { refused: error.message };
    throw error;
  } finally {
    base.close();
    db?.close();
    removeDatabase(part);
  }
}

/** What was found of the base last, which never changes: a stamp tells whether it is the same file. */
let known: { stamp: string; base: Base } | null = null;

interface Base {
  root: number;
  leaves: Uint32Array;
  /** The statement that made the table. */
  sql: string;
}

function baseOf({ base: file, lastId }: TailOrder, pages: Pages): Base {
  if (known?.stamp === pages.stamp) return known.base;
  if (lastId !== null && !Number.isSafeInteger(lastId)) throw new OddPagesError("an id is beyond 2^53");
  const db = openHost();
  let found: TableDeclaration | null;
  try {
    attach(db, "main_file", file, true);
    found = tableOf(db, "main_file");
    if (!found || !isRowidId(db, "main_file")) throw new OddPagesError("its rows are not stored by their id");
  } finally {
    db.close();
  }
  const base = { ...found, leaves: plainLeaves({ pages, root: found.root }) };
  known = { stamp: pages.stamp, base };
  return base;
}

/** Compares the source with its base and copies what was added into the main schema. */
function fill(db: Database, base: Base & { pages: Pages }, view: SourceView, order: TailOrder): { added: number } {
  const source = tableOf(db, sourceSchema);
  if (source?.sql !== base.sql) throw new OddPagesError("its table was made anew");
  const grown = { pages: view.pages, root: source.root };
  const added = compareGrown(base, grown, order.lastId, order.maxRows, view.breathe);
  const copied = added === 0 ? 0 : copyRows(db, source.sql, order.lastId, view.breathe);
  if (copied !== added) throw new OddPagesError("its rows could not be read in full");
  return { added };
}

interface TableDeclaration {
  root: number;
  sql: string;
}

function tableOf(db: Database, schema: string): TableDeclaration | null {
  return db
    .query<TableDeclaration, [string]>(
      `SELECT rootpage root, sql FROM ${schema}.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
    )
    .get(table);
}

/** True when `id` is the rowid itself, by which a table's pages are ordered. */
function isRowidId(db: Database, schema: string): boolean {
  const statement = db.prepare<{ detail: string }, []>(
    `EXPLAIN QUERY PLAN SELECT 1 FROM ${schema}.${table} WHERE id = 1`,
  );
  try {
    return statement.all().some(({ detail }) => detail.includes("USING INTEGER PRIMARY KEY"));
  } finally {
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
