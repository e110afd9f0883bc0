import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { runRollover } from "../../src/operations/rollover.ts";
import { dropIndexes, indexesToSetAside, restoreIndexes } from "../../src/operations/rollover-indexes.ts";
import { requiredIndexes } from "../../src/segments/schema.ts";
import { CREATE_TABLE, livePath, temporaryHome } from "../support/files.ts";
import { contextFor } from "../support/rollover.ts";

setDefaultTimeout(180_000);

const MANY = 120_000;

/** A Live of rows of a finished year, with these indexes. */
function homeWith(rows: number, indexes: readonly string[], pragma = "journal_mode = DELETE"): string {
  const home = temporaryHome();
  mkdirSync(dirname(livePath(home)), { recursive: true });
  const db = new Database(livePath(home), { create: true });
  db.run(`PRAGMA ${pragma}`);
  db.run(CREATE_TABLE);
  db.run(
    `INSERT INTO production_records (production_date, lot_number, item_code, good_quantity)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
     SELECT date('2025-01-01', '+' || (i % 365) || ' days'), 'L' || i, 'C' || i, i FROM n`,
  );
  for (const index of indexes) db.run(`CREATE ${index}`);
  db.close();
  return home;
}

const own = requiredIndexes.map(({ name, columns }) => `INDEX ${name} ON production_records (${columns})`);
const names = requiredIndexes.map(({ name }) => name);

function indexesOf(home: string): string[] {
  const db = new Database(livePath(home), { readonly: true });
  const found = db
    .query("SELECT sql FROM sqlite_schema WHERE type = 'index' ORDER BY name")
    .values()
    .flat() as string[];
  db.close();
  return found;
}

test("only indexes of the hub's own making are set aside, and only where it is worth it", () => {
  const home = homeWith(10, own);
  expect(indexesToSetAside(livePath(home), MANY, 10)).toEqual(names);
  expect(indexesToSetAside(livePath(home), 1_000, 0)).toEqual([]);
  expect(indexesToSetAside(livePath(home), MANY, 5_000_000)).toEqual([]);
  expect(indexesToSetAside(livePath(homeWith(10, own, "auto_vacuum = FULL")), MANY, 10)).toEqual([]);
  const others = homeWith(10, [
    "INDEX idx_production_date ON production_records (production_date, id)",
    "UNIQUE INDEX idx_item_code ON production_records (item_code)",
    "INDEX idx_item_date ON production_records (item_code, production_date DESC)",
    "INDEX idx_lot_number ON production_records (lot_number) WHERE lot_number <> ''",
    "INDEX idx_date_item_quantity ON production_records (production_date, item_code COLLATE NOCASE, good_quantity)",
    "INDEX erp_code ON production_records (item_code)",
  ]);
  expect(indexesToSetAside(livePath(others), MANY, 10)).toEqual([]);
});

test("what was dropped is made again, but for what the ERP made in its place", async () => {
  const home = homeWith(50, [...own, "INDEX erp_code ON production_records (item_code)"]);
  const before = indexesOf(home);
  await dropIndexes(livePath(home), names);
  expect(indexesOf(home)).toEqual(["CREATE INDEX erp_code ON production_records (item_code)"]);
  const db = new Database(livePath(home));
  db.run("CREATE INDEX idx_lot_number ON production_records (good_quantity)");
  db.close();
  const { log } = contextFor(home);
  await restoreIndexes(livePath(home), names, log);
  const replaced = before.map((sql) =>
    sql.includes("idx_lot_number") ? sql.replace("(lot_number)", "(good_quantity)") : sql,
  );
  expect(indexesOf(home)).toEqual(replaced);
});

for (const heal of ["true", "false"]) {
  test(`a rollover with HEAL_INDEXES=${heal} leaves Live's indexes as they were`, async () => {
    const home = homeWith(MANY, own.slice(0, 3));
    const before = indexesOf(home);
    const context = contextFor(home, [], { HEAL_INDEXES: heal });
    const meanwhile: number[] = [];
    context.progress = ({ phase }) => {
      if (phase === "production_analysis.db to archive_2025.db") meanwhile.push(indexesOf(home).length);
    };
    expect((await runRollover(context, { today: "2026-01-05" })).moved).toBe(MANY);
    expect(new Set(meanwhile)).toEqual(new Set([heal === "true" ? 0 : 3]));
    expect(indexesOf(home)).toEqual(before);
  });
}
