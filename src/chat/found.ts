import { render } from "./planner/answer.ts";
import { plain, table } from "./planner/markdown.ts";
import type { Focus, Intent, Language, ToolName, ToolRun } from "./types.ts";

/** Rows of a custom query that are shown: an answer is read, and the evidence links to the rest. */
const mostShown = 50;

/** What a tool that was called by itself is after. */
const intents: Readonly<Record<Exclude<ToolName, "execute_custom_query">, Intent>> = {
  search_production_items: "list",
  get_production_summary: "total",
  get_monthly_trend: "trend",
  get_top_items: "ranking",
  compare_periods: "comparison",
  get_item_history: "history",
};

/** What the tools found, without anybody's words around it: Markdown, one part for each call. */
export function found(runs: readonly ToolRun[], language: Language): string {
  return runs.map((run) => foundBy(run, language)).join("\n\n");
}

function foundBy(run: ToolRun, language: Language): string {
  if (run.name === "execute_custom_query") {
    const { columns, data } = run.result;
    const rows = data.slice(0, mostShown).map((row) => columns.map((column) => cell(row[column])));
    const figures = columns.flatMap((column, at) => (data.every((row) => isFigure(row[column])) ? [at] : []));
    return table(columns.map(plain), rows, figures);
  }
  const call = { name: run.name, arguments: run.arguments } as ToolRun;
  const focus = focusOf([run]);
  return render({ kind: "calls", calls: [call], intent: focus.intent, language, focus, assumedPeriod: false }, [run]);
}

const isFigure = (value: unknown): boolean => value === null || typeof value === "number";
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 2, useGrouping: true });
const cell = (value: string | number | null | undefined): string =>
  typeof value === "number" ? exact.format(value) : plain(value ?? null);

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
