import { addDays, addMonths, startOf } from "../../production/calendar.ts";
import type { Day } from "../../segments/day.ts";
import type { Period } from "../types.ts";
import type { WrittenDate } from "./dates.ts";
import type { Facts } from "./facts.ts";

/** Years that a date without one may lie in. */
const mostYears = 12;

/** Which dates, months and years an answer may name: those asked about, those found, and today. */
export class CalendarSupport {
  /** For dates that name no year. */
  readonly years: readonly number[];
  readonly #periods: Period[];
  /** First and last days of whatever was asked about or found. */
  readonly #days = new Set<Day>();

  constructor({ periods, spans }: Facts, given: readonly Period[], today: Day) {
    this.#periods = distinct([...periods, ...spans, ...given, { from: today, to: today }]);
    for (const { from, to } of this.#periods) this.#days.add(from).add(to);
    const years = new Set([Number(today.slice(0, 4))]);
    for (const { from, to } of this.#periods) years.add(Number(from.slice(0, 4))).add(Number(to.slice(0, 4)));
    this.years = [...years].sort((a, b) => b - a).slice(0, mostYears);
  }

  holds({ grain, spans }: WrittenDate): boolean {
    const meant = spans(this.years);
    if (grain === "day") return meant.some(({ from, to }) => this.#isDay(from) && this.#isDay(to));
    return meant.some((span) => this.#periods.some(({ from, to }) => from <= span.to && span.from <= to));
  }

  /** A day of a result or of what was asked, or where a week or month of it begins or ends. */
  #isDay(day: Day): boolean {
    if (this.#days.has(day)) return true;
    const edge =
      day.endsWith("-01") ||
      addDays(day, 1).endsWith("-01") ||
      startOf(day, "week") === day ||
      startOf(addDays(day, 1), "week") === addDays(day, 1);
    if (!edge) return false;
    const month = { from: startOf(day, "month"), to: addDays(addMonths(startOf(day, "month"), 1), -1) };
    const whole = day.endsWith("-01") || addDays(day, 1).endsWith("-01");
    return this.#periods.some(({ from, to }) =>
      whole ? from <= month.to && month.from <= to : from < day && day < to,
    );
  }
}

function distinct(periods: readonly Period[]): Period[] {
  return [...new Map(periods.map((period) => [period.from + period.to, period])).values()];
}
