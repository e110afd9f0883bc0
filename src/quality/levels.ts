import { type SeasonMonth, seasonFactors, weekdayProfile } from "../statistics/profile.ts";
import { quantile, winsorizedMean } from "../statistics/robust.ts";
import { poissonAtLeast, poissonAtMost } from "../statistics/tails.ts";
import { type Found, findingId } from "./finding.ts";
import { cellFrom, dayAt, type History, type ItemHistory } from "./history.ts";
import { expectedWeekdays, isOwnHoliday, learnedDays } from "./working-days.ts";

/** Working days before a day that it is compared with: some twelve weeks, found within half a year. */
const referenceDays = 60;
const leastReference = 20;
/** The part of those days at either end that is brought back to the next one, as in Winsor's mean. */
const clipped = 0.05;
/**
 * Probability below which a day counts as unusual, for each side. 70 items on 7 days are a thousand tests a week, so that chance alone gives one finding in two
 * years, if the days were as the model says; what they are not is measured (docs/quality.md).
 */
const unlikely = 1e-5;
/** What is unlikely but small is of no use to anybody: at least twice, at most half of what was expected; of the total 1.5 times and 0.6. */
const itemRatios = { high: 2, low: 0.5 };
const totalRatios = { high: 1.5, low: 0.6 };
/**
 * What is made now and then is made in amounts of its own: so a high day must also be this many times what hardly any day with production
 * within the year had, of which there must be enough.
 */
const beyondOwn = { item: 1.5, total: 1.1, share: 0.98, leastDays: 20 };
/** Rows a month from which an item's own season is learned; below, the factory's is taken. */
const ownSeasonRows = 20;

/** Good quantity of each day of the axis, and what one row of it usually is. */
export interface Series {
  values: Float64Array;
  batch: number;
}

/** What a day was expected to be. */
export interface Expected {
  expected: number;
  /** Variance over mean of a day: in what portions the quantity comes. */
  dispersion: number;
  /** Probability of so much or more, and of so little or less. */
  atLeast: number;
  atMost: number;
}

/** What is known about all days of a history, worked out once. */
export class Levels {
  readonly history: History;
  readonly #ordinary = new Map<number, boolean[]>();
  readonly #ownHoliday = new Map<number, boolean>();
  readonly #factorySeasons = new Map<number, number[]>();
  readonly #profiles = new Map<number, number[]>();
  readonly #total: Series;

  constructor(history: History) {
    this.history = history;
    this.#total = { values: history.sum, batch: batchOf(history.sum, history.count) };
  }

  get total(): Series {
    return this.#total;
  }

  /** True for a day on which production is expected: such days are compared with each other. */
  isOrdinary(at: number): boolean {
    if (this.history.holiday[at] === 1) return false;
    const month = this.#monthStart(at);
    let weekdays = this.#ordinary.get(month);
    if (!weekdays) {
      // The first weeks of all are judged by what came right after them.
      weekdays = expectedWeekdays(this.history, Math.max(month, Math.min(this.history.length, learnedDays)));
      this.#ordinary.set(month, weekdays);
    }
    if (!weekdays[this.history.weekday[at]!]) return false;
    let own = this.#ownHoliday.get(at);
    if (own === undefined) {
      own = isOwnHoliday(this.history, at);
      this.#ownHoliday.set(at, own);
    }
    return !own;
  }

  /** Ordinary days before a position, newest first, as many as are compared with. */
  reference(at: number, most = referenceDays): number[] {
    const days: number[] = [];
    for (let back = at - 1; back >= Math.max(0, at - learnedDays) && days.length < most; back--) {
      if (this.history.count[back]! > 0 && this.isOrdinary(back)) days.push(back);
    }
    return days;
  }

