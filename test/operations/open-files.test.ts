import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { runBackup } from "../../src/operations/backup.ts";
import { runCheck } from "../../src/operations/check.ts";
import { runCheckpoint } from "../../src/operations/checkpoint.ts";
import { runDrill } from "../../src/operations/drill.ts";
import { runRestore } from "../../src/operations/restore.ts";
import { runRollover } from "../../src/operations/rollover.ts";
import { runWatch } from "../../src/operations/watch.ts";
import { hubDbName, openHubDb } from "../../src/store/hub-db.ts";
import { archivePath, type JournalMode, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { backupNames, contextOf } from "../support/operations.ts";

setDefaultTimeout(180_000);

/**
 * Files below a folder that this process has open. Windows renames and deletes no file that is open, and bun:sqlite's `close()` leaves it
 * open as long as a statement made with `prepare` was not collected, so what stays open here is an operation that fails there.
 */
function openBelow(folder: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((handle) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${handle}`);
      return file.startsWith(`${folder}/`) ? [file.slice(folder.length + 1)] : [];
    } catch {
      return []; // the handle that listed the folder
    }
  });
}

const timing = { pauseMs: 20, checks: 2, rounds: 2 };

test.each<JournalMode>(["delete", "wal"])("no operation leaves a file open (%s)", async (journal) => {
  const home = temporaryHome();
  writeDatabase(
    livePath(home),
    [row(), row({ production_date: "2024-05-05" }), row({ production_date: "2023-01-02" })],
    journal,
  );
  writeDatabase(archivePath(home, 2023), [row({ production_date: "2023-03-03" })], journal);
  openHubDb(`${home}/database`).close();
  expect(openBelow(home)).toEqual([]);
  const context = contextOf(home);
  const operations = {
    watch: () => runWatch(context, { timing }),
    backup: () => runBackup(context, { live: true, archive: true, cleanup: true }),
    drill: () => runDrill(context),
    check: () => runCheck(context),
    checkpoint: () => runCheckpoint(context, { force: true }),
    "dry run": () => runRollover(context, { dryRun: true }),
    // The rest of a rollover does not depend on the format, and it waits for hubs to look.
    ...(journal === "delete" ? { rollover: () => runRollover(context) } : {}),
    restore: () =>
      runRestore(context, { file: backupNames(home).findLast((name) => name.startsWith("production_")) ?? "" }),
  };
  for (const [name, operation] of Object.entries(operations)) {
    await operation();
    expect([name, openBelow(home)]).toEqual([name, []]);
  }
});

test("a backup that was made from a mirror leaves no file open", async () => {
  const home = temporaryHome();
  const mirror = `${home}/mirror.db`;
  const rows = [row(), row()];
  writeDatabase(livePath(home), rows);
  writeDatabase(mirror, rows);
  const result = await runBackup(contextOf(home), { live: true, mirror: { live: mirror } });
  expect(result.files[0]?.from).toBe("mirror");
  expect(openBelow(home)).toEqual([]);
});

test("a hub.db that turns out to be damaged is closed before it is set aside", () => {
  const folder = temporaryHome();
  const file = `${folder}/${hubDbName}`;
  writeFileSync(file, "no database ".repeat(1_000));
  openHubDb(folder).close();
  expect(openBelow(folder)).toEqual([]);
});
