import type { Language } from "../language.ts";
import { focusOf } from "./focus.ts";
import { render } from "./planner/answer.ts";
import { plain, table } from "./planner/markdown.ts";
import type { ToolRun } from "./types.ts";

/** Rows of a custom query that are shown: an answer is read, and the evidence links to the rest. */
const mostShown = 50;

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
