import { addDays, addMonths, startOf } from "../../production/calendar.ts";
import { isoWeek } from "../../production/iso-week.ts";
import { type Day, isDay } from "../../segments/day.ts";
import type { Period } from "../types.ts";

export type DateGrain = "day" | "week" | "month" | "quarter" | "half" | "year" | "clock";

/** A date, month, quarter or year as it stands in a text. */
export interface WrittenDate {
  length: number;
  grain: DateGrain;
  /** The days that it means; where the text names no year, those of each of the given years. */
  spans: (years: readonly number[]) => Period[];
  /** The same characters may also be a plain number, such as 2026.1, 1/3, 12일 or 2026. */
  ambiguous: boolean;
}

type Groups = Record<string, string | undefined>;

interface Rule {
  pattern: RegExp;
  grain: DateGrain;
  ambiguous?: boolean;
  spans: (groups: Groups, years: readonly number[]) => (Period | null)[];
}

const two = (value: number): string => String(value).padStart(2, "0");
const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

function yearOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const digits = text.replaceAll(/\D/g, "");
  return digits.length === 2 ? 2000 + Number(digits) : Number(digits);
}

function day(year: number, month: number, at: number): Day | null {
  const text = `${String(year).padStart(4, "0")}-${two(month)}-${two(at)}`;
  return isDay(text) ? text : null;
}

function days(year: number, month: number, from: number, to = from): Period | null {
  const [first, last] = [day(year, month, from), day(year, month, to)];
  return first && last ? { from: first, to: last } : null;
}

function months(year: number, month: number, count = 1): Period | null {
  const from = day(year, month, 1);
  return from && count > 0 ? { from, to: addDays(addMonths(from, count), -1) } : null;
}

/** The year that is named, or else each of the years. */
function eachYear(named: string | undefined, years: readonly number[], of: (year: number) => Period | null) {
  const year = yearOf(named);
  return (year === undefined ? years : [year]).map(of);
}

/** The days of an ISO week; null where the year has no such week. */
export function weekSpan(year: number, at: number): Period | null {
  const name = String(year).padStart(4, "0");
  const monday = addDays(startOf(`${name}-01-04`, "week"), 7 * (at - 1));
  return isoWeek(monday) === `${name}-W${two(at)}` ? { from: monday, to: addDays(monday, 6) } : null;
}

const monthOf = (name: string | undefined): number => monthNames.indexOf((name ?? "").slice(0, 3).toLowerCase()) + 1;
const n = (text: string | undefined): number => Number(text);
const Y = "(?:(?<y>(?<!\\d)(?:(?:19|20)\\d\\d|'?\\d{2})) ?년도? ?)?";
const YY = "(?<y>(?<!\\d)(?:(?:19|20)\\d\\d|'?\\d{2})) ?년도? ?";
const TO = " ?[~–-] ?";
const M =
  "(?<mon>January|February|March|April|May(?! (?:I|we|you|be|not)\\b)|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER|JAN|FEB|MAR|APR|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?![A-Za-z])\\.?";
const YE =
  "(?:,? ?(?:of )?(?<y>(?:19|20)\\d\\d|'\\d{2})(?![\\d,.]\\d|\\d| ?(?:units?|pieces?|pcs|batch|lots?|records?|lens)))?";

