import { type Day, lastDayEver } from "../segments/day.ts";
import { addDays, addUnits, startOf, startsWithin, type Unit, unitWithin } from "./calendar.ts";
import type { Context } from "./context.ts";
import { itemNames } from "./items.ts";
import { coverage } from "./series.ts";
import { compareText } from "./text-order.ts";
import { type TotalFilter, tidy, totalsByItem, totalsByPeriod } from "./totals.ts";

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
  const { from, to, items, before, limit } = filter;
  const unit = trendUnit(filter);
  const window = filter.average === "none" ? null : averageWindows[unit][filter.average];
  const cut: Cut = { unit, window, starts: startsWithin(from, to, unit), firstDay: firstDay(context) };
  const beforeStarts = before === null ? [] : startsWithin(before.from, before.to, unit);
  const lineOf = (codes: TotalFilter["items"]): TrendLine => ({
    ...trendLine(context, { from, to, items: codes }, cut),
    before: before && line(context, { ...before, items: codes }, unit, beforeStarts),
  });
  const whole = lineOf(items);
  const totals = totalsByItem(context, { from, to, items });
  const candidates = items !== undefined && items.length <= limit ? items : [...totals.keys()];
  const sumOf = (code: string): number => totals.get(code)?.sum ?? 0;
  const shown = [...candidates].sort((a, b) => sumOf(b) - sumOf(a) || compareText(a, b)).slice(0, limit);
  const names = itemNames(context, shown);
  const lines = shown.map((code) => ({
    item_code: code,
    item_name: names.get(code) ?? null,
    ...lineOf([code]),
  }));
  const past = before === null ? [] : totalsByItem(context, { ...before, items }).keys();
  const others = {
    items: new Set([...totals.keys(), ...past, ...shown]).size - shown.length,
    ...less(whole, lines),
    before:
      whole.before &&
      less(
        whole.before,
        lines.flatMap(({ before }) => before ?? []),
      ),
  };
  return { unit, window, starts: cut.starts, before_starts: beforeStarts, whole, items: lines, others };
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

interface Cut {
  unit: Unit;
  window: number | null;
  starts: Day[];
  /** First day of data; null without any. */
  firstDay: Day | null;
}

const leadFrom = (start: Day, unit: Unit, window: number): Day => addUnits(start, unit, 1 - window);

function firstDay(context: Context): Day | null {
  return coverage(context, { today: lastDayEver }).first;
}

function trendLine(
  context: Context,
  filter: TotalFilter & { from: Day; to: Day },
  { unit, window, starts, firstDay }: Cut,
): Omit<TrendLine, "before"> {
  const own = line(context, filter, unit, starts);
  if (window === null) return { ...own, averages: [] };
  const lead = leadFrom(starts[0]!, unit, window);
  const ahead = { from: lead, to: addDays(filter.from, -1), items: filter.items };
  const earlier = ahead.to < lead ? new Map() : totalsByPeriod(context, ahead, (day) => startOf(day, unit));
  const all = startsWithin(lead, filter.to, unit);
  const first = all.length - starts.length;
  const whole = all.map((start, at) => tidy((earlier.get(start)?.sum ?? 0) + (own.values[at - first] ?? 0)));
  const endsWithin = startOf(addDays(filter.to, 1), unit) === starts.at(-1) && filter.to < lastDayEver;
  const averages = starts.map((_, at) => {
    const oldest = all[first + at - window + 1];
    if (oldest === undefined || firstDay === null || oldest < startOf(firstDay, unit)) return null;
    if (endsWithin && at === starts.length - 1) return null;
    return tidy(whole.slice(first + at - window + 1, first + at + 1).reduce((sum, value) => sum + value, 0)) / window;
  });
  return { ...own, averages };
}

function line(context: Context, filter: TotalFilter, unit: Unit, starts: readonly Day[]): Line {
  const totals = totalsByPeriod(context, filter, (day) => startOf(day, unit));
  let [count, sum] = [0, 0];
  const values = starts.map((start) => {
    const total = totals.get(start);
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
