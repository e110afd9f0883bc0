import type { Day } from "../segments/day.ts";
import type { Context } from "./context.ts";
import { itemNames } from "./items.ts";
import { compareText } from "./text-order.ts";
import { average, type Total, type TotalFilter, tidy, totalsByItem } from "./totals.ts";

/** Two ranges of days, both ends inclusive. */
export interface ComparedRanges {
  now: { from: Day; to: Day };
  before: { from: Day; to: Day };
}

/** One item in both ranges. */
interface ItemChange {
  item_code: string;
  now: Total;
  before: Total;
  /** Good quantity of `now` less that of `before`. */
  difference: number;
}

/** Every item that has a row in one of two ranges, in no order. */
export function itemChanges(context: Context, { now, before, items }: ComparedRanges & ItemsFilter): ItemChange[] {
  const present = totalsByItem(context, { ...now, items });
  const past = totalsByItem(context, { ...before, items });
  const none = { count: 0, sum: 0 };
  return [...new Set([...present.keys(), ...past.keys()])].map((item_code) => {
    const [then, there] = [past.get(item_code) ?? none, present.get(item_code) ?? none];
    return { item_code, before: then, now: there, difference: tidy(there.sum - then.sum) };
  });
}

type ItemsFilter = Pick<TotalFilter, "items">;

/** What one item adds to the difference between two periods. */
export interface Contribution {
  item_code: string;
  item_name: string | null;
  before: number;
  now: number;
  difference: number;
  /** Part of the whole difference, 1 for all of it, negative against its direction; null where nothing changed as a whole. */
  share: number | null;
  /** `new` has rows in the later period alone, `stopped` in the earlier one alone. */
  state: "new" | "stopped" | "both";
}

interface ComparedTotal {
  total_production: number;
  batch_count: number;
  avg_batch_size: number;
  item_count: number;
}

export interface Contributions {
  now: ComparedTotal;
  before: ComparedTotal;
  /** Good quantity of `now` less that of `before`; the differences of the items and of the others add up to it. */
  difference: number;
  /** Greatest difference first, whatever its sign, then by code. */
  items: Contribution[];
  /** All items that rose and all that fell, each together. */
  rises: { items: number; difference: number };
  falls: { items: number; difference: number };
  /** The items that the limit left out, together. */
  others: Pick<Contribution, "before" | "now" | "difference" | "share"> & { items: number };
}

/** How much each item contributes to the difference between two periods. */
export function contributions(
  context: Context,
  { limit, ...asked }: ComparedRanges & ItemsFilter & { limit: number },
): Contributions {
  const changes = itemChanges(context, asked).sort(
    (a, b) => Math.abs(b.difference) - Math.abs(a.difference) || compareText(a.item_code, b.item_code),
  );
  const [now, before] = [comparedTotal(changes, "now"), comparedTotal(changes, "before")];
  const difference = tidy(now.total_production - before.total_production);
  const shareOf = (value: number): number | null => (difference === 0 ? null : value / difference);
  const first = changes.slice(0, limit);
  const names = itemNames(
    context,
    first.map(({ item_code }) => item_code),
  );
  const rest = changes.slice(limit);
  const [restNow, restBefore] = [comparedTotal(rest, "now"), comparedTotal(rest, "before")];
  // What is left of the whole, so that lines and whole agree to the last digit.
  const left = tidy(first.reduce((sum, one) => sum - one.difference, difference));
  return {
    now,
    before,
    difference,
    rises: changedOneWay(changes, 1),
    falls: changedOneWay(changes, -1),
    items: first.map((change) => ({
      item_code: change.item_code,
      item_name: names.get(change.item_code) ?? null,
      before: change.before.sum,
      now: change.now.sum,
      difference: change.difference,
      share: shareOf(change.difference),
      state: change.before.count === 0 ? "new" : change.now.count === 0 ? "stopped" : "both",
    })),
    others: {
      items: rest.length,
      before: restBefore.total_production,
      now: restNow.total_production,
      difference: rest.length === 0 ? 0 : left,
      share: shareOf(rest.length === 0 ? 0 : left),
    },
  };
}

function changedOneWay(changes: readonly ItemChange[], sign: 1 | -1): { items: number; difference: number } {
  const own = changes.filter(({ difference }) => difference * sign > 0);
  return { items: own.length, difference: tidy(own.reduce((sum, { difference }) => sum + difference, 0)) };
}

function comparedTotal(changes: readonly ItemChange[], period: "now" | "before"): ComparedTotal {
  const whole = { count: 0, sum: 0 };
  let items = 0;
  for (const { [period]: total } of changes) {
    whole.count += total.count;
    whole.sum += total.sum;
    if (total.count > 0) items += 1;
  }
  whole.sum = tidy(whole.sum);
  return {
    total_production: whole.sum,
    batch_count: whole.count,
    avg_batch_size: average(whole),
    item_count: items,
  };
}
