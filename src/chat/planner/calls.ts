import type { Focus, Grain, ItemMatch, Period, ToolCall } from "../types.ts";
import {
  changedItems,
  dailyAverage,
  dailyTotals,
  extremeDays,
  itemCount,
  leastItems,
  mostRows,
  records,
  weekdayTotals,
} from "./queries.ts";

/** What a question asks for, put together. */
export interface Ask extends Focus {
  /** What `period` is compared with. */
  base: Period | null;
  /** Part of a name or code, of a list. */
  keyword: string;
}

/** Most items that a ranking may have. */
const mostRanked = 100;

/** Parts that only figures by day can be put together to. */
export const dayGrains: readonly Grain[] = ["day", "week"];

/** The tools that answer a question whose period is known. */
export function callsFor({ intent, period, base, items, by, limit, keyword, lots = [] }: Ask): ToolCall[] {
  const one = items.length > 0 ? items.map(({ item_code }) => item_code) : [undefined];
  switch (intent) {
    case "total":
    case "average":
    case "count":
      return one.map((code) => summary(period!, code));
    case "average_by":
    case "trend":
    case "best":
    case "worst": {
      if (by === "day" && (intent === "best" || intent === "worst")) {
        return sets(items).map((set) => extremeDays(period!, set, intent === "best" ? "DESC" : "ASC", limit ?? 1));
      }
      if (by === "day" && intent === "average_by") return sets(items).map((set) => dailyAverage(period!, set));
      if (by === "weekday") return sets(items).map((set) => weekdayTotals(period!, set));
      if (by && dayGrains.includes(by)) return sets(items).map((set) => dailyTotals(period!, set));
      return one.map((code) => ({
        name: "get_monthly_trend",
        arguments: { date_from: period!.from, date_to: period!.to, ...(code !== undefined && { item_code: code }) },
      }));
    }
    case "falls":
    case "rises":
      return [changedItems(period!, base!, intent, Math.min(limit ?? 10, mostRanked)), compared(period!, base!)];
    case "changes":
      return [
        ...(["falls", "rises"] as const).map((way) =>
          changedItems(period!, base!, way, Math.min(limit ?? 10, mostRanked)),
        ),
        compared(period!, base!),
      ];
    case "comparison":
      return one.map((code) => compared(period!, base!, code));
    case "ranking":
      return [top(period!, limit ?? 5)];
    case "ranking_least":
      return [leastItems(period!, Math.min(limit ?? 5, mostRows))];
    case "share":
      if (items.length === 0) return [top(period!, limit ?? 10), summary(period!)];
      return [...one.map((code) => summary(period!, code)), summary(period!)];
    case "item_count":
      return [itemCount(period)];
    case "last_made":
      return items.length > 0 ? one.map((code) => history(code!, 1)) : [records(period, [], 1)];
    case "history":
      if (period || items.length === 0) return [records(period, items, Math.min(limit ?? 10, 50))];
      return one.map((code) => history(code!, Math.min(limit ?? 10, 50)));
    case "lots":
      if (lots.length > 0) return lots.map((lot) => records(period, items, Math.min(limit ?? 50, mostRows), lot));
      return [records(period, items, Math.min(limit ?? 50, mostRows))];
    case "list":
      if (keyword === "") return [top(period!, limit ?? 20)];
      return [{ name: "search_production_items", arguments: { keyword } }];
  }
}

function sets(items: readonly ItemMatch[]): ItemMatch[][] {
  return items.length > 0 ? items.map((item) => [item]) : [[]];
}

function compared(period: Period, base: Period, code?: string): ToolCall {
  return {
    name: "compare_periods",
    arguments: {
      period1_from: period.from,
      period1_to: period.to,
      period2_from: base.from,
      period2_to: base.to,
      ...(code !== undefined && { item_code: code }),
    },
  };
}

function summary({ from, to }: Period, code?: string): ToolCall {
  return {
    name: "get_production_summary",
    arguments: { date_from: from, date_to: to, ...(code !== undefined && { item_code: code }) },
  };
}

function top({ from, to }: Period, limit: number): ToolCall {
  return { name: "get_top_items", arguments: { date_from: from, date_to: to, limit: Math.min(limit, mostRanked) } };
}

function history(code: string, limit: number): ToolCall {
  return { name: "get_item_history", arguments: { item_code: code, limit } };
}
