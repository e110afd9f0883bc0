import type { Day } from "../segments/day.ts";
import type { Columns, RollupItem } from "./columns.ts";
import { Sums } from "./sums.ts";

/** Days asked for, both ends inclusive, and perhaps some items by their codes. */
export interface RollupFilter {
  from?: Day | undefined;
  to?: Day | undefined;
  items?: readonly string[] | undefined;
}

/** A group with its number of rows and its good quantity. */
export type Group = [key: string, count: number, sum: number];

/** An item with all its rows in the segment. */
export interface ItemRows extends RollupItem {
  rows: number;
  firstDay: Day | null;
  lastDay: Day | null;
}

/**
 * Daily totals per item of one segment in one version: what the summaries are added up from. Days are the grain, so that the first and
 * the last day of a period are like any other. All questions are loops over columns in memory: 0.2 ms for all 90,000 cells.
 */
export class Rollup {
  readonly #columns: Columns;
  /** Index of each item whose code is stored as text. */
  readonly #itemAt: Map<string, number>;
  readonly #dayCount: Float64Array;
  readonly #daySum: Float64Array;
  #items: ItemRows[] | null = null;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#itemAt = new Map(columns.items.flatMap(({ code, isText }, at) => (isText ? [[code, at]] : [])));
    const { days, dayStart, count, sum } = columns;
    this.#dayCount = new Float64Array(days.length);
    this.#daySum = new Float64Array(days.length);
    const sums = new Sums(days.length);
    for (let day = 0; day < days.length; day++) {
      for (let cell = dayStart[day]!; cell < dayStart[day + 1]!; cell++) {
        this.#dayCount[day]! += count[cell]!;
        sums.add(day, sum[cell]!);
      }
      this.#daySum[day] = sums.at(day);
    }
  }

  get cells(): number {
    return this.#columns.item.length;
  }

  /** Rows with a valid day. */
  get rows(): number {
    return this.#dayCount.reduce((total, count) => total + count, 0);
  }

  /** Totals per period, given which period a day belongs to; the days of a period follow one another. */
  byPeriod(filter: RollupFilter, periodOf: (day: Day) => string): Group[] {
    const groups: Group[] = [];
    const sums = new Sums(1);
    this.#eachDay(filter, (day, count, sum) => {
      const period = periodOf(day);
      const last = groups.at(-1);
      if (last?.[0] === period) {
        last[1] += count;
        sums.add(0, sum);
        last[2] = sums.at(0);
      } else {
        sums.set(0, sum);
        groups.push([period, count, sum]);
      }
    });
    return groups;
  }

  /** Every total: day, item code and whether it is stored as text, rows, good quantity. */
  *all(): Generator<[day: Day, item: RollupItem, count: number, sum: number]> {
    const { days, items, dayStart, item, count, sum } = this.#columns;
    for (let day = 0; day < days.length; day++) {
      for (let cell = dayStart[day]!; cell < dayStart[day + 1]!; cell++) {
        yield [days[day]!, items[item[cell]!]!, count[cell]!, sum[cell]!];
      }
    }
  }

  /** Totals per item code. */
  byItem(filter: RollupFilter): Group[] {
    const [first, end] = this.#days(filter);
    return this.#addItems(first, end, this.#wanted(filter), "");
  }

  /** Totals per period and item, given which period a day belongs to; the key is the period, a space, and the code. */
  byPeriodAndItem(filter: RollupFilter, periodOf: (day: Day) => string): Group[] {
    const { days } = this.#columns;
    const [first, end] = this.#days(filter);
    const wanted = this.#wanted(filter);
    const groups: Group[] = [];
    for (let day = first; day < end; ) {
      const period = periodOf(days[day]!);
      let next = day + 1;
      while (next < end && periodOf(days[next]!) === period) next++;
      for (const group of this.#addItems(day, next, wanted, `${period} `)) groups.push(group);
      day = next;
    }
    return groups;
  }

  /** The last day of each item that has rows in the filter. */
  lastDays(filter: RollupFilter): [code: string, day: Day][] {
    const { days, items, dayStart, item } = this.#columns;
    const [first, end] = this.#days(filter);
    const wanted = this.#wanted(filter);
    const last = new Array<Day | null>(items.length).fill(null);
    for (let day = first; day < end; day++) {
      for (let cell = dayStart[day]!; cell < dayStart[day + 1]!; cell++) last[item[cell]!] = days[day]!;
    }
    return items.flatMap(({ code }, at) => {
      const day = last[at]!;
      return day === null || (wanted && !wanted[at]) ? [] : [[code, day]];
    });
  }

  /** All rows of the filter together, under an empty key; nothing where there are none. */
  total(filter: RollupFilter): Group[] {
    return this.byPeriod(filter, () => "");
  }

  /** The items with all their rows, those without a valid day included. */
  get items(): ItemRows[] {
    this.#items ??= this.#countItems();
    return this.#items;
  }

  /** The item with this code, stored as text. */
  item(code: string): RollupItem | undefined {
    const at = this.#itemAt.get(code);
    return at === undefined ? undefined : this.#columns.items[at];
  }

  /** Hears of each day of the filter that has rows. */
  #eachDay(filter: RollupFilter, take: (day: Day, count: number, sum: number) => void): void {
    const { days, dayStart, item, count, sum } = this.#columns;
    const [first, end] = this.#days(filter);
    const wanted = this.#wanted(filter);
    if (!wanted) {
      for (let day = first; day < end; day++) take(days[day]!, this.#dayCount[day]!, this.#daySum[day]!);
      return;
    }
    const sums = new Sums(1);
    for (let day = first; day < end; day++) {
      let rows = 0;
      sums.set(0, 0);
      for (let cell = dayStart[day]!; cell < dayStart[day + 1]!; cell++) {
        if (!wanted[item[cell]!]) continue;
        rows += count[cell]!;
        sums.add(0, sum[cell]!);
      }
      if (rows > 0) take(days[day]!, rows, sums.at(0));
    }
  }

  /** For each item whether the filter asks for it; null where it asks for all. */
  #wanted({ items }: RollupFilter): Uint8Array | null {
    if (items === undefined) return null;
    const wanted = new Uint8Array(this.#columns.items.length);
    for (const code of items) {
      const at = this.#itemAt.get(code);
      if (at !== undefined) wanted[at] = 1;
    }
    return wanted;
  }

  #countItems(): ItemRows[] {
    const { days, items, dayStart, item, count } = this.#columns;
    const counted = items.map((one): ItemRows => ({ ...one, rows: one.undated, firstDay: null, lastDay: null }));
    for (let day = 0; day < days.length; day++) {
      for (let cell = dayStart[day]!; cell < dayStart[day + 1]!; cell++) {
        const one = counted[item[cell]!]!;
        one.rows += count[cell]!;
        one.firstDay ??= days[day]!;
        one.lastDay = days[day]!;
      }
    }
    return counted;
  }

  #addItems(firstDay: number, endDay: number, wanted: Uint8Array | null, prefix: string): Group[] {
    const { items, dayStart, item, count, sum } = this.#columns;
    const counts = new Float64Array(items.length);
    const sums = new Sums(items.length);
    const end = dayStart[endDay]!;
    for (let cell = dayStart[firstDay]!; cell < end; cell++) {
      const at = item[cell]!;
      if (wanted && !wanted[at]) continue;
      counts[at]! += count[cell]!;
      sums.add(at, sum[cell]!);
    }
    const groups: Group[] = [];
    for (let at = 0; at < items.length; at++) {
      if (counts[at]! > 0) groups.push([prefix + items[at]!.code, counts[at]!, sums.at(at)]);
    }
    return groups;
  }

  /** The first day of the filter and the one after its last, as indexes. */
  #days({ from, to }: RollupFilter): [first: number, end: number] {
    const { days } = this.#columns;
    const first = from === undefined ? 0 : firstWhere(days, (day) => day >= from);
    const end = to === undefined ? days.length : firstWhere(days, (day) => day > to);
    return [first, Math.max(first, end)];
  }
}

/** Index of the first element for which a condition holds that holds for all later ones. */
function firstWhere<T>(sorted: readonly T[], holds: (value: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
