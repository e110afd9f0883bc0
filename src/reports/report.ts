import type { ReportKind } from "../config/reports.ts";
import { addDays, daysBetween } from "../production/calendar.ts";
import type { Days, ReportFigures } from "../production/report-figures.ts";
import { tidy } from "../production/totals.ts";
import type { Day } from "../segments/day.ts";
import { median } from "../statistics/robust.ts";
import { periodName, periodOf, periodsAlike, samePart, yearBefore } from "./period.ts";

/** Items listed at the most, and rises and falls of each. */
export const mostItems = 10;
const mostMovers = 5;
/** Items that are missed are those with rows in three of four earlier periods of the same sort. */
const usualShare = 0.75;
/** Earlier periods with rows from which on there is something usual. */
const fewest = 3;
/** Days that the chart of a daily report has. */
const chartDays = 14;
const weeksBack = 8;
/** Days at the end of a period that is over without which it is compared as a whole all the same: a weekend, a holiday. */
const mostQuietDays = 3;

/**
 * What there is of the period. `produced`: rows. `rest`: none, and most earlier periods of the same sort have none either. `missing`: none, though most have
 * some. `empty`: there are no data at all, or they begin later.
 */
export type ReportState = "produced" | "rest" | "missing" | "empty";

/** How the total compares with that of another time. */
export interface ReportComparison {
  /** `usual` is the median of the earlier periods of the same sort; `previous` the one before (of a day: a week before). */
  basis: "usual" | "previous" | "last_year";
  /** Null for `usual`. */
  days: Days | null;
  total_production: number;
  batch_count: number | null;
  difference: number;
  /** The difference as a part of the other total, 1 for twice as much; null where that is 0 or less. */
  change: number | null;
  page: string | null;
}

export interface ReportDay {
  day: Day;
  total_production: number;
  batch_count: number;
  /** What it is compared with; null where there is nothing. */
  compared: number | null;
  page: string;
}

export interface ReportItem {
  item_code: string;
  item_name: string | null;
  total_production: number;
  batch_count: number;
  share: number | null;
  before: number | null;
  difference: number | null;
  change: number | null;
  page: string;
}

export interface ReportMover {
  item_code: string;
  item_name: string | null;
  before: number;
  now: number;
  difference: number;
  page: string;
}

/** A target of the month that the report lies in, and how it stands. */
export interface ReportTarget {
  /** Null for all items together. */
  item_code: string | null;
  item_name: string | null;
  target: number;
  achieved: number;
  /** 1 for all of it. */
  rate: number | null;
  /** What the month is expected to come to; null where nothing can be said. */
  forecast: number | null;
  page: string;
}

/** What other parts of the hub know that a report tells besides; null where a part is not there. */
export interface ReportExtras {
  targets: { month: string; whole: ReportTarget | null; items: ReportTarget[]; page: string } | null;
  quality: {
    /** Warnings of the report's days that are open, and all of those that are of no day. */
    open: number;
    undated: number;
    texts: Record<"ko" | "en", string[]>;
    /** Records of these days whose quantity is hardly right: their sum without signs, and the greatest in a sentence. */
    doubtful: { quantity: number; text: Record<"ko" | "en", string> } | null;
    page: string;
  } | null;
  hub: {
    backup_age_hours: number | null;
    alerts: { critical: number; warning: number; info: number } | null;
    page: string;
  } | null;
}

