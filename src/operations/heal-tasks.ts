import { Database } from "bun:sqlite";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { carryOver } from "../derived/carry-over.ts";
import { attach, busyTimeoutMs, openHost } from "../segments/connection.ts";
import { contentMark, isWalMark } from "../segments/content-mark.ts";
import { asSourceError, SourceError } from "../segments/errors.ts";
import { look } from "../segments/look.ts";
import { indexesOf, requiredIndexes, table, verifyTable } from "../segments/schema.ts";

/** What a source lacks, and how much work it would be to make it. */
export interface Lack {
  /** Names of required indexes that are missing. */
  missing: string[];
  /** At most this many rows. */
  rowsAtMost: number;
}

/** A source that is written to. */
interface HealOrder {
  file: string;
  /** Name of its segment, and the folder of hub.db: what is derived from its rows stays good. */
  segment: string;
  databaseDir: string;
}

/** No row of the table takes fewer bytes: its header, a day and a code alone are more (SQLite file format, "Record Format"). */
const leastRowBytes = 30;
/** Enough for the planner: SQLite's own recommendation is 100 to 1000 (PRAGMA analysis_limit). */
const analysisLimit = 100;
/** How long a rollback waits for a lock, ms: nobody waits for it. */
const recoverTimeoutMs = 10_000;

/**
 * What the watcher does to a source, each in a worker process: SQLite in Bun cannot be interrupted, so the process is killed when it would
 * hold the ERP's lock for too long. SQLite then undoes the half-made index as after a crash.
 */
export const healTasks = {
  /** Finds missing indexes, and reads a file that lacks one into the system's cache, so that the lock is not held while the disk seeks. */
  "heal.look": ({ file }: { file: string }): Lack => {
    const lack = translating(() => findLack(file));
    if (lack.missing.length > 0) warmUp(file);
    return lack;
  },

  /** Makes one required index; returns the milliseconds the write lock was held at the most. Nothing is done where it exists. */
  "heal.index": ({ name, ...order }: HealOrder & { name: string }): number => {
    const index = requiredIndexes.find((required) => required.name === name);
    if (!index) throw new Error(`No required index is named '${name}'.`);
    return writingBesideRows(order, (db) => {
      if (!indexesOf(db, "main").includes(index.columns)) {
        db.run(`CREATE INDEX ${index.name} ON ${table} (${index.columns})`);
      }
    });
  },

  /** Rolls back what a killed process left, so that the ERP need not, and finds what is missing then. A read-only look could not do it. */
  "heal.recover": ({ file }: { file: string }): Lack => {
    // The process that was killed keeps its lock until the disk has taken what it was writing.
    writing(file, (db) => db.query("SELECT count(*) FROM sqlite_schema").get(), recoverTimeoutMs);
    return translating(() => findLack(file));
  },

  /** Renews the planner's statistics; returns milliseconds as above. */
  "heal.analyze": (order: HealOrder): number =>
    writingBesideRows(order, (db) => {
      db.run(`PRAGMA analysis_limit = ${analysisLimit}`);
      db.run(`ANALYZE ${table}`);
    }),
};

function findLack(file: string): Lack {
  const db = openHost();
  try {
    attach(db, "source", file, false);
    verifyTable(db, "source");
    const present = indexesOf(db, "source");
    const missing = requiredIndexes.filter((index) => !present.includes(index.columns)).map((index) => index.name);
    const pragma = (name: string) =>
      Object.values(db.query<Record<string, number>, []>(`PRAGMA source.${name}`).get()!)[0]!;
    const usedBytes = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
    // Two subqueries, because SQLite seeks for a min or a max alone but scans for both.
    const { ids } = db
      .query<{ ids: number }, []>(
        `SELECT coalesce((SELECT max(id) FROM source.${table}) - (SELECT min(id) FROM source.${table}) + 1, 0) ids`,
      )
      .get()!;
    return { missing, rowsAtMost: Math.min(ids, Math.ceil(usedBytes / leastRowBytes)) };
  } finally {
    db.close();
  }
}

/** Reads a file into the system's cache, so that no lock is held while the disk seeks. */
export function warmUp(file: string): void {
  const handle = openSync(file, "r");
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    while (readSync(handle, buffer) > 0);
  } finally {
    closeSync(handle);
  }
}

function writing(file: string, work: (db: Database) => void, timeoutMs = busyTimeoutMs): number {
  return translating(() => {
    const db = new Database(file, { readwrite: true, create: false });
    try {
      db.run(`PRAGMA busy_timeout = ${timeoutMs}`);
      const started = performance.now();
      work(db);
      return performance.now() - started;
    } finally {
      db.close();
    }
  });
}

/**
 * Writes what is no row, in one transaction, and tells hub.db that its rows are the same, if that is certain: the file was not touched until the
 * lock was ours, and in rollback-journal mode the change counter says whether ours was the only commit from then on; in WAL mode nothing says
 * so. The counter alone is no proof, because an ERP that replaces the file every day gives each one the same. Within the transaction the
 * file is looked at from outside: closing a handle of it would drop the locks that SQLite holds on it in the same process (fcntl(2)).
 */
function writingBesideRows({ file, segment, databaseDir }: HealOrder, work: (db: Database) => void): number {
  const before = commitOf(file);
  let isSame = false;
  const ms = writing(file, (db) => {
    db.run("BEGIN IMMEDIATE");
    isSame = look(file).version === before.version;
    work(db);
    db.run("COMMIT");
  });
  const after = commitOf(file);
  const isOurs = before.count !== null && after.count === before.count + 1 && after.inode === before.inode;
  if (isSame && isOurs) carryOver(databaseDir, segment, before.state, after.state);
  return ms;
}

/** The state of a file and how many commits led to it; null where nothing counts them. */
function commitOf(file: string): { version: string; inode: bigint | undefined; state: string; count: number | null } {
  return translating(() => {
    const inode = statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
    const { version } = look(file);
    // After the look: a commit in between is seen in the mark, which then is not the one that ours must follow.
    const mark = contentMark(file);
    return { version, inode, state: `${version}/${mark}`, count: isWalMark(mark) ? null : Number(mark) };
  });
}

function translating<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    if (code === "SQLITE_READONLY") throw new SourceError("locked", "The hub has no right to write the file.");
    if (code === "SQLITE_FULL") throw new SourceError("locked", "The disk is full; the file is as it was.");
    if (/^index \w+ already exists/.test((error as Error).message)) {
      throw new SourceError(
        "broken",
        "An index of that name exists on other columns; drop it in the ERP, or leave it.",
      );
    }
    throw asSourceError(error);
  }
}
