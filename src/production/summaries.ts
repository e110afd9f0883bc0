import type { Context } from "./context.ts";
import { isoWeek } from "./iso-week.ts";
import { itemNames } from "./items.ts";
import { type DayRange, monthRange } from "./range.ts";
import { compareText } from "./text-order.ts";
import {
  average,
  grandTotal,
  type Total,
  type TotalFilter,
  tidy,
  totalsByItem,
  totalsByMonthAndItem,
  totalsByPeriod,
} from "./totals.ts";

/** Good quantity, number of rows and average of one period. */
interface PeriodTotals {
  total_production: number;
  batch_count: number;
  avg_batch_size: number;
}

export interface ItemTotal {
  item_code: string;
  item_name: string | null;
  total_production: number;
  batch_count: number;
}

export type MonthlyItemTotal = { year_month: string } & ItemTotal & { avg_batch_size: number };

/** Totals per month, ascending. */
export function monthlyTotals(context: Context, filter: TotalFilter): ({ year_month: string } & PeriodTotals)[] {
  return perPeriod(context, filter, (day) => day.slice(0, 7)).map(([year_month, totals]) => ({
    year_month,
    ...totals,
  }));
}

/** Totals per day, ascending; days without a row are absent. */
export function dailyTotals(context: Context, filter: TotalFilter): ({ day: string } & PeriodTotals)[] {
  return perPeriod(context, filter, (day) => day).map(([day, totals]) => ({ day, ...totals }));
}

/** Totals per ISO week such as `2026-W03`, ascending. */
export function weeklyTotals(context: Context, filter: TotalFilter): ({ week: string } & PeriodTotals)[] {
  return perPeriod(context, filter, isoWeek).map(([week, totals]) => ({ week, ...totals }));
}

/** Totals per item within a range, greatest first, then by code. */
export function totalsPerItem(context: Context, filter: TotalFilter, limit: number): ItemTotal[] {
  const totals = [...totalsByItem(context, filter)]
    .sort(([codeA, a], [codeB, b]) => b.sum - a.sum || compareText(codeA, codeB))
    .slice(0, limit);
  const names = itemNames(
    context,
    totals.map(([code]) => code),
  );
  return totals.map(([item_code, { count, sum }]) => ({
    item_code,
    item_name: names.get(item_code) ?? null,
    total_production: sum,
    batch_count: count,
  }));
}

/** Totals per month and item: newest month first, then the greatest total, then code. */
export function monthlyTotalsPerItem(
  context: Context,
  { yearMonth, items, limit }: Pick<TotalFilter, "items"> & { yearMonth?: string | undefined; limit: number },
): MonthlyItemTotal[] {
  const range = yearMonth === undefined ? {} : monthRange(yearMonth);
  const totals = [...totalsByMonthAndItem(context, { ...range, items })]
    .map(([key, total]) => ({ year_month: key.slice(0, 7), item_code: key.slice(8), total }))
    .sort(
      (a, b) =>
        compareText(b.year_month, a.year_month) || b.total.sum - a.total.sum || compareText(a.item_code, b.item_code),
    )
    .slice(0, limit);
  const names = itemNames(
    context,
    totals.map(({ item_code }) => item_code),
  );
  return totals.map(({ year_month, item_code, total }) => ({
    year_month,
    item_code,
    item_name: names.get(item_code) ?? null,
    total_production: total.sum,
    batch_count: total.count,
    avg_batch_size: average(total),
  }));
}

/** One range as a whole, as the chat tools of the earlier service show it. */
export interface PeriodSummary {
  range: string;
  total_quantity: number;
  production_count: number;
  average_quantity: number;
}

export interface Comparison {
  item_code: string;
  period1: PeriodSummary;
  period2: PeriodSummary;
  comparison: {
    /** Period 1 less period 2. */
    quantity_diff: number;
    /** The difference in percent of period 2, one decimal; null when period 2 is 0. */
    change_rate_pct: number | null;
    direction: "증가" | "감소" | "동일";
  };
}

/** Good quantity, number of rows and average of a whole range. */
export function summarizePeriod(context: Context, filter: TotalFilter & Required<DayRange>): PeriodSummary {
  return summaryOf(filter, grandTotal(context, filter));
}

/** Compares the good quantity of two ranges. */
export function comparePeriods(
  context: Context,
  period1: Required<DayRange>,
  period2: Required<DayRange>,
  items: TotalFilter["items"],
): Comparison {
  const first = grandTotal(context, { ...period1, items });
  const second = grandTotal(context, { ...period2, items });
  const difference = tidy(first.sum - second.sum);
  return {
    item_code: items?.join(", ") ?? "all",
    period1: summaryOf(period1, first),
    period2: summaryOf(period2, second),
    comparison: {
      quantity_diff: difference,
      change_rate_pct: second.sum === 0 ? null : rounded((difference / second.sum) * 100, 1),
      direction: difference > 0 ? "증가" : difference < 0 ? "감소" : "동일",
    },
  };
}

function summaryOf({ from, to }: DayRange, total: Total): PeriodSummary {
  return {
    range: `${from} ~ ${to}`,
    total_quantity: total.sum,
    production_count: total.count,
    average_quantity: rounded(average(total), 2),
  };
}

/** Rounds half away from zero in decimal, so that 1.005 becomes 1.01 and not 1.00. */
export function rounded(value: number, decimals: number): number {
  const scaled = Number(`${Math.abs(value)}e${decimals}`);
  if (!Number.isFinite(scaled)) return Number(value.toFixed(decimals));
  return Math.sign(value) * Number(`${Math.round(scaled)}e-${decimals}`);
}

function perPeriod(context: Context, filter: TotalFilter, periodOf: (day: string) => string): [string, PeriodTotals][] {
  return [...totalsByPeriod(context, filter, periodOf)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([period, total]) => [
      period,
      { total_production: total.sum, batch_count: total.count, avg_batch_size: average(total) },
    ]);
}
