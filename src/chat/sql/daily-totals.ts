import type { DatabaseSync } from "node:sqlite";
import type { Rollup } from "../../rollup/rollup.ts";
import { afterAll, firstDayEver, lastDayEver } from "../../segments/day.ts";
import { datedSql } from "../../segments/facts.ts";
import type { Segment } from "../../segments/types.ts";
import type { Period } from "../types.ts";
import { nameIn, tokensOf } from "./statement.ts";

/**
 * The view with one row for each day and item: day, item_code, item_name (the newest), good_quantity, records. Rows whose text begins with no
 * valid day are in none. A query that groups 25 million records takes longer than it may; there are some 90,000 of these rows.
 */
export const dailyTotals = "daily_totals";

/** What the view is made of. */
export interface WantedTotals {
  /** A segment's totals; null where there are none now, and its rows are added up. */
  rollupOf: (segment: Segment) => Rollup | null;
  /** The newest name of each item. */
  namesOf: (codes: readonly string[]) => ReadonlyMap<string, string | null>;
  /** The days that the query asks about, as far as that is certain; of others there need not be any rows. */
  period: Period | null;
}

/** True for a query that may read the view: making it takes a moment. */
export function mentionsDailyTotals(sql: string): boolean {
  return tokensOf(sql).some((token) => nameIn(token) === dailyTotals);
}

/** Makes the view, out of the rows of each segment as `sql` selects them where there are no totals of it. */
export function createDailyTotals(
  db: DatabaseSync,
  arms: readonly { segment: Segment; sql: string }[],
  { rollupOf, namesOf, period }: WantedTotals,
): void {
  const [from, to] = period ? [period.from, period.to] : [firstDayEver, lastDayEver];
  db.exec("CREATE TEMP TABLE copied_cells (day TEXT, item_code TEXT, good_quantity REAL, records INTEGER)");
  const insert = db.prepare(
    "INSERT INTO copied_cells SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)",
  );
  for (const { segment, sql } of arms) {
    const rollup = rollupOf(segment);
    if (rollup) {
      const cells = [];
      for (const [day, { code }, count, sum] of rollup.all()) {
        if (day >= from && day <= to) cells.push([day, code, sum, count]);
      }
      insert.run(JSON.stringify(cells));
      continue;
    }
    const rows = `INSERT INTO copied_cells SELECT substr(production_date, 1, 10), item_code, total(good_quantity), count(*)
      FROM (${sql}) WHERE production_date >= ? AND production_date < ? AND ${datedSql(segment.facts.undated.prefixes)}
      GROUP BY 1, 2`;
    db.prepare(rows).run(from, to + afterAll);
  }
  const codes = db.prepare("SELECT DISTINCT item_code FROM copied_cells").all() as { item_code: string }[];
  const names = namesOf(codes.map(({ item_code }) => String(item_code)));
  db.exec("CREATE TEMP TABLE copied_names (item_code TEXT PRIMARY KEY, item_name TEXT) WITHOUT ROWID");
  const name = db.prepare("INSERT INTO copied_names VALUES (?, ?)");
  for (const [code, item_name] of names) name.run(code, item_name);
  // A day may have rows in several files.
  db.exec(`CREATE TEMP TABLE copied_totals (
    day TEXT, item_code TEXT, good_quantity REAL, records INTEGER, PRIMARY KEY (day, item_code)) WITHOUT ROWID`);
  db.exec(`INSERT INTO copied_totals SELECT day, item_code, total(good_quantity), sum(records)
    FROM copied_cells GROUP BY day, item_code`);
  db.exec(`CREATE TEMP VIEW ${dailyTotals} AS
    SELECT t.day, t.item_code, n.item_name, t.good_quantity, t.records
    FROM copied_totals t LEFT JOIN copied_names n ON n.item_code = t.item_code`);
}
