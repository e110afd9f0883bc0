import { addDays, addMonths, startOf, weekday } from "../../../production/calendar.ts";
import { type Day, isDay } from "../../../segments/day.ts";
import type { Period } from "../../types.ts";

/** What a rule may look at: today, and the year to take where the words name none. */
export interface PeriodScene {
  today: Day;
  year?: number | undefined;
}

type Groups = Record<string, string | undefined>;

/** Words that mean a period. Gives null where the words name days that do not exist, such as 30 February. */
export interface PeriodRule {
  pattern: RegExp;
  days: (groups: Groups, scene: PeriodScene) => Period | null;
}

/** A number in digits or as a Korean or English word; NaN for anything else. */
export const number = (value: string | undefined): number =>
  counts[(value ?? "").replaceAll(/\s/g, "")] ?? Number(value);

const counts: Record<string, number> = {
  ...{
    한: 1,
    하나: 1,
    일: 1,
    두: 2,
    이: 2,
    세: 3,
    삼: 3,
    네: 4,
    사: 4,
    다섯: 5,
    오: 5,
    여섯: 6,
    육: 6,
    일곱: 7,
    여덟: 8,
  },
  ...{ 아홉: 9, 열: 10, 열두: 12 },
  ...{ a: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, twelve: 12 },
  ...{ first: 1, second: 2, third: 3, fourth: 4, last: 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4 },
};

/** Two digits. */
export const two = (value: number): string => String(value).padStart(2, "0");

const thisYear = (today: Day): number => Number(today.slice(0, 4));

/** A day by its numbers; it need not exist. */
export const dayOfYear = (year: number, month: number, day: number): Day =>
  `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;

/** Months from the first day of one on. */
export function wholeMonths(start: Day, count: number): Period {
  return { from: start, to: addDays(addMonths(start, count), -1) };
}

function wholeWeeks(monday: Day, count: number): Period {
  return { from: monday, to: addDays(monday, 7 * count - 1) };
}

/** A period of one day; null where the day does not exist. */
export function oneDay(day: Day): Period | null {
  return isDay(day) ? { from: day, to: day } : null;
}

/** The year that words name; undefined where they name none. */
export function yearOf(text: string | undefined, today: Day): number | undefined {
  if (text === undefined) return undefined;
  const words = text.replaceAll(/\s/g, "");
  const digits = /\d+/.exec(words)?.[0];
  if (digits !== undefined) return digits.length === 2 ? 2000 + Number(digits) : Number(digits);
  const back =
    { 올해: 0, 금년: 0, thisyear: 0, 작년: 1, 지난해: 1, 전년: 1, lastyear: 1, 재작년: 2, 지지난해: 2 }[words] ?? 0;
  return thisYear(today) - back;
}

/** Months of a year; without a year the newest ones that have begun. */
export function monthsOf(
  { year: words }: Groups,
  { today, year }: PeriodScene,
  first: number,
  count: number,
): Period | null {
  if (first < 1 || first > 12) return null;
  const named = yearOf(words, today) ?? year;
  const start = dayOfYear(named ?? thisYear(today), first, 1);
  return wholeMonths(named === undefined && start > today ? addMonths(start, -12) : start, count);
}

/** From one month, quarter or day to another of the same or the next year; without a year the newest that has begun. */
export function spanOf(groups: Groups, scene: PeriodScene, first: number, last: number, part: number): Period | null {
  const end = monthsOf(groups, scene, (last - 1) * part + 1, part);
  if (!end || first < 1 || first * part > 12) return null;
  const named = groups.year !== undefined || scene.year !== undefined;
  const count = (last - first + 1) * part;
  if (count > 0) return { from: addMonths(end.from, part - count), to: end.to };
  if (!named) return { from: addMonths(end.from, part - count - 12), to: end.to };
  return { from: addMonths(end.from, part - count), to: addDays(addMonths(end.from, 12 + part), -1) };
}

/** A day of a month; without a year the newest one that is not in the future. */
export function dateOf(
  { year: words }: Groups,
  { today, year }: PeriodScene,
  month: number,
  from: number,
  to = from,
): Period | null {
  const named = yearOf(words, today) ?? year;
  const of = (one: number): Period | null => {
    const [first, last] = [dayOfYear(one, month, from), dayOfYear(one, month, to)];
    return isDay(first) && isDay(last) && first <= last ? { from: first, to: last } : null;
  };
  if (named !== undefined) return of(named);
  for (let back = 0; back < 8; back++) {
    const found = of(thisYear(today) - back);
    if (found && found.from <= today) return found;
  }
  return null;
}

/** A part of a month: its first ten days, the next ten, or the rest. */
export function partOfMonth(month: Period | null, part: string | undefined): Period | null {
  if (!month || part === undefined) return month;
  const word = part.replaceAll(/\s/g, "");
  if (/^(초|상순|초순|early)/.test(word)) return { from: month.from, to: addDays(month.from, 9) };
  if (/^(중|mid)/.test(word)) return { from: addDays(month.from, 10), to: addDays(month.from, 19) };
  return { from: addDays(month.from, 20), to: month.to };
}

/** The last days, weeks, months, quarters or years, today included. */
export function rolling(today: Day, count: number, unit: string): Period | null {
  if (!(count >= 1 && count <= 5000)) return null;
  if (unit.startsWith("일") || unit.startsWith("d")) return { from: addDays(today, 1 - count), to: today };
  if (unit.startsWith("주") || unit.startsWith("w")) return { from: addDays(today, 1 - 7 * count), to: today };
  const length = /^(년|해|y)/.test(unit) ? 12 : /^(분|q)/.test(unit) ? 3 : 1;
  return { from: addDays(addMonths(today, -length * count), 1), to: today };
}

/** The day, week, month, quarter or year so many of them before the present one (after it, where negative). */
export function ago(today: Day, count: number, unit: string): Period | null {
  if (!(Math.abs(count) <= 5000)) return null;
  if (unit.startsWith("일") || unit.startsWith("d")) return oneDay(addDays(today, -count));
  if (unit.startsWith("주") || unit.startsWith("w")) return wholeWeeks(addDays(startOf(today, "week"), -7 * count), 1);
  if (/^(년|해|y)/.test(unit)) return wholeMonths(addMonths(startOf(today, "year"), -12 * count), 12);
  if (/^(분|q)/.test(unit)) return wholeMonths(addMonths(quarterStart(today), -3 * count), 3);
  return wholeMonths(addMonths(startOf(today, "month"), -count), 1);
}

/** The first day of the quarter that a day lies in. */
export function quarterStart(day: Day): Day {
  return addMonths(startOf(day, "month"), -((Number(day.slice(5, 7)) - 1) % 3));
}

/** The first day of the half year that a day lies in. */
export function halfStart(day: Day): Day {
  return addMonths(startOf(day, "month"), -((Number(day.slice(5, 7)) - 1) % 6));
}

/** A weekday of the week so many weeks back; without a week the newest one that is not in the future. */
export function weekdayOf(today: Day, at: number, weeksBack: number | undefined): Period | null {
  if (weeksBack !== undefined) return oneDay(addDays(startOf(today, "week"), at - 7 * weeksBack));
  return oneDay(addDays(today, -((weekday(today) - at + 7) % 7)));
}