/** The content of a report, in no language: what every rendering shows. Figures are as in REST; `page` is a path of the dashboard. */
export interface Report extends ReportExtras {
  kind: ReportKind;
  /** `2026-11-20`, `2026-W47` or `2026-11`. */
  name: string;
  from: Day;
  to: Day;
  /** The last day that counts: `to`, or earlier in a period that is not over or that the data do not reach the end of. */
  through: Day;
  finished: boolean;
  /** False where the files of earlier periods cannot be read, so that nothing is compared. */
  comparable: boolean;
  state: ReportState;
  made_at: string;
  /** Version of the data. */
  version: string;
  /** True where a file could not be read, so that an earlier version of it answered. */
  last_good: boolean;
  /** The newest day of data up to today; null without any. */
  newest: Day | null;
  /** The first day of data; null without any. */
  oldest: Day | null;
  totals: { total_production: number; batch_count: number; avg_batch_size: number; item_count: number };
  comparisons: ReportComparison[];
  /** What the days of the chart are compared with. */
  days_compared_with: "usual" | "week_before" | "four_weeks_before";
  days: ReportDay[];
  items: ReportItem[];
  others: { items: number; total_production: number; batch_count: number; share: number | null };
  rises: ReportMover[];
  falls: ReportMover[];
  missed: { item_code: string; item_name: string | null; usual: number; page: string }[];
  /** Pages of the dashboard that show the period, and the report itself as one. */
  pages: { overview: string; batches: string; items: string; report: string };
}

/** The address of a page of the dashboard that shows some days, perhaps compared with others. */
export type PageAddress = (path: string, days: Days, other?: Days | null) => string;

/** What a report is made from, beside its figures. */
export interface ReportFrame extends ReportExtras {
  kind: ReportKind;
  period: Days;
  today: Day;
  newest: Day | null;
  oldest: Day | null;
  made_at: string;
  version: string;
  last_good: boolean;
  address: PageAddress;
}

/** Which days a report looks at. */
export interface ReportPlan {
  period: Days;
  /** The last day that counts. */
  through: Day;
  previous: Days;
  lastYear: Days;
  alike: Days[];
  /** Days of the chart, and those needed to say what they are compared with. */
  chart: Days;
  days: Days;
}

/** Which days a report of a period looks at, given how far the data reach. */
export function planReport(kind: ReportKind, period: Days, reach: { today: Day; newest: Day | null }): ReportPlan {
  const { from } = period;
  const through = lastDayThatCounts(period, reach);
  const before = kind === "daily" ? addDays(from, -7) : addDays(from, -1);
  const chart = kind === "daily" ? { from: addDays(from, 1 - chartDays), to: from } : { from, to: through };
  return {
    period,
    through,
    previous: samePart(kind, periodOf(kind, before), period, through),
    lastYear: yearBefore(kind, period, through),
    alike: periodsAlike(kind, period, through),
    chart,
    days: { from: addDays(chart.from, -7 * (kind === "daily" ? weeksBack : kind === "weekly" ? 1 : 4)), to: chart.to },
  };
}

/** The end of the period, or where the data or the calendar have not got as far, the last day that they have. */
function lastDayThatCounts({ from, to }: Days, { today, newest }: { today: Day; newest: Day | null }): Day {
  const end = to < today ? to : today;
  if (newest === null || newest < from || newest >= end) return end < from ? from : end;
  return to < today && daysBetween(newest, to) <= mostQuietDays ? to : newest;
}

/** The question that gives a planned report its figures; without comparisons where the days before cannot be read. */
export function reportQuestion(
  { period, through, previous, lastYear, alike, days, chart }: ReportPlan,
  comparing: boolean,
) {
  return {
    now: { from: period.from, to: through },
    compared: comparing ? [previous, lastYear] : [],
    alike: comparing ? alike : [],
    days: comparing ? days : chart,
    limit: mostItems,
    moverLimit: mostMovers,
    usualShare,
  };
}

