import { daysBetween } from "../../production/calendar.ts";
import type { Period } from "../types.ts";

/** Units that lengths of time are told in. */
export type LengthUnit = "days" | "weeks" | "months" | "quarters" | "years";

export function lengthOf(period: Period, unit: LengthUnit): number[] {
  const days = daysBetween(period.from, period.to) + 1;
  const months =
    12 * (Number(period.to.slice(0, 4)) - Number(period.from.slice(0, 4))) +
    Number(period.to.slice(5, 7)) -
    Number(period.from.slice(5, 7)) +
    1;
  if (unit === "days") return [days];
  if (unit === "weeks") return [Math.floor(days / 7), Math.ceil(days / 7)];
  if (unit === "months") return [months, ...(period.from.endsWith("-01") ? [] : [months - 1])];
  return unit === "quarters" ? [Math.ceil(months / 3)] : [Math.ceil(months / 12)];
}

export function lengthsOf(period: Period): number[] {
  return [
    ...lengthOf(period, "days"),
    (daysBetween(period.from, period.to) + 1) / 7,
    ...lengthOf(period, "weeks"),
    ...lengthOf(period, "months"),
  ].filter((one) => one > 1);
}
