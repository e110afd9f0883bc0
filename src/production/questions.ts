import type { Day } from "../segments/day.ts";
import { hasIndex } from "../segments/schema.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import { type ComparedRanges, contributions } from "./changes.ts";
import type { Context } from "./context.ts";
import { type Cursor, encodeCursor } from "./cursor.ts";
import { itemDays } from "./item-days.ts";
import { earlierNames } from "./item-names.ts";
import { itemProfile, itemStanding } from "./item-profile.ts";
import { type ItemTableFilter, itemTable } from "./item-table.ts";
import { type ItemFilter, listItems } from "./items.ts";
import { latestRecords } from "./latest.ts";
import { type DayRange, monthRange, type ReadRange, segmentsFor } from "./range.ts";
import { type MoversPeriods, movers, rankItems } from "./ranking.ts";
import { recordTotals } from "./record-totals.ts";
import { listRecords, type RecordFilter } from "./records.ts";
import { type ReportQuestion, reportFigures } from "./report-figures.ts";
import { coverage, itemCounts, type SeriesFilter, seriesOf } from "./series.ts";
import {
  comparePeriods,
  dailyTotals,
  monthlyTotals,
  monthlyTotalsPerItem,
  summarizePeriod,
  totalsPerItem,
  weeklyTotals,
} from "./summaries.ts";
import type { TotalFilter } from "./totals.ts";
import { type TrendsFilter, trendDays, trends } from "./trends.ts";
import { weekdayTotals } from "./weekdays.ts";

/** The questions that can be asked, with their parameters. */
export interface Questions {
  records: {
    filter: RecordFilter;
    limit: number;
    cursor?: Cursor | undefined;
    offset?: number | undefined;
    rawDates: boolean;
  };
  record_totals: RecordFilter;
  undated_rows: Record<never, never>;
  item_records: { itemCode: string; limit: number; rawDates: boolean };
  items: ItemFilter;
  monthly_total: TotalFilter;
  daily_total: TotalFilter;
  weekly_total: TotalFilter;
  by_weekday: TotalFilter;
  by_item: TotalFilter & { from: string; to: string; limit: number };
  monthly_by_item: Pick<TotalFilter, "items"> & { yearMonth?: string | undefined; limit: number };
  period_total: TotalFilter & Required<DayRange>;
  compare: Pick<TotalFilter, "items"> & { period1: Required<DayRange>; period2: Required<DayRange> };
  series: SeriesFilter;
  item_counts: SeriesFilter;
  ranking: TotalFilter & { limit: number };
  movers: Pick<TotalFilter, "items"> & MoversPeriods;
  contributions: Pick<TotalFilter, "items"> & ComparedRanges & { limit: number };
  trends: TrendsFilter;
  latest: TotalFilter & { limit: number };
  coverage: { today: Day };
  item_table: ItemTableFilter;
  item_profile: { itemCode: string };
  item_names: { itemCode: string };
  item_standing: TotalFilter & { itemCode: string };
  item_days: { from: Day; to: Day; items: readonly string[] };
  report_figures: ReportQuestion;
}

export type QuestionName = keyof Questions;

/**
 * How much work a question is. `little`: an index keeps it to some milliseconds. `seeks`: so it does, but the rows lie scattered over a
 * file that may have to come from a disk. `rows`: it grows with the number of rows.
 */
export type Effort = "little" | "seeks" | "rows";

interface Question<Parameters, Body = unknown> {
  /** Answers in the shape of CONTRACT §3, with the number of rows in it. */
  answer: (context: Context, parameters: Parameters) => { body: Body; rows: number };
  /** The ranges of days the question reads. */
  days: (parameters: Parameters) => ReadRange[];
  /** How much work it is however many rows the segments hold; without it, that depends on their number. */
  effort?: (snapshot: Snapshot, parameters: Parameters, isSearchIndexed: (segment: Segment) => boolean) => Effort;
  /** True when the daily totals answer it wherever they are ready, which is small work as well. */
  fromTotals?: true;
}

