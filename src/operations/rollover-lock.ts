import { constants, Database } from "bun:sqlite";
import { statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { OperationError } from "./operation.ts";
import { patiently } from "./patience.ts";

/** How long the ERP's locks are waited for, one after the other. */
const patienceMs = 30_000;
/** How long one statement waits for a lock while this process holds none itself. */
export const busyTimeoutMs = 5_000;
/** Short, because whoever waits for one file may hold the lock of another. */
export const busyTimeoutInLockMs = 50;
/** A lock held this long is shorter than any busy timeout and than what a person notices. */
export const lockTargetMs = 45;

/** Opens an existing database for writing. */
export function openForWriting(file: string): Database {
  const db = new Database(file, constants.SQLITE_OPEN_READWRITE | constants.SQLITE_OPEN_URI);
  db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  return db;
}

/** Attaches a database that another connection of this process may be writing, for reading. */
export function attachReadOnly(db: Database, schema: string, file: string): void {
  db.run(`ATTACH '${pathToFileURL(file).href.replaceAll("'", "''")}?mode=ro' AS ${schema}`);
}

/** True for an error that only says that another program holds a lock. */
function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith("SQLITE_BUSY");
}

/** Repeats `work` while another program's lock is in its way. Throws OperationError, ending with `consequence`, when that does not end. */
export async function unlocked<T>(file: string, consequence: string, work: () => T): Promise<T> {
  try {
    return await patiently(work, isBusy, { forMs: patienceMs, pauseMs: () => 20 + 60 * Math.random() });
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new OperationError(
      `${path.basename(file)} has been locked by another program for ${patienceMs / 1000} s. ${consequence}`,
    );
  }
}

/** Runs `work` while nobody else writes the file; what it changed is committed. The lock is let go whatever happens. */
export function writing<T>(db: Database, work: () => T): T {
  db.run("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.run("COMMIT");
    return result;
  } finally {
    if (db.inTransaction) db.run("ROLLBACK");
  }
}

/** What tells a file apart from another one that took its place under the same name. */
export const identityOf = (file: string): string => {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.dev}.${stat.ino}` : "absent";
};
