import type { Language } from "../../language.ts";
import type { CallPlan, Plan, Renderer, ToolRun } from "../types.ts";
import { changes, comparison } from "./answer-changes.ts";
import { averageBy, extremes, trend } from "./answer-course.ts";
import { itemCount, list, ranking, records } from "./answer-lists.ts";
import { share, totals } from "./answer-totals.ts";
import { type Body, label, only, periodOf, span } from "./said.ts";
import { en } from "./words/en.ts";
import type { Words } from "./words/ko.ts";
import { ko } from "./words/ko.ts";

const words: Readonly<Record<Language, Words>> = { ko, en };

/** Puts what the tools found into words: Markdown in the user's language, the period in the first line, figures in a table. */
export const render: Renderer = (plan: Plan, runs: readonly ToolRun[]): string => {
  const text = words[plan.language];
  if (plan.kind === "help") return [text.help, "", ...text.examples.map((example) => `- ${example}`)].join("\n");
  if (plan.kind === "ask") {
    const list = plan.candidates.map((item, at) => `${at + 1}. ${label(item)}`);
    return list.length > 0 ? [plan.question, "", ...list].join("\n") : plan.question;
  }
  if (runs.length < plan.calls.length || runs.length === 0) return text.noGround;
  const { sentence, figures } = body(plan, runs, text);
  const remarks = [plan.assumedPeriod ? text.assumed : [], plan.newestDay ? text.dataUntil(plan.newestDay) : []].flat();
  const first = [`**${firstLine(plan, runs, text)}**`, ...remarks].join(" ");
  const hasTable = figures !== undefined || sentence.includes("\n| ---");
  const file = plan.asFile && hasTable ? [text.asFile] : [];
  if (plan.alsoByItem && plan.focus.period) file.push(text.alsoByItem(plan.focus.period.from, plan.focus.period.to));
  return [first, sentence, ...file, ...(figures === undefined ? [] : [figures])].join("\n\n");
};

function body(plan: CallPlan, runs: readonly ToolRun[], text: Words): Body {
  switch (plan.intent) {
    case "total":
    case "average":
    case "count":
      return totals(plan, runs, text);
    case "trend":
      return joined(runs, text, (run) => trend(plan, run, text));
    case "best":
    case "worst":
      return joined(runs, text, (run) => extremes(plan, run, text));
    case "average_by":
      return joined(runs, text, (run) => averageBy(plan, run, text));
    case "comparison":
      return joined(only(runs, "compare_periods"), text, (run) => comparison(plan, run, text));
    case "falls":
    case "rises":
      return changes([plan.intent], runs, text);
    case "changes":
      return changes(["falls", "rises"], runs, text);
    case "ranking":
    case "ranking_least":
      return joined(runs, text, (run) => ranking(plan, run, text));
    case "share":
      return share(plan, runs, text);
    case "item_count":
      return joined(runs, text, (run) => itemCount(run, text));
    case "history":
    case "lots":
    case "last_made":
      return joined(runs, text, (run) => records(plan, run, text));
    case "list":
      return joined(runs, text, (run) => (run.name === "get_top_items" ? ranking(plan, run, text) : list(run, text)));
  }
}

function firstLine(_plan: CallPlan, runs: readonly ToolRun[], text: Words): string {
  const compared = only(runs, "compare_periods")[0];
  if (compared) {
    const { period1_from, period1_to, period2_from, period2_to } = compared.arguments;
    return text.compared(
      span({ from: period1_from, to: period1_to }, text),
      span({ from: period2_from, to: period2_to }, text),
    );
  }
  const named = new Set(runs.map(periodOf).map((period) => period && span(period, text)));
  const spans = [...named].filter((one) => one !== null);
  return text.period(spans.length > 0 ? spans.join(", ") : text.allTime(null));
}

/** What is said about each run, one after the other; where their periods differ, each below its own. */
function joined<One extends ToolRun>(runs: readonly One[], text: Words, say: (run: One) => Body): Body {
  const [first] = runs;
  if (first && runs.length === 1) return say(first);
  const spans = runs.map((run) => periodOf(run)).map((period) => period && span(period, text));
  const several = new Set(spans).size > 1;
  const parts = runs.map((run, at) => {
    const { sentence, figures } = say(run);
    return [
      ...(several && spans[at] ? [`**${spans[at]}**`] : []),
      sentence,
      ...(figures === undefined ? [] : [figures]),
    ];
  });
  return { sentence: parts.flat().join("\n\n") };
}
