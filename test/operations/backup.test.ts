import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runBackup } from "../../src/operations/backup.ts";
import { listBackups } from "../../src/operations/backup-files.ts";
import { makeMirror } from "../../src/segments/mirror.ts";
import { archivePath, livePath, rewriteInPlace, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { backupNames, backupPath, contentOf, contextOf, databaseNames, integrityOf } from "../support/operations.ts";

const rows = (count: number) => Array.from({ length: count }, () => row());

/** A home whose files have been at rest for a minute. */
function factory(years: readonly number[] = [2024, 2025], journal: "delete" | "wal" = "delete"): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), rows(300), journal);
  for (const year of years) writeDatabase(archivePath(home, year), rows(200), journal);
  for (const file of [livePath(home), ...years.map((year) => archivePath(home, year))]) rest(file);
  return home;
}

function rest(file: string): void {
  const minuteAgo = new Date(Date.now() - 60_000);
  utimesSync(file, minuteAgo, minuteAgo);
}

const files = (result: { files: readonly { file: string }[] }) => result.files.map(({ file }) => file);

test("without flags Live and every archive that has no backup yet are backed up, row for row", async () => {
  const home = factory();
  const result = await runBackup(contextOf(home));
  expect(files(result)).toEqual(["production_analysis.db", "archive_2025.db", "archive_2024.db"]);
  for (const { file, backup, rows, compared, from } of result.files) {
    expect([compared, from]).toEqual([true, "source"]);
    expect(rows).toBe(file === "production_analysis.db" ? 300 : 200);
    expect(contentOf(backupPath(home, backup))).toBe(contentOf(join(home, "database", file)));
    expect(integrityOf(backupPath(home, backup))).toBe("ok");
  }
  expect(backupNames(home)).toEqual([
    expect.stringMatching(/^archive_2024_\d{8}_\d{6}\.db$/),
    expect.stringMatching(/^archive_2025_\d{8}_\d{6}\.db$/),
    expect.stringMatching(/^production_\d{8}_\d{6}\.db$/),
  ]);
  expect(databaseNames(home)).toEqual(["archive_2024.db", "archive_2025.db", "production_analysis.db"]);
});

test("an archive is backed up again when its content changed or its newest backup is a week old, and not otherwise", async () => {
  const home = factory();
  await runBackup(contextOf(home));
  expect(files(await runBackup(contextOf(home)))).toEqual(["production_analysis.db"]);

  rewriteInPlace(archivePath(home, 2024), rows(201));
  expect(files(await runBackup(contextOf(home)))).toEqual(["production_analysis.db", "archive_2024.db"]);

  const [archive2025 = ""] = backupNames(home).filter((name) => name.startsWith("archive_2025"));
  const overAWeekAgo = new Date(Date.now() - 8 * 24 * 3_600_000);
  utimesSync(backupPath(home, archive2025), overAWeekAgo, overAWeekAgo);
  expect(files(await runBackup(contextOf(home)))).toEqual(["production_analysis.db", "archive_2025.db"]);
});

test("an archive replaced by a copy with an old modification time is backed up again", async () => {
  const home = factory([2025]);
  await runBackup(contextOf(home));
  const other = join(home, "other.db");
  writeDatabase(other, rows(150));
  copyFileSync(other, archivePath(home, 2025));
  rest(archivePath(home, 2025));
  expect(files(await runBackup(contextOf(home)))).toContain("archive_2025.db");
});

test("--live backs up Live alone, --archive all archives, and both flags both", async () => {
  const home = factory();
  expect(files(await runBackup(contextOf(home), { live: true }))).toEqual(["production_analysis.db"]);
  expect(files(await runBackup(contextOf(home), { archive: true }))).toEqual(["archive_2025.db", "archive_2024.db"]);
  const both = await runBackup(contextOf(home), { live: true, archive: true });
  expect(files(both)).toEqual(["production_analysis.db", "archive_2025.db", "archive_2024.db"]);
});

test("a file in WAL format is backed up as a plain one, with what stands in its -wal only", async () => {
  const home = factory([], "wal");
  const erp = new Database(livePath(home));
  erp.run("PRAGMA wal_autocheckpoint = 0");
  erp.run("UPDATE production_records SET good_quantity = 7");
  const [made] = (await runBackup(contextOf(home), { live: true })).files;
  erp.close();
  const copy = new Database(backupPath(home, made?.backup ?? ""), { readonly: true });
  expect(copy.query("SELECT DISTINCT good_quantity FROM production_records").values()).toEqual([[7]]);
  expect(copy.query("PRAGMA journal_mode").values()).toEqual([["delete"]]);
  copy.close();
  expect(contentOf(backupPath(home, made?.backup ?? ""))).toBe(contentOf(livePath(home)));
});

