import type { Focus, Intent, ToolName, ToolRun } from "./types.ts";

/** What a tool that was called by itself is after. */
const intents: Readonly<Record<Exclude<ToolName, "execute_custom_query">, Intent>> = {
  search_production_items: "list",
  get_production_summary: "total",
  get_monthly_trend: "trend",
  get_top_items: "ranking",
  compare_periods: "comparison",
  get_item_history: "history",
};

/** What a follow-up question takes over from calls that a model chose. */
export function focusOf(runs: readonly ToolRun[]): Focus {
  const chosen = runs.filter(({ name }) => name !== "execute_custom_query" && name !== "search_production_items");
  const last = chosen.at(-1) ?? runs.at(-1)!;
  const intent = last.name === "execute_custom_query" ? "total" : intents[last.name];
  const { period, item_code } = last.evidence;
  return { period, items: item_code === null ? [] : [{ item_code, item_name: nameOf(item_code, runs) }], intent };
}

/** The name that a search of the same question found for a code. */
function nameOf(code: string, runs: readonly ToolRun[]): string | null {
  for (const run of runs) {
    if (run.name !== "search_production_items") continue;
    const item = run.result.found_items.find(({ item_code }) => item_code === code);
    if (item) return item.item_name;
  }
  return null;
}
