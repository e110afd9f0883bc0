/**
 * An ERP that never rests, run as a process of its own: `bun test/faults/flip-writer.ts FILE`. It changes an old row in the same transaction
 * that appends a row named 'flag', puts the old row back byte for byte in the one that deletes the flag, and appends three rows at a time in
 * between. Whoever sees a flag and the old rows as they were mixes two states. Ends when its input does.
 */
import { Database } from "bun:sqlite";

const [file = ""] = process.argv.slice(2);
const db = new Database(file);
db.run("PRAGMA busy_timeout = 10000");
db.run("PRAGMA synchronous = OFF");
db.run("PRAGMA wal_autocheckpoint = 30");

let writing = true;
(async () => {
  for await (const _ of process.stdin) {
    // Nothing is said to the writer; the end of its input is its order to stop.
  }
  writing = false;
})();

const three = db.prepare(
  "INSERT INTO production_records (production_date, item_code, good_quantity) VALUES ('2026-03-01', 'N', 1), ('2026-03-01', 'N', 2), ('2026-03-01', 'N', 3)",
);
const old = db.query<{ rows: number }, []>("SELECT count(*) rows FROM production_records").get()!.rows;
let transactions = 0;
for (; writing; transactions++) {
  const id = 1 + Math.floor(Math.random() * old);
  db.transaction(() => three.run()).immediate();
  db.transaction(() => {
    db.run("UPDATE production_records SET good_quantity = good_quantity + 1000000 WHERE id = ?", [id]);
    db.run("INSERT INTO production_records (production_date, item_code) VALUES ('2026-03-01', 'flag')");
  }).immediate();
  await Bun.sleep(Math.random() * 4);
  db.transaction(() => {
    db.run("UPDATE production_records SET good_quantity = good_quantity - 1000000 WHERE id = ?", [id]);
    db.run("DELETE FROM production_records WHERE item_code = 'flag'");
  }).immediate();
  // A pause in which a proof may succeed, and often none.
  await Bun.sleep(Math.random() < 0.3 ? 60 : Math.random() * 6);
}
console.log(JSON.stringify({ transactions: transactions * 3 }));
db.close();
