import type { Series } from "./facts.ts";
import { median, sumOf } from "./pools.ts";

export interface Whole {
  sum: number;
  mean: number;
  median: number;
  greatest: number;
  smallest: number;
}

const wholes = new WeakMap<Series, Whole>();

export function wholeOf(series: Series): Whole {
  const known = wholes.get(series);
  if (known) return known;
  const { values } = series;
  const sum = sumOf(values);
  const whole: Whole = {
    sum,
    mean: sum / values.length,
    median: median(values),
    greatest: values[0] ?? 0,
    smallest: values[0] ?? 0,
  };
  for (const value of values) {
    if (value > whole.greatest) whole.greatest = value;
    if (value < whole.smallest) whole.smallest = value;
  }
  wholes.set(series, whole);
  return whole;
}

/** The value of the same month or day a year before. */
export function yearBefore({ rows, values, timed }: Series, at: number): number | undefined {
  const from = rows[at]!.span?.from;
  if (!timed || from === undefined || values.length < 2) return undefined;
  const wanted = `${String(Number(from.slice(0, 4)) - 1).padStart(4, "0")}${from.slice(4)}`;
  const found = rows.findIndex(({ span }) => span?.from === wanted);
  return found < 0 ? undefined : values[found];
}
