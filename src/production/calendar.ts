import { type Day, firstDayEver, lastDayEver } from "../segments/day.ts";

/** How long the parts are that a period is cut into. Weeks begin on Monday (ISO 8601). */
export type Unit = "day" | "week" | "month" | "year";

/** Shortest first. */
export const units: readonly Unit[] = ["day", "week", "month", "year"];

const dayMs = 86_400_000;
const ms = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
const dayAt = (time: number): Day => new Date(time).toISOString().slice(0, 10);
const firstMs = ms(firstDayEver);
const lastMs = ms(lastDayEver);

/** The day some days later (earlier where negative), within the years 0001 to 9999. */
export function addDays(day: Day, days: number): Day {
  return dayAt(Math.min(lastMs, Math.max(firstMs, ms(day) + days * dayMs)));
}

/** The same day some months later (earlier where negative), or that month's last day where it is shorter; within the years 0001 to 9999. */
export function addMonths(day: Day, months: number): Day {
  const at = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  if (at < 12) return firstDayEver;
  if (at >= 120_000) return lastDayEver;
  const month = `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
  const length = daysBetween(`${month}-01`, nextStart(`${month}-01`, "month"));
  return `${month}-${String(Math.min(Number(day.slice(8)), length)).padStart(2, "0")}`;
}

/** The beginning of a part so many parts later (earlier where negative), given a part's beginning; within the years 0001 to 9999. */
export function addUnits(start: Day, unit: Unit, count: number): Day {
  if (unit === "day") return addDays(start, count);
  if (unit === "week") return addDays(start, 7 * count);
  return addMonths(start, unit === "month" ? count : 12 * count);
}

/** Days from one day to another; negative where `to` comes first. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((ms(to) - ms(from)) / dayMs);
}

/** Monday is 0. */
export function weekday(day: Day): number {
  return (new Date(ms(day)).getUTCDay() + 6) % 7;
}

/** The first day of the day, week, month or year that a day lies in. */
export function startOf(day: Day, unit: Unit): Day {
  if (unit === "day") return day;
  if (unit === "week") return addDays(day, -weekday(day));
  return unit === "month" ? `${day.slice(0, 7)}-01` : `${day.slice(0, 4)}-01-01`;
}

/** The beginnings of all parts that touch the range, ascending; the first one may lie before the range. */
export function startsWithin(from: Day, to: Day, unit: Unit): Day[] {
  const starts: Day[] = [];
  for (let start = startOf(from, unit); start <= to; start = nextStart(start, unit)) {
    starts.push(start);
    if (start >= startOf(lastDayEver, unit)) break;
  }
  return starts;
}

/** The shortest unit, from `unit` on, that cuts the range into at most `most` parts; years where none does. */
export function unitWithin(from: Day, to: Day, unit: Unit, most: number): Unit {
  const days = daysBetween(from, to) + 1;
  const length: Record<Unit, number> = { day: 1, week: 7, month: 30.4, year: 365.25 };
  return units.slice(units.indexOf(unit)).find((one) => days / length[one] <= most) ?? "year";
}

function nextStart(start: Day, unit: Unit): Day {
  if (unit === "day") return addDays(start, 1);
  if (unit === "week") return addDays(start, 7);
  if (unit === "year") return `${String(Number(start.slice(0, 4)) + 1).padStart(4, "0")}-01-01`;
  const month = Number(start.slice(5, 7));
  if (month < 12) return `${start.slice(0, 5)}${String(month + 1).padStart(2, "0")}-01`;
  return `${String(Number(start.slice(0, 4)) + 1).padStart(4, "0")}-01-01`;
}
