import { z } from "zod";
import type { TotalFilter } from "../production/totals.ts";
import type { Answers } from "./answer.ts";
import type { Endpoints } from "./endpoint.ts";
import { dateFrom, dateTo, itemCode, limit, ordered, yearMonth } from "./parameters.ts";

const totals = {
  total_production: z.number(),
  batch_count: z.int(),
  avg_batch_size: z.number().meta({ description: "total_production / batch_count." }),
};
const itemName = z.string().nullable();

const periodQuery = ordered(
  z.object({ date_from: dateFrom.optional(), date_to: dateTo.optional(), item_code: itemCode.optional() }),
);

const weekdayTotal = z.lazy(() =>
  z
    .object({
      weekday: z.int().min(1).max(7).meta({ description: "1 is Monday, 7 is Sunday (ISO 8601)." }),
      total_production: totals.total_production,
      batch_count: totals.batch_count,
      production_days: z.int().meta({ description: "Days with at least one record." }),
      avg_per_day: z.number().nullable().meta({
        description: "total_production / production_days: days without a record do not lower it. null without any.",
      }),
    })
    .meta({ id: "WeekdayTotal" }),
);

const comparedPeriod = z.lazy(() =>
  z.object({
    range: z.string(),
    total_quantity: z.number(),
    production_count: z.int(),
    average_quantity: z.number(),
  }),
);

const comparison = z.lazy(() =>
  z
    .object({
      status: z.literal("success"),
      item_code: z.string().meta({ description: "The item asked for, or `all`." }),
      period1: comparedPeriod,
      period2: comparedPeriod,
      comparison: z.object({
        quantity_diff: z.number().meta({ description: "Period 1 less period 2." }),
        change_rate_pct: z.number().nullable().meta({ description: "In percent of period 2; null when that is 0." }),
        direction: z.enum(["증가", "감소", "동일"]),
      }),
    })
    .meta({ id: "Comparison" }),
);

/** GET /summary/*. */
export function summaryEndpoints(endpoints: Endpoints, answers: Answers): void {
  const filterOf = (values: z.output<typeof periodQuery>): TotalFilter => ({
    from: values.date_from,
    to: values.date_to,
    items: itemsOf(values),
  });
  const periods = [
    {
      path: "monthly_total",
      question: "monthly_total",
      field: "year_month",
      summary: "Totals per month",
      example: "2026-01",
    },
    { path: "daily", question: "daily_total", field: "day", summary: "Totals per day", example: "2026-01-13" },
    { path: "weekly", question: "weekly_total", field: "week", summary: "Totals per ISO week", example: "2026-W03" },
  ] as const;
  for (const { path, question, field, summary, example } of periods) {
    endpoints.add({
      method: "get",
      path: `/summary/${path}`,
      tag: "summaries",
      summary,
      query: periodQuery,
      answer: { "application/json": z.array(z.object({ [field]: z.string().meta({ example }), ...totals })) },
      readsData: true,
      handle: (c, values) => answers.respond(c, question, filterOf(values)),
    });
  }

  endpoints.add({
    method: "get",
    path: "/summary/by_weekday",
    tag: "summaries",
    summary: "Totals and averages per day of the week, all seven, Monday first",
    query: periodQuery,
    answer: { "application/json": z.array(weekdayTotal) },
    readsData: true,
    handle: (c, values) => answers.respond(c, "by_weekday", filterOf(values)),
  });

  endpoints.add({
    method: "get",
    path: "/summary/by_item",
    tag: "summaries",
    summary: "Totals per item within a range, greatest first",
    query: ordered(
      z.object({
        date_from: dateFrom,
        date_to: dateTo,
        item_code: itemCode.optional(),
        limit: limit(100, 1000),
      }),
    ),
    answer: {
      "application/json": z.object({
        data: z.array(
          z.object({
            item_code: z.string(),
            item_name: itemName,
            total_production: totals.total_production,
            batch_count: totals.batch_count,
          }),
        ),
        count: z.int(),
        date_range: z.object({ from: z.string(), to: z.string() }),
      }),
    },
    readsData: true,
    handle: (c, values) =>
      answers.respond(c, "by_item", {
        from: values.date_from,
        to: values.date_to,
        items: itemsOf(values),
        limit: values.limit,
      }),
  });

  endpoints.add({
    method: "get",
    path: "/summary/monthly_by_item",
    tag: "summaries",
    summary: "Totals per month and item, newest month first",
    description:
      "All months, or one with `year_month`. It knows no `date_from` and `date_to`: like every unknown parameter they are ignored. `/summary/by_item` takes a range of days.",
    query: z.object({
      year_month: yearMonth.optional(),
      item_code: itemCode.optional(),
      limit: limit(5000, 50_000),
    }),
    answer: {
      "application/json": z.array(
        z.object({ year_month: z.string(), item_code: z.string(), item_name: itemName, ...totals }),
      ),
    },
    readsData: true,
    handle: (c, values) =>
      answers.respond(c, "monthly_by_item", {
        yearMonth: values.year_month,
        items: itemsOf(values),
        limit: values.limit,
      }),
  });

  endpoints.add({
    method: "get",
    path: "/summary/compare",
    tag: "summaries",
    summary: "Two periods side by side",
    query: ordered(
      ordered(
        z.object({
          period1_from: dateFrom,
          period1_to: dateTo,
          period2_from: dateFrom.meta({ ...dateFrom.meta(), example: "2025-01-01" }),
          period2_to: dateTo.meta({ ...dateTo.meta(), example: "2025-01-31" }),
          item_code: itemCode.optional(),
        }),
        "period1_from",
        "period1_to",
      ),
      "period2_from",
      "period2_to",
    ),
    answer: { "application/json": comparison },
    readsData: true,
    handle: (c, values) =>
      answers.respond(c, "compare", {
        period1: { from: values.period1_from, to: values.period1_to },
        period2: { from: values.period2_from, to: values.period2_to },
        items: itemsOf(values),
      }),
  });
}

function itemsOf({ item_code }: { item_code?: string | undefined }): string[] | undefined {
  return item_code === undefined ? undefined : [item_code];
}
