import type { Group, Rollup } from "../rollup/rollup.ts";
import type { Day } from "../segments/day.ts";
import { quantitySql } from "../segments/schema.ts";
import type { Context } from "./context.ts";
import { type Condition, type DayRange, inRange, segmentsFor } from "./range.ts";
import { asText } from "./text-order.ts";

/** Rows and their good quantity together; a row without a quantity, or with one that is no number, counts as 0. */
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
         SELECT production_date, count(*) n, total(${quantitySql}) s FROM {rows} WHERE ${where} GROUP BY production_date
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
      `SELECT item_code, count(*), total(${quantitySql}) FROM {rows} WHERE ${where} AND {dated} GROUP BY item_code`,
  );
}

/** Good quantity per month and item code; the key is the month (7 characters), a space, and the code. */
export function totalsByMonthAndItem(context: Context, filter: TotalFilter): Map<string, Total> {
  // Rows are grouped by month already by SQLite: a thirtieth of the groups.
  return byPartAndItem(context, filter, 7, (day) => day.slice(0, 7));
}

/** Good quantity per period and item code, given which period a valid day belongs to; the key is the period, a space, and the code. */
export function totalsByPeriodAndItem(
  context: Context,
  filter: TotalFilter,
  periodOf: (day: string) => string,
): Map<string, Total> {
  return byPartAndItem(context, filter, 10, periodOf);
}

/** The same, of rows that are grouped by the first `characters` of their days, of which each belongs to one period. */
function byPartAndItem(
  context: Context,
  filter: TotalFilter,
  characters: 7 | 10,
  periodOf: (part: string) => string,
): Map<string, Total> {
  return added(
    context,
    filter,
    (rollup) => rollup.byPeriodAndItem(filter, periodOf),
    (where) =>
      `SELECT part || ' ' || item_code, n, s FROM (
         SELECT substr(production_date, 1, ${characters}) part, item_code, count(*) n, total(${quantitySql}) s FROM {rows}
         WHERE ${where} AND {dated} GROUP BY 1, 2
       )`,
    (stored) => `${periodOf(stored.slice(0, characters))}${stored.slice(characters)}`,
  );
}

/** The last day with rows of each item code. */
export function lastDays(context: Context, filter: TotalFilter): Map<string, Day> {
  const { sql, values } = counting(filter);
  const statement = `SELECT item_code, max(substr(production_date, 1, 10)) FROM {rows} WHERE ${sql} AND {dated} GROUP BY item_code`;
  const last = new Map<string, Day>();
  for (const segment of segmentsFor(context.snapshot, filter)) {
    const rollup = context.rollupOf(segment);
    const found = rollup?.lastDays(filter) ?? context.reader.rows<[unknown, Day]>(segment, statement, values);
    for (const [stored, day] of found) {
      const code = asText(stored);
      if (day > (last.get(code) ?? "")) last.set(code, day);
    }
  }
  return last;
}

/** Good quantity of all rows together. */
export function grandTotal(context: Context, filter: TotalFilter): Total {
  const totals = added(
    context,
    filter,
    (rollup) => rollup.total(filter),
    (where) => `SELECT '', count(*), total(${quantitySql}) FROM {rows} WHERE ${where} AND {dated}`,
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
  const { sql: where, values } = counting(filter);
  const statement = sql(where);
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

/** The rows that count for a filter, except for `{dated}`. */
function counting({ items, ...days }: TotalFilter): Condition {
  const { sql, values } = inRange(days);
  if (items === undefined) return { sql: `${sql} AND {kept}`, values };
  const one = items.length === 1;
  const item = one ? "item_code = ?" : "item_code IN (SELECT value FROM json_each(?))";
  return { sql: `${sql} AND ${item} AND {kept}`, values: [...values, one ? items[0]! : JSON.stringify(items)] };
}
