import { addDays, addMonths, startOf } from "../../production/calendar.ts";
import type { Day } from "../../segments/day.ts";
import type { Focus, Period } from "../types.ts";

/**
 * The period of a question that names none: this month for single figures, longer ones for what shows a course, none for what lists
 * records or items. Where this month has no data yet, the newest data take the place of today.
 */
export function defaultPeriod({ intent, by, items }: Focus, today: Day, newestDay: Day | null): Period | null {
  const anchor = newestDay !== null && newestDay < startOf(today, "month") ? newestDay : today;
  const end = anchor === today ? today : addDays(addMonths(startOf(anchor, "month"), 1), -1);
  const since = (months: number): Period => ({ from: addMonths(startOf(anchor, "month"), -months), to: end });
  const thisYear = { from: startOf(anchor, "year"), to: end };
  switch (intent) {
    case "history":
    case "lots":
    case "last_made":
      // Of all items together the newest records of many years would have to be sorted.
      return items.length > 0 ? null : recentDays(newestDay ?? today);
    case "item_count":
      return null;
    case "trend":
      if (by === "day") return { from: addDays(anchor, -29), to: anchor };
      if (by === "week") return { from: addDays(startOf(anchor, "week"), -77), to: anchor };
      if (by === "weekday") return { from: addDays(anchor, -89), to: anchor };
      if (by === "quarter" || by === "year")
        return { from: addMonths(startOf(anchor, "year"), by === "year" ? -48 : -12), to: end };
      return since(11);
    case "best":
    case "worst":
      return thisYear;
    case "average_by":
      return by === "day" ? since(0) : thisYear;
    case "list":
      return since(11);
    default:
      return since(0);
  }
}

/** The days that "lately" means where a figure is asked for: 30, today included. */
export function recentDays(today: Day): Period {
  return { from: addDays(today, -29), to: today };
}
