import { addDays, addMonths, daysBetween } from "../../production/calendar.ts";
import type { Day } from "../../segments/day.ts";
import type { Period } from "../types.ts";
import type { PeriodRule } from "./grammar/period-days.ts";
import { periodRules } from "./grammar/periods.ts";

/** A period that a question names, and where. */
export interface NamedPeriod extends Period {
  start: number;
  end: number;
}

/** The periods of a question in the order of its words, and the places that name days that do not exist. */
export interface NamedPeriods {
  periods: NamedPeriod[];
  impossible: { start: number; end: number }[];
}

interface Hit {
  rule: PeriodRule;
  groups: Record<string, string | undefined>;
  start: number;
  end: number;
}

const joins = /^\s*(?:부터|에서|~|-|–|—|to|until|till|through|thru)\s*(?:the\s+)?$/u;
const andJoins = /^\s*and\s*$/u;
const untilNow = /^\s*(?:부터|에서|~|-|to|until|till)\s*(?:지금|현재|now|today)(?:\s*까지)?/u;
const openStart = /^\s*(?:부터|이후|이래)/u;
const openEnd = /^\s*까지/u;
const since = /(?:^|\s)since\s+(?:the\s+)?$/u;
const until = /(?:^|\s)(?:until|up to|through)\s+(?:the\s+)?$/u;
const between = /(?:^|\s)(?:between|from)\s+(?:the\s+)?$/u;

/** Finds the periods that a text (lower case) names. Days after today are cut off, unless the whole period lies there. */
export function findPeriods(text: string, today: Day): NamedPeriods {
  const hits = bestHits(text);
  const periods: (NamedPeriod & { isWeekday: boolean })[] = [];
  const impossible: NamedPeriods["impossible"] = [];
  for (let at = 0; at < hits.length; at++) {
    const hit = hits[at]!;
    const next = hits[at + 1];
    const gap = next && text.slice(hit.end, next.start);
    const before = text.slice(0, hit.start);
    const joined = gap !== undefined && (joins.test(gap) || (andJoins.test(gap) && between.test(before)));
    const found = joined ? range(hit, next!, today) : days(hit, today);
    const end = joined ? next!.end : hit.end;
    if (joined) at++;
    if (!found) {
      impossible.push({ start: hit.start, end });
      continue;
    }
    const after = text.slice(end);
    const place = { start: hit.start, end };
    const period = joined ? { ...found, ...place } : opened({ ...found, ...place }, before, after, today);
    periods.push({ ...period, isWeekday: !joined && hit.groups.w !== undefined && hit.groups.back === undefined });
  }
  // "지난달 월요일" means all Mondays of that month, and no day beside it.
  const isWithin = periods.some(({ isWeekday, from, to }) => !isWeekday && daysBetween(from, to) >= 7);
  const meant = isWithin ? periods.filter(({ isWeekday }) => !isWeekday) : periods;
  return {
    periods: meant.map(({ isWeekday: _, ...period }) => ({ ...period, ...cut(period, today) })),
    impossible,
  };
}

/** Of the periods that overlap in the text the first one, and of those that begin at one place the longest. */
function bestHits(text: string): Hit[] {
  const all: Hit[] = periodRules.flatMap((rule) =>
    [...text.matchAll(rule.pattern)].map((match) => ({
      rule,
      groups: match.groups ?? {},
      start: match.index,
      end: match.index + match[0].trimEnd().length,
    })),
  );
  all.sort((a, b) => a.start - b.start || b.end - a.end);
  const chosen: Hit[] = [];
  for (const hit of all) if (hit.start >= (chosen.at(-1)?.end ?? 0)) chosen.push(hit);
  return chosen;
}

function days(hit: Hit, today: Day, year?: number): Period | null {
  return hit.rule.days(hit.groups, { today, year });
}

/** From the beginning of one to the end of the other; one that names no year takes the other's. */
function range(first: Hit, last: Hit, today: Day): Period | null {
  const a = days(first, today);
  const b = days(last, today);
  if (!a || !b) return null;
  if (last.groups.year === undefined && first.groups.year !== undefined) {
    const year = Number(a.from.slice(0, 4));
    const same = days(last, today, year);
    if (same && same.to >= a.from) return { from: a.from, to: same.to };
    const next = days(last, today, year + 1);
    if (next) return { from: a.from, to: next.to };
  }
  if (a.from <= b.to && (first.groups.year !== undefined || !yearless(first))) return { from: a.from, to: b.to };
  const year = Number(b.to.slice(0, 4));
  const same = days(first, today, year);
  if (same && same.from <= b.to) return { from: same.from, to: b.to };
  const earlier = days(first, today, year - 1);
  return earlier && earlier.from <= b.to ? { from: earlier.from, to: b.to } : null;
}

/** Whether a year from elsewhere would change what the words mean. */
function yearless(hit: Hit): boolean {
  return hit.groups.year === undefined && days(hit, "2001-12-31", 1999)?.from !== days(hit, "2001-12-31")?.from;
}

function opened(period: NamedPeriod, before: string, after: string, today: Day): NamedPeriod {
  const now = untilNow.exec(after);
  if (now) return { ...period, to: today, end: period.end + now[0].length };
  const start = openStart.exec(after);
  if (start) return { ...period, to: today, end: period.end + start[0].length };
  if (since.test(before)) return { ...period, to: today };
  if (openEnd.test(after) || until.test(before)) return { ...period, from: `${period.to.slice(0, 4)}-01-01` };
  return period;
}

function cut({ from, to }: Period, today: Day): Period {
  return { from, to: from <= today && to > today ? today : to };
}

/** The period before one: so many months before where it begins with a month's first day and ends with a month, the same days of the month before where it ends earlier, else as many days. */
export function periodBefore({ from, to }: Period): Period {
  if (!from.endsWith("-01")) {
    const length = daysBetween(from, to) + 1;
    return { from: addDays(from, -length), to: addDays(from, -1) };
  }
  return shifted({ from, to }, -monthsOf({ from, to }));
}

/** The same days so many months later (earlier where negative); the end of a month stays the end of a month. */
export function shifted({ from, to }: Period, months: number): Period {
  const endsMonth = addDays(to, 1).endsWith("-01");
  return {
    from: addMonths(from, months),
    to: endsMonth ? addDays(addMonths(addDays(to, 1), months), -1) : addMonths(to, months),
  };
}

/** The same span after one, of the same length: months where it consists of them, else days. */
export function periodAfter({ from, to }: Period): Period {
  const days = daysBetween(from, to) + 1;
  if (!(from.endsWith("-01") && addDays(to, 1).endsWith("-01")))
    return { from: addDays(from, days), to: addDays(to, days) };
  return shifted({ from, to }, monthsOf({ from, to }));
}

function monthsOf({ from, to }: Period): number {
  return (
    (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1
  );
}

/** Whole weeks are shifted by weeks: whether a period is a Monday to at most the Sunday after. */
export function isWeek({ from, to }: Period): boolean {
  return new Date(`${from}T00:00:00Z`).getUTCDay() === 1 && daysBetween(from, to) < 7 && from !== to;
}
