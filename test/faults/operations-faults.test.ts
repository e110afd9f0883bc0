import { Database } from "bun:sqlite";
import { afterEach, describe, expect, test } from "bun:test";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Erp, startErp } from "../support/erp.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import {
  backupNames,
  backupPath,
  contentOf,
  databaseNames,
  integrityOf,
  operationOutcome as outcome,
  writeManyRows,
} from "../support/operations.ts";
import { startScript } from "../support/processes.ts";
import { rowCount, versionRows } from "../support/versions.ts";
import { differenceFromState, type TransferReport } from "./transfer-writer.ts";

const BACKUP = "production_20260113_020000.db";
const rows = (count: number) => Array.from({ length: count }, () => row());

let erp: Erp | null = null;
const mounts: string[] = [];
afterEach(async () => {
  await erp?.stop();
  erp = null;
  for (const folder of mounts.splice(0).reverse()) Bun.spawnSync(["umount", "-l", folder]);
});

function mount(folder: string, ...args: string[]): boolean {
  mkdirSync(folder, { recursive: true });
  if (Bun.spawnSync(["mount", ...args, folder], { stderr: "ignore" }).exitCode !== 0) return false;
  if (!mounts.includes(folder)) mounts.push(folder);
  return true;
}

/** Mounting needs root; elsewhere the tests that need it are skipped and counted as such. */
const mountable = (() => {
  const mounted = mount(join(temporaryHome(), "probe"), "-t", "tmpfs", "-o", "size=1m", "none");
  for (const folder of mounts.splice(0)) Bun.spawnSync(["umount", "-l", folder]);
  return mounted;
})();

function makeReadOnly(folder: string): void {
  expect(mount(folder, "--bind", folder)).toBe(true);
  expect(mount(folder, "-o", "remount,ro,bind")).toBe(true);
}

/** A home with 200 rows in Live and a backup of 300. */
function factory(home = temporaryHome()): string {
  writeDatabase(livePath(home), rows(200));
  writeDatabase(backupPath(home, BACKUP), rows(300));
  return home;
}

/** Everything that a failed operation must leave as it was. */
const stateOf = (home: string) => ({
  live: contentOf(livePath(home)),
  backup: contentOf(backupPath(home, BACKUP)),
  names: [...databaseNames(home), ...backupNames(home)],
});

describe.skipIf(!mountable)("on a disk that is too small", () => {
  test.each(["backup", "restore"] as const)("a %s says how much is missing and changes nothing", async (name) => {
    const home = temporaryHome();
    expect(mount(join(home, "database"), "-t", "tmpfs", "-o", "size=30m", "none")).toBe(true);
    factory(home);
    const before = stateOf(home);
    const { code, said } = await outcome({ name, home, args: name === "backup" ? { live: true } : { file: BACKUP } });
    expect([code, stateOf(home)]).toEqual([1, before]);
    expect(said).toMatch(
      /There is not enough free disk space: \d+ MB are needed and \d+ MB are free\. Nothing was changed/,
    );
  });

  test("a backup that meets a full disk although there was room before says so and changes nothing", async () => {
    const home = temporaryHome();
    expect(mount(join(home, "database", "backups"), "-t", "tmpfs", "-o", "size=240m", "none")).toBe(true);
    mkdirSync(dirname(livePath(home)), { recursive: true });
    writeManyRows(livePath(home), 100_000, 1);
    const minuteAgo = new Date(Date.now() - 60_000);
    utimesSync(livePath(home), minuteAgo, minuteAgo);
    writeDatabase(backupPath(home, BACKUP), rows(300));
    const before = stateOf(home);
    erp = startErp(livePath(home), "delete");
    await erp.lock();
    const result = outcome({ name: "backup", home, args: { live: true } });
    // The room is looked at right after the temporary file is made; the copy then waits 10 s for the ERP's lock.
    await eventually("the backup begins", () => backupNames(home).some((name) => name.endsWith(".tmp")) || undefined);
    await Bun.sleep(2_500);
    fill(backupPath(home, "other.bin"));
    await erp.unlock();
    const { code, said } = await result;
    rmSync(backupPath(home, "other.bin"));
    // Which of the copy's steps meets it first is a matter of time.
    expect(said).toMatch(
      /^production_analysis\.db was not backed up: The disk is full(, so that the file could not be copied)?\. Earlier backups are untouched\.$/,
    );
    expect([code, stateOf(home)]).toEqual([1, before]);
  }, 180_000);
});

function fill(file: string): void {
  const handle = openSync(file, "w");
  const block = Buffer.alloc(1024 * 1024);
  try {
    for (;;) if (writeSync(handle, block) < block.length) break;
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
  } finally {
    closeSync(handle);
  }
}

