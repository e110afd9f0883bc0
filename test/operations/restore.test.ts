import { Database } from "bun:sqlite";
import { afterEach, expect, test } from "bun:test";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { removeInterrupted } from "../../src/operations/alone.ts";
import { runRestore } from "../../src/operations/restore.ts";
import { type Erp, startErp } from "../support/erp.ts";
import { archivePath, type JournalMode, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { backupPath, contentOf, contextOf, databaseNames, integrityOf, settingsOf } from "../support/operations.ts";

const BACKUP = "production_20260113_020000.db";
const rows = (count: number) => Array.from({ length: count }, () => row());

/** A home with 200 rows in Live and a backup of 300. */
function factory(journal: JournalMode = "delete"): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), rows(200), journal);
  writeDatabase(backupPath(home, BACKUP), rows(300));
  return home;
}

const kept = (home: string) => databaseNames(home).filter((name) => name.includes(".before-restore-"));
const modeOf = (path: string) => {
  const database = new Database(path, { readonly: true });
  const mode = (database.query("PRAGMA journal_mode").get() as { journal_mode: string }).journal_mode;
  database.close();
  return mode;
};

let erp: Erp | null = null;
afterEach(async () => {
  await erp?.stop();
  erp = null;
});

for (const journal of ["delete", "wal"] as const) {
  test(`a backup takes the place of the present file, which is kept (${journal})`, async () => {
    const home = factory(journal);
    const before = contentOf(livePath(home));
    const result = await runRestore(contextOf(home), { file: BACKUP });
    expect(result).toMatchObject({ file: "production_analysis.db", backup: BACKUP, rows: 300 });
    expect(kept(home)).toEqual([result.kept ?? ""]);
    expect(result.kept).toMatch(/^production_analysis\.db\.before-restore-\d{8}_\d{6}$/);
    expect(contentOf(livePath(home))).toBe(contentOf(backupPath(home, BACKUP)));
    expect(contentOf(join(home, "database", result.kept ?? ""))).toBe(before);
    expect(modeOf(livePath(home))).toBe(journal);
  });
}

test("what stands in the -wal of the present file only is kept, and is not written into the restored one", async () => {
  const home = factory("wal");
  const source = livePath(home);
  const writer = new Database(source);
  writer.run("PRAGMA wal_autocheckpoint = 0");
  writer.run("UPDATE production_records SET good_quantity = 7");
  // As a program leaves them that is killed: copies of the files while it has them open.
  for (const suffix of ["", "-wal"]) copyFileSync(`${source}${suffix}`, join(home, `killed${suffix}`));
  writer.close();
  for (const suffix of ["", "-wal"]) renameSync(join(home, `killed${suffix}`), `${source}${suffix}`);

  const result = await runRestore(contextOf(home), { file: BACKUP });
  expect(contentOf(source)).toBe(contentOf(backupPath(home, BACKUP)));
  const old = new Database(join(home, "database", result.kept ?? ""), { readonly: true });
  expect(old.query("SELECT DISTINCT good_quantity FROM production_records").values()).toEqual([[7]]);
  old.close();
});

test("a file may be named by its path, and a kept file by its path or name", async () => {
  const home = factory();
  const before = contentOf(livePath(home));
  const first = await runRestore(contextOf(home), { file: backupPath(home, BACKUP) });
  const second = await runRestore(contextOf(home), { file: join(home, "database", first.kept ?? "") });
  expect(contentOf(livePath(home))).toBe(before);
  await runRestore(contextOf(home), { file: second.kept ?? "" });
  expect(contentOf(livePath(home))).toBe(contentOf(backupPath(home, BACKUP)));
  expect(kept(home)).toHaveLength(3);
});

test("an archive is restored to the file of its year, also where there is none", async () => {
  const home = factory();
  const backup = backupPath(home, "archive_2024_20260113_020000.db");
  writeDatabase(backup, rows(50));
  const result = await runRestore(contextOf(home), { file: backup });
  expect(result).toMatchObject({ file: "archive_2024.db", kept: null, rows: 50 });
  expect(contentOf(archivePath(home, 2024))).toBe(contentOf(backup));
});

test("a present file that is no database is replaced and kept with what stands beside it", async () => {
  const home = factory();
  writeFileSync(livePath(home), "garbage ".repeat(1000));
  writeFileSync(`${livePath(home)}-wal`, "its wal");
  const result = await runRestore(contextOf(home), { file: BACKUP });
  const old = join(home, "database", result.kept ?? "");
  expect(readFileSync(old, "utf8")).toStartWith("garbage");
  expect(readFileSync(`${old}-wal`, "utf8")).toBe("its wal");
  expect(contentOf(livePath(home))).toBe(contentOf(backupPath(home, BACKUP)));
});

test("a -journal left without its file is not rolled back into the restored one", async () => {
  const home = factory();
  erp = startErp(livePath(home), "delete");
  await erp.die(5);
  erp = null;
  rmSync(livePath(home));
  await runRestore(contextOf(home), { file: BACKUP });
  expect(integrityOf(livePath(home))).toBe("ok");
  expect(contentOf(livePath(home))).toBe(contentOf(backupPath(home, BACKUP)));
});

/** Checks that a restore is refused with a sentence and leaves everything as it was. */
async function expectRefused(home: string, file: string, sentence: RegExp): Promise<void> {
  const names = databaseNames(home);
  await expect(runRestore(contextOf(home), { file })).rejects.toThrow(sentence);
  expect(databaseNames(home)).toEqual(names);
}

