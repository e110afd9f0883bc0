import { Database } from "bun:sqlite";
import { afterEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { IndexLookup } from "../../src/operations/index-lookup.ts";
import { requiredIndexes, table } from "../../src/segments/schema.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";

let lookup: IndexLookup | null = null;
afterEach(() => lookup?.close());

test("what a file lacks is looked up once for each version of it, and nobody waits longer than they will", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  lookup = new IndexLookup(join(home, "database"));
  const missing = (version: string, patienceMs = 60_000) =>
    lookup!.missing("production_analysis.db", version, patienceMs);
  expect(await missing("1", 0)).toBeNull();
  const all = requiredIndexes.map(({ name }) => name);
  expect(await Promise.all([missing("1"), missing("1")])).toEqual([all, all]);
  const db = new Database(livePath(home));
  for (const index of requiredIndexes) db.run(`CREATE INDEX ${index.name} ON ${table} (${index.columns})`);
  db.close(true);
  expect(await missing("1")).toEqual(all);
  // Until it is looked up: what was known last.
  expect(await missing("2", 0)).toEqual(all);
  expect(await missing("2")).toEqual([]);
  writeFileSync(livePath(home), "no database");
  expect(await missing("3")).toEqual([]);
});