describe.skipIf(!mountable)("in a folder that is read-only", () => {
  test("a backup says so and changes nothing", async () => {
    const home = factory();
    const before = stateOf(home);
    makeReadOnly(join(home, "database", "backups"));
    const { code, said } = await outcome({ name: "backup", home, args: { live: true } });
    expect(said).toBe(
      "production_analysis.db was not backed up: The folder is read-only. Earlier backups are untouched.",
    );
    expect([code, stateOf(home)]).toEqual([1, before]);
  });

  test("a restore says so and changes nothing", async () => {
    const home = factory();
    const before = stateOf(home);
    makeReadOnly(join(home, "database"));
    const { code, said } = await outcome({ name: "restore", home, args: { file: BACKUP } });
    expect(said).toBe(
      `production_analysis.db was not restored from ${BACKUP}: The folder is read-only. Nothing was changed.`,
    );
    expect([code, stateOf(home)]).toEqual([1, before]);
  });
});

test("a file that the ERP keeps locked is waited for, and then reported", async () => {
  const home = factory();
  const before = stateOf(home);
  erp = startErp(livePath(home), "delete");
  await erp.lock();
  const { code, said } = await outcome({ name: "backup", home, args: { live: true } });
  await erp.unlock();
  expect(said).toMatch(/^production_analysis\.db was not backed up: The file is locked by another program\. Earlier/);
  expect([code, stateOf(home)]).toEqual([1, before]);
}, 180_000);

test("a lock that the ERP lets go of only delays a backup", async () => {
  const home = factory();
  erp = startErp(livePath(home), "delete");
  await erp.lock();
  const result = outcome({ name: "backup", home, args: { live: true } });
  await eventually("the backup begins", () => backupNames(home).some((name) => name.endsWith(".tmp")) || undefined);
  await Bun.sleep(500);
  await erp.unlock();
  expect(await result).toEqual({ code: 0, said: "" });
});

test("a damaged source is reported and no older backup is touched", async () => {
  const home = factory();
  const healthy = stateOf(home);
  const bytes = readFileSync(livePath(home));
  for (const spoilt of [bytes.fill(0x5a, 3 * 4096, 4 * 4096), bytes.subarray(0, 5000), Buffer.from("no database")]) {
    writeFileSync(livePath(home), spoilt);
    const { code, said } = await outcome({ name: "backup", home, args: { live: true } });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^production_analysis\.db was not backed up: The file is /),
    ]);
    expect([contentOf(backupPath(home, BACKUP)), backupNames(home)]).toEqual([healthy.backup, [BACKUP]]);
  }
}, 180_000);

describe.each(["delete", "wal"] as const)(
  "while the ERP writes and replaces the file in journal mode %s",
  (journal) => {
    test("every backup holds one of its versions, whole", async () => {
      const home = temporaryHome();
      writeDatabase(livePath(home), versionRows(1), journal);
      erp = startErp(livePath(home), journal);
      let version = 1;
      for (let round = 0; round < 6; round++) {
        const first = version;
        let running = true;
        const result = outcome({ name: "backup", home, args: { live: true } }).finally(() => {
          running = false;
        });
        while (running) {
          version += 1;
          await erp.write(version % 3 === 0 ? "replace" : version % 3 === 1 ? "update" : "refill", version);
        }
        expect(await result).toEqual({ code: 0, said: "" });
        const name = backupNames(home).at(-1) ?? "";
        const [[held, count] = []] = read(
          backupPath(home, name),
          "SELECT min(good_quantity), count(*) FROM production_records",
        );
        expect(held).toBeWithin(first, version + 1);
        expect(read(backupPath(home, name), "SELECT DISTINCT good_quantity FROM production_records")).toEqual([[held]]);
        expect([count, integrityOf(backupPath(home, name))]).toEqual([rowCount(held as number), "ok"]);
      }
      expect(backupNames(home)).toHaveLength(6);
    }, 180_000);

    test("a file larger than one slice of the copy is backed up in a state that existed", async () => {
      const home = temporaryHome();
      mkdirSync(dirname(livePath(home)), { recursive: true });
      const count = 1_000_000;
      writeManyRows(livePath(home), count, 1000, journal);
      expect(statSync(livePath(home)).size).toBeGreaterThan(64 * 1024 * 1024);
      const writer = startScript("transfer-writer.ts", livePath(home), `${count}`);
      const reader = writer.stdout.getReader();
      await reader.read();
      const made = await outcome({ name: "backup", home, args: { live: true } });
      writer.stdin.end();
      const report = JSON.parse(new TextDecoder().decode((await reader.read()).value)) as TransferReport;
      expect(made).toEqual({ code: 0, said: "" });
      const [name = ""] = backupNames(home);
      expect(differenceFromState(backupPath(home, name), count, 1000)).toBeNull();
      expect(integrityOf(backupPath(home, name))).toBe("ok");
      expect(report.refused).toBe(0);
      expect(report.transactions).toBeGreaterThan(1);
      console.log(`${journal}: ${report.transactions} transactions, the longest ${Math.round(report.longestMs)} ms`);
    }, 180_000);
  },
);

function read(path: string, sql: string): unknown[][] {
  const database = new Database(path, { readonly: true });
  try {
    return database.query(sql).values() as unknown[][];
  } finally {
    database.close(true);
  }
}
