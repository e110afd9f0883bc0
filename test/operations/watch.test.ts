import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isInTransaction } from "../../src/operations/settled.ts";
import { runWatch, type WatchArgs } from "../../src/operations/watch.ts";
import { lockHome } from "../../src/segments/home-lock.ts";
import { look } from "../../src/segments/look.ts";
import { requiredIndexes } from "../../src/segments/schema.ts";
import { archivePath, type JournalMode, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import { startNeighbour } from "../support/neighbour.ts";
import { contextOf, startOperation } from "../support/operations.ts";

/** Without the product's limits: on a busy disk even a small file's index may take longer than they allow. */
const quickly = { pauseMs: 20, turnMs: 120, promptMs: 60_000, lockLimitMs: 60_000 };
const names = requiredIndexes.map((index) => index.name).sort();
const manyRows = 200_000;

function indexesOf(file: string): string[] {
  const database = new Database(file, { readonly: true });
  try {
    const rows = database.query<{ name: string }, []>(
      "SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'idx%' ORDER BY name",
    );
    return rows.all().map(({ name }) => name);
  } finally {
    database.close();
  }
}

function verdictOf(file: string): string {
  const database = new Database(file, { readonly: true });
  try {
    return database.query<{ integrity_check: string }, []>("PRAGMA integrity_check").get()!.integrity_check;
  } finally {
    database.close();
  }
}

/** Makes a file of `rows` rows inside SQLite, some 0.3 s for 200,000. */
function makeLarge(file: string, journal: JournalMode, rows = manyRows): void {
  writeDatabase(file, [row({ id: 1 })], journal);
  const database = new Database(file);
  database.run(
    `WITH RECURSIVE counter(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM counter WHERE i < ${rows})
     INSERT INTO production_records SELECT i, date('2026-01-01', (i % 300) || ' days') || ' 오전 12:00:00', 'LT' || (i * 7919),
       'BW' || (i % 400), 'item', i % 900 FROM counter`,
  );
  database.close();
}

/** A home with a Live file of some rows and its watcher. */
function watched(env: Record<string, string> = {}, journal: JournalMode = "delete") {
  const home = temporaryHome();
  const context = contextOf(home, env);
  const live = livePath(home);
  writeDatabase(live, [row(), row(), row()], journal);
  const statePath = join(context.settings.databaseDir, ".watcher_state.json");
  return {
    home,
    live,
    context,
    statePath,
    state: () => JSON.parse(readFileSync(statePath, "utf8")),
    log: () => readFileSync(join(home, "logs", "watcher.log"), "utf8"),
    watch: (args: WatchArgs = {}) => runWatch(context, { ...args, timing: { ...quickly, ...args.timing } }),
  };
}

test.concurrent("a cycle makes the missing indexes in every file, and says so in the words operators search for", async () => {
  const { home, live, watch, log } = watched();
  const archive = archivePath(home, 2025);
  writeDatabase(archive, [row({ production_date: "2025-02-03" })]);
  const result = await watch();
  expect(indexesOf(live)).toEqual(names);
  expect(indexesOf(archive)).toEqual(names);
  expect(result.files.map(({ file, state }) => [file, state])).toEqual([
    ["production_analysis.db", "complete"],
    ["archive_2025.db", "complete"],
  ]);
  expect(log()).toMatch(
    /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] \[INFO \] Creating missing idx_lot_number on archive_2025/m,
  );
  expect(log()).toMatch(/\[INFO \] Healed production_analysis\.db: idx_date_item_quantity/);
  expect(log()).toMatch(/\[INFO \] ANALYZE OK production_analysis\.db/);
});

test.concurrent("its log is put aside at a new day, by one of two cycles that meet", async () => {
  const { home, context, watch, log } = watched({ LOG_ROTATION: "daily" });
  const logs = join(home, "logs");
  mkdirSync(logs);
  writeFileSync(join(logs, "watcher.log"), "[2026-01-13 02:00:00] [INFO ] yesterday\n");
  const noon = Date.parse("2026-01-13T12:00:00+09:00") / 1000;
  utimesSync(join(logs, "watcher.log"), noon, noon);
  mkdirSync(context.settings.mirrorDir, { recursive: true });
  const other = lockHome(context.settings.mirrorDir, "watcher-log.lock");
  await watch();
  expect(log()).toMatch(/^.*yesterday\n.*Creating missing/);
  other?.release();
  utimesSync(join(logs, "watcher.log"), noon, noon);
  writeDatabase(archivePath(home, 2025), [row({ production_date: "2025-02-03" })]);
  await watch();
  expect(readFileSync(join(logs, "watcher.log.2026-01-13"), "utf8")).toContain("yesterday");
  expect(log()).not.toContain("yesterday");
});