/** Puts a report together from the figures of its plan. */
export function composeReport(plan: ReportPlan, figures: ReportFigures, frame: ReportFrame): Report {
  const { kind, period, today, newest, oldest, address, made_at, version, last_good, targets, quality, hub } = frame;
  const { through, previous, lastYear, alike } = plan;
  const { ranking } = figures;
  const now = { from: period.from, to: through };
  const total = ranking.total_production;
  const item = (code: string, other?: Days) => address(itemPath(code), now, other);
  const usual = figures.alike.length >= fewest ? median(figures.alike.map((one) => one.total_production)) : null;
  const state: ReportState =
    ranking.batch_count > 0
      ? "produced"
      : newest === null || (oldest !== null && period.to < oldest)
        ? "empty"
        : 2 * figures.alike.length > alike.length
          ? "missing"
          : "rest";
  const name = periodName(kind, period);
  return {
    kind,
    name,
    ...period,
    through,
    finished: period.to < today,
    comparable: figures.compared.length > 0,
    state,
    made_at,
    version,
    last_good,
    newest,
    oldest,
    totals: {
      total_production: total,
      batch_count: ranking.batch_count,
      avg_batch_size: ranking.avg_batch_size,
      item_count: ranking.item_count,
    },
    comparisons: [
      ...(usual === null ? [] : [compare("usual", total, { total_production: usual, batch_count: null }, null, null)]),
      ...[previous, lastYear].flatMap((days, at) => {
        const other = figures.compared[at];
        if (!other || other.batch_count === 0) return [];
        const basis = at === 0 ? "previous" : "last_year";
        return [compare(basis, total, other, days, address("/dashboard/compare", now, days))];
      }),
    ],
    days_compared_with: kind === "daily" ? "usual" : kind === "weekly" ? "week_before" : "four_weeks_before",
    days: chartOf(plan, kind, figures, address),
    items: ranking.items.map(({ item_code, item_name, total_production, batch_count, share }) => {
      const before = figures.compared.length === 0 ? null : (figures.before[item_code] ?? 0);
      const difference = before === null ? null : tidy(total_production - before);
      return {
        item_code,
        item_name,
        total_production,
        batch_count,
        share,
        before,
        difference,
        change: before !== null && before > 0 ? difference! / before : null,
        page: item(item_code, previous),
      };
    }),
    others: ranking.others,
    rises: figures.rises.map((mover) => ({ ...mover, page: item(mover.item_code, previous) })),
    falls: figures.falls.map((mover) => ({ ...mover, page: item(mover.item_code, previous) })),
    missed: (figures.alike.length >= fewest && state === "produced" ? figures.missed : [])
      .map(({ totals, ...one }) => ({ ...one, usual: median(totals), page: item(one.item_code) }))
      .sort((a, b) => b.usual - a.usual),
    targets,
    quality,
    hub,
    pages: {
      overview: address("/", now, previous),
      batches: address("/dashboard/batches", now),
      items: address("/dashboard/items", now, previous),
      report: reportPath(kind, period),
    },
  };
}

/** The path of an item's page. */
const itemPath = (code: string): string => `/dashboard/items/${encodeURIComponent(code)}`;

/** The path of a report's own page. */
export const reportPath = (kind: ReportKind, { from }: Days): string => `/dashboard/reports/${kind}/${from}`;

function compare(
  basis: ReportComparison["basis"],
  total: number,
  other: { total_production: number; batch_count: number | null },
  days: Days | null,
  page: string | null,
): ReportComparison {
  const difference = tidy(total - other.total_production);
  const change = other.total_production > 0 ? difference / other.total_production : null;
  return { basis, days, ...other, difference, change, page };
}

function chartOf(
  { chart, days }: ReportPlan,
  kind: ReportKind,
  figures: ReportFigures,
  address: PageAddress,
): ReportDay[] {
  const totals = new Map(figures.days.map((one) => [one.day, one]));
  const comparing = figures.compared.length > 0 && days.from < chart.from;
  const before = (day: Day): number | null => {
    if (!comparing) return null;
    if (kind !== "daily") return totals.get(addDays(day, kind === "weekly" ? -7 : -28))?.total_production ?? 0;
    const earlier = Array.from({ length: weeksBack }, (_, at) => totals.get(addDays(day, -7 * (at + 1))));
    const worked = earlier.flatMap((one) => one?.total_production ?? []);
    // A day of the week on which mostly nothing is made has nothing usual but that.
    return 2 * worked.length > earlier.length ? median(worked) : 0;
  };
  const list: ReportDay[] = [];
  for (let day = chart.from; day <= chart.to; day = addDays(day, 1)) {
    const { total_production = 0, batch_count = 0 } = totals.get(day) ?? {};
    list.push({
      day,
      total_production,
      batch_count,
      compared: before(day),
      page: address("/", { from: day, to: day }),
    });
  }
  return list;
}
