import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runBackup } from "../../src/operations/backup.ts";
import { runCheck } from "../../src/operations/check.ts";
import { runDrill } from "../../src/operations/drill.ts";
import { runRestore } from "../../src/operations/restore.ts";
import { runWatch } from "../../src/operations/watch.ts";
import { makeMirror } from "../../src/segments/mirror.ts";
import { type JournalMode, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { backupPath, contentOf, contextOf } from "../support/operations.ts";

/** What an ERP may have in its file besides the table: each would fail whoever writes a row, asks a view, or counts columns. */
const schema = `
  ALTER TABLE production_records ADD COLUMN doubled REAL GENERATED ALWAYS AS (good_quantity * 2) VIRTUAL;
  CREATE TABLE "other ""things""" (id INTEGER PRIMARY KEY, note TEXT, length INTEGER GENERATED ALWAYS AS (length(note)) STORED);
  INSERT INTO "other ""things""" (note) VALUES ('렌즈');
  CREATE VIEW monthly AS SELECT substr(production_date, 1, 7) AS month, total(good_quantity) FROM production_records GROUP BY 1;
  CREATE VIEW broken AS SELECT * FROM no_such_table;
  CREATE TRIGGER no_insert BEFORE INSERT ON production_records BEGIN SELECT raise(ABORT, 'no insert'); END;
  CREATE TRIGGER no_update BEFORE UPDATE ON production_records BEGIN SELECT raise(ABORT, 'no update'); END;
  CREATE TRIGGER no_delete BEFORE DELETE ON production_records BEGIN SELECT raise(ABORT, 'no delete'); END;
  CREATE INDEX partial ON production_records (production_date) WHERE good_quantity > 0;
  CREATE INDEX expression ON production_records (upper(item_code), doubled);`;

function factory(journal: JournalMode): string {
  const home = temporaryHome();
  writeDatabase(
    livePath(home),
    Array.from({ length: 300 }, () => row()),
    journal,
  );
  const database = new Database(livePath(home));
  for (const statement of schema.split(/;\n(?=\s*(?:ALTER|CREATE|INSERT INTO "))/)) database.run(statement);
  database.close(true);
  return home;
}

function schemaOf(path: string): unknown[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.query("SELECT type, name, sql FROM sqlite_schema ORDER BY name").values();
  } finally {
    database.close(true);
  }
}

test.each(["delete", "wal"] as const)(
  "triggers, views and generated columns of the ERP's file come through backup, drill and restore untouched (%s)",
  async (journal) => {
    const home = factory(journal);
    const live = livePath(home);
    const before = { content: contentOf(live), schema: schemaOf(live) };
    expect(before.schema).toHaveLength(10);
    mkdirSync(join(home, "database", ".mirror"));
    const mirror = join(home, "database", ".mirror", "live-1.db");
    await makeMirror({ source: live, target: mirror, durable: false });
    for (const mirrors of [{}, { live: mirror }]) {
      const [made] = (await runBackup(contextOf(home), { live: true, mirror: mirrors })).files;
      expect(made).toMatchObject({ from: "live" in mirrors ? "mirror" : "source", rows: 300, compared: true });
      const backup = backupPath(home, made?.backup ?? "");
      expect({ content: contentOf(backup), schema: schemaOf(backup) }).toEqual(before);
      expect((await runDrill(contextOf(home))).files).toMatchObject([{ rows: 300 }]);
      await runRestore(contextOf(home), { file: backup });
      expect({ content: contentOf(live), schema: schemaOf(live) }).toEqual(before);
    }
  },
  180_000,
);

test("the watcher and the check take them as they are", async () => {
  const home = factory("delete");
  const { files } = await runWatch(contextOf(home), {
    timing: { pauseMs: 10, turnMs: 0, promptMs: 60_000, lockLimitMs: 60_000 },
  });
  expect(files).toMatchObject([{ state: "complete", missing: [] }]);
  const { rows } = await runCheck(contextOf(home));
  expect(rows.filter(({ area, status }) => status !== "ok" && !["backup", "disk"].includes(area))).toEqual([]);
});
