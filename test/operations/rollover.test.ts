import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { resumeRollover, runRollover } from "../../src/operations/rollover.ts";
import { Oracle } from "../oracle.ts";
import { caseArbitrary } from "../support/cases.ts";
import {
  archivePath,
  type Factory,
  type JournalMode,
  livePath,
  type Row,
  row,
  temporaryHome,
  writeFactory,
} from "../support/files.ts";
import { difference } from "../support/match.ts";
import { contextFor, readFactory, truthOf } from "../support/rollover.ts";

setDefaultTimeout(240_000);

const today = "2026-01-05";
const rows = (year: number, count: number, firstId: number): Row[] =>
  Array.from({ length: count }, (_, index) =>
    row({
      id: firstId + index,
      production_date: `${year}-${String(1 + (index % 12)).padStart(2, "0")}-15 오전 12:00:00`,
      good_quantity: index + 0.1,
    }),
  );

function homeWith(factory: Factory, journal: JournalMode = "delete"): string {
  const home = temporaryHome();
  writeFactory(home, factory, journal);
  return home;
}

for (const journal of ["delete", "wal"] as const) {
  test(`finished years get an archive each, and Live keeps the present one (journal mode ${journal})`, async () => {
    const live = [...rows(2024, 40, 1), ...rows(2025, 60, 101), ...rows(2026, 5, 201)];
    const home = homeWith({ live, archives: new Map([[2023, rows(2023, 10, 1)]]) }, journal);
    const result = await runRollover(contextFor(home), { today });
    expect(result.moved).toBe(100);
    expect(result.plan.newYears).toEqual([2024, 2025]);
    const after = readFactory(home);
    expect(after.live).toEqual(live.slice(100));
    expect(after.archives.get(2024)).toEqual(live.slice(0, 40));
    expect(after.archives.get(2025)).toEqual(live.slice(40, 100));
    expect(after.archives.get(2023)).toHaveLength(10);
    expect(readdirSync(join(home, "database")).filter((name) => /tmp|rollover|-wal|-shm|-journal/.test(name))).toEqual(
      [],
    );
  });
}

test("a second rollover finds nothing to move", async () => {
  const home = homeWith({ live: rows(2025, 30, 1), archives: new Map() });
  await runRollover(contextFor(home), { today });
  const again = await runRollover(contextFor(home), { today });
  expect(again.moved).toBe(0);
  expect(again.summary).toContain("nothing to move");
});

test("a dry run names months, rows and sums, and changes no byte", async () => {
  const home = homeWith({ live: rows(2025, 24, 1), archives: new Map() });
  const before = readFileSync(livePath(home));
  const said: string[] = [];
  const result = await runRollover(contextFor(home, said), { today, dryRun: true });
  expect(result.plan.moves.map(({ month, rows }) => [month, rows])).toEqual(
    Array.from({ length: 12 }, (_, index) => [`2025-${String(index + 1).padStart(2, "0")}`, 2]),
  );
  expect(said.join("\n")).toMatch(/2025-01 .*archive_2025\.db +2 +12\.20/);
  expect(readFileSync(livePath(home))).toEqual(before);
  expect(readdirSync(join(home, "database"))).toEqual(["production_analysis.db"]);
});

test("late rows go to the archive of their year, duplicates leave Live, a taken id and an undated row stay", async () => {
  const archived = rows(2024, 3, 1);
  const duplicate = archived[0] as Row;
  const conflicting = { ...(archived[1] as Row), good_quantity: 999 };
  const late = row({ id: 50, production_date: "2024-12-30" });
  const undated = row({ id: 51, production_date: "2024-13-01" });
  const home = homeWith({ live: [duplicate, conflicting, late, undated], archives: new Map([[2024, archived]]) });
  const truth = truthOf(readFactory(home));
  const result = await runRollover(contextFor(home), { today });
  expect([result.moved, result.already, result.kept]).toEqual([1, 1, 1]);
  const after = readFactory(home);
  expect(after.live).toEqual([conflicting, undated]);
  expect(after.archives.get(2024)).toEqual([...archived, late]);
  expect(truthOf(after)).toEqual(truth);
});

test("the same row in two files that do not own it counts twice before and after", async () => {
  const stray = row({ id: 7, production_date: "2023-05-05" });
  const home = homeWith({
    live: [stray],
    archives: new Map([
      [2023, []],
      [2024, [stray]],
    ]),
  });
  const truth = truthOf(readFactory(home));
  expect(truth).toHaveLength(2);
  await runRollover(contextFor(home), { today });
  expect(truthOf(readFactory(home))).toEqual(truth);
});

test("a cutoff set by hand is refused with a sentence", async () => {
  const home = homeWith({ live: rows(2025, 3, 1), archives: new Map() });
  const context = contextFor(home, [], { ARCHIVE_CUTOFF_YEAR: "2024" });
  expect(runRollover(context, { today })).rejects.toThrow(/ARCHIVE_CUTOFF_YEAR.*Nothing was changed/);
});

test("no small nasty database loses, doubles or changes a row", async () => {
  await fc.assert(
    fc.asyncProperty(
      caseArbitrary.filter(({ layout }) => layout.cutoffYear === undefined),
      fc.constantFrom("2026-01-05", "2025-06-01", "2027-01-01"),
      async ({ factory, written }, day) => {
        const home = homeWith(factory, written === "in place, WAL" ? "wal" : "delete");
        const before = readFactory(home);
        await runRollover(contextFor(home), { today: day });
        const after = readFactory(home);
        expect(truthOf(after)).toEqual(truthOf(before));
        const months = new Oracle(before).monthlyTotal({});
        const found = JSON.parse(JSON.stringify(new Oracle(after).monthlyTotal({})), (_, value) =>
          typeof value === "string" && value.includes(" ± ") ? Number(value.split(" ")[0]) : value,
        );
        expect(difference(found, months)).toBeNull();
        expect(await resumeRollover(contextFor(home))).toBeNull();
      },
    ),
    { seed: 20260113, numRuns: Number(process.env.ROLLOVER_CASES ?? 25) },
  );
});

test("archives are complete databases with every required index", async () => {
  const home = homeWith({ live: rows(2025, 30, 1), archives: new Map() });
  await runRollover(contextFor(home), { today });
  const { Database } = await import("bun:sqlite");
  const db = new Database(archivePath(home, 2025), { readonly: true });
  const names = db.query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY 1").all();
  expect(names.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["idx_item_code", "idx_item_date", "idx_lot_number", "idx_production_date"]),
  );
  expect(db.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  db.close();
});
