import { en, ko } from "./pattern.ts";
import { dateOf, dayOfYear, monthsOf, oneDay, type PeriodRule } from "./period-days.ts";
import { englishPeriods } from "./periods-en.ts";
import { koreanPeriods } from "./periods-ko.ts";

/** Dates in digits, as both languages write them. */
const digits: readonly PeriodRule[] = [
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
];

/** All that there is. */
const everything: readonly PeriodRule[] = [
  {
    pattern: ko("전체 기간|전 기간|지금 까지|현재 까지|역대|창사 이래"),
    days: (_, { today }) => ({ from: "0001-01-01", to: today }),
  },
  {
    pattern: en("all[ -]time|of all time|ever|so far|in total history|whole period"),
    days: (_, { today }) => ({ from: "0001-01-01", to: today }),
  },
];

/** Every way to name a period; where two fit at one place, the longer one holds, then the earlier in this table. */
export const periodRules: readonly PeriodRule[] = [...digits, ...koreanPeriods, ...englishPeriods, ...everything];
