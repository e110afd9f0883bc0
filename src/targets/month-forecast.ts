import type { ItemDays } from "../production/item-days.ts";
import type { Day } from "../segments/day.ts";
import { type Errors, errorAt, type Forecasts, forecastMonth, type Prediction, sumOf } from "./forecast.ts";
import type { Month } from "./types.ts";

/** What is forecast of a month, as it goes from the worker to the hub. */
export interface MonthForecast {
  /** Working days of the month: all, those up to the last full day, and those to come. A day counts as its usual share. */
  working: { all: number; passed: number; left: number };
  /** The part of what is still expected that falls on the day after the last full one. */
  nextShare: number;
  /** By code: what was made up to the last full day, what is still expected, and the unit of its errors. */
  items: Record<string, Prediction & { made: number }>;
  total: Prediction & { made: number };
  /** The month's days: their working shares, and what was made of all these items on those that are over. */
  shares: number[];
  made: number[];
  /** Quantiles of the errors at equal steps. */
  itemErrors: number[];
  totalErrors: number[];
  /** Months on which they were measured. */
  tested: number;
}

/** Quantiles that stand for thousands of errors: half a percent apart. */
const steps = 199;

/** The forecast of one month out of the history; `last` is the last full day. */
export function monthForecast(history: ItemDays, order: { month: Month; last: Day }): MonthForecast {
  const forecasts = forecastMonth(history, order);
  const { shares, days, span, tested } = forecasts;
  const start = days.at(`${order.month}-01`);
  const left = sumOf(shares, span.first, span.end);
  const made = (values: readonly number[]): number => sumOf(values, start, Math.min(span.last, span.end));
  const items = history.items.map(({ item_code, values }) => {
    const { expected, scale } = forecasts.items.get(item_code)!;
    return [item_code, { expected, scale, made: made(values) }] as const;
  });
  return {
    working: { all: sumOf(shares, start, span.end), passed: sumOf(shares, start, Math.min(span.last, span.end)), left },
    nextShare: left === 0 ? 0 : shareOfNext(forecasts) / left,
    items: Object.fromEntries(items),
    total: { ...forecasts.total, made: items.reduce((sum, [, item]) => sum + item.made, 0) },
    shares: [...shares.slice(start, span.end + 1)],
    made: Array.from({ length: Math.max(0, Math.min(span.last, span.end) - start + 1) }, (_, at) =>
      history.items.reduce((sum, { values }) => sum + values[start + at]!, 0),
    ),
    itemErrors: thinned(forecasts.itemErrors),
    totalErrors: thinned(forecasts.totalErrors),
    tested,
  };
}

/** The working share of the day after the last full one, where it is one of those forecast. */
const shareOfNext = ({ shares, span }: Forecasts): number =>
  span.first === span.last + 1 ? (shares[span.first] ?? 0) : 0;

function thinned(errors: Errors): number[] {
  if (errors.length <= steps) return [...errors];
  return Array.from({ length: steps }, (_, at) => errorAt(errors, (at + 1) / (steps + 1)));
}
