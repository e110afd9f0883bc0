import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";

/**
 * Opens and closes a file, with which SQLite takes its `-wal` away where nobody else has it open; true when there is none afterwards. The program
 * that closes a file last does that, but not one that only reads: when the hub was reading just as the ERP closed its file, the `-wal` stays. A
 * file that is then put over the old one would be given what it holds (https://www.sqlite.org/howtocorrupt.html, 1.4).
 */
export function closeAsLast(path: string): boolean {
  if (!existsSync(`${path}-wal`)) return true;
  try {
    const db = new Database(path, { readwrite: true, create: false });
    try {
      db.query("SELECT count(*) FROM sqlite_schema").get();
    } finally {
      db.close();
    }
  } catch {
    // Locked, without permission, or broken: it stays as it is, and others say what is the matter with it.
  }
  return !existsSync(`${path}-wal`);
}
