import type { Language } from "../language.ts";
import type { Comparison } from "../production/summaries.ts";
import type { Day } from "../segments/day.ts";

/** The tools of the chat (CONTRACT §4). */
export const toolNames = [
  "search_production_items",
  "get_production_summary",
  "get_monthly_trend",
  "get_top_items",
  "compare_periods",
  "get_item_history",
  "execute_custom_query",
] as const;
export type ToolName = (typeof toolNames)[number];

/** What the planner's own queries are described by where a page shows the same. */
export const described = {
  dailyTotals: "daily totals",
  falls: "items that fell",
  rises: "items that rose",
} as const;

/** Days, both inclusive. */
export interface Period {
  from: Day;
  to: Day;
}

export interface ItemMatch {
  item_code: string;
  /** The newest name; null where no row has one. */
  item_name: string | null;
}

/** Arguments of each tool, as clients and models write them; fields with a preset may be left out. */
export interface ToolArguments {
  search_production_items: { keyword: string; include_archive?: boolean | undefined };
  get_production_summary: { date_from: Day; date_to: Day; item_code?: string | undefined };
  get_monthly_trend: { date_from: Day; date_to: Day; item_code?: string | undefined };
  get_top_items: { date_from: Day; date_to: Day; limit?: number | undefined };
  compare_periods: {
    period1_from: Day;
    period1_to: Day;
    period2_from: Day;
    period2_to: Day;
    item_code?: string | undefined;
  };
  get_item_history: { item_code: string; limit?: number | undefined };
  execute_custom_query: { sql: string; params?: SqlValue[] | undefined; description?: string | undefined };
}

/** A value of a custom query, as its parameter or in its answer. */
export type SqlValue = string | number | null;

/** What each tool answers besides `status` (the table of CONTRACT §4). */
export interface ToolFields {
  search_production_items: {
    search_keyword: string;
    include_archive: boolean;
    found_items: (ItemMatch & { record_count: number })[];
    message: string;
  };
  get_production_summary: {
    /** `2026-01-01 ~ 2026-01-31`. */
    query_period: string;
    /** The item asked for, or `all`. */
    item_code: string;
    /** Names of the segments that were read, such as `live` and `archive_2025`. */
    db_targets: string[];
    data: { total_quantity: number; average_quantity: number; production_count: number };
  };
  get_monthly_trend: {
    period: string;
    item_code: string;
    trend: { year_month: string; total_production: number; batch_count: number }[];
  };
  get_top_items: { period: string; top_items: (ItemMatch & { total_production: number })[] };
  compare_periods: Comparison;
  get_item_history: {
    item_code: string;
    record_count: number;
    records: { source: string; production_date: Day; lot_number: string | null; good_quantity: number | null }[];
    message: string;
  };
  execute_custom_query: { description: string; row_count: number; columns: string[]; data: Record<string, SqlValue>[] };
}

/** A tool that is to be called. */
export type ToolCall = { [Name in ToolName]: { name: Name; arguments: ToolArguments[Name] } }[ToolName];

export type ToolSuccess<Name extends ToolName = ToolName> = { status: "success" } & ToolFields[Name];

/** Why a tool gave no result. */
export type ToolErrorCode =
  | "INVALID_ARGUMENTS"
  | "UNAVAILABLE"
  | "NOT_ALLOWED"
  | "INVALID_PARAMS"
  | "QUERY_TIMEOUT"
  | "TOO_MANY_ROWS"
  | "QUERY_FAILED";

export interface ToolError {
  status: "error";
  code: ToolErrorCode;
  /** A sentence that says what was wrong. */
  message: string;
}

export type ToolResult<Name extends ToolName = ToolName> = ToolSuccess<Name> | ToolError;

/** What an answer rests on, one for each tool that was called. */
export interface Evidence {
  tool: ToolName;
  arguments: ToolCall["arguments"];
  /** The days asked about; of a comparison from the first day of either period to the last. */
  period: Period | null;
  item_code: string | null;
  /** Production records behind the figures; of a custom query the rows that it gave. */
  row_count: number;
  /** Names of the segments that were read. */
  segments: string[];
  /** Present where a file could not be read just then and its last good version answered. */
  last_good?: true;
}

/** A call that succeeded, with what it gave. */
export type ToolRun = {
  [Name in ToolName]: { name: Name; arguments: ToolArguments[Name]; result: ToolSuccess<Name>; evidence: Evidence };
}[ToolName];

/** Hears of each tool before it is called. */
export type OnCall = (call: ToolCall) => unknown;

/** Runs the SELECT of a custom query; never rejects for what a query does, but with the signal's reason when that ends it. */
export type RunCustomQuery = (
  query: ToolArguments["execute_custom_query"],
  requestId?: string,
  signal?: AbortSignal,
) => Promise<{ result: ToolResult<"execute_custom_query">; segments: string[] }>;

/** What a question is after. */
export type Intent =
  | "total"
  | "average"
  | "average_by"
  | "count"
  | "item_count"
  | "trend"
  | "ranking"
  | "ranking_least"
  | "comparison"
  | "falls"
  | "rises"
  | "changes"
  | "history"
  | "lots"
  | "last_made"
  | "best"
  | "worst"
  | "share"
  | "list";

/** What a follow-up question ("그럼 저번 달은?") takes over from the one before. */
export interface Focus {
  period: Period | null;
  items: ItemMatch[];
  intent: Intent;
  /** The parts that a trend, an average or a best part is about. */
  by?: Grain | undefined;
  limit?: number | undefined;
  /** Lots that were asked for by their numbers, or by how these begin. */
  lots?: string[] | undefined;
  /** After a question back: the items to choose from. */
  choices?: ItemMatch[] | undefined;
}

/** The parts of a period that figures are given for. */
export type Grain = "day" | "week" | "weekday" | "month" | "quarter" | "year";

export interface PlanContext {
  /** The factory's date. */
  today: Day;
  /** The last day with data; null where there are none. */
  newestDay: Day | null;
  /** Items whose code or name contains the text, most records first. */
  findItems: (text: string) => Promise<ItemMatch[]>;
  /** Of the question before in the same session. */
  previous: Focus | null;
}

/** What is to be done about a question. */
export type Plan =
  | {
      kind: "calls";
      calls: ToolCall[];
      intent: Intent;
      language: Language;
      focus: Focus;
      assumedPeriod: boolean;
      /** Whether a file of the figures was asked for. */
      asFile?: true;
      /** Whether figures of each item were asked for where the answer has those of all together. */
      alsoByItem?: true;
      /** The last day with data, where the period asked about goes on well beyond it. */
      newestDay?: Day;
    }
  /** A question back, in the user's language, with the items that fit; its focus lets a mere name answer it. */
  | { kind: "ask"; question: string; candidates: ItemMatch[]; language: Language; focus: Focus | null }
  /** The question is none that can be answered: say which can. */
  | { kind: "help"; language: Language };

export type CallPlan = Extract<Plan, { kind: "calls" }>;

/** Chooses the tools for a question; looks at nothing but its arguments. */
export type Planner = (query: string, context: PlanContext) => Promise<Plan>;

/** Puts the results into words: Markdown in the user's language, the period in the first line. */
export type Renderer = (plan: Plan, runs: readonly ToolRun[]) => string;
