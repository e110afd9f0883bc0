import type { Day } from "../segments/day.ts";
import { addDays, startOf, startsWithin, type Unit, unitWithin } from "./calendar.ts";
import type { Context } from "./context.ts";
import { type TotalFilter, totalsByItem, totalsByMonthAndItem, totalsByPeriod } from "./totals.ts";

/** Parts that a series has at most: more than a chart has pixels for, and what a page can carry. */
const mostParts = 800;
/** Parts whose items are counted one by one, some 15 µs each. */
const mostCounted = 120;

/** Days asked for, and into which parts they are cut. */
export interface SeriesFilter extends TotalFilter {
  from: Day;
  to: Day;
  unit: Unit;
}

/** One part of a series. */
export interface SeriesPart {
  /** First day of the part; the first part's may lie before the range, of which only days within the range are counted. */
  start: Day;
  total_production: number;
  batch_count: number;
}

export interface Series {
  /** As asked for, or the next longer one that leaves no more parts than a chart can show. */
  unit: Unit;
  parts: SeriesPart[];
}

/** Totals for every part of a range, parts without a row included, ascending. */
export function seriesOf(context: Context, { unit: wanted, ...filter }: SeriesFilter): Series {
  const unit = unitWithin(filter.from, filter.to, wanted, mostParts);
  const totals = totalsByPeriod(context, filter, (day) => startOf(day, unit));
  const parts = startsWithin(filter.from, filter.to, unit).map((start) => {
    const total = totals.get(start);
    return { start, total_production: total?.sum ?? 0, batch_count: total?.count ?? 0 };
  });
  return { unit, parts };
}

/** How many items have a row in each part of a range, ascending; in longer parts than asked for where those would be many. */
export function itemCounts(
  context: Context,
  { unit: wanted, ...filter }: SeriesFilter,
): { unit: Unit; counts: number[] } {
  const unit = unitWithin(filter.from, filter.to, wanted === "year" ? "month" : wanted, mostCounted);
  const starts = startsWithin(filter.from, filter.to, unit);
  if (unit === "day" || unit === "week") {
    const counts = starts.map((start, at) => {
      const next = starts[at + 1];
      const from = at === 0 ? filter.from : start;
      const to = next === undefined ? filter.to : addDays(next, -1);
      return totalsByItem(context, { ...filter, from, to }).size;
    });
    return { unit, counts };
  }
  const seen = new Map(starts.map((start) => [start, new Set<string>()]));
  for (const key of totalsByMonthAndItem(context, filter).keys()) {
    seen.get(startOf(`${key.slice(0, 7)}-01`, unit))?.add(key.slice(8));
  }
  return { unit, counts: [...seen.values()].map(({ size }) => size) };
}

/** First and last day with rows, and the last one that is not later than `today`; null where there are none. Days that cannot be read now are left out. */
export function coverage(
  context: Context,
  { today }: { today: Day },
): { first: Day | null; last: Day | null; newest: Day | null } {
  const held = context.snapshot.segments.flatMap(({ facts: { firstDay, lastDay } }) =>
    firstDay === null || lastDay === null ? [] : [{ firstDay, lastDay }],
  );
  const first = held.map(({ firstDay }) => firstDay).sort()[0] ?? null;
  const last =
    held
      .map(({ lastDay }) => lastDay)
      .sort()
      .at(-1) ?? null;
  if (last === null || last <= today) return { first, last, newest: last };
  // Only rows dated into the future, a typing error mostly, cost a look at the days of the file that holds them.
  const from = held
    .map(({ firstDay }) => firstDay)
    .filter((day) => day <= today)
    .sort()
    .at(-1);
  const days = from === undefined ? [] : [...totalsByPeriod(context, { from, to: today }, (day) => day).keys()];
  return { first, last, newest: days.sort().at(-1) ?? null };
}
