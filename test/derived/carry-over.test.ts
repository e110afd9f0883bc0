import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { runWatch } from "../../src/operations/watch.ts";
import { stateOf } from "../../src/segments/content-mark.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, hubDbOf } from "../support/hub.ts";
import { contextOf } from "../support/operations.ts";

setDefaultTimeout(180_000);

const quick = { timing: { pauseMs: 10, turnMs: 0, lockLimitMs: 60_000 }, force: true };

/** Puts a mark in the place of totals: what is carried over is not looked into. */
function entered(home: string, version: string): void {
  const db = openHubDb(join(home, "database"));
  db.run(
    `INSERT OR REPLACE INTO rollup (segment, version, placement, format, built_at, build_ms, cells, checksum, data)
     VALUES ('archive_2025', ?, '', 1, 0, 0, 0, '', x'')`,
    [version],
  );
  db.close();
}

function storedVersion(home: string): string | undefined {
  const db = hubDbOf(home);
  const stored = db.query<{ version: string }, []>("SELECT version FROM rollup").get()?.version;
  db.close();
  return stored;
}

/** A home whose hub.db holds what is derived from the archive as it is, and the state of the archive that it is of. */
function homeWithTotals() {
  const home = temporaryHome();
  const archive = archivePath(home, 2025);
  writeDatabase(livePath(home), [row({})]);
  writeDatabase(archive, [row({ production_date: "2025-03-04" })]);
  const before = stateOf(archive);
  entered(home, before);
  return { home, archive, before };
}

test("what is derived from a file stays good when the watcher gives it indexes and statistics", async () => {
  const { home, archive, before } = homeWithTotals();
  const { files } = await runWatch(contextOf(home), quick);
  expect(files.find(({ file }) => file === "archive_2025.db")?.created.length).toBe(5);
  expect(stateOf(archive)).not.toBe(before);
  expect(storedVersion(home)).toBe(stateOf(archive));
});

test("what is derived from rows that changed meanwhile is not taken for good", async () => {
  const { home, archive, before } = homeWithTotals();
  const db = new Database(archive);
  db.run("UPDATE production_records SET good_quantity = 1");
  db.close();
  await runWatch(contextOf(home), quick);
  expect(storedVersion(home)).toBe(before);
});

test("what is derived from rows is not taken for good when other rows took their place while the watcher waited for the lock", async () => {
  const { home, archive, before } = homeWithTotals();
  const other = join(home, "other.db");
  // Written in the same way, so that its change counter is the same.
  writeDatabase(other, [row({ production_date: "2025-03-05", good_quantity: 7 })]);
  const erp = new Database(archive);
  erp.run("BEGIN IMMEDIATE");
  const context = contextOf(home);
  const watch = runWatch(context, quick);
  await eventually(
    "the watcher wants to write",
    () => context.said.some((one) => /Creating missing .* on archive_2025/.test(one)) || undefined,
  );
  // The look before the write takes an instant; where it comes later after all, it finds the other rows, and nothing is carried over either.
  await Bun.sleep(50);
  const handle = openSync(archive, "r+");
  writeSync(handle, readFileSync(other));
  closeSync(handle);
  erp.run("ROLLBACK");
  erp.close();
  await watch;
  expect(storedVersion(home)).toBe(before);
});