test.concurrent("indexes that exist under another name are not made twice", async () => {
  const { live, watch } = watched();
  const database = new Database(live);
  database.run("CREATE INDEX their_own ON production_records (lot_number)");
  database.close();
  await watch();
  expect(indexesOf(live)).toEqual(names.filter((name) => name !== "idx_lot_number"));
});

test.concurrent("the state holds the earlier service's fields as Python wrote them, and an unchanged file is left alone", async () => {
  const { home, live, watch, state } = watched();
  writeDatabase(archivePath(home, 2024), [row({ production_date: "2024-02-03" })]);
  writeDatabase(archivePath(home, 2025), [row({ production_date: "2025-02-03" }), row(), row()]);
  await watch();
  const { live_mtime, live_size, archive_mtime, archive_size, last_analyze_ts } = state();
  expect(live_mtime).toBe(statSync(live).mtimeMs / 1000);
  expect(live_size).toBe(statSync(live).size);
  expect(archive_mtime).toBe(statSync(archivePath(home, 2025)).mtimeMs / 1000);
  expect(archive_size).toBe(statSync(archivePath(home, 2025)).size);
  expect(Math.abs(Date.now() / 1000 - last_analyze_ts)).toBeLessThan(600);
  const { version } = look(live);
  const result = await watch();
  expect(result.files.map(({ analyzed }) => analyzed)).toEqual([false, false, false]);
  expect(look(live).version).toBe(version);
});

test.concurrent("last_analyze_ts 0 forces ANALYZE at the next cycle, also of an unchanged file", async () => {
  const { watch, state, statePath } = watched();
  await watch();
  writeFileSync(statePath, JSON.stringify({ ...state(), last_analyze_ts: 0 }));
  const result = await watch();
  expect(result.files[0]?.analyzed).toBe(true);
  expect(state().last_analyze_ts).toBeGreaterThan(0);
});

test.concurrent("a damaged state counts as empty, with a warning", async () => {
  const { context, watch, state, statePath } = watched();
  writeFileSync(statePath, '{"live_mtime": 17');
  await watch();
  expect(context.said.join()).toContain("WARN The watcher's state file is damaged");
  expect(state().live_size).toBeGreaterThan(0);
});

test.concurrent("a state that cannot be written is an error that says what it means for the data", async () => {
  const { live, watch, statePath } = watched();
  mkdirSync(`${statePath}.tmp`);
  await expect(watch()).rejects.toThrow(
    /^The watcher's state could not be written .* The data are not touched by this\./,
  );
  expect(indexesOf(live)).toEqual(names);
});

test.concurrent("a state that the Python service left is taken over", async () => {
  const { live, watch, state, statePath } = watched();
  const python = { live_mtime: 1768263600.25, live_size: 1, archive_mtime: 0, archive_size: 0 };
  writeFileSync(statePath, JSON.stringify({ ...python, last_analyze_ts: Date.now() / 1000 }));
  await watch();
  expect(indexesOf(live)).toEqual(names);
  expect(state().live_mtime).toBe(statSync(live).mtimeMs / 1000);
});

test.concurrent("HEAL_INDEXES=false leaves the file as it is, byte for byte", async () => {
  const { live, watch } = watched({ HEAL_INDEXES: "false" });
  const before = readFileSync(live);
  const result = await watch();
  expect(readFileSync(live).equals(before)).toBe(true);
  expect(result.files[0]?.state).toBe("untouched");
});

test.concurrent("a file that goes on changing is left alone, and healed by the cycle after its refill", async () => {
  const { live, watch } = watched();
  const database = new Database(live);
  const refill = setInterval(
    () => database.run("INSERT INTO production_records (production_date, item_code) VALUES ('2026-02-01', 'C1')"),
    5,
  );
  const during = await watch({ timing: { pauseMs: 40 } });
  clearInterval(refill);
  database.close();
  expect(during.files[0]?.state).toBe("changing");
  expect(indexesOf(live)).toEqual([]);
  await watch();
  expect(indexesOf(live)).toEqual(names);
});