const list = <Row>(body: Row[]) => ({ body, rows: body.length });
/** A body whose rows are the entries of one of its lists. */
const counted = <Body extends { [Name in List]: unknown[] }, List extends string>(body: Body, list: List) => ({
  body,
  rows: body[list].length,
});
const daysOf = ({ from, to }: DayRange): DayRange[] => [{ from, to }];
const everyDay = (): DayRange[] => [{}];

/** A page at most this long is put together in about 10 ms. */
const boundedLimit = 5_000;
/** Items at most that are sought one by one (50 µs each and file) in the process that answers everybody. */
const fewItems = 20;

const answered = {
  records: {
    days: ({ filter }) => daysOf(filter),
    effort: (snapshot, { filter, limit, offset }, isSearchIndexed) => {
      const selective = [filter.q, filter.lot, filter.lotPrefix, filter.minQuantity, filter.maxQuantity];
      if (limit + (offset ?? 0) > boundedLimit) return "rows";
      if (selective.some((value) => value !== undefined)) {
        return segmentsFor(snapshot, filter).every(isSearchIndexed) ? "seeks" : "rows";
      }
      const effort = effortOfWalk(snapshot, filter, filter.itemCode ?? (filter.items && ""));
      return effort === "little" && (filter.items?.length ?? 0) > fewItems ? "seeks" : effort;
    },
    answer: (context, { filter, ...page }) => {
      const { records, next } = listRecords(context, filter, page);
      const next_cursor = next === null ? null : encodeCursor(next);
      return {
        body: { data: records, next_cursor, has_more: next !== null, count: records.length },
        rows: records.length,
      };
    },
  },
  record_totals: { days: daysOf, answer: (context, filter) => ({ body: recordTotals(context, filter), rows: 1 }) },
  undated_rows: {
    days: () => [],
    effort: () => "little",
    answer: ({ snapshot }) => ({
      body: { rows: snapshot.segments.reduce((sum, { facts }) => sum + facts.undated.rows, 0) },
      rows: 1,
    }),
  },
  item_records: {
    days: everyDay,
    effort: (snapshot, { itemCode, limit }) => (limit > boundedLimit ? "rows" : effortOfWalk(snapshot, {}, itemCode)),
    answer: (context, { itemCode, ...page }) => list(listRecords(context, { itemCode }, page).records),
  },
  items: {
    days: ({ readable }) => [{ readable }],
    fromTotals: true,
    answer: (context, parameters) => list(listItems(context, parameters)),
  },
  monthly_total: { days: daysOf, fromTotals: true, answer: (context, filter) => list(monthlyTotals(context, filter)) },
  daily_total: { days: daysOf, fromTotals: true, answer: (context, filter) => list(dailyTotals(context, filter)) },
  weekly_total: { days: daysOf, fromTotals: true, answer: (context, filter) => list(weeklyTotals(context, filter)) },
  by_weekday: { days: daysOf, fromTotals: true, answer: (context, filter) => list(weekdayTotals(context, filter)) },
  by_item: {
    days: daysOf,
    fromTotals: true,
    answer: (context, { limit, ...filter }) => {
      const data = totalsPerItem(context, filter, limit);
      return {
        body: { data, count: data.length, date_range: { from: filter.from, to: filter.to } },
        rows: data.length,
      };
    },
  },
  monthly_by_item: {
    days: ({ yearMonth }) => [yearMonth === undefined ? {} : monthRange(yearMonth)],
    fromTotals: true,
    answer: (context, parameters) => list(monthlyTotalsPerItem(context, parameters)),
  },
  period_total: {
    days: daysOf,
    fromTotals: true,
    answer: (context, filter) => ({ body: summarizePeriod(context, filter), rows: 1 }),
  },
  compare: {
    days: ({ period1, period2 }) => [period1, period2],
    fromTotals: true,
    answer: (context, { period1, period2, items }) => ({
      body: { status: "success", ...comparePeriods(context, period1, period2, items) },
      rows: 2,
    }),
  },
  series: { days: daysOf, fromTotals: true, answer: (context, filter) => counted(seriesOf(context, filter), "parts") },
  item_counts: {
    days: daysOf,
    fromTotals: true,
    answer: (context, filter) => counted(itemCounts(context, filter), "counts"),
  },
  ranking: {
    days: daysOf,
    fromTotals: true,
    answer: (context, filter) => counted(rankItems(context, filter), "items"),
  },
  movers: {
    days: ({ now, before }) => [now, before],
    fromTotals: true,
    answer: (context, parameters) => {
      const body = movers(context, parameters);
      return { body, rows: body.rises.length + body.falls.length };
    },
  },
  contributions: {
    days: ({ now, before }) => [now, before],
    fromTotals: true,
    answer: (context, parameters) => counted(contributions(context, parameters), "items"),
  },
  trends: {
    days: trendDays,
    fromTotals: true,
    answer: (context, filter) => counted(trends(context, filter), "starts"),
  },
  latest: {
    days: daysOf,
    effort: (snapshot, { items, ...range }) => effortOfWalk(snapshot, range, items && ""),
    answer: (context, parameters) => list(latestRecords(context, parameters)),
  },
  coverage: {
    days: () => [],
    effort: () => "little",
    answer: (context, today) => ({ body: coverage(context, today), rows: 1 }),
  },
  item_table: {
    days: ({ from, to, before }) => (before ? [{ from, to }, before] : [{ from, to }]),
    fromTotals: true,
    answer: (context, filter) => counted(itemTable(context, filter), "items"),
  },
  item_profile: {
    days: everyDay,
    fromTotals: true,
    answer: (context, parameters) => ({ body: itemProfile(context, parameters), rows: 1 }),
  },
  item_names: {
    days: everyDay,
    effort: (snapshot, { itemCode }) => effortOfWalk(snapshot, {}, itemCode),
    answer: (context, parameters) => list(earlierNames(context, parameters)),
  },
  item_standing: {
    days: daysOf,
    fromTotals: true,
    answer: (context, filter) => ({ body: itemStanding(context, filter), rows: 1 }),
  },
  item_days: {
    days: daysOf,
    // Three years of 70 items are 77,000 figures: 15 ms even where the daily totals have them.
    effort: () => "rows",
    answer: (context, filter) => counted(itemDays(context, filter), "items"),
  },
  report_figures: {
    days: ({ now, compared, alike, days }) => [now, ...compared, ...alike, days],
    // Some twenty sums over up to a month each: 10 ms even where the daily totals have them.
    effort: () => "rows",
    answer: (context, question) => ({ body: reportFigures(context, question), rows: 1 }),
  },
} satisfies { [Name in QuestionName]: Question<Questions[Name]> };

