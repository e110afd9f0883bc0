import type { ReportKind } from "../config/reports.ts";
import { addDays, addMonths, daysBetween, startOf, type Unit } from "../production/calendar.ts";
import { isoWeek } from "../production/iso-week.ts";
import type { Days } from "../production/report-figures.ts";
import { type Day, isDay } from "../segments/day.ts";

const units: Record<ReportKind, Unit> = { daily: "day", weekly: "week", monthly: "month" };

/** The day, ISO week or month that a day lies in. */
export function periodOf(kind: ReportKind, day: Day): Days {
  const from = startOf(day, units[kind]);
  return { from, to: endOf(kind, from) };
}

/** The period before one that begins at `from`. */
export function periodBefore(kind: ReportKind, from: Day): Days {
  return periodOf(kind, addDays(from, -1));
}

function endOf(kind: ReportKind, from: Day): Day {
  if (kind === "daily") return from;
  return kind === "weekly" ? addDays(from, 6) : addDays(addMonths(from, 1), -1);
}

/** The last period that is over, by the calendar. */
export function lastPeriod(kind: ReportKind, today: Day): Days {
  return periodBefore(kind, periodOf(kind, today).from);
}

/** The last period with data that is over; without any data the last one by the calendar. */
export function newestPeriod(kind: ReportKind, { today, newest }: { today: Day; newest: Day | null }): Days {
  const last = lastPeriod(kind, today);
  if (newest === null || newest >= last.from) return last;
  return periodOf(kind, newest);
}

/** What a period is called in file names and texts: `2026-11-20`, `2026-W47`, `2026-11`. */
export function periodName(kind: ReportKind, { from }: Days): string {
  if (kind === "daily") return from;
  return kind === "weekly" ? isoWeek(from) : from.slice(0, 7);
}

/** The same part of an earlier period: as long as `through` is into this one, at the most the whole of it. */
export function samePart(kind: ReportKind, earlier: Days, { from }: Days, through: Day): Days {
  if (kind !== "monthly") return { from: earlier.from, to: addDays(through, daysBetween(from, earlier.from)) };
  const isWhole = through === endOf(kind, from);
  const to = isWhole ? earlier.to : `${earlier.from.slice(0, 8)}${through.slice(8)}`;
  return { from: earlier.from, to: [to, earlier.to].sort()[0]! };
}

/** The name of a report's files without their ending, such as `daily_2026-11-20`. */
export const reportName = (kind: ReportKind, period: Days): string => `${kind}_${periodName(kind, period)}`;

const namePattern = /^(daily|weekly|monthly)_(\d{4}-\d{2}-\d{2}|\d{4}-W\d{2}|\d{4}-\d{2})\.(xlsx|html)$/;

/** What a file of the reports' folder is. */
export interface ReportFileName {
  kind: ReportKind;
  /** First day of the period it is about. */
  firstDay: Day;
  format: "xlsx" | "html";
}

/** What a file of the reports' folder is about; null for a file that is no report. */
export function readReportName(file: string): ReportFileName | null {
  const [, kind, name, format] = namePattern.exec(file) ?? [];
  if (kind === undefined || name === undefined) return null;
  const [year, part = ""] = [name.slice(0, 4), name.slice(5)];
  // Week 1 is the one with the fourth of January (ISO 8601).
  const firstDay = part.startsWith("W")
    ? addDays(startOf(`${year}-01-04`, "week"), 7 * (Number(part.slice(1)) - 1))
    : name.padEnd(10, "-01");
  const read = { kind: kind as ReportKind, firstDay, format: format as "xlsx" | "html" };
  return isDay(firstDay) && `${reportName(read.kind, { from: firstDay, to: firstDay })}.${format}` === file
    ? read
    : null;
}

/** The periods of the same sort before one, the newest first, each cut to the same part: eight weekdays, eight weeks, six months. */
export function periodsAlike(kind: ReportKind, period: Days, through: Day): Days[] {
  const count = kind === "monthly" ? 6 : 8;
  return Array.from({ length: count }, (_, at) => {
    const from = kind === "monthly" ? addMonths(period.from, -1 - at) : addDays(period.from, -7 * (at + 1));
    return samePart(kind, periodOf(kind, from), period, through);
  });
}

/** The same part of the period a year before: the same weekday or ISO week 52 weeks before, or the same month. */
export function yearBefore(kind: ReportKind, period: Days, through: Day): Days {
  const from = kind === "monthly" ? addMonths(period.from, -12) : addDays(period.from, -364);
  return samePart(kind, periodOf(kind, from), period, through);
}
