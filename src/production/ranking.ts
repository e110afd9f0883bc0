import { type ComparedRanges, itemChanges } from "./changes.ts";
import type { Context } from "./context.ts";
import { itemNames } from "./items.ts";
import type { ItemTotal } from "./summaries.ts";
import { compareText } from "./text-order.ts";
import { average, type Total, type TotalFilter, tidy, totalsByItem } from "./totals.ts";

/** An item's place among all items of a filter. Shares are of the filter's total, 1 for all of it; null where that is 0 or less. */
export interface RankedItem extends ItemTotal {
  share: number | null;
  /** This item's share together with those of all before it. */
  cumulative_share: number | null;
}

export interface Ranking {
  /** Greatest total first, then by code. */
  items: RankedItem[];
  /** The items that the limit left out, together. */
  others: { items: number; total_production: number; batch_count: number; share: number | null };
  /** All items of the filter together. */
  item_count: number;
  total_production: number;
  batch_count: number;
  avg_batch_size: number;
}

/** An item's place without its name. */
export type Placed = Omit<RankedItem, "item_name">;

/** Every item of a filter, greatest total first, then by code, and all of them together. */
export function placeItems(context: Context, filter: TotalFilter): { placed: Placed[]; whole: Total } {
  const all = [...totalsByItem(context, filter)].sort(
    ([codeA, a], [codeB, b]) => b.sum - a.sum || compareText(codeA, codeB),
  );
  const whole = together(all.map(([, total]) => total));
  let before = 0;
  const placed = all.map(([item_code, { count, sum }]): Placed => {
    before = tidy(before + sum);
    return {
      item_code,
      total_production: sum,
      batch_count: count,
      share: shareOf(sum, whole),
      cumulative_share: shareOf(before, whole),
    };
  });
  return { placed, whole };
}

/** The items with the greatest totals, and all items together. */
export function rankItems(context: Context, { limit, ...filter }: TotalFilter & { limit: number }): Ranking {
  const { placed, whole } = placeItems(context, filter);
  const first = placed.slice(0, limit);
  const names = itemNames(
    context,
    first.map(({ item_code }) => item_code),
  );
  const rest = together(
    placed.slice(limit).map(({ batch_count, total_production }) => ({ count: batch_count, sum: total_production })),
  );
  return {
    items: first.map((item) => ({ ...item, item_name: names.get(item.item_code) ?? null })),
    others: {
      items: placed.length - first.length,
      total_production: rest.sum,
      batch_count: rest.count,
      share: shareOf(rest.sum, whole),
    },
    item_count: placed.length,
    total_production: whole.sum,
    batch_count: whole.count,
    avg_batch_size: average(whole),
  };
}

/** How an item's total changed from one period to another. */
export interface Mover {
  item_code: string;
  item_name: string | null;
  before: number;
  now: number;
  /** `now` less `before`. */
  difference: number;
}

/** The items whose totals rose and fell the most from the period `before` to the period `now`, the greatest change first, then by code. */
export function movers(
  context: Context,
  { now, before, items, limit }: Pick<TotalFilter, "items"> & MoversPeriods,
): { rises: Mover[]; falls: Mover[] } {
  const changes = itemChanges(context, { now, before, items }).map(
    ({ item_code, before, now, difference }): Omit<Mover, "item_name"> => ({
      item_code,
      before: before.sum,
      now: now.sum,
      difference,
    }),
  );
  const greatest = (sign: 1 | -1) =>
    changes
      .filter(({ difference }) => difference * sign > 0)
      .sort((a, b) => (b.difference - a.difference) * sign || compareText(a.item_code, b.item_code))
      .slice(0, limit);
  const [rises, falls] = [greatest(1), greatest(-1)];
  const names = itemNames(
    context,
    [...rises, ...falls].map(({ item_code }) => item_code),
  );
  const named = (change: Omit<Mover, "item_name">): Mover => ({
    ...change,
    item_name: names.get(change.item_code) ?? null,
  });
  return { rises: rises.map(named), falls: falls.map(named) };
}

export interface MoversPeriods extends ComparedRanges {
  limit: number;
}

/** The part of a whole, 1 for all of it; null where the whole is 0 or less. */
export function shareOf(sum: number, whole: Total): number | null {
  return whole.sum > 0 ? sum / whole.sum : null;
}

function together(totals: readonly Total[]): Total {
  const whole = { count: 0, sum: 0 };
  for (const { count, sum } of totals) {
    whole.count += count;
    whole.sum += sum;
  }
  return { count: whole.count, sum: tidy(whole.sum) };
}
