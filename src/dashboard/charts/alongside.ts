import { addMonths, startOf, type Unit } from "../../production/calendar.ts";

/**
 * For each part of one range the index of the part of another that lies in the same place, -1 for none: the first beside the first, and so
 * on; months by their distance, because a month less may touch fewer of them.
 */
export function alongside(unit: Unit, starts: readonly string[], others: readonly string[]): number[] {
  const [first, other] = [starts[0], others[0]];
  if (unit !== "month" || !first || !other) return starts.map((_, at) => (at < others.length ? at : -1));
  const months = monthOf(first) - monthOf(other);
  const indexes = new Map(others.map((start, at) => [start, at]));
  return starts.map((start) => indexes.get(startOf(addMonths(start, -months), "month")) ?? -1);
}

const monthOf = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
