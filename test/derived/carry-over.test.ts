import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { runWatch } from "../../src/operations/watch.ts";
import { stateOf } from "../../src/segments/content-mark.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { contextOf } from "../support/operations.ts";

const quick = { timing: { pauseMs: 10, turnMs: 0 }, force: true };

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
  const db = new Database(join(home, "database", "hub.db"), { readonly: true });
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
