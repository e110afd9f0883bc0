import { addDays, addMonths, daysBetween, startOf } from "../../production/calendar.ts";
import type { Focus, Grain, Intent, Period, PlanContext } from "../types.ts";
import { type Ask, dayGrains } from "./calls.ts";
import { baseAfter, baseBefore, precedingPeriod, yearBefore } from "./grammar/words.ts";
import { changing } from "./intents.ts";
import { isWeek, type NamedPeriod, periodAfter, periodBefore, shifted } from "./periods.ts";
import { mostRows } from "./queries.ts";
import { has } from "./text.ts";

/** What a period is compared with where words say so: the same days a year before, or those just before. */
export function yearsOrPeriodsBack(text: string): ((period: Period) => Period) | null {
  if (has(text, yearBefore)) return (period) => shifted(period, -12);
  return has(text, precedingPeriod) ? stepBack : null;
}

/** The period of the same length just before. */
export function stepBack(period: Period): Period {
  if (!isWeek(period)) return periodBefore(period);
  const back = (day: string): string =>
    new Date(Date.parse(`${day}T00:00:00Z`) - 7 * 86_400_000).toISOString().slice(0, 10);
  return { from: back(period.from), to: back(period.to) };
}

/** Whether the period of the question before does for this one: a course needs several parts. */
export function keeps(period: Period, intent: Intent, by: Grain | undefined): boolean {
  const days = daysBetween(period.from, period.to) + 1;
  if (intent === "trend") return by === "day" || by === "weekday" ? days > 2 : by === "week" ? days > 13 : days > 31;
  return intent !== "last_made" && intent !== "list";
}

/** The single questions that one question consists of. */
export function asksOf(
  one: Ask,
  periods: readonly Period[],
  preset: Period | null,
  back: ((period: Period) => Period) | null,
  text: string,
  named: readonly NamedPeriod[],
  { today, newestDay }: Pick<PlanContext, "today" | "newestDay">,
  previous: Focus | null,
): Ask[] {
  if (!comparing.includes(one.intent)) {
    const all = periods.length === 0 ? [preset] : one.intent === "trend" ? adjoined(periods) : periods;
    return all.map((period) => ({ ...one, period: period && coursed(period, one, today) }));
  }
  if (periods.length > 2) return periods.map((period) => ({ ...one, intent: "total", period }));
  if (periods.length < 2 && !back && one.items.length > 1) {
    return [{ ...one, intent: "total", period: periods[0] ?? preset! }];
  }
  const [first, second] = periods.map((period) => untilData(period, today, newestDay));
  if (first && second) {
    const [earlier, later] =
      first.from < second.from || (first.from === second.from && first.to < second.to)
        ? [first, second]
        : [second, first];
    // "지난달에 전달보다", where both mean the same month.
    if (first.from === second.from && first.to === second.to) return [{ ...one, period: first, base: stepBack(first) }];
    const years =
      named.length === 2 && named.some(({ start, end }) => relativeYear.test(text.slice(start, end).trim()));
    return [{ ...one, period: later, base: sameOfYear(earlier, later, years) }];
  }
  const main = first ?? untilData(preset!, preset!.to, newestDay);
  if (!back && named.length === 1 && isBase(text, named[0]!)) {
    const later = previous?.period && previous.period.from > main.from ? previous.period : null;
    const asOf = newestDay !== null && newestDay > main.to && newestDay < today ? newestDay : today;
    return [{ ...one, ...(later ? { period: later, base: main } : sinceThen(main, asOf)) }];
  }
  return [{ ...one, period: main, base: (back ?? stepBack)(main) }];
}

/** Intents that measure one period by another. */
const comparing: readonly Intent[] = ["comparison", ...changing];

/** A period that is not over as far as there are data: days that nothing is known of yet would make it look as if it fell. */
function untilData({ from, to }: Period, today: string, newestDay: string | null): Period {
  if (newestDay === null || newestDay >= to || newestDay < from) return { from, to };
  return to >= today || daysBetween(newestDay, to) > mostQuietDays ? { from, to: newestDay } : { from, to };
}

/** So many days without a row at the end of a period may be a weekend and a holiday. */
const mostQuietDays = 3;

/** The last day of data where that matters for an answer: all of a period, or more of its end than is usual without production, lies behind it. */
export function endOfData(periods: readonly Period[], newestDay: string | null): { newestDay: string } | null {
  if (newestDay === null) return null;
  const matters = periods.some(({ from, to }) => from > newestDay || daysBetween(newestDay, to) > mostQuietDays);
  return matters ? { newestDay } : null;
}

/** Years that are named from the present one. */
const relativeYear =
  /^(?:(?:지난|지지난)\s*해|작년|재작년|전년)도?$|^\d+\s*년\s*전$|(?:last|previous|past|before last|ago)/u;

/**
 * What a later period is measured by where an earlier one is named as well: that one, but of a year as a whole the part that the later one is
 * of its own year ("this quarter against last year"), and of the same part of a year no more than has passed of the later one.
 */
function sameOfYear(earlier: Period, later: Period, hasYear: boolean): Period {
  const back = 12 * (Number(later.from.slice(0, 4)) - Number(earlier.from.slice(0, 4)));
  const same = shifted(later, -back);
  const isYear = earlier.from.endsWith("-01-01") && earlier.to.endsWith("-12-31");
  const covers = earlier.from <= same.from && earlier.to > same.to && back > 0;
  if (covers && (earlier.from === same.from || (isYear && hasYear))) return same;
  return earlier;
}

/** Periods that follow each other as one. */
function adjoined(periods: readonly Period[]): Period[] {
  const all: Period[] = [];
  for (const { from, to } of [...periods].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = all.at(-1);
    if (last && addDays(last.to, 1) === from) all.splice(-1, 1, { from: last.from, to });
    else all.push({ from, to });
  }
  return all;
}

/** Months of a course are whole ones: "the last 6 months" are this one and the five before it. */
function coursed(period: Period, { intent, by }: Ask, today: string): Period {
  if (intent !== "trend" || by !== "month" || period.to !== today || period.from.endsWith("-01")) return period;
  const start = startOf(period.from, "month");
  return daysBetween(period.from, today) < 28 ? period : { from: addMonths(start, 1), to: today };
}

function isBase(text: string, { start, end }: NamedPeriod): boolean {
  return baseAfter.test(text.slice(end)) || baseBefore.test(text.slice(0, start));
}

/** What is compared with a past period where only that is named: the one of its length that today lies in, as far as it goes, and as much of the past one. */
function sinceThen(base: Period, today: string): { period: Period; base: Period } {
  let now = base;
  while (now.to < today) now = periodAfter(now);
  const to = addDays(base.from, daysBetween(now.from, today));
  return {
    period: { from: now.from, to: today },
    base: { from: base.from, to: to < base.to && now.to > today ? to : base.to },
  };
}

/** Figures by day come in one query of so many rows at most. */
export function tooLong(intent: Intent, by: Grain | undefined, period: Period | null): boolean {
  if (!period || !by || !dayGrains.includes(by) || !["trend", "best", "worst", "average_by"].includes(intent))
    return false;
  const grouped = by !== "day" || intent === "trend";
  return grouped && daysBetween(period.from, period.to) >= mostRows;
}
