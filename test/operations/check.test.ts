import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CheckRow, renderCheck, runCheck } from "../../src/operations/check.ts";
import { runWatch } from "../../src/operations/watch.ts";
import { readWatcherState, writeWatcherState } from "../../src/operations/watcher-state.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { startNeighbour } from "../support/neighbour.ts";
import { contextOf, writeManyRows } from "../support/operations.ts";

setDefaultTimeout(180_000);

/** A home with Live (2026) and the archive of 2025, each with rows of its own. */
function factory() {
  const home = temporaryHome();
  const live = livePath(home);
  const archive = archivePath(home, 2025);
  writeDatabase(live, [row({ id: 10 }), row({ id: 11 })]);
  writeDatabase(archive, [row({ id: 1, production_date: "2025-03-04 오전 12:00:00" })]);
  const context = contextOf(home, { WAL_LIMIT_MB: "1" });
  return { home, live, archive, context, check: () => runCheck(context) };
}

const live = "production_analysis.db";
const of = (rows: readonly CheckRow[], area: CheckRow["area"], file = live) =>
  rows.find((found) => found.area === area && found.file === file);

function backUp(home: string, name: string, ageMs: number): void {
  const folder = join(home, "database", "backups");
  mkdirSync(folder, { recursive: true });
  const taken = new Date(Date.now() - ageMs);
  writeFileSync(join(folder, name), "");
  utimesSync(join(folder, name), taken, taken);
}

const day = 24 * 3_600_000;

test("files in order, with indexes and fresh backups, give no warning but those of the machine's disk", async () => {
  const { home, context, check } = factory();
  await runWatch(context, { timing: { pauseMs: 10, turnMs: 0, promptMs: 60_000, lockLimitMs: 60_000 } });
  backUp(home, "production_20260113_020000.db", 3_600_000);
  backUp(home, "archive_2025_20260113_020000.db", 6 * day);
  const { ok, rows } = await check();
  expect(rows.filter(({ status, area }) => status !== "ok" && area !== "disk")).toEqual([]);
  expect(ok).toBe(!rows.some(({ status }) => status === "fail"));
  expect(of(rows, "rows")?.message).toBe("2 rows, 2026-01-13 to 2026-01-13.");
});

test("missing indexes and missing backups are warnings, each with what to do", async () => {
  const { rows } = await factory().check();
  expect(of(rows, "indexes")).toMatchObject({ status: "warn" });
  expect(of(rows, "indexes")?.message).toContain("idx_production_date, idx_item_code, idx_item_date, idx_lot_number");
  expect(of(rows, "backup")).toMatchObject({ status: "warn", message: expect.stringContaining("--backup makes one") });
});

test("what becomes of missing indexes is said: when the watcher makes them, that it broke off, or that it must not", async () => {
  const { home, live: file, check } = factory();
  const finding = async () => of((await check()).rows, "indexes")?.message;
  expect(await finding()).toEndWith("The watcher makes them.");
  const { state } = readWatcherState(join(home, "database"));
  const tomorrow = Date.parse("2099-01-01T00:00:00Z") / 1000;
  const known = {
    version: "",
    incomplete: true,
    analyzed_version: null,
    analyzed_ts: 0,
    retry_after_ts: tomorrow,
    writing: null,
  };
  writeWatcherState(join(home, "database"), { ...state, files: { [live]: known } });
  expect(await finding()).toContain("The watcher broke off making them");
  expect(await finding()).toContain("it tries again after 2099-01-01 09:00:00.");
  const untouched = await runCheck(contextOf(home, { HEAL_INDEXES: "false" }));
  expect(of(untouched.rows, "indexes")?.message).toEndWith("HEAL_INDEXES=false keeps the watcher from making them.");
  writeWatcherState(join(home, "database"), state);
  writeManyRows(`${file}.large`, 1_200_000, 1);
  renameSync(`${file}.large`, file);
  expect(await finding()).toEndWith(
    "Each keeps the ERP from writing for some 2 s, so the watcher waits until nobody has written for 10 minutes. --watch --force makes them at once: give it while the ERP is closed.",
  );
}, 180_000);

test("misplaced rows, duplicates and undated texts are counted", async () => {
  const { live: file, archive, check } = factory();
  const twin = row({ id: 1, production_date: "2025-03-04 오전 12:00:00", lot_number: "L" });
  writeDatabase(archive, [twin]);
  writeDatabase(file, [
    row({ id: 10 }),
    twin,
    row({ id: 12, production_date: "2025-05-05" }),
    row({ id: 13, production_date: "2026-02-30" }),
  ]);
  const { ok, rows } = await check();
  expect(of(rows, "misplaced")).toMatchObject({ status: "warn", message: expect.stringMatching(/^2 rows /) });
  expect(of(rows, "duplicates")).toMatchObject({ status: "warn", message: expect.stringMatching(/^1 row of them /) });
  expect(of(rows, "dates")?.message).toBe(
    'In 1 row the date text begins with no valid day, so that no period counts it. For example "2026-02-30".',
  );
  expect(ok).toBe(true);
});

