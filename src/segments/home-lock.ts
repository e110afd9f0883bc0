import { Database } from "bun:sqlite";
import path from "node:path";

/**
 * Makes sure that one hub at a time works in a home folder: two would delete each other's mirrors. The lock is an SQLite one, which the
 * operating system lets go of when the process ends, however it ends. Returns null when another hub holds it. Under another `name` it
 * keeps apart other work that only one process at a time may do.
 */
export function lockHome(mirrorDir: string, name = "hub.lock"): { release: () => void } | null {
  let db: Database | null = null;
  try {
    db = new Database(path.join(mirrorDir, name));
    db.run("PRAGMA busy_timeout = 1000");
    db.run("BEGIN EXCLUSIVE");
  } catch (error) {
    db?.close();
    if (String((error as { code?: unknown }).code).startsWith("SQLITE_BUSY")) return null;
    // A file system without locks: the port still keeps a second hub with the same settings away.
    return { release: () => {} };
  }
  const held = db;
  return { release: () => held.close() };
}

/** Whether another process holds the lock. */
export function isHomeLocked(mirrorDir: string, name?: string): boolean {
  const lock = lockHome(mirrorDir, name);
  lock?.release();
  return lock === null;
}
