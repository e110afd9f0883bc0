/**
 * A program that moves quantity from one record to another, one transaction after the other, until its stdin ends:
 * `bun test/faults/transfer-writer.ts FILE ROWS`. The sum over all rows never changes, so that any mixture of two states shows.
 */
import { Database } from "bun:sqlite";

/** What the writer went through. */
export interface TransferReport {
  readonly transactions: number;
  /** The longest time one transaction took, its commit included. */
  readonly longestMs: number;
}

if (import.meta.main) {
  const [path = "", rows = "1"] = process.argv.slice(2);
  const database = new Database(path);
  database.run("PRAGMA busy_timeout = 30000");
  database.run("PRAGMA synchronous = OFF");
  const add = database.prepare("UPDATE production_records SET good_quantity = good_quantity + ? WHERE id = ?");
  let ended = false;
  void Bun.stdin.text().then(() => {
    ended = true;
  });
  let transactions = 0;
  let longestMs = 0;
  while (!ended) {
    const started = performance.now();
    database.run("BEGIN IMMEDIATE");
    for (let pair = 0; pair < 20; pair++) {
      add.run(1, 1 + Math.floor(Math.random() * Number(rows)));
      add.run(-1, 1 + Math.floor(Math.random() * Number(rows)));
    }
    database.run("COMMIT");
    longestMs = Math.max(longestMs, performance.now() - started);
    transactions += 1;
    if (transactions === 1) console.log("writing");
    await Bun.sleep(20);
  }
  database.close();
  console.log(JSON.stringify({ transactions, longestMs } satisfies TransferReport));
}