  /** What is usual on a weekday against the average one, at a position: the factory's. */
  weekdayFactor(at: number, day: number): number {
    const month = this.#monthStart(at);
    let profile = this.#profiles.get(month);
    if (!profile) {
      const days = this.reference(Math.max(month, Math.min(this.history.length, learnedDays)), learnedDays);
      profile = weekdayProfile(
        days.map((one) => ({ weekday: this.history.weekday[one]!, value: this.history.sum[one]! })),
      );
      this.#profiles.set(month, profile);
    }
    return Math.max(0.2, profile[this.history.weekday[day]!]!);
  }

  /** What is usual in each month of the year at a position, as learned from the months before: an item's own where it has rows enough, else the factory's. */
  season(series: Series, at: number): number[] {
    const month = this.#monthStart(at);
    if (series !== this.#total) {
      const months = this.#months(series.values, month);
      const rows = months.reduce((sum, { total }) => sum + total, 0) / Math.max(1, series.batch);
      if (rows >= ownSeasonRows * Math.max(1, months.length)) return seasonFactors(months);
    }
    let factors = this.#factorySeasons.get(month);
    if (!factors) {
      factors = seasonFactors(this.#months(this.#total.values, month));
      this.#factorySeasons.set(month, factors);
    }
    return factors;
  }

  /**
   * What a day was to be expected to hold, from the ordinary days before it, brought to its weekday and month; null where there are too few of
   * them. Weekdays with more count for more, and outliers as much as the next ones (as in Winsor's mean). The quantity of a day comes in rows of a usual size, so that its variance is a multiple of its mean
   * (quasi-Poisson; McCullagh and Nelder, "Generalized Linear Models", 1989, 9.2; Noufaily et al., Statistics in Medicine 32, 2013, do the same for counts of
   * diseases): that multiple is measured, and never believed to be less than one row.
   */
  expect(series: Series, at: number, since = 0): Expected | null {
    const days = this.reference(at).filter((day) => day >= since);
    if (days.length < leastReference) return null;
    const season = this.season(series, at);
    const { month } = this.history;
    const factor = (day: number): number => this.weekdayFactor(at, day) * season[month[day]! % 12]!;
    const own = factor(at);
    const factors = days.map(factor);
    const scaled = days.map((day, index) => series.values[day]! / factors[index]!);
    const [low, high] = [quantile(scaled, clipped), quantile(scaled, 1 - clipped)];
    const clip = (value: number): number => Math.min(high, Math.max(low, value));
    const sum = scaled.reduce((all, value, index) => all + clip(value) * factors[index]!, 0);
    const unit = sum / factors.reduce((all, one) => all + one, 0);
    const expected = unit * own;
    if (!(expected > 0)) return null;
    const squares = days.map((day, index) => {
      const mean = unit * factors[index]!;
      return (series.values[day]! - mean) ** 2 / mean;
    });
    const spread = (winsorizedMean(squares) * days.length) / (days.length - 1);
    // The mean of so many days is itself uncertain by their number.
    const dispersion = Math.max(spread, series.batch) * (1 + 1 / days.length);
    const value = series.values[at]!;
    return {
      expected,
      dispersion,
      atLeast: poissonAtLeast(value / dispersion, expected / dispersion),
      atMost: poissonAtMost(Math.max(0, value) / dispersion, expected / dispersion),
    };
  }

  /** The position at which the month of a day begins, so that what is learned is learned once a month. */
  #monthStart(at: number): number {
    return at - this.history.date[at]! + 1;
  }

  /** Good quantity per ordinary day of each whole month before a position. */
  #months(values: Float64Array, before: number): (SeasonMonth & { total: number })[] {
    const months = new Map<number, { days: number; total: number }>();
    for (let at = 0; at < before; at++) {
      if (!(this.history.count[at]! > 0) || !this.isOrdinary(at)) continue;
      const key = this.history.month[at]!;
      const month = months.get(key) ?? { days: 0, total: 0 };
      month.days += 1;
      month.total += values[at]!;
      months.set(key, month);
    }
    return [...months].map(([key, { days, total }]) => ({
      year: Math.floor(key / 12),
      month: (key % 12) + 1,
      level: total / days,
      total,
    }));
  }
}

