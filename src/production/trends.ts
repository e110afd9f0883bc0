import { type Day, lastDayEver } from "../segments/day.ts";
import { addDays, addUnits, startOf, startsWithin, type Unit, unitWithin } from "./calendar.ts";
import type { Context } from "./context.ts";
import { itemNames } from "./items.ts";
import { coverage } from "./series.ts";
import { compareText } from "./text-order.ts";
import { type Total, type TotalFilter, tidy, totalsByItem, totalsByPeriod, totalsByPeriodAndItem } from "./totals.ts";

/** Parts at most: some four hundred rows of a table, a year by the day, are what a reader still scrolls through. */
const mostParts = 400;

/** How many parts a moving average is taken over: a week or a month of days, a month or a quarter of weeks, a quarter or a year of months. */
export const averageWindows: Readonly<Record<Unit, Record<"short" | "long", number>>> = {
  day: { short: 7, long: 30 },
  week: { short: 4, long: 13 },
  month: { short: 3, long: 12 },
  year: { short: 3, long: 5 },
};

export interface TrendsFilter extends TotalFilter {
  from: Day;
  to: Day;
  /** Days compared, cut into parts as long. */
  before: { from: Day; to: Day } | null;
  unit: Unit;
  average: "none" | "short" | "long";
  /** Items shown one by one, at most. */
  limit: number;
}

/** Good quantity in each part of a range. */
interface Line {
  total_production: number;
  batch_count: number;
  /** One for each start. */
  values: number[];
}

export interface TrendLine extends Line {
  /** Moving average at each start; null where it is none, see `trends`. */
  averages: (number | null)[];
  /** The same in the range compared, one value for each of its starts. */
  before: Line | null;
}

export interface Trends {
  /** As asked for, or the next longer one that leaves no more parts than a table can show. */
  unit: Unit;
  /** Parts that averages are taken over; null without them. */
  window: number | null;
  /** First day of each part; the first part's may lie before the range, of which only days within the range are counted. */
  starts: Day[];
  before_starts: Day[];
  /** All items of the filter together. */
  whole: TrendLine;
  /** The filter's items where they are no more than the limit, else those of the greatest totals; greatest first, then by code. */
  items: (TrendLine & { item_code: string; item_name: string | null })[];
  /** The other items that have a row in one of the ranges, together. */
  others: Line & { items: number; before: Line | null };
}

/**
 * Items side by side over the parts of a range. The average at a part is that of it and the parts before it, whole ones, those before the
 * range included; there is none at a last part that the range ends within, nor where it would reach back before the first day of data.
 */
export function trends(context: Context, filter: TrendsFilter): Trends {
  const { from, to, items, before, limit, average } = filter;
  const unit = trendUnit(filter);
  const window = average === "none" ? null : averageWindows[unit][average];
  const starts = startsWithin(from, to, unit);
  const beforeStarts = before === null ? [] : startsWithin(before.from, before.to, unit);
  const totals = totalsByItem(context, { from, to, items });
  const candidates = items !== undefined && items.length <= limit ? items : [...totals.keys()];
  const sumOf = (code: string): number => totals.get(code)?.sum ?? 0;
  const shown = [...candidates].sort((a, b) => sumOf(b) - sumOf(a) || compareText(a, b)).slice(0, limit);
  const partsIn = (range: Range): Parts => partsOf(context, range, unit, items, shown);
  const now = partsIn({ from, to });
  const past = before && partsIn(before);
  const averagesOf = window === null ? () => [] : movingAverages(context, { from, to }, unit, window, now, partsIn);
  const lineOf = (code: string | null): TrendLine => ({
    ...line(now, code, starts),
    averages: averagesOf(code),
    before: past && line(past, code, beforeStarts),
  });
  const whole = lineOf(null);
  const names = itemNames(context, shown);
  const lines = shown.map((code) => ({ item_code: code, item_name: names.get(code) ?? null, ...lineOf(code) }));
  const pastCodes = before === null ? [] : totalsByItem(context, { ...before, items }).keys();
  const others = {
    items: new Set([...totals.keys(), ...pastCodes, ...shown]).size - shown.length,
    ...less(whole, lines),
    before:
      whole.before &&
      less(
        whole.before,
        lines.flatMap(({ before }) => before ?? []),
      ),
  };
  return { unit, window, starts, before_starts: beforeStarts, whole, items: lines, others };
}

