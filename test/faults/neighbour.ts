/**
 * A program that shares a database file with the hub, run as a process of its own: `bun test/faults/neighbour.ts FILE MODE`.
 * It prints a line when it is at work, goes on until its stdin closes, and prints a report as JSON. Its busy timeout is 5 s.
 */
import { Database } from "bun:sqlite";

/** `write`: small transactions one after the other; `write lock`, `read lock`: one transaction held open. */
export type NeighbourMode = "write" | "write lock" | "read lock";

/** What a neighbour went through. */
export interface NeighbourReport {
  readonly writes: number;
  /** The longest time one write took, ms. */
  readonly longestMs: number;
  readonly refused: readonly string[];
}

if (import.meta.main) {
  const [path = "", mode] = process.argv.slice(2) as [string, NeighbourMode];
  const database = new Database(path, { readwrite: true });
  database.run("PRAGMA busy_timeout = 5000");
  // The waits measured here are for locks, not for this machine's disk.
  database.run("PRAGMA synchronous = OFF");
  let over = false;
  const ended = Bun.stdin.text().then(() => {
    over = true;
  });
  const refused: string[] = [];
  let writes = 0;
  let longestMs = 0;
  if (mode === "read lock") {
    database.run("BEGIN");
    database.query("SELECT count(*) FROM production_records").get();
  }
  if (mode === "write lock") database.run("BEGIN IMMEDIATE");
  console.log("ready");
  if (mode === "write") {
    const update = database.query("UPDATE production_records SET good_quantity = good_quantity + 1 WHERE id = 1");
    while (!over) {
      const started = performance.now();
      try {
        update.run();
        writes += 1;
      } catch (error) {
        refused.push(String(error));
      }
      longestMs = Math.max(longestMs, performance.now() - started);
      await Bun.sleep(2);
    }
  }
  await ended;
  database.close();
  console.log(JSON.stringify({ writes, longestMs, refused } satisfies NeighbourReport));
}
