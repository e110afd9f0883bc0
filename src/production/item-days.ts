import type { Day } from "../segments/day.ts";
import { addDays, daysBetween } from "./calendar.ts";
import type { Context } from "./context.ts";
import { totalsByPeriod, totalsByPeriodAndItem } from "./totals.ts";

/** Good quantities day by day, the first value being that of `from`; days without a row are 0. */
export interface ItemDays {
  from: Day;
  /** Of all items together. */
  whole: number[];
  items: { item_code: string; values: number[] }[];
}

/** The good quantity of each day of a range, both ends inclusive: of all items together, and of those that are named. */
export function itemDays(
  context: Context,
  { from, to, items }: { from: Day; to: Day; items: readonly string[] },
): ItemDays {
  const days = daysBetween(from, to) + 1;
  const places = new Map(Array.from({ length: days }, (_, at) => [addDays(from, at), at]));
  const line = (): number[] => Array<number>(days).fill(0);
  const whole = line();
  for (const [day, { sum }] of totalsByPeriod(context, { from, to }, (day) => day)) whole[places.get(day)!] = sum;
  const lines = new Map(items.map((code) => [code, line()]));
  if (items.length > 0) {
    for (const [key, { sum }] of totalsByPeriodAndItem(context, { from, to, items }, (day) => day)) {
      lines.get(key.slice(11))![places.get(key.slice(0, 10))!] = sum;
    }
  }
  return { from, whole, items: [...lines].map(([item_code, values]) => ({ item_code, values })) };
}
