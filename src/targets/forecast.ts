import { addDays, addMonths } from "../production/calendar.ts";
import type { ItemDays } from "../production/item-days.ts";
import type { Day } from "../segments/day.ts";
import { plausible } from "./plausible.ts";
import { Days, workingShares } from "./workdays.ts";

/** Months on whose ends the errors are measured. */
const testedMonths = 18;
/** Days after which what was made counts half for the level. */
const quickHalfLife = 14;
const slowHalfLife = 28;
/** Days that a level is taken over. */
const levelDays = 182;
/** Days of the year before that stand for the present. */
const seasonDays = 42;
/** Days of the year before at least that stand for the days to come, so that one odd day decides nothing. */
const fewestSeasonDays = 30;
const yearDays = 365;
/** How sharply the better method is preferred: its weight is its error to the power of -4. */
const sharpness = 4;
/** The part of the errors that lies within the interval. */
export const intervalShare = 0.8;
/** Seasons that differ by more are chance or another product. */
const greatestSeason = 3;

/** The days that are forecast, by their places in a history: from `first` on, after the last full day `last`, to `end`. */
interface Span {
  last: number;
  first: number;
  end: number;
}

/** What a series is expected to add over some days, and how far from it the truth may be. */
export interface Prediction {
  expected: number;
  /** Standard deviation as the days' own scatter and the factory's common error suggest it; errors are counted in it. */
  scale: number;
}

/** Errors of forecasts made in the past in units of their scale, ascending: how far the truth was above. */
export type Errors = Float64Array;

export interface Forecasts {
  /** How much of a usual working day each day of the history and the month is. */
  shares: Float64Array;
  days: Days;
  span: Span;
  items: Map<string, Prediction>;
  total: Prediction;
  itemErrors: Errors;
  totalErrors: Errors;
  /** Months on which the errors were measured. */
  tested: number;
}

/**
 * What each item of a history, and all of them together, will add in the days of a month that come after `last`, the last full day. The method and its
 * formula are in docs/targets.md. Days of the history after `last` are not looked at, and absurd ones before it are set right.
 */
export function forecastMonth(known: ItemDays, { month, last }: { month: string; last: Day }): Forecasts {
  const first: Day = `${month}-01`;
  const end = addDays(addMonths(first, 1), -1);
  const days = new Days(known.from, end);
  const place = (day: Day): number => days.at(day);
  const span = { last: place(last), first: Math.max(place(first), place(last) + 1), end: place(end) };
  const history = plausible(known, span.last);
  const present = new Origin(history, days, span);
  const tests = pastSpans(span, days, first, end, last).map((past) => new Origin(history, days, past));
  const weights = weightsOf(tests);
  const truths = tests.map((test) => test.truths());
  const drifts = tests.map((test, at) => {
    const expected = sum(test.combined(weights));
    return { expected, error: sum(truths[at]!) - expected };
  });
  const common = commonError(drifts);
  const itemErrors = tests.flatMap((test, at) => {
    const { predictions } = test.predict(weights, common);
    return predictions.flatMap(({ expected, scale }, item) =>
      scale > 0 ? [(truths[at]![item]! - expected) / scale] : [],
    );
  });
  // Counted in both directions: eighteen errors are too few to tell how those above differ from those below.
  const totalErrors = drifts.flatMap(({ expected, error }) =>
    expected > 0 ? [error / expected, -error / expected] : [],
  );
  const { predictions } = present.predict(weights, common);
  const expected = predictions.reduce((all, one) => all + one.expected, 0);
  return {
    days,
    span,
    shares: present.shares,
    items: new Map(history.items.map(({ item_code }, at) => [item_code, predictions[at]!])),
    // The errors of the sum are relative ones, because the days' scatter hardly matters in it.
    total: { expected, scale: expected },
    itemErrors: Float64Array.from(itemErrors).sort(),
    totalErrors: Float64Array.from(totalErrors).sort(),
    tested: tests.length,
  };
}

/** The same days before the end of the months before, as far back as there is history: where one stood as far from the end as now. */
function pastSpans({ last: now }: Span, days: Days, first: Day, end: Day, last: Day): Span[] {
  const left = days.at(end) - now;
  const spans: Span[] = [];
  for (let back = 1; spans.length < testedMonths; back++) {
    const start = days.at(addMonths(first, -back));
    const stop = days.at(addDays(addMonths(first, 1 - back), -1));
    // As many days before its end; a shorter month began later.
    const at = stop - left;
    if (at < quickHalfLife) break;
    if (stop <= days.at(last)) spans.push({ last: at, first: Math.max(start, at + 1), end: stop });
  }
  return spans;
}

/** What is expected of each item by each method. */
type ByMethod = readonly [quick: Float64Array, seasonal: Float64Array, yearly: Float64Array];

/** A point in time from which some days are forecast, knowing nothing later. */
class Origin {
  readonly shares: Float64Array;
  readonly methods: ByMethod;
  readonly #history: ItemDays;
  readonly #span: Span;
  /** Working days that are forecast. */
  readonly #ahead: number;
  readonly #levels: Float64Array;

  constructor(history: ItemDays, days: Days, span: Span) {
    this.#history = history;
    this.#span = span;
    this.shares = workingShares(days, history.whole, span.last);
    this.#ahead = sumOf(this.shares, span.first, span.end);
    this.#levels = Float64Array.from(history.items, ({ values }) => this.#level(values, slowHalfLife));
    this.methods = this.#methods();
  }

