import type { SqlValue, ToolArguments, ToolFields, ToolName, ToolRun } from "../../src/chat/types.ts";

/** Calls of the tools as they succeed, made of the figures alone. */
function run<Name extends ToolName>(
  name: Name,
  given: ToolArguments[Name],
  fields: ToolFields[Name],
  period: { from: string; to: string } | null,
): ToolRun {
  const item_code = "item_code" in given ? (given.item_code as string | undefined) : undefined;
  const evidence = {
    tool: name,
    arguments: given,
    period,
    item_code: item_code ?? null,
    row_count: 1,
    segments: ["live"],
  };
  return { name, arguments: given, result: { status: "success", ...fields }, evidence } as unknown as ToolRun;
}

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));
const totals = (total_quantity: number, production_count: number) => ({
  total_quantity,
  production_count,
  average_quantity: production_count === 0 ? 0 : rounded(total_quantity / production_count, 2),
});

export function summary(from: string, to: string, total: number, count: number, item?: string): ToolRun {
  const given = { date_from: from, date_to: to, ...(item === undefined ? {} : { item_code: item }) };
  const data = totals(total, count);
  const fields = { query_period: `${from} ~ ${to}`, item_code: item ?? "all", db_targets: ["live"], data };
  return run("get_production_summary", given, fields, { from, to });
}

export function trend(from: string, to: string, months: [string, number, number][], item?: string): ToolRun {
  const given = { date_from: from, date_to: to, ...(item === undefined ? {} : { item_code: item }) };
  const rows = months.map(([year_month, total_production, batch_count]) => ({
    year_month,
    total_production,
    batch_count,
  }));
  return run(
    "get_monthly_trend",
    given,
    { period: `${from} ~ ${to}`, item_code: item ?? "all", trend: rows },
    { from, to },
  );
}

export function top(from: string, to: string, items: [string, string | null, number][]): ToolRun {
  const top_items = items.map(([item_code, item_name, total_production]) => ({
    item_code,
    item_name,
    total_production,
  }));
  const given = { date_from: from, date_to: to, limit: items.length };
  return run("get_top_items", given, { period: `${from} ~ ${to}`, top_items }, { from, to });
}

type Side = [from: string, to: string, total: number, count: number];

export function compare(one: Side, other: Side, item?: string): ToolRun {
  const given = { period1_from: one[0], period1_to: one[1], period2_from: other[0], period2_to: other[1] };
  const side = ([from, to, total, count]: Side) => ({ range: `${from} ~ ${to}`, ...totals(total, count) });
  const quantity_diff = one[2] - other[2];
  const direction = quantity_diff > 0 ? "증가" : quantity_diff < 0 ? "감소" : "동일";
  const change_rate_pct = other[2] === 0 ? null : rounded((100 * quantity_diff) / other[2], 1);
  const fields = {
    item_code: item ?? "all",
    period1: side(one),
    period2: side(other),
    comparison: { quantity_diff, change_rate_pct, direction } as ToolFields["compare_periods"]["comparison"],
  };
  return run("compare_periods", { ...given, ...(item === undefined ? {} : { item_code: item }) }, fields, {
    from: [one[0], other[0]].sort()[0]!,
    to: [one[1], other[1]].sort()[1]!,
  });
}

export function history(item_code: string, rows: [string, string | null, number | null][]): ToolRun {
  const records = rows.map(([production_date, lot_number, good_quantity]) => ({
    source: "live",
    production_date,
    lot_number,
    good_quantity,
  }));
  const period = rows.length === 0 ? null : { from: rows.at(-1)![0], to: rows[0]![0] };
  const fields = { item_code, record_count: rows.length, records, message: "" };
  return run("get_item_history", { item_code, limit: 10 }, fields, period);
}

export function found(keyword: string, items: [string, string | null, number][]): ToolRun {
  const found_items = items.map(([item_code, item_name, record_count]) => ({ item_code, item_name, record_count }));
  const fields = { search_keyword: keyword, include_archive: true, found_items, message: "" };
  return run("search_production_items", { keyword }, fields, null);
}

export function queried(sql: string, params: SqlValue[], data: Record<string, SqlValue>[]): ToolRun {
  const fields = { description: "", row_count: data.length, columns: Object.keys(data[0] ?? {}), data };
  return run("execute_custom_query", { sql, params }, fields, null);
}
