import { weekday } from "./calendar.ts";
import type { Context } from "./context.ts";
import { type TotalFilter, tidy, totalsByPeriod } from "./totals.ts";

/** One day of the week, over a range. */
export interface WeekdayTotal {
  /** As ISO 8601 counts them: 1 is Monday, 7 is Sunday. */
  weekday: number;
  total_production: number;
  batch_count: number;
  /** Calendar days of the range with at least one row. */
  production_days: number;
  /** Good quantity per day with rows: `total_production / production_days`, so that days on which nothing was made do not lower it; null without any. */
  avg_per_day: number | null;
}

/** Totals and averages per day of the week, Monday first, all seven. */
export function weekdayTotals(context: Context, filter: TotalFilter): WeekdayTotal[] {
  const week = Array.from({ length: 7 }, () => ({ days: 0, sum: 0, count: 0 }));
  for (const [day, { sum, count }] of totalsByPeriod(context, filter, (one) => one)) {
    const one = week[weekday(day)]!;
    one.days += 1;
    one.sum += sum;
    one.count += count;
  }
  return week.map(({ days, sum, count }, at) => {
    const total_production = tidy(sum);
    const avg_per_day = days === 0 ? null : total_production / days;
    return { weekday: at + 1, total_production, batch_count: count, production_days: days, avg_per_day };
  });
}
