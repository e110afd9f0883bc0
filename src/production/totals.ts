import type { Group, Rollup } from "../rollup/rollup.ts";
import type { Context } from "./context.ts";
import { type DayRange, inRange, segmentsFor } from "./range.ts";
import { asText } from "./text-order.ts";

/** Rows and their good quantity together; a row without a quantity counts as 0. */
export interface Total {
  count: number;
  sum: number;
}

/** Which rows to add up. */
export interface TotalFilter extends DayRange {
  /** Exact item codes; without them every item. */
  items?: readonly string[] | undefined;
}

/** Good quantity per period, given which period a valid day belongs to. */
export function totalsByPeriod(
  context: Context,
  filter: TotalFilter,
  periodOf: (day: string) => string,
): Map<string, Total> {
  // Grouped by the stored text first, which the index delivers in order: neither a sort of rows nor a check of each row's day.
  return added(
    context,
    filter,
    (rollup) => rollup.byPeriod(filter, periodOf),
    (where) =>
      `SELECT substr(production_date, 1, 10), sum(n), total(s) FROM (
         SELECT production_date, count(*) n, total(good_quantity) s FROM {rows} WHERE ${where} GROUP BY production_date
       ) WHERE {dated} GROUP BY 1`,
    periodOf,
  );
}

/** Good quantity per item code. */
export function totalsByItem(context: Context, filter: TotalFilter): Map<string, Total> {
  return added(
    context,
    filter,
    (rollup) => rollup.byItem(filter),
    (where) =>
      `SELECT item_code, count(*), total(good_quantity) FROM {rows} WHERE ${where} AND {dated} GROUP BY item_code`,
  );
}

/** Good quantity per month and item code; the key is the month (7 characters), a space, and the code. */
export function totalsByMonthAndItem(context: Context, filter: TotalFilter): Map<string, Total> {
  return added(
    context,
    filter,
    (rollup) => rollup.byMonthAndItem(filter),
    (where) =>
      `SELECT month || ' ' || item_code, n, s FROM (
         SELECT substr(production_date, 1, 7) month, item_code, count(*) n, total(good_quantity) s FROM {rows}
         WHERE ${where} AND {dated} GROUP BY 1, 2
       )`,
  );
}

/** Good quantity of all rows together. */
export function grandTotal(context: Context, filter: TotalFilter): Total {
  const totals = added(
    context,
    filter,
    (rollup) => rollup.total(filter),
    (where) => `SELECT '', count(*), total(good_quantity) FROM {rows} WHERE ${where} AND {dated}`,
  );
  return totals.get("") ?? { count: 0, sum: 0 };
}

/** Average of all rows: total / count, never an average of averages. 0 where there are no rows. */
export function average({ count, sum }: Total): number {
  return count === 0 ? 0 : sum / count;
}

/**
 * A sum without the noise of its last binary digit, so that 0.1 + 0.2 shows as 0.3 and equal totals tie whatever order they were
 * added in: 15 significant decimal digits survive the way through a double (IEEE 754, DBL_DIG).
 */
export function tidy(sum: number): number {
  return Number.isSafeInteger(sum) ? sum : Number(sum.toPrecision(15));
}

/** Adds up, segment by segment, the daily totals where they are ready and the rows themselves where not. */
function added(
  context: Context,
  filter: TotalFilter,
  fromRollup: (rollup: Rollup) => Group[],
  sql: (where: string) => string,
  keyOf: (stored: string) => string = (stored) => stored,
): Map<string, Total> {
  const range = inRange(filter);
  const { items } = filter;
  const item =
    items === undefined ? "1" : items.length === 1 ? "item_code = ?" : "item_code IN (SELECT value FROM json_each(?))";
  const values =
    items === undefined ? range.values : [...range.values, items.length === 1 ? items[0]! : JSON.stringify(items)];
  const statement = sql(`${range.sql} AND ${item} AND {kept}`);
  const totals = new Map<string, Total>();
  const add = (key: string, count: number, sum: number): void => {
    const total = totals.get(key);
    if (total) {
      total.count += count;
      total.sum += sum;
    } else totals.set(key, { count, sum });
  };
  for (const segment of segmentsFor(context.snapshot, filter)) {
    const rollup = context.rollupOf(segment);
    if (rollup) for (const [key, count, sum] of fromRollup(rollup)) add(key, count, sum);
    else {
      const rows = context.reader.rows<[unknown, number, number]>(segment, statement, values);
      for (const [stored, count, sum] of rows) add(keyOf(asText(stored)), count, sum);
    }
  }
  for (const total of totals.values()) total.sum = tidy(total.sum);
  return totals;
}
