/**
 * An ERP that books a batch every 30 ms on the day that its clock says in Korea, until its stdin ends: `bun test/faults/clock-erp.ts LIVE COUNTS`. Into
 * COUNTS it writes, before and after each commit, how many batches of the first year and of later ones were begun and are committed.
 */
import { Database } from "bun:sqlite";
import { openSync, readFileSync, writeSync } from "node:fs";
import { factoryClock } from "../../src/observe/clock.ts";

/** Batches that the ERP has booked in its first year, or after it. */
export interface Booked {
  begun: number;
  committed: number;
}

/** How many batches the ERP had booked at this moment: those of the year in which it began, and later ones. */
export function readBooked(counts: string): { before: Booked; after: Booked } {
  const [begun = 0, committed = 0, begunAfter = 0, committedAfter = 0] = new Float64Array(
    new Uint8Array(readFileSync(counts)).buffer,
  );
  return { before: { begun, committed }, after: { begun: begunAfter, committed: committedAfter } };
}

if (import.meta.main) {
  const [live = "", counts = ""] = process.argv.slice(2);
  const clock = factoryClock("Asia/Seoul");
  const db = new Database(live, { readwrite: true });
  db.run("PRAGMA busy_timeout = 30000");
  const insert = db.prepare(
    "INSERT INTO production_records (production_date, lot_number, item_code, item_name, good_quantity) VALUES (?, 'YEAR', 'C1', '렌즈', 7)",
  );
  const file = openSync(counts, "w");
  const booked = new Float64Array(4);
  const note = (at: number): void => {
    booked[at]!++;
    writeSync(file, booked, 0, booked.byteLength, 0);
  };
  const firstYear = clock.today().slice(0, 4);
  let open = true;
  void Bun.stdin.text().then(() => {
    open = false;
  });
  while (open) {
    const day = clock.today();
    const at = day.startsWith(firstYear) ? 0 : 2;
    note(at);
    insert.run(`${day} 오전 12:00:00`);
    note(at + 1);
    await Bun.sleep(30);
  }
  insert.finalize();
  db.close(true);
}
