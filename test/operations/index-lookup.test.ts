import { Database } from "bun:sqlite";
import { afterEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { IndexLookup } from "../../src/operations/index-lookup.ts";
import { requiredIndexes, table } from "../../src/segments/schema.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";

let lookup: IndexLookup | null = null;
afterEach(() => lookup?.close());

test("what a file lacks is known a moment after somebody asked, and again when the file is another version", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  let changes = 0;
  lookup = new IndexLookup(join(home, "database"), () => {
    changes += 1;
  });
  const name = "production_analysis.db";
  const known = (version: string, wanted: number) =>
    eventually(`${wanted} indexes are missing`, () =>
      lookup!.missing(name, version)?.length === wanted ? lookup!.missing(name, version)! : undefined,
    );
  expect(lookup.missing(name, "1")).toBeNull();
  expect(await known("1", 5)).toEqual(requiredIndexes.map((index) => index.name));
  expect(changes).toBe(1);
  const db = new Database(livePath(home));
  for (const index of requiredIndexes) db.run(`CREATE INDEX ${index.name} ON ${table} (${index.columns})`);
  db.close(true);
  expect(lookup.missing(name, "1")).toHaveLength(5);
  // Meanwhile what was known last.
  expect(lookup.missing(name, "2")).toHaveLength(5);
  await known("2", 0);
  expect(changes).toBe(2);
  writeFileSync(livePath(home), "no database");
  expect(lookup.missing(name, "3")).toEqual([]);
});