for (const journal of ["delete", "wal"] as const) {
  test(`a present file that another program writes is not replaced (${journal})`, async () => {
    const home = factory(journal);
    erp = startErp(livePath(home), journal);
    await erp.lock();
    await expectRefused(home, BACKUP, /^production_analysis\.db is in use by another program.*Nothing was changed/);
    await erp.unlock();
    await erp.stop();
    erp = null;
    expect(modeOf(livePath(home))).toBe(journal);
    await runRestore(contextOf(home), { file: BACKUP });
    expect(contentOf(livePath(home))).toBe(contentOf(backupPath(home, BACKUP)));
  });
}

test("a file in WAL mode that another program has open is not replaced, because it would write into the old one", async () => {
  const home = factory("wal");
  erp = startErp(livePath(home), "wal");
  await erp.write("update", 3);
  const before = contentOf(livePath(home));
  await expectRefused(home, BACKUP, /^production_analysis\.db is in use by another program/);
  expect(contentOf(livePath(home))).toBe(before);
});

test("a damaged backup is refused", async () => {
  const home = factory();
  const before = contentOf(livePath(home));
  const bytes = readFileSync(backupPath(home, BACKUP));
  bytes.fill(0xa5, 3 * 4096, 4 * 4096);
  writeFileSync(backupPath(home, BACKUP), bytes);
  await expectRefused(
    home,
    BACKUP,
    /was not restored from production_\d+_\d+\.db: The file is damaged.* Nothing was changed\.$/,
  );
  writeFileSync(backupPath(home, BACKUP), bytes.subarray(0, 5000));
  await expectRefused(home, BACKUP, /Nothing was changed\.$/);
  writeFileSync(backupPath(home, BACKUP), "");
  await expectRefused(home, BACKUP, /The file is empty\. Nothing was changed\.$/);
  expect(contentOf(livePath(home))).toBe(before);
});

test("a backup without the table or one of its columns is refused", async () => {
  const home = factory();
  const other = backupPath(home, "production_20260114_020000.db");
  const database = new Database(other);
  database.run("CREATE TABLE something (id INTEGER)");
  database.close();
  await expectRefused(home, other, /The file has no table production_records\. Nothing was changed\.$/);
  const half = new Database(other);
  half.run("CREATE TABLE production_records (id INTEGER PRIMARY KEY, production_date TEXT)");
  half.close();
  await expectRefused(home, other, /lacks the column lot_number, item_code, item_name, good_quantity\. Nothing/);
});

test("a name that does not say which file it is a backup of is refused, and so is one that is not there", async () => {
  const home = factory();
  copyFileSync(backupPath(home, BACKUP), backupPath(home, "copy.db"));
  await expectRefused(home, "copy.db", /^The name copy\.db does not say which file/);
  await expectRefused(home, "production_20260115_020000.db", /^There is no backup production_20260115/);
});

test("a present file that is a link to elsewhere is not cut off", async () => {
  const home = factory();
  renameSync(livePath(home), join(home, "elsewhere.db"));
  symlinkSync(join(home, "elsewhere.db"), livePath(home));
  await expectRefused(home, BACKUP, /^production_analysis\.db is a link/);
});

test("the start after an interrupted restore removes its temporary files and the second name of the present file", () => {
  const home = factory();
  const database = join(home, "database");
  const before = contentOf(livePath(home));
  writeFileSync(join(database, "hub_restore_production_analysis.db.tmp"), "half");
  writeFileSync(join(database, "hub_restore_production_analysis.db.tmp-wal"), "half");
  writeFileSync(join(database, "production_analysis.db.before-restore-20260113_030000.tmp"), "half");
  writeFileSync(join(database, "production_analysis.db.tmp"), "the ERP's own");
  copyFileSync(livePath(home), join(database, "production_analysis.db.before-restore-20260112_030000"));
  linkSync(livePath(home), join(database, "production_analysis.db.before-restore-20260113_030000"));
  mkdirSync(join(database, "backups", ".drill"));
  removeInterrupted(settingsOf(home));
  expect(databaseNames(home)).toEqual([
    "production_analysis.db",
    "production_analysis.db.before-restore-20260112_030000",
    "production_analysis.db.tmp",
  ]);
  expect(contentOf(livePath(home))).toBe(before);
});

test("a file that an interrupted restore was taking out of WAL mode can be read again after the start", async () => {
  const home = factory();
  const before = contentOf(livePath(home));
  // The same files on the disk: a transaction cut off after its pages, and the copy that would have taken the file's place.
  const cutOff = startErp(livePath(home), "delete");
  await cutOff.die(5);
  copyFileSync(backupPath(home, BACKUP), join(home, "database", "hub_restore_production_analysis.db.tmp"));
  expect(databaseNames(home)).toContain("production_analysis.db-journal");
  removeInterrupted(settingsOf(home));
  expect(databaseNames(home)).toEqual(["production_analysis.db"]);
  expect(contentOf(livePath(home))).toBe(before);
});

test("the -wal that an interrupted restore had merged, but not taken away, is gone after the start", async () => {
  const home = factory("wal");
  const live = livePath(home);
  const before = contentOf(live);
  // SQLite removes the -shm before the -wal: the same files as after a kill between the two.
  const database = new Database(live);
  database.run("UPDATE production_records SET good_quantity = good_quantity");
  copyFileSync(`${live}-wal`, `${live}-wal.copy`);
  database.close();
  renameSync(`${live}-wal.copy`, `${live}-wal`);
  copyFileSync(backupPath(home, BACKUP), join(home, "database", "hub_restore_production_analysis.db.tmp"));
  removeInterrupted(settingsOf(home));
  expect(databaseNames(home)).toEqual(["production_analysis.db"]);
  expect(contentOf(live)).toBe(before);
});
