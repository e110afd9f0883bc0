import { type ProfileDay, workingWeekdays } from "../statistics/profile.ts";
import { type Found, findingId } from "./finding.ts";
import { dayAt, type History } from "./history.ts";

/** Half a year: long enough for 26 of each weekday, short enough to follow a change of shifts. */
export const learnedDays = 182;
/** Days of history without which nothing is said about what is missing. */
const leastDays = 56;
/** A weekday with less than this part of the strongest one's rows is none on which production is expected. */
const leastShare = 0.25;
/** A day with at most this part of the usual rows in earlier years is a holiday of the factory's own. */
const holidayShare = 0.25;

/**
 * For each weekday, whether production is expected on it, as learned from the half year before a position: rows on at least 90 % of
 * its days, holidays aside, and not hardly any.
 */
export function expectedWeekdays(history: History, before: number): boolean[] {
  const days: ProfileDay[] = [];
  for (let at = Math.max(0, before - learnedDays); at < before; at++) {
    if (history.holiday[at] === 0) days.push({ weekday: history.weekday[at]!, value: history.count[at]! });
  }
  const working = workingWeekdays(days, 0.9);
  const averages = working.map((_, weekday) => {
    const own = days.filter((day) => day.weekday === weekday);
    return own.reduce((sum, { value }) => sum + value, 0) / Math.max(1, own.length);
  });
  const strongest = Math.max(...averages);
  return working.map((isWorking, weekday) => isWorking && averages[weekday]! >= leastShare * strongest);
}

/** True where the same date had hardly any rows in the years before: a holiday that no calendar knows. */
export function isOwnHoliday(history: History, at: number): boolean {
  let years = 0;
  for (const back of yearsBack(history, at)) {
    const around = [-14, -7, 7, 14].map((offset) => history.count[back + offset] ?? 0);
    const usual = around.reduce((sum, value) => sum + value, 0) / around.length;
    if (usual === 0) continue;
    if (history.count[back]! > holidayShare * usual) return false;
    years += 1;
  }
  return years > 0;
}

/** Positions of the same month and day in earlier years, as far as they are on the axis. */
function yearsBack(history: History, at: number): number[] {
  const day = dayAt(history, at);
  const first = Date.parse(`${history.first}T00:00:00Z`);
  return [1, 2, 3]
    .map((years) => Date.parse(`${Number(day.slice(0, 4)) - years}${day.slice(4)}T00:00:00Z`))
    .map((time) => Math.round((time - first) / 86_400_000))
    .filter((position) => position >= 14);
}

/**
 * Days without any row on weekdays on which production is expected, from `from` up to but without `end`, which may lie behind the axis. Days in
 * a row, weekends and holidays between them aside, are one finding.
 */
export function missingDays(history: History, from: number, end: number): Found[] {
  const runs: number[][] = [];
  let run: number[] = [];
  const expected = new Map<number, boolean[]>();
  const begin = Math.max(from, leastDays);
  for (let at = begin; at < end; at++) {
    const isEmpty = !(history.count[at]! > 0);
    if (!isEmpty) {
      if (run.length > 0) runs.push(run);
      run = [];
      continue;
    }
    const before = Math.min(run[0] ?? at, history.length);
    let weekdays = expected.get(before);
    if (!weekdays) {
      weekdays = expectedWeekdays(history, before);
      expected.set(before, weekdays);
    }
    if (weekdays[weekdayAt(history, at)] && history.holiday[at] !== 1 && !isOwnHoliday(history, at)) run.push(at);
  }
  // What is missing at the end may still arrive: one day alone is told when the next has come.
  if (run.length > 1 || (run.length === 1 && run[0]! < history.length)) runs.push(run);
  return runs.map((days): Found => {
    const [first, last] = [dayAt(history, days[0]!), dayAt(history, days.at(-1)!)];
    return {
      id: findingId("missing-days", first),
      kind: "missing-days",
      severity: days.length === 1 ? "info" : "warning",
      day: first,
      item: null,
      extent: days.length,
      figures: { from: first, to: last, days: days.length, atEnd: days.at(-1)! >= history.length ? 1 : 0 },
    };
  });
}

const weekdayAt = (history: History, at: number): number => history.weekday[at] ?? (history.weekday[0]! + at) % 7;
