import type { Database } from "bun:sqlite";
import { renameSync } from "node:fs";
import { type BaseTable, compareGrown, plainLeaves } from "./appended.ts";
import { OddPagesError } from "./btree.ts";
import { attach, openHost } from "./connection.ts";
import { SourceError } from "./errors.ts";
import { completeMirror, removeDatabase } from "./mirror.ts";
import { Pages } from "./pages.ts";
import { table } from "./schema.ts";
import type { SourceVersion } from "./source-version.ts";
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
    if (error instanceof OddPagesError) return { refused: error.message };
    const passing = error instanceof SourceError && error.trouble === "changing";
    if (!passing || others.length === 0) throw error;
    return makeTail(order, others);
  }
}

function makeOnce(order: TailOrder, holdMs: number): GrownSource {
  const part = `${order.target}.tmp`;
  removeDatabase(part);
  // Before the source is held, for it takes as long as comparing them.
  const base = openBase(order);
  const db = openHost(part);
  try {
    db.run("PRAGMA journal_mode = MEMORY");
    db.run("PRAGMA synchronous = OFF");
    db.run(`PRAGMA busy_timeout = ${lockTimeoutMs}`);
    const { result, version } = withSourceView(db, order.source, holdMs, (view) => fill(db, base, view, order));
    const facts = result.added > 0 ? completeMirror(db) : null;
    db.close();
    if (facts) renameSync(part, order.target);
    return { ...version, facts };
  } finally {
    base.pages.close();
    db.close();
    removeDatabase(part);
  }
}

interface Base extends BaseTable {
  /** The statement that made the table. */
  sql: string;
}

/** What was found of the base last, which never changes: a stamp tells whether it is the same file. */
let known: { stamp: string; base: Omit<Base, "pages"> } | null = null;

/** Opens the mirror. Throws OddPagesError where it cannot be compared with anything. */
function openBase({ base: file, lastId }: TailOrder): Base {
  if (lastId !== null && !Number.isSafeInteger(lastId)) throw new OddPagesError("an id is beyond 2^53");
  let pages: Pages | null = null;
  try {
    pages = new Pages(file);
    if (known?.stamp !== pages.stamp) known = { stamp: pages.stamp, base: readBase(file, pages) };
    return { ...known.base, pages };
  } catch (error) {
    pages?.close();
    // Deleted by somebody, or damaged: what is said of it must not be taken for what is said of the source.
    throw error instanceof OddPagesError ? error : new OddPagesError("its mirror cannot be read");
  }
}

function readBase(file: string, pages: Pages): Omit<Base, "pages"> {
  const db = openHost();
  try {
    attach(db, "mirror", file, true);
    const found = tableOf(db, "mirror");
    if (!found || !isRowidId(db, "mirror")) throw new OddPagesError("its rows are not stored by their id");
    return { ...found, leaves: plainLeaves({ pages, root: found.root }) };
  } finally {
    db.close();
  }
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