  /** The mean of a working day, of which the last ones count most. */
  #level(values: readonly number[], halfLife: number): number {
    const { last } = this.#span;
    const fade = 0.5 ** (1 / halfLife);
    let [made, days, weight] = [0, 0, 1];
    for (let at = last; at >= 0 && at > last - levelDays; at--) {
      made += weight * values[at]!;
      days += weight * this.shares[at]!;
      weight *= fade;
    }
    return days === 0 ? 0 : Math.max(0, made / days);
  }

  #methods(): ByMethod {
    const { items, whole } = this.#history;
    const { last, first, end } = this.#span;
    const wide = Math.max(0, Math.ceil((fewestSeasonDays - (end - first + 1)) / 2));
    const ahead = { from: first - yearDays - wide, to: end - yearDays + wide };
    const now = { from: last - yearDays - seasonDays + 1, to: last - yearDays };
    const known = now.from >= 0;
    const mean = (values: readonly number[], { from, to }: { from: number; to: number }): number => {
      const days = sumOf(this.shares, from, to);
      return days === 0 ? 0 : Math.max(0, sumOf(values, from, to) / days);
    };
    const wholeNow = known ? mean(whole, now) : 0;
    const season = wholeNow > 0 ? within(mean(whole, ahead) / wholeNow, greatestSeason) : 1;
    const growth = wholeNow > 0 ? this.#level(whole, slowHalfLife) / wholeNow : 0;
    const quick = Float64Array.from(items, ({ values }) => this.#level(values, quickHalfLife) * this.#ahead);
    const seasonal = Float64Array.from(items, (_, at) => this.#levels[at]! * season * this.#ahead);
    const yearly = Float64Array.from(items, ({ values }, at) => {
      const before = growth > 0 ? mean(values, ahead) : 0;
      // An item that was not made a year ago has no year before to be compared with, and one that is made no more has no season.
      return before > 0 && this.#levels[at]! > 0 ? before * growth * this.#ahead : seasonal[at]!;
    });
    return [quick, seasonal, yearly];
  }

  /** What was made of each item in the days that were forecast. */
  truths(): Float64Array {
    const { first, end } = this.#span;
    return Float64Array.from(this.#history.items, ({ values }) => sumOf(values, first, end));
  }

  combined(weights: readonly number[]): Float64Array {
    return Float64Array.from(this.#levels, (_, at) =>
      this.methods.reduce((all, method, which) => all + method[at]! * weights[which]!, 0),
    );
  }

  /** `common` is the relative error that all items share. */
  predict(weights: readonly number[], common: number): { predictions: Prediction[] } {
    const expected = this.combined(weights);
    const predictions = this.#history.items.map(({ values }, at) => {
      const scatter = this.#scatter(values, this.#levels[at]!) * this.#ahead;
      return { expected: expected[at]!, scale: Math.hypot(Math.sqrt(scatter), common * expected[at]!) };
    });
    return { predictions };
  }

  /** The variance of a working day around the level. */
  #scatter(values: readonly number[], level: number): number {
    const { last } = this.#span;
    let [squares, days] = [0, 0];
    for (let at = last; at >= 0 && at > last - levelDays; at--) {
      squares += (values[at]! - level * this.shares[at]!) ** 2;
      days += this.shares[at]!;
    }
    return days === 0 ? 0 : squares / days;
  }
}

/** How much each method counts: the more the smaller its errors were, over all items and tests. Equal where nothing could be tested. */
function weightsOf(tests: readonly Origin[]): number[] {
  const errors = [0, 1, 2].map((which) =>
    tests.reduce((all, test) => {
      const truths = test.truths();
      return all + test.methods[which]!.reduce((some, expected, at) => some + Math.abs(truths[at]! - expected), 0);
    }, 0),
  );
  const least = Math.min(...errors);
  // A method that never erred counts like its equals alone.
  const merits = errors.map((error) => (least === 0 ? Number(error === 0) : (least / error) ** sharpness));
  const all = merits.reduce((some, merit) => some + merit, 0);
  return merits.map((merit) => merit / all);
}

/** The relative error that the sum of all items typically had. */
function commonError(tests: readonly { expected: number; error: number }[]): number {
  const relative = tests.flatMap(({ expected, error }) => (expected > 0 ? [(error / expected) ** 2] : []));
  return relative.length === 0 ? 0 : Math.sqrt(relative.reduce((all, square) => all + square, 0) / relative.length);
}

/**
 * The value below which a share of the errors lies, by linear interpolation between their ranks of n + 1 (Hyndman and Fan's type 6), which makes an interval of
 * few errors as wide as the next one needs it. 0 without errors.
 */
export function errorAt(errors: Errors, share: number): number {
  if (errors.length === 0) return 0;
  const rank = share * (errors.length + 1) - 1;
  const below = Math.min(errors.length - 1, Math.max(0, Math.floor(rank)));
  const above = Math.min(errors.length - 1, below + 1);
  return errors[below]! + (errors[above]! - errors[below]!) * Math.min(1, Math.max(0, rank - below));
}

/** The probability that a prediction's truth is `needed` or more. */
export function probabilityOf(needed: number, { expected, scale }: Prediction, errors: Errors): number {
  if (needed <= 0) return 1;
  if (scale === 0 || errors.length === 0) return needed <= expected ? 1 : 0;
  const least = (needed - expected) / scale;
  let reached = 0;
  for (let at = errors.length - 1; at >= 0 && errors[at]! >= least; at--) reached += 1;
  return (reached + 0.5) / (errors.length + 1);
}

/** Sum of the values from one place to another, both inclusive; places before the first or after the last value have none. */
export function sumOf(values: ArrayLike<number>, from: number, to: number): number {
  let all = 0;
  for (let at = Math.max(0, from); at <= to && at < values.length; at++) all += values[at]!;
  return all;
}

const sum = (values: Float64Array): number => sumOf(values, 0, values.length - 1);
const within = (value: number, most: number): number => Math.min(most, Math.max(1 / most, value));
