import { addDays, addMonths, startOf } from "../../../production/calendar.ts";
import { en } from "./pattern.ts";
import {
  ago,
  dateOf,
  dayOfYear,
  monthsOf,
  number,
  oneDay,
  type PeriodRule,
  partOfMonth,
  rolling,
  weekdayOf,
  wholeMonths,
} from "./period-days.ts";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const M = `(?<month>${["january", "jan", "february", "feb", "march", "mar", "april", "apr", "may(?! (?:i|we|you|be))", "june", "jun", "july", "jul", "august", "aug", "september", "sept", "sep", "october", "oct", "november", "nov", "december", "dec"].join("|")})\\.?`;
const YE = "(?<year>\\d{4}|last year|this year)";
const NE = "(?<n>\\d{1,4}|a|one|two|three|four|five|six|seven|eight|nine|ten|twelve)";
const UE = "(?<unit>days?|weeks?|months?|quarters?|years?)";
const monthNumber = (word: string | undefined): number => months.indexOf((word ?? "").slice(0, 3)) + 1;

/** English words for periods. */
export const englishPeriods: readonly PeriodRule[] = [
  // Days.
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
      const at = weekdays.indexOf((w ?? "").slice(0, 3));
      return weekdayOf(back === "last" ? addDays(today, -1) : today, at, back === "this" ? 0 : undefined);
    },
  },
  // Weeks, months, quarters, halves, years.
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
  // Counted from today.
  {
    pattern: en(`(?:the )?(?:last|past|previous|recent) ${NE} ${UE}`),
    days: ({ n, unit }, { today }) => rolling(today, number(n), unit ?? ""),
  },
  { pattern: en(`${NE} ${UE} ago`), days: ({ n, unit }, { today }) => ago(today, number(n), unit ?? "") },
];
