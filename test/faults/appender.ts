/**
 * Appends rows of one day, one every 40 ms unless told, with a busy timeout of 5 s until its stdin ends, as an ERP on the shop floor does:
 * `bun test/faults/appender.ts FILE DAY [MS]`. Then prints an AppenderReport.
 */
import { Database } from "bun:sqlite";

/** What the writer went through. */
export interface AppenderReport {
  readonly written: number;
  /** The longest time one row took, its commit included, ms. */
  readonly longestMs: number;
  /** What SQLite said of the rows that it refused after the busy timeout. */
  readonly refused: readonly string[];
}

if (import.meta.main) {
  const [path = "", day = "", everyMs = "40"] = process.argv.slice(2);
  const db = new Database(path, { readwrite: true });
  db.run("PRAGMA busy_timeout = 5000");
  const refused: string[] = [];
  let [open, written, longestMs] = [true, 0, 0];
  void Bun.stdin.text().then(() => {
    open = false;
  });
  while (open) {
    const began = performance.now();
    try {
      db.run("INSERT INTO production_records (production_date, item_code, good_quantity) VALUES (?, 'C1', 1)", [day]);
      written++;
    } catch (error) {
      refused.push(String(error));
    }
    longestMs = Math.max(longestMs, Math.round(performance.now() - began));
    await Bun.sleep(Number(everyMs));
  }
  db.close();
  console.log(JSON.stringify({ written, longestMs, refused } satisfies AppenderReport));
}