/** What each question is answered with, as the functions that answer it say. */
export type Answers = { [Name in QuestionName]: ReturnType<(typeof answered)[Name]["answer"]>["body"] };

/** How each question is answered; the one place that REST, exports, pages and chat go through. */
export const questions: { [Name in QuestionName]: Question<Questions[Name], Answers[Name]> } = answered;

/** The segments that a question reads. Throws UnavailableError like segmentsFor. */
export function segmentsOf<Name extends QuestionName>(
  snapshot: Snapshot,
  name: Name,
  parameters: Questions[Name],
): Segment[] {
  return [...new Set(questions[name].days(parameters).flatMap((range) => segmentsFor(snapshot, range)))];
}

/**
 * What it takes to read the newest rows of a range along an index. One item's rows lie scattered over a file, so only a mirror, which was
 * written a moment ago and sits in memory, is read for them without the risk of a thousand disk seeks.
 */
function effortOfWalk(snapshot: Snapshot, range: DayRange, itemCode: string | undefined): Effort {
  const segments = segmentsFor(snapshot, range);
  const index = itemCode === undefined ? "production_date" : "item_code,production_date";
  if (!segments.every(({ facts }) => hasIndex(facts.indexes, index))) return "rows";
  return itemCode === undefined || segments.every(({ immutable }) => immutable) ? "little" : "seeks";
}