test.concurrent("a file with an open transaction is left alone although it does not change", async () => {
  const { live, watch, context } = watched();
  const database = new Database(live);
  // A small cache makes SQLite write changed pages to the file before the commit, as a large transaction does.
  database.run("PRAGMA cache_size = 10");
  database.run("BEGIN IMMEDIATE");
  database.run(
    `WITH RECURSIVE counter(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counter WHERE i < 20000)
     INSERT INTO production_records (production_date, item_code) SELECT '2026-02-01', 'C' || i FROM counter`,
  );
  const during = await watch();
  expect(during.files[0]?.state).toBe("changing");
  expect(context.said.join()).toContain("is being written; it is left alone until the next cycle");
  database.run("ROLLBACK");
  database.close();
  await watch();
  expect(indexesOf(live)).toEqual(names);
});

test.concurrent("an emptied table gets no indexes until it holds rows again", async () => {
  const { live, watch } = watched();
  writeDatabase(live, []);
  expect((await watch()).files[0]?.state).toBe("deferred");
  expect(indexesOf(live)).toEqual([]);
});

test.concurrent.each(["delete", "wal"] as const)(
  "a program that holds the write lock (%s) keeps it: healing is tried again at the next cycle",
  async (journal) => {
    const { live, watch, context } = watched({}, journal);
    const neighbour = await startNeighbour(live, "write lock");
    const during = await watch();
    expect((await neighbour.stop()).refused).toEqual([]);
    expect(during.files[0]?.state).toBe("deferred");
    expect(context.said.join()).toContain("locked by another program");
    expect((await watch()).files[0]?.state).toBe("complete");
    expect(indexesOf(live)).toEqual(names);
  },
);

test.concurrent("a file that is no database is reported and does not keep the others from being healed", async () => {
  const { home, live, watch, context } = watched();
  writeFileSync(
    archivePath(home, 2025),
    "this is no database at all, but a text of more than a hundred bytes ".repeat(3),
  );
  const result = await watch();
  expect(indexesOf(live)).toEqual(names);
  expect(result.files[1]?.state).toBe("deferred");
  expect(context.said.join()).toContain("archive_2025.db: The file is not an SQLite database.");
});

test.concurrent("a file in WAL format that nobody has open is left without -wal and -shm", async () => {
  const { live, watch } = watched({}, "wal");
  await watch();
  // Before the indexes are looked at, for the look itself would make them.
  expect([existsSync(`${live}-wal`), existsSync(`${live}-shm`)]).toEqual([false, false]);
  expect(indexesOf(live)).toEqual(names);
});

/** True where a program has to roll back first, which one that only reads cannot. */
function waitsForRollback(file: string): boolean {
  try {
    indexesOf(file);
    return false;
  } catch (error) {
    return String((error as { code?: unknown }).code).startsWith("SQLITE_READONLY");
  }
}

/** A home whose archive was being given an index when the cycle was killed, as at a restart of the machine. */
async function cutOff() {
  for (let attempt = 1; ; attempt++) {
    const home = watched();
    const archive = archivePath(home.home, 2025);
    makeLarge(archive, "delete", 2 * manyRows);
    const content = readFileSync(archive);
    const cycle = startOperation({ name: "watch", home: home.home, args: { force: true, timing: quickly } });
    while (!isInTransaction(archive) && cycle.exitCode === null) await Bun.sleep(1);
    cycle.kill("SIGKILL");
    await cycle.exited;
    try {
      // The process that writes ends an instant after the cycle's own.
      await eventually("the archive to wait to be rolled back", () => waitsForRollback(archive) || undefined, 2_000);
      return { ...home, archive, content };
    } catch (error) {
      // On a busy machine the index may have been complete before the kill.
      if (attempt === 5) throw error;
    }
  }
}

test("what a cycle that was killed had begun to write into an archive is rolled back by the next one", async () => {
  const { archive, watch, log, state } = await cutOff();
  expect((await watch({ force: true })).files[1]).toMatchObject({ file: "archive_2025.db", state: "complete" });
  expect(log()).toContain("archive_2025.db: An earlier cycle was cut off while it wrote. That is rolled back");
  expect(indexesOf(archive)).toEqual(names);
  expect(verdictOf(archive)).toBe("ok");
  expect(state().files["archive_2025.db"].writing).toBeNull();
}, 180_000);

