import { hasIndex } from "../segments/schema.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import type { Context } from "./context.ts";
import { listItems } from "./items.ts";
import { type DayRange, monthRange, segmentsFor } from "./range.ts";
import { type Cursor, listRecords, type RecordFilter } from "./records.ts";
import {
  comparePeriods,
  dailyTotals,
  monthlyTotals,
  monthlyTotalsPerItem,
  totalsPerItem,
  weeklyTotals,
} from "./summaries.ts";
import type { TotalFilter } from "./totals.ts";

/** The questions that can be asked, with their parameters. */
export interface Questions {
  records: {
    filter: RecordFilter;
    limit: number;
    cursor?: Cursor | undefined;
    offset?: number | undefined;
    rawDates: boolean;
  };
  item_records: { itemCode: string; limit: number; rawDates: boolean };
  items: { q?: string | undefined; limit: number };
  monthly_total: TotalFilter;
  daily_total: TotalFilter;
  weekly_total: TotalFilter;
  by_item: TotalFilter & { from: string; to: string; limit: number };
  monthly_by_item: { yearMonth?: string | undefined; itemCode?: string | undefined; limit: number };
  compare: { period1: Required<DayRange>; period2: Required<DayRange>; itemCode?: string | undefined };
}

export type QuestionName = keyof Questions;

interface Question<Parameters> {
  /** Answers in the shape of CONTRACT §3, with the number of rows in it. */
  answer: (context: Context, parameters: Parameters) => { body: unknown; rows: number };
  /** The ranges of days the question reads. */
  days: (parameters: Parameters) => DayRange[];
  /** True when indexes keep the work small however many rows the segments hold. */
  bounded?: (snapshot: Snapshot, parameters: Parameters) => boolean;
  /** True when the daily totals answer it wherever they are ready, which is small work as well. */
  fromTotals?: true;
}

const list = <Row>(body: Row[]) => ({ body, rows: body.length });
const daysOf = ({ from, to }: DayRange): DayRange[] => [{ from, to }];
const everyDay = (): DayRange[] => [{}];

/** A page at most this long is put together in about 10 ms. */
const boundedLimit = 5_000;

/** How each question is answered; the one place that REST, exports, pages and chat go through. */
export const questions: { [Name in QuestionName]: Question<Questions[Name]> } = {
  records: {
    days: ({ filter }) => daysOf(filter),
    bounded: (snapshot, { filter, limit, offset }) => {
      const selective = [filter.q, filter.lotPrefix, filter.minQuantity, filter.maxQuantity];
      if (selective.some((value) => value !== undefined) || limit + (offset ?? 0) > boundedLimit) return false;
      return walksAnIndex(snapshot, filter, filter.itemCode);
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
  item_records: {
    days: everyDay,
    bounded: (snapshot, { itemCode, limit }) => limit <= boundedLimit && walksAnIndex(snapshot, {}, itemCode),
    answer: (context, { itemCode, ...page }) => list(listRecords(context, { itemCode }, page).records),
  },
  items: { days: everyDay, fromTotals: true, answer: (context, parameters) => list(listItems(context, parameters)) },
  monthly_total: { days: daysOf, fromTotals: true, answer: (context, filter) => list(monthlyTotals(context, filter)) },
  daily_total: { days: daysOf, fromTotals: true, answer: (context, filter) => list(dailyTotals(context, filter)) },
  weekly_total: { days: daysOf, fromTotals: true, answer: (context, filter) => list(weeklyTotals(context, filter)) },
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
  compare: {
    days: ({ period1, period2 }) => [period1, period2],
    fromTotals: true,
    answer: (context, { period1, period2, itemCode }) => ({
      body: { status: "success", ...comparePeriods(context, period1, period2, itemCode) },
      rows: 2,
    }),
  },
};

/** The segments that a question reads. Throws UnavailableError like segmentsFor. */
export function segmentsOf<Name extends QuestionName>(
  snapshot: Snapshot,
  name: Name,
  parameters: Questions[Name],
): Segment[] {
  return [...new Set(questions[name].days(parameters).flatMap((range) => segmentsFor(snapshot, range)))];
}

/**
 * True when the newest rows of the range come straight from an index of every segment. One item's rows lie scattered over a file, so
 * only a mirror, which was written a moment ago and sits in memory, is read for them without the risk of a thousand disk seeks.
 */
function walksAnIndex(snapshot: Snapshot, range: DayRange, itemCode: string | undefined): boolean {
  return segmentsFor(snapshot, range).every(({ facts, immutable }) =>
    itemCode === undefined
      ? hasIndex(facts.indexes, "production_date")
      : immutable && hasIndex(facts.indexes, "item_code,production_date"),
  );
}

/** Renders a cursor for the client: URL-safe base64 of its JSON. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}
