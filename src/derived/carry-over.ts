import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import path from "node:path";
import { hubDbName } from "../store/hub-db.ts";

/**
 * Lets what was derived from one version of a segment stand for another one, after a change that touched no row: an index or statistics
 * that the hub itself wrote. Otherwise each of them would cost the totals and the search index of the file anew, 14 s at 7 million rows.
 * Does nothing where hub.db holds nothing of that version, or cannot be written just now: then everything is made anew.
 */
export function carryOver(databaseDir: string, segment: string, from: string, to: string): void {
  const file = path.join(databaseDir, hubDbName);
  if (!existsSync(file)) return;
  try {
    const db = new Database(file, { readwrite: true });
    try {
      db.run("PRAGMA busy_timeout = 1000");
      for (const table of ["rollup", "search_index"]) {
        db.query(`UPDATE ${table} SET version = ? WHERE segment = ? AND version = ?`).run(to, segment, from);
      }
    } finally {
      db.close();
    }
  } catch {
    // A hub.db of an earlier schema, damaged, or locked: nothing is lost but time.
  }
}