/** What a row of a series usually is: its mean row on the middle one of all days. */
function batchOf(sum: Float64Array, count: Float64Array): number {
  const rows: number[] = [];
  for (let at = 0; at < sum.length; at++) if (count[at]! > 0) rows.push(sum[at]! / count[at]!);
  rows.sort((a, b) => a - b);
  return Math.max(rows[rows.length >> 1] ?? 0, Number.EPSILON);
}

/** An item's good quantity on every day of the axis. */
function seriesOf(history: History, item: ItemHistory): Series {
  const values = new Float64Array(history.length);
  for (let cell = 0; cell < item.at.length; cell++) values[item.at[cell]!] = item.sum[cell]!;
  return { values, batch: batchOf(item.sum, item.count) };
}

/** Days from `from` up to but without `end` on which the factory as a whole made far more or less than was to be expected. */
export function unusualDays(levels: Levels, from: number, end: number): Found[] {
  const found: Found[] = [];
  for (let at = from; at < end; at++) {
    if (!(levels.history.count[at]! > 0)) continue;
    const one = judge(levels, levels.total, at, totalRatios, 0);
    if (one) found.push({ ...one, id: findingId("unusual-day", one.day, one.side), kind: "unusual-day", item: null });
  }
  return found;
}

/** The same for each item. */
export function unusualItemDays(levels: Levels, from: number, end: number): Found[] {
  const found: Found[] = [];
  for (const item of levels.history.items) {
    const last = item.at[cellFrom(item, end) - 1];
    // An item that is made no more is another finding.
    if (last === undefined || last < from - learnedDays) continue;
    const series = seriesOf(levels.history, item);
    for (let at = from; at < end; at++) {
      if (!(levels.history.count[at]! > 0)) continue;
      const one = judge(levels, series, at, itemRatios, item.at[0]!);
      if (!one) continue;
      const id = findingId("unusual-item-day", item.code, one.day, one.side);
      found.push({ ...one, id, kind: "unusual-item-day", item: item.code });
    }
  }
  return found;
}

interface Judged extends Omit<Found, "id" | "kind" | "item"> {
  day: string;
  side: "high" | "low";
}

/** A day that is far from what was to be expected; on a weekend or holiday only one that would be much on a working day as well. */
function judge(levels: Levels, series: Series, at: number, ratios: typeof itemRatios, since: number): Judged | null {
  const expected = levels.expect(series, at, since);
  if (!expected) return null;
  const value = series.values[at]!;
  const ratio = value / expected.expected;
  const isHigh = expected.atLeast < unlikely && ratio >= ratios.high;
  const isLow = expected.atMost < unlikely && ratio <= ratios.low && levels.isOrdinary(at);
  if (!isHigh && !isLow) return null;
  if (isHigh && !isBeyondOwn(levels, series, at)) return null;
  const side = isHigh ? "high" : "low";
  const day = dayAt(levels.history, at);
  const figures = { quantity: value, expected: expected.expected, ratio, side, weekday: levels.history.weekday[at]! };
  return { severity: "warning", day, side, extent: 0, figures };
}

/** True where a day has far more than the days with production of the year before it had, each brought to its weekday. */
function isBeyondOwn(levels: Levels, series: Series, at: number): boolean {
  const { values } = series;
  const active: number[] = [];
  for (let day = Math.max(0, at - 365); day < at; day++) {
    if (values[day]! > 0) active.push(values[day]! / levels.weekdayFactor(at, day));
  }
  if (active.length < beyondOwn.leastDays) return false;
  const times = series === levels.total ? beyondOwn.total : beyondOwn.item;
  return values[at]! / levels.weekdayFactor(at, at) >= times * quantile(active, beyondOwn.share);
}
