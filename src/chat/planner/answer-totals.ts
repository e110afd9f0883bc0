import type { CallPlan, ToolRun } from "../types.ts";
import { table } from "./markdown.ts";
import { amounts, type Body, figure, label, only, periodOf, type Run, span, tenth, who } from "./said.ts";
import type { Words } from "./words/ko.ts";

/** What was made, of how many batches and how much in one. */
export function totals(plan: CallPlan, all: readonly ToolRun[], text: Words): Body {
  const runs = only(all, "get_production_summary");
  const several = new Set(runs.map(({ arguments: { date_from, date_to } }) => date_from + date_to)).size > 1;
  const rows = runs.map((run) => ({ who: who(plan, run, text), days: span(periodOf(run)!, text), ...run.result.data }));
  const sentences = rows.map((row) => {
    const name = several ? `${row.who}, ${row.days}` : row.who;
    const batches = figure(row.production_count);
    if (row.production_count === 0) return `${name}: ${text.none}`;
    if (plan.intent === "average") return text.average(name, figure(row.average_quantity), batches);
    return plan.intent === "count" ? text.count(name, batches) : text.total(name, figure(row.total_quantity), batches);
  });
  const [one, other] = rows;
  if (rows.length === 2 && !several && one!.total_quantity !== other!.total_quantity) {
    const [more, less] = one!.total_quantity > other!.total_quantity ? [one!, other!] : [other!, one!];
    sentences.push(text.more(more.who, less.who, figure(more.total_quantity - less.total_quantity)));
  }
  const { headings } = text;
  const sum = disjoint(runs) ? [sumOf(rows)] : [];
  return {
    sentence: sentences.join("\n"),
    figures: table(
      [...(several ? [headings.period] : []), headings.item, headings.total, headings.batches, headings.average],
      [
        ...rows.map((row) => [...(several ? [row.days] : []), row.who, ...amounts(row)]),
        ...sum.map((row) => [headings.sum, ...(several ? [""] : []), ...amounts(row)]),
      ],
      several ? [2, 3, 4] : [1, 2, 3],
    ),
  };
}

/** Whether no row counts in two of the runs: several of them, each of its own days or its own item. */
function disjoint(runs: readonly Run<"get_production_summary">[]): boolean {
  const overlaps = runs.some((one, at) =>
    runs.slice(at + 1).some(({ arguments: other }) => {
      const { date_from, date_to, item_code } = one.arguments;
      return date_from <= other.date_to && other.date_from <= date_to && item_code === other.item_code;
    }),
  );
  return runs.length > 1 && !overlaps;
}

function sumOf(rows: readonly { total_quantity: number; production_count: number }[]) {
  const total_quantity = rows.reduce((sum, row) => sum + row.total_quantity, 0);
  const production_count = rows.reduce((sum, row) => sum + row.production_count, 0);
  return {
    total_quantity,
    production_count,
    average_quantity: production_count === 0 ? 0 : total_quantity / production_count,
  };
}

/** What items have of the whole. */
export function share(plan: CallPlan, runs: readonly ToolRun[], text: Words): Body {
  const summaries = only(runs, "get_production_summary");
  const all = summaries.find((run) => run.arguments.item_code === undefined)?.result.data.total_quantity ?? 0;
  if (all <= 0) return { sentence: text.none };
  const top = only(runs, "get_top_items")[0];
  const parts = top
    ? top.result.top_items.map((item) => ({ who: label(item), total: item.total_production }))
    : summaries
        .filter((run) => run.arguments.item_code !== undefined)
        .map((run) => ({ who: who(plan, run, text), total: run.result.data.total_quantity }));
  const percent = (total: number): string => tenth.format((100 * total) / all);
  const said = top ? parts.slice(0, 1) : parts;
  return {
    sentence: said.map((part) => text.share(part.who, percent(part.total), figure(part.total), figure(all))).join("\n"),
    figures: table(
      [text.headings.item, text.headings.total, text.headings.share],
      [
        ...parts.map((part) => [part.who, figure(part.total), percent(part.total)]),
        [text.everyItem, figure(all), percent(all)],
      ],
      [1, 2],
    ),
  };
}