test("a journal is not rolled back into another file that took the archive's name, nor with HEAL_INDEXES=false", async () => {
  const { home, archive, content, watch } = await cutOff();
  const torn = readFileSync(archive);
  await runWatch(contextOf(home, { HEAL_INDEXES: "false" }));
  expect(readFileSync(archive).equals(torn)).toBe(true);
  writeFileSync(`${archive}.new`, content);
  renameSync(`${archive}.new`, archive);
  expect((await watch()).files[1]).toMatchObject({ file: "archive_2025.db", state: "changing" });
  expect(readFileSync(archive).equals(content)).toBe(true);
}, 180_000);

describe.each(["delete", "wal"] as const)("healing many rows in journal mode %s", (journal) => {
  test("work that would hold the lock too long waits until nobody has written for ten minutes", async () => {
    const { live, watch, context } = watched();
    makeLarge(live, journal);
    const slow = { timing: { promptMs: 10 } };
    expect((await watch(slow)).files[0]).toMatchObject({
      state: "deferred",
      missing: requiredIndexes.map(({ name }) => name),
    });
    expect(context.said.join()).toContain("are made once nobody has written for 10 minutes");
    const earlier = new Date(Date.now() - 11 * 60_000);
    utimesSync(live, earlier, earlier);
    expect((await watch(slow)).files[0]?.state).toBe("complete");
    expect(indexesOf(live)).toEqual(names);
  }, 180_000);

  test("an index that takes too long is broken off, and the file is as it was", async () => {
    const { live, watch, context } = watched();
    // An index of these takes many times the limit, also beside a test process that is late to break it off.
    makeLarge(live, journal, 3 * manyRows);
    const neighbour = await startNeighbour(live, "write");
    const broken = await watch({ timing: { lockLimitMs: 20, pauseMs: 0, checks: 0 } });
    expect((await neighbour.stop()).refused).toEqual([]);
    expect(broken.files[0]?.state).toBe("deferred");
    expect(context.said.join()).toContain("was broken off, so that the ERP need not wait");
    expect(indexesOf(live)).toEqual([]);
    expect(verdictOf(live)).toBe("ok");
    expect(existsSync(`${live}-journal`)).toBe(false);
    expect((await watch({ timing: { lockLimitMs: 20 } })).files[0]?.created).toEqual([]);
    expect((await watch({ force: true })).files[0]?.state).toBe("complete");
    expect(indexesOf(live)).toEqual(names);
  }, 180_000);

  test("statistics that take too long are broken off and rolled back, also where nobody else writes", async () => {
    const { live, watch, context, state, statePath } = watched();
    makeLarge(live, journal);
    await watch({ force: true });
    // ANALYZE removes a table's statistics of before: so many take 0.5 s and more than SQLite's cache, so that they reach the file meanwhile.
    const database = new Database(live);
    database.run(
      `INSERT INTO sqlite_stat1 SELECT 'production_records', 'former' || id, hex(randomblob(400)) FROM production_records LIMIT 120000`,
    );
    database.close();
    const due = () => writeFileSync(statePath, JSON.stringify({ ...state(), last_analyze_ts: 0 }));
    due();
    const broken = await watch({ timing: { lockLimitMs: 50 } });
    expect(broken.files[0]).toMatchObject({ state: "deferred", analyzed: false });
    expect(context.said.join()).toContain("It took too long and was broken off. It is tried again at the next cycle.");
    expect(isInTransaction(live)).toBe(false);
    expect(verdictOf(live)).toBe("ok");
    due();
    expect((await watch({ timing: { lockLimitMs: 60_000 } })).files[0]).toMatchObject({
      state: "complete",
      analyzed: true,
    });
  }, 180_000);

  test("a program that writes all the while is never refused", async () => {
    const { live, context } = watched();
    makeLarge(live, journal);
    // The file never rests, so a single check without a pause lets the healing through.
    const neighbour = await startNeighbour(live, "write");
    const timing = { pauseMs: 0, checks: 0, turnMs: 300 };
    let result = await runWatch(context, { timing });
    for (let cycle = 0; cycle < 10 && result.files[0]?.state !== "complete"; cycle++) {
      result = await runWatch(context, { timing });
    }
    const report = await neighbour.stop();
    // On a busy disk an index may be broken off, which puts the rest off until tomorrow.
    if (result.files[0]?.state !== "complete") await runWatch(context, { timing: quickly, force: true });
    console.log(`Healing beside a writer (${journal}): its longest wait was ${Math.round(report.longestMs)} ms.`);
    expect(report.refused).toEqual([]);
    expect(report.writes).toBeGreaterThan(0);
    expect(indexesOf(live)).toEqual(names);
    expect(verdictOf(live)).toBe("ok");
  }, 180_000);
});
