import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { copySource } from "../../src/segments/copy.ts";
import { SlicedCopy } from "../../src/segments/sliced-copy.ts";
import { differenceFromState } from "../faults/transfer-writer.ts";
import { livePath, temporaryHome } from "../support/files.ts";
import { integrityOf, writeManyRows } from "../support/operations.ts";
import { startScript } from "../support/processes.ts";

/** Above 16 MB, from which a file is copied in passes. */
const ROWS = 300_000;
const QUANTITY = 1000;

function largeFile(journal: "delete" | "wal"): string {
  const file = livePath(temporaryHome());
  mkdirSync(dirname(file), { recursive: true });
  writeManyRows(file, ROWS, QUANTITY, journal);
  expect(statSync(file).size).toBeGreaterThan(16 * 1024 * 1024);
  return file;
}

test.each(["delete", "wal"] as const)(
  "each copy of a file that is written all the while shows one state that it had (%s)",
  async (journal) => {
    const file = largeFile(journal);
    const writer = startScript("transfer-writer.ts", file, `${ROWS}`);
    await writer.stdout.getReader().read();
    const part = join(dirname(file), "copy.db");
    for (let round = 0; round < 4; round++) {
      await copySource(file, part);
      const copy = new Database(part);
      // As whoever is given the copy does; the one of a file in WAL mode has its format, and nothing beside it.
      copy.run("PRAGMA journal_mode = DELETE");
      copy.close(true);
      expect(differenceFromState(part, ROWS, QUANTITY)).toBeNull();
      expect(integrityOf(part)).toBe("ok");
    }
    writer.stdin.end();
    await writer.exited;
  },
  180_000,
);

test("a pass takes over what grew, changed and went away since the one before, and says whether anything did", () => {
  const file = largeFile("delete");
  const part = `${file}.part`;
  const copy = new SlicedCopy(file, part);
  const same = () => readFileSync(file).equals(readFileSync(part));
  const database = new Database(file);
  const undisturbed = () => copy.pass((work) => work());
  const disturbed = (sql: string) => {
    let done = false;
    return copy.pass((work) => {
      const result = work();
      if (!done) database.run(sql);
      done = true;
      return result;
    });
  };
  expect([undisturbed(), same()]).toEqual([true, true]);
  expect(disturbed(`UPDATE production_records SET good_quantity = 1 WHERE id % 1000 = 0 OR id < 10`)).toBe(false);
  expect([undisturbed(), same()]).toEqual([true, true]);
  database.run(`INSERT INTO production_records SELECT id + ${ROWS}, production_date, lot_number, item_code, item_name, 2
                FROM production_records LIMIT 30000`);
  expect([undisturbed(), same()]).toEqual([true, true]);
  database.run("DELETE FROM production_records WHERE id > 1000");
  database.run("VACUUM");
  expect([undisturbed(), same()]).toEqual([true, true]);
  expect(statSync(part).size).toBeLessThan(1024 * 1024);
  database.close();
  copy.close();
});
