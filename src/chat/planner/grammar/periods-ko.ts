import { addDays, addMonths, startOf, weekday } from "../../../production/calendar.ts";
import { isDay } from "../../../segments/day.ts";
import { ko } from "./pattern.ts";
import {
  ago,
  dateOf,
  dayOfYear,
  halfStart,
  monthsOf,
  number,
  oneDay,
  type PeriodRule,
  partOfMonth,
  quarterStart,
  rolling,
  spanOf,
  two,
  weekdayOf,
  wholeMonths,
  yearOf,
} from "./period-days.ts";

const weekdays = "월화수목금토일";

/** How many of them back `지난`, `전전` and the like mean: negative for what comes, undefined where nothing is said. */
const stepsBack = (words: string | undefined): number | undefined => {
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

/** Korean words for periods. */
export const koreanPeriods: readonly PeriodRule[] = [
  // Days.
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
      const month = addMonths(startOf(today, "month"), -(stepsBack(back) ?? 0));
      return oneDay(`${month.slice(0, 8)}${two(Number(d))}`);
    },
  },
  {
    pattern: ko(`(?<back>이번|지난|저번|지지난|저저번|이|전)달 (?<d>\\d{1,2})일? ${TO} (?<e>\\d{1,2})일(?: 까지)?`),
    days: ({ back, d, e }, { today }) => {
      const month = addMonths(startOf(today, "month"), -(stepsBack(back) ?? 0));
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
    days: ({ back, w }, { today }) => weekdayOf(today, weekdays.indexOf(w ?? ""), stepsBack(back)),
  },
  {
    pattern: ko(
      `(?:(?<back>이번|지난|저번|지지난|저저번) 주 )?(?<a>[월화수목금토일])요일 ${TO} (?<b>[월화수목금토일])요일(?: 까지)?`,
    ),
    days: ({ back, a, b }, { today }) => {
      const last = weekdayOf(today, weekdays.indexOf(b ?? ""), stepsBack(back));
      const days = (weekdays.indexOf(b ?? "") - weekdays.indexOf(a ?? "") + 7) % 7;
      return last && { from: addDays(last.to, -days), to: last.to };
    },
  },
  // Weeks.
  {
    pattern: ko("(?<back>이번|금|지지난|저저번|전전|지난|저번|전|다음|차)주(?!요일)"),
    days: ({ back }, { today }) => ago(today, stepsBack(back === "차" ? "다음" : back) ?? 0, "주"),
  },
  {
    pattern: ko("(?:(?<back>이번|지지난|지난|저번)(?: 주)? )?주말"),
    days: ({ back }, { today }) => {
      const monday = addDays(startOf(today, "week"), -7 * (stepsBack(back) ?? (weekday(today) < 5 ? 1 : 0)));
      return { from: addDays(monday, 5), to: addDays(monday, 6) };
    },
  },
  // Months.
  {
    pattern: ko(`(?<back>이번|금|당|이|지지난|저저번|전전|지난|저번|전|다음|내) (?:달|월)(?!요일|평균)(?: ${PART})?`),
    days: ({ back, part }, { today }) =>
      partOfMonth(wholeMonths(addMonths(startOf(today, "month"), -(stepsBack(back) ?? 0)), 1), part),
  },
  {
    pattern: ko(`(?:${Y} )?(?<![\\d.])(?<m>\\d{1,2})월(?:달)?(?! \\d{1,2}일)(?: ${PART})?`),
    days: (groups, scene) => partOfMonth(monthsOf(groups, scene, Number(groups.m), 1), groups.part),
  },
  {
    pattern: ko(`(?:${Y} )?(?<![\\d.])(?<a>\\d{1,2})월? ${TO} (?<b>\\d{1,2})월(?:달)?(?! \\d{1,2}일)(?: 까지)?`),
    days: (groups, scene) => spanOf(groups, scene, Number(groups.a), Number(groups.b), 1),
  },
  // Quarters and halves.
  {
    pattern: ko("(?<back>이번|금|당|이|지지난|저저번|전전|지난|저번|전|다음)분기"),
    days: ({ back }, { today }) => wholeMonths(addMonths(quarterStart(today), -3 * (stepsBack(back) ?? 0)), 3),
  },
  {
    pattern: ko(`(?:${Y} |이번 )?(?<!\\d)(?<q>[1-4])(?: 사)?분기`),
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
    days: ({ back }, { today }) => wholeMonths(addMonths(halfStart(today), -6 * (stepsBack(back) ?? 0)), 6),
  },
  // Years.
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
  // Counted from today.
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
];
