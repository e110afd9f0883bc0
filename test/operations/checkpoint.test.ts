import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { runCheckpoint } from "../../src/operations/checkpoint.ts";
import { archivePath, type JournalMode, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { startNeighbour } from "../support/neighbour.ts";
import { contextOf } from "../support/operations.ts";

const mb = 1024 * 1024;

/** A home with a Live file in the given mode, and an ERP that wrote some 3 MB to it and has it open. */
function written(env: Record<string, string> = {}, journal: JournalMode = "wal") {
  const home = temporaryHome();
  const context = contextOf(home, { WAL_LIMIT_MB: "2", ...env });
  const live = livePath(home);
  writeDatabase(live, [row({ id: 1 })], journal);
  const erp = new Database(live);
  erp.run("PRAGMA wal_autocheckpoint = 0");
  const write = () =>
    erp.run(
      `WITH RECURSIVE counter(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counter WHERE i < 15000)
       INSERT INTO production_records (production_date, item_code, item_name) SELECT '2026-02-01', 'C1', hex(randomblob(90)) FROM counter`,
    );
  write();
  return { live, context, erp, write, wal: () => statSync(`${live}-wal`, { throwIfNoEntry: false })?.size ?? 0 };
}

const rowsOf = (database: Database) =>
  database.query<{ n: number }, []>("SELECT count(*) n FROM production_records").get()!.n;

test("a -wal past the limit is emptied while the ERP has the file open, and every row stands", () => {
  const { context, erp, wal } = written();
  expect(wal()).toBeGreaterThan(2 * mb);
  const { files, summary } = runCheckpoint(context);
  expect(files[0]?.state).toBe("shrunk");
  expect(summary).toMatch(/production_analysis\.db-wal shrank from [\d.]+ to 0 MB/);
  expect(wal()).toBe(0);
  expect(rowsOf(erp)).toBe(15_001);
  erp.close();
});

test("a -wal below the limit is left alone, unless it is told to be checkpointed now", () => {
  const { context, erp, wal } = written({ WAL_LIMIT_MB: "100" });
  expect(runCheckpoint(context).files[0]?.state).toBe("small");
  expect(wal()).toBeGreaterThan(2 * mb);
  expect(runCheckpoint(context, { force: true }).files[0]?.state).toBe("shrunk");
  erp.close();
});

test("a small -wal that stayed because somebody was reading as the ERP closed its file is taken away", async () => {
  const { live, context, erp, wal } = written({ WAL_LIMIT_MB: "100" });
  const reader = new Database(live, { readonly: true });
  expect(rowsOf(reader)).toBe(15_001);
  erp.close();
  reader.close();
  expect(wal()).toBeGreaterThan(2 * mb);
  expect(runCheckpoint({ ...context, settings: { ...context.settings, healIndexes: false } }).files[0]?.state).toBe(
    "small",
  );
  const { files, summary } = runCheckpoint(context);
  expect(files[0]).toMatchObject({ state: "left", walMbAfter: 0 });
  expect(summary).toBe(
    "production_analysis.db-wal was left over from a program that has ended; its rows stand in the file now.",
  );
  expect(existsSync(`${live}-wal`)).toBe(false);
  const again = new Database(live, { readonly: true });
  expect(rowsOf(again)).toBe(15_001);
  again.close();
});

test("a -wal that a reader holds is reported with the reason, and shrinks when the reader is done", async () => {
  const { live, context, erp, write, wal } = written();
  const reader = await startNeighbour(live, "read lock");
  write();
  const held = runCheckpoint(context);
  expect(held.files[0]?.state).toBe("held");
  expect(held.files[0]?.note).toMatch(
    /A program has been reading since before its last writes \(\d+ of \d+ pages wait/,
  );
  expect(context.said.join()).toContain("WARN production_analysis.db-wal");
  expect(rowsOf(erp)).toBe(30_001);
  await reader.stop();
  expect(runCheckpoint(context).files[0]?.state).toBe("shrunk");
  expect(wal()).toBe(0);
  erp.close();
});

test("a reader of the newest state keeps the -wal from being emptied, but its pages are safe in the file", async () => {
  const { live, context, erp } = written();
  const reader = await startNeighbour(live, "read lock");
  expect(runCheckpoint(context).files[0]?.note).toContain(
    "A program holds a read open. Everything is safe in the file",
  );
  await reader.stop();
  erp.close();
});

test("a program in the middle of a write is not disturbed", async () => {
  const { live, context, erp } = written();
  const writer = await startNeighbour(live, "write lock");
  expect(runCheckpoint(context).files[0]?.note).toContain("in the middle of a write transaction");
  expect((await writer.stop()).refused).toEqual([]);
  expect(runCheckpoint(context).files[0]?.state).toBe("shrunk");
  erp.close();
});

test("a program that writes all the while is never refused", async () => {
  const { live, context, erp } = written();
  const writer = await startNeighbour(live, "write");
  for (let round = 0; round < 20; round++) {
    runCheckpoint(context, { force: true });
    await Bun.sleep(5);
  }
  expect((await writer.stop()).refused).toEqual([]);
  erp.close();
});

test.each(["delete", "wal"] as const)("beside a file without a -wal (%s) nothing appears", (journal) => {
  const { live, context, erp } = written({}, journal);
  erp.close();
  const before = [readdirSync(context.settings.databaseDir), readFileSync(live)];
  expect(runCheckpoint(context, { force: true }).files[0]?.state).toBe("none");
  expect([readdirSync(context.settings.databaseDir), readFileSync(live)]).toEqual(before);
  expect(existsSync(`${live}-shm`)).toBe(false);
});

test("by hand it says of every file what became of it, and once", async () => {
  const { live, context, erp } = written({ WAL_LIMIT_MB: "100" });
  writeDatabase(archivePath(context.settings.home, 2025), [row({ production_date: "2025-03-04" })]);
  const reader = await startNeighbour(live, "read lock");
  expect(runCheckpoint(context, { force: true }).summary.split("\n")).toEqual([
    expect.stringMatching(
      /^production_analysis\.db: its -wal had ([\d.]+) MB and has \1 MB now\. A program holds a read open\. Everything is safe in the file; it shrinks once that program ends its read\.$/,
    ),
    "archive_2025.db: it has no -wal, so there is nothing to do.",
  ]);
  await reader.stop();
  expect(runCheckpoint(context, { force: true }).summary).toMatch(
    /^production_analysis\.db: its -wal had [\d.]+ MB and has 0 MB now\.\n/,
  );
  expect(context.said).toEqual([]);
  erp.close();
});

test("with HEAL_INDEXES=false a large -wal is reported and left alone", () => {
  const { context, erp, wal } = written({ HEAL_INDEXES: "false" });
  expect(runCheckpoint(context).files[0]).toMatchObject({ state: "untouched" });
  expect(context.said.join()).toContain("HEAL_INDEXES=false");
  expect(wal()).toBeGreaterThan(2 * mb);
  erp.close();
});
