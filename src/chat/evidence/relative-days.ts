import { addDays, addMonths, startOf } from "../../production/calendar.ts";
import type { Day } from "../../segments/day.ts";
import type { Period } from "../types.ts";

/** Words for days that depend on today, with what they mean. */
export const relative: readonly [RegExp, (today: Day) => Period][] = [
  [/오늘|금일|today/giu, (today) => ({ from: today, to: today })],
  [/어제|yesterday/giu, (today) => ({ from: addDays(today, -1), to: addDays(today, -1) })],
  [/이번 ?달|당월|금월|this month/giu, (today) => month(today, 0)],
  [/지난 ?달|저번 ?달|last month/giu, (today) => month(today, -1)],
  [/올해|금년|this year/giu, (today) => year(today, 0)],
  [/작년|지난해|last year/giu, (today) => year(today, -1)],
];
/** Words for the halves of a year, the first one first. */
export const halves = [/(?<!년 ?)상반기|(?<![a-z])first half/giu, /(?<!년 ?)하반기|(?<![a-z])second half/giu];

/** Words for the days of the week, from Monday on. */
export const weekdays: readonly RegExp[] = "월화수목금토일".split("").map((day, at) => {
  const english = ["mon", "tues", "wednes", "thurs", "fri", "satur", "sun"][at]!;
  return new RegExp(`${day}요일|(?<![a-z])${english}days?(?![a-z])`, "giu");
});

function month(today: Day, by: number): Period {
  const from = addMonths(startOf(today, "month"), by);
  return { from, to: addDays(addMonths(from, 1), -1) };
}

function year(today: Day, by: number): Period {
  const from = addMonths(startOf(today, "year"), 12 * by);
  return { from, to: addDays(addMonths(from, 12), -1) };
}

/** Months that a period touches. */
export function monthsIn({ from, to }: Period): number {
  return (
    12 * (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1
  );
}
