import { winsorizedMean } from "./robust.ts";

/** One calendar day of a series. Days on which nothing was made belong to it, with the value 0. */
export interface ProfileDay {
  /** Monday is 0. */
  weekday: number;
  value: number;
}

/**
 * How much is usual on each day of the week, Monday first, as a factor on the average calendar day: the seven add up to 7. Winsor's means, so
 * that holidays and slips among half a year of days move it little. All 1 where there is nothing to learn from.
 */
export function weekdayProfile(days: readonly ProfileDay[]): number[] {
  const levels = Array.from({ length: 7 }, (_, weekday) => {
    const values = days.filter((day) => day.weekday === weekday).map(({ value }) => value);
    return values.length === 0 ? Number.NaN : Math.max(0, winsorizedMean(values, 0.1));
  });
  const known = levels.filter((level) => !Number.isNaN(level));
  const average = known.reduce((sum, level) => sum + level, 0) / known.length;
  if (!(average > 0)) return new Array<number>(7).fill(1);
  return levels.map((level) => (Number.isNaN(level) ? 1 : level / average));
}

/**
 * For each day of the week, Monday first, whether something is usually made on it: on at least `share` of the days of that weekday. False for
 * one that `days` do not hold.
 */
export function workingWeekdays(days: readonly ProfileDay[], share = 0.8): boolean[] {
  return Array.from({ length: 7 }, (_, weekday) => {
    const own = days.filter((day) => day.weekday === weekday);
    return own.length > 0 && own.filter(({ value }) => value !== 0).length >= share * own.length;
  });
}

/** One month of a series: `month` is 1 to 12, `level` what was made per working day (or any other measure that does not depend on its length). */
export interface SeasonMonth {
  year: number;
  month: number;
  level: number;
}

/** Months from which on a season can be told from a trend: two whole years. */
const seasonMonths = 24;

/**
 * How much is usual in each month of the year, January first, as a factor whose average is 1. All 1 with less than two years of months. The trend is
 * taken out by dividing each month by the average of the twelve months around it (ratio to a centred moving average, as in the first step of X-11;
 * Ladiray and Quenneville, "Seasonal Adjustment with the X-11 Method", 2001); the months at both ends, around which there are no twelve,
 * by the nearest such average. A month's factor is the middle one of its years, and halfway to 1 where it has only one.
 */
export function seasonFactors(months: readonly SeasonMonth[]): number[] {
  const even = new Array<number>(12).fill(1);
  const sorted = months.toSorted((a, b) => a.year - b.year || a.month - b.month);
  if (sorted.length < seasonMonths) return even;
  const trend = centredAverages(sorted.map(({ level }) => level));
  const ratios = Array.from({ length: 12 }, (): number[] => []);
  for (const [at, { month, level }] of sorted.entries())
    if (trend[at]! > 0) ratios[month - 1]!.push(level / trend[at]!);
  const raw = ratios.map((own) => {
    if (own.length === 0) return 1;
    const middle = winsorizedMean(own, own.length > 2 ? 0.25 : 0);
    return own.length === 1 ? (1 + middle) / 2 : middle;
  });
  const average = raw.reduce((sum, factor) => sum + factor, 0) / 12;
  return average > 0 ? raw.map((factor) => factor / average) : even;
}

/** For each month the average of the year around it: the months half a year away on both sides count half. */
function centredAverages(levels: readonly number[]): number[] {
  const averages = levels.map((_, at) => {
    if (at < 6 || at + 6 >= levels.length) return Number.NaN;
    const inner = levels.slice(at - 5, at + 6).reduce((sum, level) => sum + level, 0);
    return (inner + (levels[at - 6]! + levels[at + 6]!) / 2) / 12;
  });
  return averages.map((_, at) => averages[Math.min(Math.max(at, 6), levels.length - 7)]!);
}
