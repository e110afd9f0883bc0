import type { Day } from "../segments/day.ts";
import { startOf, startsWithin, type Unit, unitWithin } from "./calendar.ts";
import type { Context } from "./context.ts";
import { itemNames } from "./items.ts";
import { type Placed, placeItems, type RankedItem } from "./ranking.ts";
import { compareText } from "./text-order.ts";
import { average, lastDays, type TotalFilter, tidy, totalsByItem, totalsByPeriodAndItem } from "./totals.ts";

/** What the items can be sorted by; `total` is their rank. */
export const itemSorts = ["code", "total", "batches", "average", "difference", "change", "last_day"] as const;
export type ItemSort = (typeof itemSorts)[number];

/** Parts of the line of an item at most: it is a thumb wide. */
const mostParts = 31;

/** Which items, compared with what, in which order, and how many of them. */
export interface ItemTableFilter extends TotalFilter {
  from: Day;
  to: Day;
  before: { from: Day; to: Day } | null;
  sort: ItemSort;
  descending: boolean;
  limit: number;
}

/**
 * How much of the whole an item stands for (ABC analysis): A are the greatest items until they make up 80% together, B those until 95%, C
 * the rest. An item has the class in which its own share begins, so that one that makes up everything is an A.
 */
export type AbcClass = "A" | "B" | "C";
const abcUpTo = { A: 0.8, B: 0.95 } as const;

/** How a total is from the one compared. */
export interface ChangeOfTotal {
  /** Total in the period compared; null where nothing is compared. */
  before: number | null;
  /** This total less that one. */
  difference: number | null;
  /** The difference as a part of that one; null also where that is 0 or less. */
  change: number | null;
}

/** An item with all that the table says of it. */
export interface TableItem extends RankedItem, ChangeOfTotal {
  /** 1 for the greatest total, whatever the table is sorted by. */
  rank: number;
  /** Null where the total of all items is 0 or less. */
  abc: AbcClass | null;
  avg_batch_size: number;
  /** Last day of the range with rows. */
  last_day: Day;
  /** Total in each part of the range. */
  line: number[];
}

/** The table; the change of all items counts those without a row in this range as well. */
export interface ItemTable extends ChangeOfTotal {
  /** The first ones in the order asked for. */
  items: TableItem[];
  /** All items of the filter together, however many are listed. */
  item_count: number;
  total_production: number;
  batch_count: number;
  avg_batch_size: number;
  /** The parts of the lines. */
  unit: Unit;
}

/** The items with rows in a range, in an order, with their shares, changes and last days. Ranks and shares are among all of them. */
export function itemTable(
  context: Context,
  { before, sort, descending, limit, ...filter }: ItemTableFilter,
): ItemTable {
  const { placed, whole } = placeItems(context, filter);
  const past = before && totalsByItem(context, { ...before, items: filter.items });
  const last = lastDays(context, filter);
  const rows = placed.map((item, at) => {
    const { item_code, total_production, batch_count } = item;
    return {
      ...item,
      rank: at + 1,
      abc: abcOf(placed[at - 1]?.cumulative_share ?? 0, item),
      avg_batch_size: average({ count: batch_count, sum: total_production }),
      ...changeOf(total_production, past ? (past.get(item_code)?.sum ?? 0) : null),
      last_day: last.get(item_code) ?? filter.to,
    };
  });
  const direction = descending ? -1 : 1;
  const shown = rows.sort((a, b) => compareBy[sort](a, b, direction) || a.rank - b.rank).slice(0, limit);
  const codes = shown.map(({ item_code }) => item_code);
  const names = itemNames(context, codes);
  const unit = unitWithin(filter.from, filter.to, "day", mostParts);
  const starts = startsWithin(filter.from, filter.to, unit);
  const parts = totalsByPeriodAndItem(context, { ...filter, items: codes }, (day) => startOf(day, unit));
  return {
    items: shown.map((item) => ({
      ...item,
      item_name: names.get(item.item_code) ?? null,
      line: starts.map((start) => parts.get(`${start} ${item.item_code}`)?.sum ?? 0),
    })),
    item_count: placed.length,
    total_production: whole.sum,
    batch_count: whole.count,
    avg_batch_size: average(whole),
    ...changeOf(whole.sum, past && tidy([...past.values()].reduce((sum, total) => sum + total.sum, 0))),
    unit,
  };
}

function changeOf(now: number, before: number | null): ChangeOfTotal {
  if (before === null) return { before, difference: null, change: null };
  const difference = tidy(now - before);
  return { before, difference, change: before > 0 ? difference / before : null };
}

function abcOf(cumulativeBefore: number, { share }: Placed): AbcClass | null {
  if (share === null) return null;
  return cumulativeBefore < abcUpTo.A ? "A" : cumulativeBefore < abcUpTo.B ? "B" : "C";
}

type Row = Omit<TableItem, "item_name" | "line">;

/** Compares two items by a column, ascending with 1 and descending with -1. */
const compareBy: Record<ItemSort, (a: Row, b: Row, direction: 1 | -1) => number> = {
  code: (a, b, direction) => compareText(a.item_code, b.item_code) * direction,
  total: (a, b, direction) => (b.rank - a.rank) * direction,
  batches: by(({ batch_count }) => batch_count),
  average: by(({ avg_batch_size }) => avg_batch_size),
  difference: by(({ difference }) => difference),
  change: by(({ change }) => change),
  last_day: (a, b, direction) => compareText(a.last_day, b.last_day) * direction,
};

/** Compares by a figure; items without one come last either way. */
function by(figure: (row: Row) => number | null): (a: Row, b: Row, direction: 1 | -1) => number {
  return (a, b, direction) => {
    const [x, y] = [figure(a), figure(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return (x - y) * direction;
  };
}
