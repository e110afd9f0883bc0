import type { Oracle, Query } from "../oracle.ts";

/** One of CONTRACT §3's `/summary/*`, as every test that is about all of them knows it. */
interface Summary {
  /** Parameters that may be left out. */
  readonly optional: readonly string[];
  /** Parameters that must be given, with a value each. */
  readonly required?: Query;
  /** What it must answer. */
  readonly answer: (oracle: Oracle, query: Query) => unknown;
}

const period = ["date_from", "date_to", "item_code"] as const;
const everyDay = { date_from: "0001-01-01", date_to: "9999-12-31" };

/**
 * Every summary by its path. Whoever adds one adds its entry: the property test draws it, and it is held to what holds for all reads of data
 * (parameters, errors, caching, access, request ids, broken files, the OpenAPI document).
 */
export const SUMMARIES: Readonly<Record<string, Summary>> = {
  "/summary/monthly_total": { optional: period, answer: (oracle, query) => oracle.monthlyTotal(query) },
  "/summary/daily": { optional: period, answer: (oracle, query) => oracle.daily(query) },
  "/summary/weekly": { optional: period, answer: (oracle, query) => oracle.weekly(query) },
  "/summary/by_weekday": { optional: period, answer: (oracle, query) => oracle.byWeekday(query) },
  "/summary/by_item": {
    optional: ["item_code", "limit"],
    required: everyDay,
    answer: (oracle, query) => oracle.byItem(query),
  },
  "/summary/monthly_by_item": {
    optional: ["year_month", "item_code", "limit"],
    answer: (oracle, query) => oracle.monthlyByItem(query),
  },
  "/summary/compare": {
    optional: ["item_code"],
    required: {
      period1_from: "2025-01-01",
      period1_to: "2025-12-31",
      period2_from: "2026-01-01",
      period2_to: "2026-12-31",
    },
    answer: (oracle, query) => oracle.compare(query),
  },
};

/** Paths of the summaries that take a parameter. */
export function summariesWith(name: string): string[] {
  return Object.entries(SUMMARIES)
    .filter(([, { optional, required = {} }]) => optional.includes(name) || name in required)
    .map(([path]) => path);
}

/** The addresses of all summaries, with what they require. */
export const SUMMARY_ADDRESSES: readonly string[] = Object.entries(SUMMARIES).map(([path, { required }]) =>
  required ? `${path}?${new URLSearchParams(required)}` : path,
);