const rules: readonly Rule[] = [
  {
    pattern: /(?<y>(?:19|20)\d\d) ?(?<s>[-./]) ?(?<m>\d{1,2}) ?\k<s> ?(?<d>\d{1,2})(?!\d)(?:\.(?!\d))?(?:T(?=\d))?/y,
    grain: "day",
    spans: ({ y, m, d }) => [days(n(y), n(m), n(d))],
  },
  {
    pattern: /'?(?<y>\d{2})(?<s>[-./])(?<m>\d{2})\k<s>(?<d>\d{2})(?![\d.])/y,
    grain: "day",
    ambiguous: true,
    spans: ({ y, m, d }) => [days(yearOf(y)!, n(m), n(d))],
  },
  {
    pattern: /(?<y>20\d\d)(?<m>0[1-9]|1[0-2])(?<d>[0-2]\d|3[01])(?!\d)/y,
    grain: "day",
    ambiguous: true,
    spans: ({ y, m, d }) => [days(n(y), n(m), n(d))],
  },
  {
    pattern: new RegExp(`${Y}(?<m>\\d{1,2}) ?월 ?(?<d>\\d{1,2}) ?일?${TO}(?<e>\\d{1,2}) ?일`, "y"),
    grain: "day",
    spans: ({ y, m, d, e }, years) => eachYear(y, years, (year) => days(year, n(m), n(d), n(e))),
  },
  {
    pattern: new RegExp(`${Y}(?<m>\\d{1,2}) ?월 ?(?<d>\\d{1,2}) ?일`, "y"),
    grain: "day",
    spans: ({ y, m, d }, years) => eachYear(y, years, (year) => days(year, n(m), n(d))),
  },
  {
    pattern: new RegExp(`${Y}(?<m>\\d{1,2}) ?월 ?(?<w>\\d) ?주차?(?!년)`, "y"),
    grain: "month",
    spans: ({ y, m }, years) => eachYear(y, years, (year) => months(year, n(m))),
  },
  {
    pattern: new RegExp(`${Y}(?<m>\\d{1,2}) ?월?${TO}(?<e>\\d{1,2}) ?월(?!요)`, "y"),
    grain: "month",
    spans: ({ y, m, e }, years) => eachYear(y, years, (year) => months(year, n(m), n(e) <= 12 ? n(e) - n(m) + 1 : 0)),
  },
  {
    pattern: new RegExp(`${Y}(?<m>\\d{1,2}) ?월(?!요)`, "y"),
    grain: "month",
    spans: ({ y, m }, years) => eachYear(y, years, (year) => months(year, n(m))),
  },
  {
    pattern: new RegExp(`${Y}(?<q>[1-4]) ?(?:/ ?4 ?)?분기?${TO}(?<e>[1-4]) ?(?:/ ?4 ?)?분기`, "y"),
    grain: "quarter",
    spans: ({ y, q, e }, years) => eachYear(y, years, (year) => months(year, 3 * n(q) - 2, 3 * (n(e) - n(q) + 1))),
  },
  {
    pattern: new RegExp(`${Y}(?<q>[1-4]) ?(?:/ ?4 ?)?(?:사 ?)?분기`, "y"),
    grain: "quarter",
    spans: ({ y, q }, years) => eachYear(y, years, (year) => months(year, 3 * n(q) - 2, 3)),
  },
  {
    pattern: new RegExp(`${YY}(?<half>상|하)반기`, "y"),
    grain: "half",
    spans: ({ y, half }, years) => eachYear(y, years, (year) => months(year, half === "상" ? 1 : 7, 6)),
  },
  {
    pattern: /(?<y>(?:19|20)\d\d) ?년/y,
    grain: "year",
    spans: ({ y }) => [months(n(y), 1, 12)],
  },
  {
    pattern: /'?(?<y>\d{2}) ?년도?/y,
    grain: "year",
    ambiguous: true,
    spans: ({ y }) => [months(yearOf(y)!, 1, 12)],
  },
  {
    pattern: /(?<y>(?:19|20)\d\d)[- ]?W(?<w>\d{2})(?!\d)/y,
    grain: "week",
    spans: ({ y, w }) => [weekSpan(n(y), n(w))],
  },
  {
    pattern: /(?:W|[Ww]eek )(?<w>\d{1,2})(?![\d,.]\d|\d)/y,
    grain: "week",
    spans: ({ w }, years) => years.map((year) => weekSpan(year, n(w))),
  },
  {
    pattern: /(?<w>\d{1,2}) ?주차/y,
    grain: "week",
    spans: ({ w }, years) => years.map((year) => weekSpan(year, n(w))),
  },
  {
    pattern: /(?:Q(?<q>[1-4])(?!\d)(?:(?:,? |-|\/)?(?:of )?'?(?<y>(?:19|20)\d\d|(?<=')\d{2})(?!\d))?)/y,
    grain: "quarter",
    spans: ({ y, q }, years) => eachYear(y, years, (year) => months(year, 3 * n(q) - 2, 3)),
  },
  {
    pattern: /(?<y>(?:19|20)\d\d|'?\d{2})(?:[ .-]?Q(?<q>[1-4])|[ .](?<p>[1-4])Q)(?!\d)/y,
    grain: "quarter",
    spans: ({ y, q, p }) => [months(yearOf(y)!, 3 * n(q ?? p) - 2, 3)],
  },
  {
    pattern: /(?<q>[1-4])Q(?: ?'?(?<y>(?:19|20)\d\d|\d{2}))?(?!\d)/y,
    grain: "quarter",
    spans: ({ y, q }, years) => eachYear(y, years, (year) => months(year, 3 * n(q) - 2, 3)),
  },
  {
    pattern: /(?:H(?<h>[12])(?!\d)(?: (?:of )?(?<y>(?:19|20)\d\d)(?!\d))?)/y,
    grain: "half",
    spans: ({ y, h }, years) => eachYear(y, years, (year) => months(year, 6 * n(h) - 5, 6)),
  },
  {
    pattern: new RegExp(
      `${M} ?(?<d>\\d{1,2})(?:st|nd|rd|th)?${TO}(?<e>\\d{1,2})(?:st|nd|rd|th)?(?!\\d|[,.]\\d)${YE}`,
      "y",
    ),
    grain: "day",
    spans: ({ y, mon, d, e }, years) => eachYear(y, years, (year) => days(year, monthOf(mon), n(d), n(e))),
  },
  {
    pattern: new RegExp(`${M} (?:the )?(?<d>\\d{1,2})(?:st|nd|rd|th)?(?!\\d|[,.]\\d)${YE}`, "y"),
    grain: "day",
    spans: ({ y, mon, d }, years) => eachYear(y, years, (year) => days(year, monthOf(mon), n(d))),
  },
  {
    pattern: new RegExp(`(?<d>\\d{1,2})(?:st|nd|rd|th)? (?:of )?${M}${YE}`, "y"),
    grain: "day",
    spans: ({ y, mon, d }, years) => eachYear(y, years, (year) => days(year, monthOf(mon), n(d))),
  },
  {
    pattern: new RegExp(`${M}${YE}`, "y"),
    grain: "month",
    spans: ({ y, mon }, years) => eachYear(y, years, (year) => months(year, monthOf(mon))),
  },
  {
    pattern: /(?<h>\d{1,2}):(?<m>[0-5]\d)(?::[0-5]\d)?(?!\d)/y,
    grain: "clock",
    spans: () => [],
  },
  {
    pattern: /(?<y>(?:19|20)\d\d)(?<s>[-/]) ?(?<m>0?[1-9]|1[0-2])(?![\d,]|\.\d)/y,
    grain: "month",
    spans: ({ y, m }) => [months(n(y), n(m))],
  },
  {
    pattern: /(?<y>(?:19|20)\d\d)\. ?(?<m>0?[1-9]|1[0-2])(?![\d,]|\.\d)\.?/y,
    grain: "month",
    ambiguous: true,
    spans: ({ y, m }) => [months(n(y), n(m))],
  },
  {
    pattern: /(?<m>\d{1,2})\.(?<d>\d{1,2})\.? ?[~–-] ?(?<k>\d{1,2})\.(?<e>\d{1,2})(?![\d,]|\.\d| ?[%배만천억])/y,
    grain: "day",
    ambiguous: true,
    spans: ({ m, d, k, e }, years) =>
      years.flatMap((year) => {
        const [from, to] = [day(year, n(m), n(d)), day(year, n(k), n(e))];
        return from && to && from <= to ? [{ from, to }] : [];
      }),
  },
  {
    pattern: /(?<m>\d{1,2})[/](?<d>\d{1,2})(?![\d/,]|\.\d)/y,
    grain: "day",
    ambiguous: true,
    spans: ({ m, d }, years) => years.map((year) => days(year, n(m), n(d))),
  },
  {
    pattern: /(?<m>0\d|1[0-2])[-.](?<d>[0-3]\d)(?![\d,]|\.\d| ?[%배])/y,
    grain: "day",
    ambiguous: true,
    spans: ({ m, d }, years) => years.map((year) => days(year, n(m), n(d))),
  },
  {
    pattern: /(?<d>\d{1,2}) ?일(?!간|째|치|동안|반|일)/y,
    grain: "day",
    ambiguous: true,
    spans: ({ d }, years) =>
      years.flatMap((year) => Array.from({ length: 12 }, (_, month) => days(year, month + 1, n(d)))),
  },
  {
    pattern: /(?<y>(?:19|20)\d\d)(?![\d]|[,.]\d| ?[~–] ?\d{1,3}(?!\d))/y,
    grain: "year",
    ambiguous: true,
    spans: ({ y }) => [months(n(y), 1, 12)],
  },
];

/** The date that begins at a place of a text; null where none does. */
export function dateAt(text: string, at: number): WrittenDate | null {
  for (const { pattern, grain, ambiguous = false, spans } of rules) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) continue;
    const groups = found.groups ?? {};
    return {
      length: found[0].trimEnd().length,
      grain,
      ambiguous,
      spans: (years) => spans(groups, years).filter((one) => one !== null),
    };
  }
  return null;
}
