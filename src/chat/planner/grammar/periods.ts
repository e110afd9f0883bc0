import { addDays, addMonths, startOf, weekday } from "../../../production/calendar.ts";
import { type Day, isDay } from "../../../segments/day.ts";
import type { Period } from "../../types.ts";
import { en, ko } from "./pattern.ts";

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

const number = (value: string | undefined): number => counts[(value ?? "").replaceAll(/\s/g, "")] ?? Number(value);
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
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const koreanWeekdays = "월화수목금토일";
const englishWeekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const two = (value: number): string => String(value).padStart(2, "0");
const thisYear = (today: Day): number => Number(today.slice(0, 4));
const dayOfYear = (year: number, month: number, day: number): Day =>
  `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;

/** Months from the first day of one on. */
function wholeMonths(start: Day, count: number): Period {
  return { from: start, to: addDays(addMonths(start, count), -1) };
}

function wholeWeeks(monday: Day, count: number): Period {
  return { from: monday, to: addDays(monday, 7 * count - 1) };
}

function oneDay(day: Day): Period | null {
  return isDay(day) ? { from: day, to: day } : null;
}

/** The year that words name; undefined where they name none. */
function yearOf(text: string | undefined, today: Day): number | undefined {
  if (text === undefined) return undefined;
  const words = text.replaceAll(/\s/g, "");
  const digits = /\d+/.exec(words)?.[0];
  if (digits !== undefined) return digits.length === 2 ? 2000 + Number(digits) : Number(digits);
  const back =
    { 올해: 0, 금년: 0, thisyear: 0, 작년: 1, 지난해: 1, 전년: 1, lastyear: 1, 재작년: 2, 지지난해: 2 }[words] ?? 0;
  return thisYear(today) - back;
}

/** Months of a year; without a year the newest ones that have begun. */
function monthsOf({ year: words }: Groups, { today, year }: PeriodScene, first: number, count: number): Period | null {
  if (first < 1 || first > 12) return null;
  const named = yearOf(words, today) ?? year;
  const start = dayOfYear(named ?? thisYear(today), first, 1);
  return wholeMonths(named === undefined && start > today ? addMonths(start, -12) : start, count);
}

/** From one month, quarter or day to another of the same or the next year; without a year the newest that has begun. */
function spanOf(groups: Groups, scene: PeriodScene, first: number, last: number, part: number): Period | null {
  const end = monthsOf(groups, scene, (last - 1) * part + 1, part);
  if (!end || first < 1 || first * part > 12) return null;
  const named = groups.year !== undefined || scene.year !== undefined;
  const count = (last - first + 1) * part;
  if (count > 0) return { from: addMonths(end.from, part - count), to: end.to };
  if (!named) return { from: addMonths(end.from, part - count - 12), to: end.to };
  return { from: addMonths(end.from, part - count), to: addDays(addMonths(end.from, 12 + part), -1) };
}

/** A day of a month; without a year the newest one that is not in the future. */
function dateOf(
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
function partOfMonth(month: Period | null, part: string | undefined): Period | null {
  if (!month || part === undefined) return month;
  const word = part.replaceAll(/\s/g, "");
  if (/^(초|상순|초순|early)/.test(word)) return { from: month.from, to: addDays(month.from, 9) };
  if (/^(중|mid)/.test(word)) return { from: addDays(month.from, 10), to: addDays(month.from, 19) };
  return { from: addDays(month.from, 20), to: month.to };
}

/** The last days, weeks, months, quarters or years, today included. */
function rolling(today: Day, count: number, unit: string): Period | null {
  if (!(count >= 1 && count <= 5000)) return null;
  if (unit.startsWith("일") || unit.startsWith("d")) return { from: addDays(today, 1 - count), to: today };
  if (unit.startsWith("주") || unit.startsWith("w")) return { from: addDays(today, 1 - 7 * count), to: today };
  const length = /^(년|해|y)/.test(unit) ? 12 : /^(분|q)/.test(unit) ? 3 : 1;
  return { from: addDays(addMonths(today, -length * count), 1), to: today };
}

/** The day, week, month, quarter or year so many of them before the present one (after it, where negative). */
function ago(today: Day, count: number, unit: string): Period | null {
  if (!(Math.abs(count) <= 5000)) return null;
  if (unit.startsWith("일") || unit.startsWith("d")) return oneDay(addDays(today, -count));
  if (unit.startsWith("주") || unit.startsWith("w")) return wholeWeeks(addDays(startOf(today, "week"), -7 * count), 1);
  if (/^(년|해|y)/.test(unit)) return wholeMonths(addMonths(startOf(today, "year"), -12 * count), 12);
  if (/^(분|q)/.test(unit)) return wholeMonths(addMonths(quarterStart(today), -3 * count), 3);
  return wholeMonths(addMonths(startOf(today, "month"), -count), 1);
}

function quarterStart(day: Day): Day {
  return addMonths(startOf(day, "month"), -((Number(day.slice(5, 7)) - 1) % 3));
}

function halfStart(day: Day): Day {
  return addMonths(startOf(day, "month"), -((Number(day.slice(5, 7)) - 1) % 6));
}

/** A weekday of the week so many weeks back; without a week the newest one that is not in the future. */
function weekdayOf(today: Day, at: number, weeksBack: number | undefined): Period | null {
  if (weeksBack !== undefined) return oneDay(addDays(startOf(today, "week"), at - 7 * weeksBack));
  return oneDay(addDays(today, -((weekday(today) - at + 7) % 7)));
}

const koreanBack = (words: string | undefined): number | undefined => {
  const word = words?.replaceAll(/\s/g, "");
  if (!word) return undefined;
  if (/^(지지난|저저번|전전)/.test(word)) return 2;
  return /^(지난|저번|전|직전)/.test(word) ? 1 : /^다음|^내/.test(word) ? -1 : 0;
};

const Y =
  "(?<year>(?<!\\d)\\d{4}년도?|(?<!\\d)\\d{2}년도?|(?<![\\da-z/_-])20\\d\\d(?= )|올해|금년|재작년|작년|지지난해|지난해|전년)";
const N = "(?<n>\\d{1,4}|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열두|열|일|이|삼|사|육)";
const PART = "(?<part>초순|상순|초(?![가-힣])|중순|하순|말(?![가-힣]))";
const TO = "(?:부터|에서|~|-|–)";
const M = `(?<month>${["january", "jan", "february", "feb", "march", "mar", "april", "apr", "may(?! (?:i|we|you|be))", "june", "jun", "july", "jul", "august", "aug", "september", "sept", "sep", "october", "oct", "november", "nov", "december", "dec"].join("|")})\\.?`;
const YE = "(?<year>\\d{4}|last year|this year)";
const NE = "(?<n>\\d{1,4}|a|one|two|three|four|five|six|seven|eight|nine|ten|twelve)";
const UE = "(?<unit>days?|weeks?|months?|quarters?|years?)";
const monthNumber = (word: string | undefined): number => months.indexOf((word ?? "").slice(0, 3)) + 1;

/** Every way to name a period; where two fit at one place, the longer one holds, then the earlier in this table. */
export const periodRules: readonly PeriodRule[] = [
  // Dates in digits.
  {
    pattern: /(?<![\d.])(?<y>\d{4})[-./]\s?(?<m>\d{1,2})[-./]\s?(?<d>\d{1,2})(?!\d)\.?/gu,
    days: ({ y, m, d }) => oneDay(dayOfYear(Number(y), Number(m), Number(d))),
  },
  {
    pattern: /(?<![\da-z])(?<y>20\d\d)(?<m>[01]\d)(?<d>[0-3]\d)(?![\da-z])/gu,
    days: ({ y, m, d }) => oneDay(dayOfYear(Number(y), Number(m), Number(d))),
  },
  {
    pattern: /(?<![\d.a-z])(?<year>\d{4})[-./](?<m>\d{1,2})(?![\d/]|-\d)/gu,
    days: (groups, scene) => monthsOf(groups, scene, Number(groups.m), 1),
  },
  {
    pattern: /(?<![\d/.a-z%_-])(?<m>\d{1,2})\/(?<d>\d{1,2})(?![\d/a-z_%])/gu,
    days: (groups, scene) => dateOf(groups, scene, Number(groups.m), Number(groups.d)),
  },
  // Korean: days.
  { pattern: ko("오늘|금일|당일"), days: (_, { today }) => oneDay(today) },
  { pattern: ko("어제|어저께|작일|전일|하루 전(?!체)"), days: (_, { today }) => oneDay(addDays(today, -1)) },
  { pattern: ko("엊그제|그저께|그제(?!품|조)"), days: (_, { today }) => oneDay(addDays(today, -2)) },
  { pattern: ko("내일|명일"), days: (_, { today }) => oneDay(addDays(today, 1)) },
  { pattern: ko("모레"), days: (_, { today }) => oneDay(addDays(today, 2)) },
  {
    pattern: ko(`(?:${Y} )?(?<!\\d)(?<m>\\d{1,2})월 (?<d>\\d{1,2})일`),
    days: (groups, scene) => dateOf(groups, scene, Number(groups.m), Number(groups.d)),
  },
  {
    pattern: ko(`(?:${Y} )?(?<!\\d)(?<m>\\d{1,2})월 (?<d>\\d{1,2})일? ${TO} (?<e>\\d{1,2})일(?: 까지)?`),
    days: (groups, scene) => dateOf(groups, scene, Number(groups.m), Number(groups.d), Number(groups.e)),
  },
  {
    pattern: ko("(?<back>이번|지난|저번|지지난|저저번|이|전)달 (?<d>\\d{1,2})일"),
    days: ({ back, d }, { today }) => {
      const month = addMonths(startOf(today, "month"), -(koreanBack(back) ?? 0));
      return oneDay(`${month.slice(0, 8)}${two(Number(d))}`);
    },
  },
  {
    pattern: ko(`(?<back>이번|지난|저번|지지난|저저번|이|전)달 (?<d>\\d{1,2})일? ${TO} (?<e>\\d{1,2})일(?: 까지)?`),
    days: ({ back, d, e }, { today }) => {
      const month = addMonths(startOf(today, "month"), -(koreanBack(back) ?? 0));
      return dateOf({ year: month.slice(0, 4) }, { today }, Number(month.slice(5, 7)), Number(d), Number(e));
    },
  },
  {
    pattern: ko(
      "(?<![\\d월~])(?<d>\\d{1,2})일(?!간|동안|치|전|별|평균)(?= (?:은|는|에|의|날|생산|총|$|\\?|부터|까지|~))",
    ),
    days: ({ d }, { today }) => {
      for (let back = 0; back < 3; back++) {
        const day = `${addMonths(startOf(today, "month"), -back).slice(0, 8)}${two(Number(d))}`;
        if (isDay(day) && day <= today) return oneDay(day);
      }
      return null;
    },
  },
  {
    pattern: ko("(?:(?<back>이번|지난|저번|지지난|저저번|다음) 주? )?(?<w>[월화수목금토일])요일(?!별)"),
    days: ({ back, w }, { today }) => weekdayOf(today, koreanWeekdays.indexOf(w ?? ""), koreanBack(back)),
  },
  {
    pattern: ko(
      `(?:(?<back>이번|지난|저번|지지난|저저번) 주 )?(?<a>[월화수목금토일])요일 ${TO} (?<b>[월화수목금토일])요일(?: 까지)?`,
    ),
    days: ({ back, a, b }, { today }) => {
      const last = weekdayOf(today, koreanWeekdays.indexOf(b ?? ""), koreanBack(back));
      const days = (koreanWeekdays.indexOf(b ?? "") - koreanWeekdays.indexOf(a ?? "") + 7) % 7;
      return last && { from: addDays(last.to, -days), to: last.to };
    },
  },
  // Korean: weeks.
  {
    pattern: ko("(?<back>이번|금|지지난|저저번|전전|지난|저번|전|다음|차)주(?!요일)"),
    days: ({ back }, { today }) => ago(today, koreanBack(back === "차" ? "다음" : back) ?? 0, "주"),
  },
  {
    pattern: ko("(?:(?<back>이번|지지난|지난|저번)(?: 주)? )?주말"),
    days: ({ back }, { today }) => {
      const monday = addDays(startOf(today, "week"), -7 * (koreanBack(back) ?? (weekday(today) < 5 ? 1 : 0)));
      return { from: addDays(monday, 5), to: addDays(monday, 6) };
    },
  },
  // Korean: months.
  {
    pattern: ko(`(?<back>이번|금|당|이|지지난|저저번|전전|지난|저번|전|다음|내) (?:달|월)(?!요일|평균)(?: ${PART})?`),
    days: ({ back, part }, { today }) =>
      partOfMonth(wholeMonths(addMonths(startOf(today, "month"), -(koreanBack(back) ?? 0)), 1), part),
  },
  {
    pattern: ko(`(?:${Y} )?(?<![\\d.])(?<m>\\d{1,2})월(?:달)?(?! \\d{1,2}일)(?: ${PART})?`),
    days: (groups, scene) => partOfMonth(monthsOf(groups, scene, Number(groups.m), 1), groups.part),
  },
  {
    pattern: ko(`(?:${Y} )?(?<![\\d.])(?<a>\\d{1,2})월? ${TO} (?<b>\\d{1,2})월(?:달)?(?! \\d{1,2}일)(?: 까지)?`),
    days: (groups, scene) => spanOf(groups, scene, Number(groups.a), Number(groups.b), 1),
  },
  // Korean: quarters and halves.
  {
    pattern: ko("(?<back>이번|금|당|이|지지난|저저번|전전|지난|저번|전|다음)분기"),
    days: ({ back }, { today }) => wholeMonths(addMonths(quarterStart(today), -3 * (koreanBack(back) ?? 0)), 3),
  },
  {
    pattern: ko(`(?:${Y} )?(?<!\\d)(?<q>[1-4])(?: 사)?분기`),
    days: (groups, scene) => monthsOf(groups, scene, Number(groups.q) * 3 - 2, 3),
  },
  {
    pattern: ko(`(?:${Y} )?(?<!\\d)(?<a>[1-4])(?:분기)? ${TO} (?<b>[1-4])분기(?: 까지)?`),
    days: (groups, scene) => spanOf(groups, scene, Number(groups.a), Number(groups.b), 3),
  },
  {
    // "분기 실적" is this quarter's.
    pattern: /(?<![가-힣\d]|[가-힣\d]\s)분기(?!\s?(?:별|마다|평균))/gu,
    days: (_, { today }) => wholeMonths(quarterStart(today), 3),
  },
  {
    pattern: ko(`(?:${Y} )?(?<half>상|하)반기`),
    days: (groups, scene) => monthsOf(groups, scene, groups.half === "상" ? 1 : 7, 6),
  },
  {
    pattern: ko("(?<back>이번|지난|저번|전)반기"),
    days: ({ back }, { today }) => wholeMonths(addMonths(halfStart(today), -6 * (koreanBack(back) ?? 0)), 6),
  },
  // Korean: years.
  {
    pattern: ko("올 한해|올해|금년(?:도)?|올 들어"),
    days: (_, { today }) => ago(today, 0, "년"),
  },
  { pattern: ko("내년|명년|다음 해"), days: (_, { today }) => ago(today, -1, "년") },
  { pattern: ko("작년(?:도)?|지난해|전년도?"), days: (_, { today }) => ago(today, 1, "년") },
  { pattern: ko("재작년|지지난해"), days: (_, { today }) => ago(today, 2, "년") },
  {
    pattern: ko("(?<!\\d)(?<year>\\d{4}|\\d{2})년도?(?! 전|간|동안)"),
    days: ({ year }, { today }) => wholeMonths(dayOfYear(yearOf(year, today) ?? 1, 1, 1), 12),
  },
  // Korean: counted from today.
  {
    pattern: ko(`(?:최근|지난|직전|과거) ${N} ?(?<unit>일|주일|주|개월|달|분기|년)(?: 간| 동안| 치)?`),
    days: ({ n, unit }, { today }) => rolling(today, number(n), unit ?? ""),
  },
  {
    pattern: ko(`(?<!\\d)${N} ?(?<unit>일|주일|주|개월|달|분기|년)(?:간| 동안| 치)`),
    days: ({ n, unit }, { today }) => rolling(today, number(n), unit ?? ""),
  },
  {
    pattern: ko("(?:최근|지난) (?:일)?주일(?: 간| 동안)?|일주일(?: 간| 동안)"),
    days: (_, { today }) => rolling(today, 1, "주"),
  },
  {
    pattern: ko("(?:최근|지난) 반년(?: 간| 동안)?|반년(?: 간| 동안)"),
    days: (_, { today }) => rolling(today, 6, "달"),
  },
  { pattern: ko("(?:최근|지난) 보름(?: 간| 동안)?"), days: (_, { today }) => rolling(today, 15, "일") },
  {
    pattern: ko(`(?<!\\d)${N} ?(?<unit>일|주일|주|개월|달|분기|년) 전(?!체|년|월|주)`),
    days: ({ n, unit }, { today }) => ago(today, number(n), unit ?? ""),
  },
  // English: days.
  { pattern: en("today"), days: (_, { today }) => oneDay(today) },
  { pattern: en("yesterday"), days: (_, { today }) => oneDay(addDays(today, -1)) },
  { pattern: en("(?:the )?day before yesterday"), days: (_, { today }) => oneDay(addDays(today, -2)) },
  { pattern: en("tomorrow"), days: (_, { today }) => oneDay(addDays(today, 1)) },
  {
    pattern: en(`${M} (?:the )?(?<d>\\d{1,2})(?:st|nd|rd|th)?(?:,? ${YE})?`),
    days: (groups, scene) => dateOf(groups, scene, monthNumber(groups.month), Number(groups.d)),
  },
  {
    pattern: en(`(?:the )?(?<d>\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${M}(?:,? ${YE})?`),
    days: (groups, scene) => dateOf(groups, scene, monthNumber(groups.month), Number(groups.d)),
  },
  {
    pattern: en(
      `${M} (?<d>\\d{1,2})(?:st|nd|rd|th)?(?: to | ?- ?| ?– ?| through )(?<e>\\d{1,2})(?:st|nd|rd|th)?(?:,? ${YE})?`,
    ),
    days: (groups, scene) => dateOf(groups, scene, monthNumber(groups.month), Number(groups.d), Number(groups.e)),
  },
  {
    pattern: en("(?:(?<back>last|this|on) )?(?<w>mon|tues?|wednes|thurs?|fri|satur|sun)day"),
    days: ({ back, w }, { today }) => {
      const at = englishWeekdays.indexOf((w ?? "").slice(0, 3));
      return weekdayOf(back === "last" ? addDays(today, -1) : today, at, back === "this" ? 0 : undefined);
    },
  },
  // English: weeks, months, quarters, halves, years.
  { pattern: en("(?:the )?(?:this|current) week"), days: (_, { today }) => ago(today, 0, "w") },
  { pattern: en("(?:the )?(?:last|previous|past) week"), days: (_, { today }) => ago(today, 1, "w") },
  { pattern: en("(?:the )?week before last"), days: (_, { today }) => ago(today, 2, "w") },
  { pattern: en("next (?<unit>week|month|quarter|year)"), days: ({ unit }, { today }) => ago(today, -1, unit ?? "") },
  { pattern: en("(?:this|the current) month|month to date|mtd"), days: (_, { today }) => ago(today, 0, "m") },
  { pattern: en("(?:the )?(?:last|previous|past) month"), days: (_, { today }) => ago(today, 1, "m") },
  { pattern: en("(?:the )?month before last"), days: (_, { today }) => ago(today, 2, "m") },
  { pattern: en("(?:this|the current) quarter|quarter to date|qtd"), days: (_, { today }) => ago(today, 0, "q") },
  { pattern: en("(?:the )?(?:last|previous|past) quarter"), days: (_, { today }) => ago(today, 1, "q") },
  { pattern: en("(?:this|the current) year|year to date|ytd"), days: (_, { today }) => ago(today, 0, "y") },
  { pattern: en("(?:the )?(?:last|previous|past) year"), days: (_, { today }) => ago(today, 1, "y") },
  { pattern: en("(?:the )?year before last"), days: (_, { today }) => ago(today, 2, "y") },
  {
    pattern: en(`(?:(?<part>early|mid|late)[ -])?${M}(?: of)?(?:,? ${YE})?`),
    days: (groups, scene) => partOfMonth(monthsOf(groups, scene, monthNumber(groups.month), 1), groups.part),
  },
  {
    pattern: en(`last ${M}`),
    days: (groups, { today }) =>
      monthsOf({}, { today: addMonths(startOf(today, "month"), -1) }, monthNumber(groups.month), 1),
  },
  {
    pattern: en(
      `(?:the )?(?:q(?<q>[1-4])|(?<n>first|second|third|fourth|1st|2nd|3rd|4th) quarter)(?: of)?(?:,? ${YE})?`,
    ),
    days: (groups, scene) => monthsOf(groups, scene, Number(groups.q ?? number(groups.n)) * 3 - 2, 3),
  },
  {
    pattern: en("(?<year>\\d{4}) q(?<q>[1-4])"),
    days: (groups, scene) => monthsOf(groups, scene, Number(groups.q) * 3 - 2, 3),
  },
  {
    pattern: en(`(?:the )?(?:h(?<h>[12])|(?<n>first|second|1st|2nd) half)(?: of)?(?: the year)?(?:,? ${YE})?`),
    days: (groups, scene) => monthsOf(groups, scene, Number(groups.h ?? number(groups.n)) * 6 - 5, 6),
  },
  {
    pattern: /(?<![\w/.%-])(?<year>(?:19|20)\d\d)(?![\w/.%-]|\s*년)/gu,
    days: ({ year }) => wholeMonths(dayOfYear(Number(year), 1, 1), 12),
  },
  // English: counted from today.
  {
    pattern: en(`(?:the )?(?:last|past|previous|recent) ${NE} ${UE}`),
    days: ({ n, unit }, { today }) => rolling(today, number(n), unit ?? ""),
  },
  { pattern: en(`${NE} ${UE} ago`), days: ({ n, unit }, { today }) => ago(today, number(n), unit ?? "") },
  // Both.
  {
    pattern: ko("전체 기간|전 기간|지금 까지|현재 까지|역대|창사 이래"),
    days: (_, { today }) => ({ from: "0001-01-01", to: today }),
  },
  {
    pattern: en("all[ -]time|of all time|ever|so far|in total history|whole period"),
    days: (_, { today }) => ({ from: "0001-01-01", to: today }),
  },
];