for (const journal of ["delete", "wal"] as const) {
  test(`a backup from the mirror holds no more than the source does (${journal})`, async () => {
    const home = factory([], journal);
    const mirror = join(home, "database", ".mirror", "live-1.db");
    mkdirSync(join(home, "database", ".mirror"));
    await makeMirror({ source: livePath(home), target: mirror, durable: false });
    const [made] = (await runBackup(contextOf(home), { live: true, mirror: { live: mirror } })).files;
    expect(made).toMatchObject({ from: "mirror", compared: true, rows: 300 });
    const path = backupPath(home, made?.backup ?? "");
    expect(contentOf(path)).toBe(contentOf(livePath(home)));
    const copy = new Database(path);
    expect(copy.query("SELECT name FROM sqlite_schema ORDER BY name").values()).toEqual([
      ["production_records"],
      ["sqlite_sequence"],
    ]);
    expect(copy.query("SELECT seq FROM sqlite_sequence").values()).not.toEqual([]);
    expect(copy.query("PRAGMA journal_mode").values()).toEqual([["delete"]]);
    copy.close();
    expect(statSync(path).size).toBeLessThanOrEqual(statSync(livePath(home)).size);
  });
}

test("a backup from a mirror of weeks ago shows the moment of the backup while nobody wrote the file, and that of the mirror afterwards", async () => {
  const home = factory([2025]);
  const mirrored = { archive_2025: join(home, "database", ".mirror", "archive_2025-1.db") };
  mkdirSync(join(home, "database", ".mirror"));
  // File systems count in ticks of some milliseconds.
  await Bun.sleep(50);
  await makeMirror({ source: archivePath(home, 2025), target: mirrored.archive_2025, durable: false });
  const began = Date.now();
  const takenAt = async () => {
    const { files } = await runBackup(contextOf(home), { archive: true, mirror: mirrored });
    expect(files[0]).toMatchObject({ from: "mirror", compared: true });
    return statSync(backupPath(home, files[0]!.backup)).mtimeMs;
  };
  expect(await takenAt()).toBeWithin(began - 1, Date.now() + 1);
  // What the hub's time of birth is on disk cannot be set, but that the file was touched after it can.
  await Bun.sleep(50);
  rest(archivePath(home, 2025));
  expect(await takenAt()).toBeLessThan(began);
});

test("a mirror that is gone or damaged is passed over for the source", async () => {
  const home = factory([]);
  for (const mirror of [join(home, "gone.db"), join(home, "damaged.db")]) {
    writeFileSync(join(home, "damaged.db"), "no database");
    const [made] = (await runBackup(contextOf(home), { live: true, mirror: { live: mirror } })).files;
    expect(made).toMatchObject({ from: "source", compared: true, rows: 300 });
  }
});

test("the hub's own state is backed up too, without what is made anew from the ERP's files", async () => {
  const home = factory([]);
  const hub = new Database(join(home, "database", "hub.db"));
  hub.run("PRAGMA journal_mode = WAL");
  hub.run("CREATE TABLE job (name TEXT)");
  hub.run("INSERT INTO job VALUES ('backup')");
  hub.run("CREATE TABLE search_page (page INTEGER PRIMARY KEY, bytes BLOB)");
  hub.run("INSERT INTO search_page VALUES (1, zeroblob(1000000))");
  const result = await runBackup(contextOf(home));
  expect(hub.query("SELECT count(*) FROM search_page").values()).toEqual([[1]]);
  hub.close();
  expect(files(result)).toEqual(["production_analysis.db", "hub.db"]);
  const copy = new Database(backupPath(home, result.files[1]?.backup ?? ""), { readonly: true });
  expect(copy.query("SELECT name FROM job").values()).toEqual([["backup"]]);
  expect(copy.query("SELECT count(*) FROM search_page").values()).toEqual([[0]]);
  expect(result.files[1]?.bytes).toBeLessThan(100_000);
  copy.close();
});

/** Puts copies of Live under the names of backups, the oldest first. */
function olderBackups(home: string, base: string, count: number): string[] {
  mkdirSync(join(home, "database", "backups"), { recursive: true });
  return Array.from({ length: count }, (_, index) => {
    const name = `${base}_20200101_${String(index).padStart(6, "0")}.db`;
    copyFileSync(livePath(home), backupPath(home, name));
    return name;
  });
}

