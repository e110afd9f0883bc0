import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runBackup } from "../../src/operations/backup.ts";
import { runDrill } from "../../src/operations/drill.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { backupNames, backupPath, contextOf, databaseNames } from "../support/operations.ts";

function factory(): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({ good_quantity: 2 }), row({ good_quantity: null }), row({ lot_number: null })]);
  writeDatabase(archivePath(home, 2025), [row({ production_date: "2025-03-04", good_quantity: 5 })]);
  return home;
}

test("the newest backup of each file is restored aside, checked and asked", async () => {
  const home = factory();
  writeDatabase(backupPath(home, "production_20200101_000000.db"), []);
  await runBackup(contextOf(home));
  const names = backupNames(home);
  const database = databaseNames(home);
  const { files } = await runDrill(contextOf(home));
  expect(files.map(({ file, rows, quantity, first_month }) => [file, rows, quantity, first_month]).sort()).toEqual([
    ["archive_2025.db", 1, 5, "2025-03"],
    ["production_analysis.db", 3, 102, "2026-01"],
  ]);
  expect(files.every(({ backup }) => !backup.includes("20200101"))).toBe(true);
  expect(backupNames(home)).toEqual(names);
  expect(databaseNames(home)).toEqual(database);
});

test("a backup of an empty table passes", async () => {
  const home = temporaryHome();
  writeDatabase(backupPath(home, "production_20260113_020000.db"), []);
  expect((await runDrill(contextOf(home))).files).toMatchObject([{ rows: 0, quantity: 0, first_month: null }]);
});

test("a backup that went bad is named, and the others are tried all the same", async () => {
  const home = factory();
  await runBackup(contextOf(home));
  const [archive = ""] = backupNames(home);
  writeFileSync(backupPath(home, archive), readFileSync(backupPath(home, archive)).fill(0x5a, 4096));
  const context = contextOf(home);
  await expect(runDrill(context)).rejects.toThrow(new RegExp(`^${archive} could not be restored: The file is damaged`));
  expect(context.said.join("\n")).toMatch(/INFO Drill: production_\d+_\d+\.db can be restored/);
  expect(backupNames(home)).not.toContain(".drill");
});

test("without any backup the drill says how to make one, and without a database folder where it looked", async () => {
  await expect(runDrill(contextOf(factory()))).rejects.toThrow(/^There is no backup to try yet/);
  const empty = temporaryHome();
  await expect(runDrill(contextOf(empty))).rejects.toThrow(`There is no folder ${join(empty, "database")}. `);
  expect(readdirSync(empty)).toEqual([]);
});