/** The days that are read for a filter, those that only its averages need included. */
export function trendDays(filter: TrendsFilter): { from: Day; to: Day }[] {
  const { from, to, before, average } = filter;
  const unit = trendUnit(filter);
  const first = average === "none" ? from : leadFrom(startOf(from, unit), unit, averageWindows[unit][average]);
  return [{ from: first, to }, ...(before ? [before] : [])];
}

/** The longer one of the two ranges decides, because both are cut in the same way. */
function trendUnit({ from, to, before, unit }: TrendsFilter): Unit {
  const own = unitWithin(from, to, unit, mostParts);
  return before === null ? own : unitWithin(before.from, before.to, own, mostParts);
}

/** The first day of the parts that the average at a part is taken over. */
const leadFrom = (start: Day, unit: Unit, window: number): Day => addUnits(start, unit, 1 - window);

interface Range {
  from: Day;
  to: Day;
}

/** The total of a part by its start: of one item, or of all under null. */
type Parts = (code: string | null, start: Day) => Total | undefined;

/** Totals of the parts of a range. One walk for all items shown, because each walk passes over the rows of every item. */
function partsOf(
  context: Context,
  range: Range,
  unit: Unit,
  items: TotalFilter["items"],
  shown: readonly string[],
): Parts {
  const periodOf = (day: Day): Day => startOf(day, unit);
  const whole = totalsByPeriod(context, { ...range, items }, periodOf);
  const each = totalsByPeriodAndItem(context, { ...range, items: shown }, periodOf);
  return (code, start) => (code === null ? whole.get(start) : each.get(`${start} ${code}`));
}

/** How to find the averages at all parts of a range, of one item or of all under null. */
function movingAverages(
  context: Context,
  { from, to }: Range,
  unit: Unit,
  window: number,
  now: Parts,
  partsIn: (range: Range) => Parts,
): (code: string | null) => (number | null)[] {
  const lead = leadFrom(startOf(from, unit), unit, window);
  const all = startsWithin(lead, to, unit);
  const earlier: Parts = lead < from ? partsIn({ from: lead, to: addDays(from, -1) }) : () => undefined;
  const { first: firstDay } = coverage(context, { today: lastDayEver });
  const firstPart = firstDay === null ? null : startOf(firstDay, unit);
  const endsWithin = startOf(addDays(to, 1), unit) === all.at(-1) && to < lastDayEver;
  const asked = startsWithin(from, to, unit).length;
  return (code) => {
    const sums = all.map((start) => (earlier(code, start)?.sum ?? 0) + (now(code, start)?.sum ?? 0));
    return Array.from({ length: asked }, (_, at) => {
      const end = all.length - asked + at + 1;
      const oldest = all[end - window];
      if (oldest === undefined || firstPart === null || oldest < firstPart) return null;
      if (endsWithin && end === all.length) return null;
      return tidy(sums.slice(end - window, end).reduce((sum, value) => sum + value, 0)) / window;
    });
  };
}

function line(parts: Parts, code: string | null, starts: readonly Day[]): Line {
  let [count, sum] = [0, 0];
  const values = starts.map((start) => {
    const total = parts(code, start);
    count += total?.count ?? 0;
    sum += total?.sum ?? 0;
    return total?.sum ?? 0;
  });
  return { total_production: tidy(sum), batch_count: count, values };
}

/** What is left of a whole without some lines. */
function less(whole: Line, lines: readonly Line[]): Line {
  const left = (all: number, of: (one: Line) => number): number =>
    tidy(lines.reduce((rest, one) => rest - of(one), all));
  return {
    total_production: left(whole.total_production, (one) => one.total_production),
    batch_count: left(whole.batch_count, (one) => one.batch_count),
    values: whole.values.map((value, at) => left(value, ({ values }) => values[at]!)),
  };
}