test("the oldest backups beyond the retention of their file are removed, and nothing else", async () => {
  const home = factory([2025]);
  const live = olderBackups(home, "production", 5);
  const archive = olderBackups(home, "archive_2025", 3);
  const other = olderBackups(home, "archive_2019", 4);
  const strangers = ["production_20200101.db", "notes.txt", "production_20200101_000000.db.bak"];
  for (const name of strangers) writeFileSync(backupPath(home, name), "mine");
  const env = { LIVE_BACKUP_RETENTION: "3", ARCHIVE_BACKUP_RETENTION: "2" };

  const result = await runBackup(contextOf(home, env), { live: true, archive: true });
  expect(result.removed.sort()).toEqual([...archive.slice(0, 2), ...live.slice(0, 3)]);
  const kept = [...strangers, ...other, ...archive.slice(2), ...live.slice(3)];
  expect(backupNames(home)).toEqual([...kept, ...result.files.map(({ backup }) => backup)].sort());

  const cleaned = await runBackup(contextOf(home, env), { live: true, cleanup: true });
  expect(cleaned.removed).toEqual(expect.arrayContaining(other.slice(0, 2)));
  expect(cleaned.removed).not.toContain(other[3] ?? "");
});

test("backups of a time to come, made while the clock was ahead, neither stand in for new ones nor keep them from being kept", async () => {
  const home = factory([2025]);
  const ahead = new Date(Date.now() + 3 * 365 * 24 * 3_600_000);
  const future = ["production_20990101_000000.db", "production_20990101_000001.db", "archive_2025_20990101_000000.db"];
  mkdirSync(join(home, "database", "backups"), { recursive: true });
  for (const name of future) {
    copyFileSync(livePath(home), backupPath(home, name));
    // One of them was copied since, which gave its file the time of now.
    if (name !== future[0]) utimesSync(backupPath(home, name), ahead, ahead);
  }
  const env = { LIVE_BACKUP_RETENTION: "2" };
  const first = await runBackup(contextOf(home, env));
  expect(files(first)).toEqual(["production_analysis.db", "archive_2025.db"]);
  expect(first.removed).toEqual(["production_20990101_000000.db"]);
  const second = await runBackup(contextOf(home, env));
  expect(second.removed).toEqual(["production_20990101_000001.db"]);
  const [newest] = listBackups(join(home, "database", "backups")).filter(({ target }) => target === "archive_2025.db");
  expect(newest?.name).toBe(first.files[1]!.backup);
});

test("--cleanup keeps all backups of a file whose newest one is bad", async () => {
  const home = factory([]);
  const other = olderBackups(home, "archive_2019", 4);
  writeFileSync(backupPath(home, other[3] ?? ""), "spoilt");
  const context = contextOf(home, { ARCHIVE_BACKUP_RETENTION: "1" });
  expect((await runBackup(context, { cleanup: true })).removed).toEqual([]);
  expect(backupNames(home)).toEqual(expect.arrayContaining(other));
  expect(context.said.join("\n")).toContain("WARN The backups of archive_2019.db are all kept");
});

test("a file that cannot be backed up fails the operation, while the others are backed up and no older backup is lost", async () => {
  const home = factory([2025]);
  const older = olderBackups(home, "production", 3);
  rmSync(livePath(home));
  const failure = runBackup(contextOf(home, { LIVE_BACKUP_RETENTION: "1" }));
  await expect(failure).rejects.toThrow(
    `production_analysis.db was not backed up: It is not in ${join(home, "database")}. Earlier backups are untouched. Made: archive_2025_`,
  );
  expect(backupNames(home)).toEqual([expect.stringMatching(/^archive_2025/), ...older]);
});

test("a cause that several files share is said once", async () => {
  const home = factory([2024, 2025]);
  for (const year of [2024, 2025]) writeFileSync(archivePath(home, year), "no database");
  await expect(runBackup(contextOf(home), { archive: true })).rejects.toThrow(
    /^archive_2025\.db, archive_2024\.db were not backed up: The file is not an SQLite database\. Earlier backups are untouched\.$/,
  );
});

test("temporary files of an interrupted backup are removed by the next one", async () => {
  const home = factory([]);
  olderBackups(home, "production", 1);
  const left = backupPath(home, "production_20200101_000009.db.tmp");
  for (const suffix of ["", "-wal", "-shm"]) writeFileSync(`${left}${suffix}`, "half");
  await runBackup(contextOf(home), { live: true });
  expect(backupNames(home).filter((name) => name.includes(".tmp"))).toEqual([]);
});

test("two backups at once are refused rather than mixed", async () => {
  const home = factory();
  const results = await Promise.allSettled([runBackup(contextOf(home)), runBackup(contextOf(home))]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(backupNames(home)).toHaveLength(3);
});
