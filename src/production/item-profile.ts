import type { Day } from "../segments/day.ts";
import type { Segment } from "../segments/types.ts";
import type { Context } from "./context.ts";
import { itemNames } from "./items.ts";
import { segmentsFor } from "./range.ts";
import { shareOf } from "./ranking.ts";
import { compareText } from "./text-order.ts";
import { average, grandTotal, type TotalFilter, tidy, totalsByItem } from "./totals.ts";

/** What is known of an item over all its rows. */
export interface ItemProfile {
  item_code: string;
  item_name: string | null;
  /** All rows, those without a valid day included. */
  record_count: number;
  /** First and last valid day with rows; null without any. */
  first_day: Day | null;
  last_day: Day | null;
}

/** An item over all its rows; null for a code that no row has. */
export function itemProfile(context: Context, { itemCode }: { itemCode: string }): ItemProfile | null {
  let record_count = 0;
  const firsts: Day[] = [];
  const lasts: Day[] = [];
  for (const segment of segmentsFor(context.snapshot, {})) {
    const rollup = context.rollupOf(segment);
    const held = rollup?.items.find(({ code, isText }) => isText && code === itemCode);
    const found = rollup
      ? held && ([held.rows, held.firstDay, held.lastDay] as const)
      : read(context, segment, itemCode);
    if (!found) continue;
    const [rows, first, last] = found;
    record_count += rows;
    if (first !== null) firsts.push(first);
    if (last !== null) lasts.push(last);
  }
  if (record_count === 0) return null;
  return {
    item_code: itemCode,
    item_name: itemNames(context, [itemCode]).get(itemCode) ?? null,
    record_count,
    first_day: firsts.sort()[0] ?? null,
    last_day: lasts.sort().at(-1) ?? null,
  };
}

/** Rows of an item in one segment, and the first and last valid day among them. */
function read(
  { reader }: Context,
  segment: Segment,
  itemCode: string,
): [rows: number, first: Day | null, last: Day | null] {
  const count = "SELECT count(*) FROM {rows} WHERE item_code = ? AND {kept}";
  const days = `SELECT min(substr(production_date, 1, 10)), max(substr(production_date, 1, 10)) FROM {rows}
    WHERE item_code = ? AND {kept} AND {dated}`;
  const [[rows] = [0]] = reader.rows<[number]>(segment, count, [itemCode]);
  const [[first, last] = [null, null]] = reader.rows<[Day | null, Day | null]>(segment, days, [itemCode]);
  return [rows, first, last];
}

/** An item's figures in a range, and its place among the items of a filter. */
export interface ItemStanding {
  total_production: number;
  batch_count: number;
  avg_batch_size: number;
  /** 1 for the greatest total, then by code; null where it has no rows or the filter leaves it out. */
  rank: number | null;
  /** Of the filter's total; null where that is 0 or less, or the filter leaves the item out. */
  share: number | null;
  /** Items of the filter with rows. */
  item_count: number;
}

/** An item in a range, and its rank and share among the items of the filter. */
export function itemStanding(
  context: Context,
  { itemCode, ...filter }: TotalFilter & { itemCode: string },
): ItemStanding {
  const { items } = filter;
  const isAmong = items === undefined || items.includes(itemCode);
  const totals = totalsByItem(context, filter);
  const own = isAmong ? totals.get(itemCode) : grandTotal(context, { ...filter, items: [itemCode] });
  const { sum, count } = own ?? { sum: 0, count: 0 };
  const ahead = [...totals].filter(
    ([code, total]) => total.sum > sum || (total.sum === sum && compareText(code, itemCode) < 0),
  );
  const whole = { count: 0, sum: tidy([...totals.values()].reduce((all, total) => all + total.sum, 0)) };
  return {
    total_production: sum,
    batch_count: count,
    avg_batch_size: average({ sum, count }),
    rank: isAmong && count > 0 ? ahead.length + 1 : null,
    share: isAmong ? shareOf(sum, whole) : null,
    item_count: totals.size,
  };
}
