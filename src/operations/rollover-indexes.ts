import type { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { requiredIndexes, table } from "../segments/schema.ts";
import { warmUp } from "./heal-tasks.ts";
import type { OperationLog } from "./operation.ts";
import { openForWriting, unlocked, writing } from "./rollover-lock.ts";

/**
 * When Live's indexes are set aside for the move. Measured for 5 million rows with four indexes: to delete row by row from five B-trees takes
 * 17 s of processor time, from the table alone 2 s; to drop the four takes 0.05 to 0.13 s of lock each. They are made again from the rows that
 * stay, 0.5 µs a row and index, so that these must be few.
 */
const worthRows = 100_000;
const stayAtMost = 250_000;
/** The ERP filled the file anew meanwhile: an index of so many rows would hold it up for seconds, and is the watcher's business. */
const makeAtMost = 1_000_000;
/** Longer than SQLite's busy handler sleeps (100 ms), so that whoever waits gets its turn between two of them. */
const turnMs = 120;
const consequence = "Its indexes are made by the next start of the hub or of the command, or by the watcher.";

/**
 * Names of the indexes that may be dropped for a move of `moving` rows and made again afterwards: those of the names and the very definition
 * that the hub makes by itself. None where it is not worth it, or where the pages of a dropped index would be moved within its transaction.
 */
export function indexesToSetAside(file: string, moving: number, staying: number): string[] {
  if (moving < worthRows || staying > stayAtMost) return [];
  const db = openForWriting(file);
  try {
    const { auto_vacuum } = db.query<{ auto_vacuum: number }, []>("PRAGMA auto_vacuum").get()!;
    return auto_vacuum === 0 ? requiredIndexes.filter((index) => isOwn(db, index)).map(({ name }) => name) : [];
  } finally {
    db.close();
  }
}

function isOwn(db: Database, { name, columns }: { name: string; columns: string }): boolean {
  const plain = db
    .query("SELECT 1 FROM pragma_index_list(?) WHERE name = ? AND \"unique\" = 0 AND partial = 0 AND origin = 'c'")
    .get(table, name);
  const parts = db
    .query<{ name: string | null; desc: number; coll: string }, [string]>(
      'SELECT name, "desc", coll FROM pragma_index_xinfo(?) WHERE "key" = 1 ORDER BY seqno',
    )
    .all(name);
  const ascending = parts.every(({ desc, coll }) => desc === 0 && coll === "BINARY");
  return plain !== null && ascending && parts.map((part) => part.name).join(",") === columns;
}

/** Drops indexes, in a short transaction each. Returns the longest time the file was locked, ms. */
export async function dropIndexes(file: string, names: readonly string[]): Promise<number> {
  if (names.length === 0) return 0;
  // Every page of an index is read while it is dropped; from the disk that would take ten times as long.
  warmUp(file);
  return each(file, names, (db, name) => db.run(`DROP INDEX IF EXISTS "${name}"`));
}

/**
 * Makes the indexes again that `dropIndexes` dropped, in a short transaction each, and renews the planner's statistics where the file has any;
 * indexes that exist stay as they are. Returns the longest time the file was locked, ms.
 */
export async function restoreIndexes(file: string, names: readonly string[], log: OperationLog): Promise<number> {
  if (names.length === 0 || !existsSync(file)) return 0;
  const missing = await unlocked(file, consequence, () => {
    const db = openForWriting(file);
    try {
      const rows = db.query<{ rows: number }, []>(`SELECT count(*) AS rows FROM ${table}`).get()!.rows;
      return rows <= makeAtMost ? names : null;
    } finally {
      db.close();
    }
  });
  if (missing === null) {
    log.warn("The ERP has filled Live anew meanwhile; the watcher makes its missing indexes when nobody writes.");
    return 0;
  }
  return each(file, [...missing, statistics], (db, name) => {
    const index = requiredIndexes.find((required) => required.name === name);
    if (index) db.run(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} (${index.columns})`);
    else if (name === statistics && hasStatistics(db)) {
      // Those of a dropped index went with it, and the others are of another number of rows.
      db.run("PRAGMA analysis_limit = 100");
      db.run(`ANALYZE ${table}`);
    }
  });
}

const statistics = "sqlite_stat1";

const hasStatistics = (db: Database): boolean =>
  db.query("SELECT 1 FROM sqlite_schema WHERE name = ?").get(statistics) !== null;

async function each(
  file: string,
  names: readonly string[],
  work: (db: Database, name: string) => void,
): Promise<number> {
  const db = openForWriting(file);
  let longestMs = 0;
  try {
    for (const name of names) {
      const ms = await unlocked(file, consequence, () => {
        let began = performance.now();
        writing(db, () => {
          began = performance.now();
          work(db, name);
        });
        return performance.now() - began;
      });
      longestMs = Math.max(longestMs, ms);
      await Bun.sleep(turnMs);
    }
  } finally {
    db.close();
  }
  return longestMs;
}
