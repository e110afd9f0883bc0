import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { copySource } from "../../src/segments/copy.ts";
import { copyBytes, copyWithWal, openLocked } from "../../src/segments/file-copy.ts";
import { differenceFromState } from "../faults/transfer-writer.ts";
import { livePath, temporaryHome } from "../support/files.ts";
import { integrityOf, writeManyRows } from "../support/operations.ts";
import { startScript } from "../support/processes.ts";

const ROWS = 4_000;
const QUANTITY = 1000;

function walFile(): string {
  const file = livePath(temporaryHome());
  mkdirSync(dirname(file), { recursive: true });
  writeManyRows(file, ROWS, QUANTITY, "wal");
  return file;
}

test("a small file in WAL mode that is written and checkpointed all the while is copied in a state that it had", async () => {
  const file = walFile();
  const writer = startScript("transfer-writer.ts", file, `${ROWS}`);
  await writer.stdout.getReader().read();
  const folder = temporaryHome();
  const part = join(folder, "copy.db");
  for (let round = 0; round < 40; round++) {
    await copySource(file, part);
    // The copy has its format, and nothing beside it.
    expect(readdirSync(folder)).toEqual(["copy.db"]);
    const copy = new Database(part);
    copy.run("PRAGMA journal_mode = DELETE");
    copy.close(true);
    expect(differenceFromState(part, ROWS, QUANTITY)).toBeNull();
    expect(integrityOf(part)).toBe("ok");
    await Bun.sleep(40);
  }
  writer.stdin.end();
  await writer.exited;
}, 180_000);

test("whoever closes a file in WAL mode leaves nothing beside it, however often it is being copied", async () => {
  const file = walFile();
  const copier = startScript("copier.ts", file, join(temporaryHome(), "copy.db"));
  const said = copier.stdout.getReader();
  await said.read();
  for (let round = 0; round < 200; round++) {
    const erp = new Database(file);
    erp.run("PRAGMA synchronous = OFF");
    erp.run("UPDATE production_records SET good_quantity = ? WHERE id = 1", [round]);
    erp.close(true);
    expect([round, existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([round, false, false]);
    await Bun.sleep((round % 3) * 6);
  }
  copier.stdin.end();
  await copier.exited;
  const { value } = await said.read();
  expect(Number(new TextDecoder().decode(value))).toBeGreaterThan(10);
}, 180_000);

test("what an ERP that was killed had committed is copied, and its -wal is left for itself to take in", async () => {
  const file = walFile();
  const writer = startScript("transfer-writer.ts", file, `${ROWS}`);
  await writer.stdout.getReader().read();
  await Bun.sleep(100);
  writer.kill("SIGKILL");
  await writer.exited;
  const before = readdirSync(dirname(file));
  const part = join(temporaryHome(), "copy.db");
  await copySource(file, part);
  expect(readdirSync(dirname(file))).toEqual(before);
  expect(before).toContain("production_analysis.db-wal");
  const [copied, own] = [part, file].map((path) => {
    const database = new Database(path);
    const rows = database.query("SELECT * FROM production_records").values();
    database.close(true);
    return rows;
  });
  expect(copied).toEqual(own);
});

test("what an attempt that failed had copied of a -wal is not read into the next copy", async () => {
  const file = walFile();
  const part = join(temporaryHome(), "copy.db");
  const erp = new Database(file);
  const write = (quantity: number) =>
    erp.run("UPDATE production_records SET good_quantity = ? WHERE id = 1", [quantity]);
  write(1);
  const attempt = () =>
    copyWithWal(file, part, () => {
      copyBytes(file, part);
      erp.run("PRAGMA wal_checkpoint(RESTART)");
      write(2);
    });
  expect(attempt).toThrow("The file changed while it was copied.");
  expect(existsSync(`${part}-wal`)).toBe(false);
  write(3);
  // As a process leaves it that is killed.
  copyFileSync(`${file}-wal`, `${part}-wal`);
  write(4);
  erp.close(true);
  expect(existsSync(`${file}-wal`)).toBe(false);
  await copySource(file, part);
  const copy = new Database(part);
  expect(copy.query("SELECT good_quantity FROM production_records WHERE id = 1").values()).toEqual([[4]]);
  copy.close(true);
});

test("a file in WAL mode that took the name of another one a moment ago is not given a -wal and a -shm by reading", async () => {
  const file = walFile();
  const before = join(dirname(file), "before.db");
  writeManyRows(before, 10, QUANTITY, "delete");
  for (const looked of [before, file]) {
    expect(() => openLocked(file, statSync(looked, { bigint: true }).ino, 200)).toThrow("The file changed");
    expect(readdirSync(dirname(file)).sort()).toEqual(["before.db", "production_analysis.db"]);
  }
  openLocked(before, statSync(before, { bigint: true }).ino, 200).close();
});