test("misplaced rows of a Live file with eleven archives are compared with each of them", async () => {
  const { home, live: file, check } = factory();
  const old = row({ id: 1, production_date: "2014-03-04", lot_number: "L" });
  for (let year = 2014; year <= 2024; year++) {
    writeDatabase(archivePath(home, year), [{ ...old, production_date: `${year}-03-04` }]);
  }
  writeDatabase(file, [row({ id: 10 }), old]);
  const { rows } = await check();
  expect(of(rows, "misplaced")?.message).toMatch(/^1 rows? /);
  expect(of(rows, "duplicates")?.status).toBe("warn");
});

test("a damaged file is a failure that names the restore, and the others are still checked", async () => {
  const { live: file, check } = factory();
  writeManyRows(`${file}.large`, 5_000, 1);
  const bytes = readFileSync(`${file}.large`);
  bytes.fill(0xa5, 8 * 4096, 12 * 4096);
  writeFileSync(file, bytes);
  const { ok, rows } = await check();
  expect(ok).toBe(false);
  expect(rows.find((found) => found.file === live && found.status === "fail")?.message).toMatch(/damage/);
  expect(of(rows, "integrity", "archive_2025.db")?.status).toBe("ok");
});

test("a file cut short, an empty one, and a missing Live file are failures", async () => {
  const { live: file, archive, check } = factory();
  truncateSync(file, 4096);
  truncateSync(archive, 0);
  const cut = await check();
  expect(
    cut.rows.filter(({ status, area }) => status === "fail" && area !== "disk").map((found) => found.file),
  ).toEqual([live, "archive_2025.db"]);
  const empty = temporaryHome();
  mkdirSync(join(empty, "database"));
  const { rows } = await runCheck(contextOf(empty));
  expect(of(rows, "file")).toMatchObject({
    status: "fail",
    message: expect.stringContaining("not there. A hub that has read it goes on answering"),
  });
});

test("without a database folder the check fails with findings rather than an error", async () => {
  const { ok, rows, summary } = await runCheck(contextOf(temporaryHome()));
  expect(ok).toBe(false);
  expect(summary).toMatch(
    /^Check: 2 failed, 1 to look at, 0 in order\. production_analysis\.db: The file is not there\. .* The folder .* is not there\./,
  );
  expect(rows.find(({ area }) => area === "disk")?.message).toMatch(/^The folder .*database is not there\./);
});

test("an old backup is a warning, a very old one a failure", async () => {
  const { home, check } = factory();
  backUp(home, "production_20260113_020000.db", 3 * day);
  backUp(home, "archive_2025_20260113_020000.db", 60 * day);
  const { ok, rows } = await check();
  expect(of(rows, "backup")?.status).toBe("warn");
  expect(of(rows, "backup", "archive_2025.db")).toMatchObject({
    status: "fail",
    message: expect.stringContaining("60 days old"),
  });
  expect(ok).toBe(false);
});

test("a grown -wal is a warning, and its rows are counted", async () => {
  const { live: file, check } = factory();
  const erp = new Database(file);
  erp.run("PRAGMA journal_mode = wal");
  erp.run("PRAGMA wal_autocheckpoint = 0");
  erp.run(
    "INSERT INTO production_records (production_date, item_code, item_name) VALUES ('2026-02-01', 'C1', hex(zeroblob(1000000)))",
  );
  const { rows } = await check();
  erp.close();
  expect(of(rows, "wal")?.message).toContain("--checkpoint");
  expect(of(rows, "rows")?.message).toStartWith("3 rows");
});

test.each(["delete", "wal"] as const)(
  "checking writes nothing and leaves nothing beside the files (%s)",
  async (journal) => {
    const { home, live: file, check } = factory();
    writeDatabase(file, [row()], journal);
    const state = () => [readdirSync(join(home, "database")), readFileSync(file)];
    const before = state();
    await check();
    expect(state()).toEqual(before);
  },
);

test("a program that writes all the while is never refused, and its file is reported as being written or in order", async () => {
  const { live: file, check } = factory();
  writeManyRows(`${file}.large`, 200_000, 1);
  writeDatabase(file, []);
  const copy = readFileSync(`${file}.large`);
  writeFileSync(file, copy);
  const writer = await startNeighbour(file, "write");
  const { rows } = await check();
  const report = await writer.stop();
  expect(report.refused).toEqual([]);
  expect(of(rows, "file") ?? of(rows, "integrity")).toMatchObject({ status: expect.stringMatching(/^(ok|warn)$/) });
  console.log(`Check beside a writer: its longest wait was ${Math.round(report.longestMs)} ms.`);
});

test("the table shows every finding in columns, and the summary last", async () => {
  const result = await factory().check();
  const lines = renderCheck(result).split("\n");
  expect(lines[0]).toMatch(/^state +area +file +finding$/);
  expect(lines.length).toBe(result.rows.length + 3);
  const column = lines[0]!.indexOf("finding");
  for (const [position, { message }] of result.rows.entries()) expect(lines[position + 1]!.slice(column)).toBe(message);
  expect(lines.at(-1)).toMatch(/^Check: \d+ failed, \d+ to look at, \d+ in order\.$/);
});
