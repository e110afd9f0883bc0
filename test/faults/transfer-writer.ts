/**
 * A program that moves quantity from one record to another, one transaction after the other, until its stdin ends:
 * `bun test/faults/transfer-writer.ts FILE ROWS`. Which records, follows from the transaction's number, and the number stands in the first
 * record, so that every state the file ever had can be computed. A line on stdin asks for a report of what happened since the last one.
 */
import { Database } from "bun:sqlite";
import { seededRandom } from "../../src/demo/random.ts";
import { percentile } from "../bench/statistics.ts";

/** What the writer went through. */
export interface TransferReport {
  readonly transactions: number;
  /** The longest time one transaction took, its commit included, and the time that 99 of 100 did not exceed. */
  readonly longestMs: number;
  readonly p99Ms: number;
  /** Transactions that SQLite refused after the busy timeout of 5 s. */
  readonly refused: number;
}

const pairs = 20;

/** The records that transaction `serial` takes one from and gives one to, by turns; ids from 1 to `rows`. */
function* idsOf(serial: number, rows: number): Generator<number, void> {
  const random = seededRandom(serial);
  for (let place = 0; place < 2 * pairs; place++) yield 1 + random.below(rows);
}

/**
 * Says how the file at `path` differs from the state that the transaction whose number it holds left; null where it is that state. Each of the
 * `rows` records began with `quantity`.
 */
export function differenceFromState(path: string, rows: number, quantity: number): string | null {
  const database = new Database(path, { readonly: true });
  try {
    const { lot_number: lot } = database
      .query<{ lot_number: string }, []>("SELECT lot_number FROM production_records WHERE id = 1")
      .get()!;
    const serial = Number(/^T(\d+)$/.exec(lot)?.[1] ?? 0);
    const wanted = new Float64Array(rows + 1).fill(quantity);
    for (let done = 1; done <= serial; done++) {
      let give = 1;
      for (const id of idsOf(done, rows)) {
        wanted[id]! += give;
        give = -give;
      }
    }
    let count = 0;
    const query = database.query<{ id: number; good_quantity: number }, []>(
      "SELECT id, good_quantity FROM production_records ORDER BY id",
    );
    for (const { id, good_quantity: found } of query.iterate()) {
      count += 1;
      if (id !== count || found !== wanted[id]) {
        return `After ${serial} transactions record ${id} holds ${found} instead of ${wanted[id]}.`;
      }
    }
    return count === rows ? null : `After ${serial} transactions there are ${count} records.`;
  } finally {
    database.close(true);
  }
}

if (import.meta.main) {
  const [path = "", rows = "1"] = process.argv.slice(2);
  const database = new Database(path);
  database.run("PRAGMA busy_timeout = 5000");
  // The waits measured here are for locks, not for this machine's disk.
  database.run("PRAGMA synchronous = OFF");
  const add = database.prepare("UPDATE production_records SET good_quantity = good_quantity + ? WHERE id = ?");
  const number = database.prepare("UPDATE production_records SET lot_number = ? WHERE id = 1");
  let [serial, refused] = [0, 0];
  let times: number[] = [];
  const report = () => {
    const [longestMs, p99Ms] = [percentile(times, 1), percentile(times, 0.99)];
    console.log(JSON.stringify({ transactions: times.length, longestMs, p99Ms, refused } satisfies TransferReport));
    [times, refused] = [[], 0];
  };
  let [announced, ended] = [false, false];
  const listening = (async () => {
    for await (const _ of console) report();
    ended = true;
  })();
  while (!ended) {
    const started = performance.now();
    try {
      database.run("BEGIN IMMEDIATE");
      let give = 1;
      for (const id of idsOf(serial + 1, Number(rows))) {
        add.run(give, id);
        give = -give;
      }
      number.run(`T${serial + 1}`);
      database.run("COMMIT");
      serial += 1;
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith("SQLITE_BUSY")) throw error;
      if (database.inTransaction) database.run("ROLLBACK");
      refused += 1;
    }
    times.push(performance.now() - started);
    if (serial > 0 && !announced) console.log("writing");
    announced = serial > 0;
    await Bun.sleep(20);
  }
  await listening;
  database.close();
  report();
}
