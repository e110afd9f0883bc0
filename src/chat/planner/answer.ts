import type { Language } from "../../language.ts";
import { daysBetween } from "../../production/calendar.ts";
import { tidy } from "../../production/totals.ts";
import { firstDayEver } from "../../segments/day.ts";
import type { CallPlan, Grain, ItemMatch, Period, Plan, Renderer, ToolName, ToolRun } from "../types.ts";
import { plain, table } from "./markdown.ts";
import { type Part, partsOf } from "./parts.ts";
import { en } from "./words/en.ts";
import { ko, type Words } from "./words/ko.ts";

const words: Readonly<Record<Language, Words>> = { ko, en };
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
/** Figures with thousands separators, as both languages write them; -0 without its sign. */
const figure = (value: number | null): string => exact.format(value || 0);

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
  const file = plan.asFile && figures !== undefined ? [text.asFile] : [];
  return [first, sentence, ...(figures === undefined ? [] : [figures]), ...file].join("\n\n");
};

interface Body {
  sentence: string;
  figures?: string | undefined;
}

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
      return changes(plan.intent, runs, text);
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

/** The days that a call asks about; null for one without. */
function periodOf(run: ToolRun): Period | null {
  if (run.name === "execute_custom_query") return run.evidence.period;
  return "date_from" in run.arguments ? { from: run.arguments.date_from, to: run.arguments.date_to } : null;
}

function span({ from, to }: Period, text: Words): string {
  if (from === firstDayEver) return text.allTime(to);
  return from === to ? from : `${from} ~ ${to}`;
}

function totals(plan: CallPlan, all: readonly ToolRun[], text: Words): Body {
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

function trend(plan: CallPlan, run: ToolRun, text: Words): Body {
  const grain = plan.focus.by ?? "month";
  if (grain === "weekday") return weekdays(plan, run, text);
  const parts = partsOf(run, grain);
  if (parts.length === 0) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  const most = parts.reduce((best, part) => (part.total > best.total ? part : best));
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  const { headings } = text;
  return {
    sentence: text.trend(who(plan, run, text), figure(total), name(most, grain, text), figure(most.total)),
    figures: table(
      [text.grain[grain], headings.total, headings.batches, headings.change],
      parts.map((part, at) => [
        name(part, grain, text),
        figure(part.total),
        figure(part.batches),
        at === 0 ? "" : signed(part.total - parts[at - 1]!.total),
      ]),
      [1, 2, 3],
    ),
  };
}

/** The weekdays side by side. What tells them apart is the average day: a period may have fewer of one, or holidays among them. */
function weekdays(plan: CallPlan, run: ToolRun, text: Words): Body {
  const parts = partsOf(run, "weekday");
  if (parts.length === 0) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  const [most, least] = [-1, 1].map((sign) => parts.toSorted((a, b) => sign * (perDay(a) - perDay(b)))[0]!);
  const said = (part: Part) => [name(part, "weekday", text), figure(perDay(part))] as const;
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  return {
    sentence:
      parts.length === 1
        ? text.total(who(plan, run, text), figure(total), figure(parts[0]!.batches))
        : text.weekdaysOf(who(plan, run, text), figure(total), said(most!), said(least!)),
    figures: partTable("weekday", parts, text),
  };
}

const perDay = ({ total, days }: Part): number => total / (days ?? 1);

/** Parts with their figures; of weekdays also how many days they are and what is made on one of them. */
function partTable(grain: Grain, parts: readonly Part[], text: Words): string {
  const { headings } = text;
  const more = grain === "weekday";
  return table(
    [text.grain[grain], headings.total, headings.batches, ...(more ? [headings.days, headings.perDay] : [])],
    parts.map((part) => [
      name(part, grain, text),
      figure(part.total),
      figure(part.batches),
      ...(more ? [figure(part.days ?? 0), figure(perDay(part))] : []),
    ]),
    more ? [1, 2, 3, 4] : [1, 2],
  );
}

function extremes(plan: CallPlan, run: ToolRun, text: Words): Body {
  const grain = plan.focus.by ?? "day";
  const sign = plan.intent === "best" ? -1 : 1;
  const parts = partsOf(run, grain)
    .sort((a, b) => sign * (a.total - b.total))
    .slice(0, plan.focus.limit ?? 1);
  const first = parts[0];
  if (!first) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  const say = plan.intent === "best" ? text.best : text.worst;
  return {
    sentence: say(who(plan, run, text), name(first, grain, text), figure(first.total)),
    figures: partTable(grain, parts, text),
  };
}

function averageBy(plan: CallPlan, run: ToolRun, text: Words): Body {
  const grain = plan.focus.by ?? "day";
  if (grain === "weekday") return weekdays(plan, run, text);
  const row = run.name === "execute_custom_query" && grain === "day" ? run.result.data[0] : undefined;
  const parts = row ? [] : partsOf(run, grain);
  const total = row ? Number(row.total_production ?? 0) : parts.reduce((sum, part) => sum + part.total, 0);
  const count = row ? Number(row.day_count ?? 0) : parts.length;
  if (count === 0) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  return {
    sentence: text.averageBy(
      who(plan, run, text),
      text.perGrain[grain],
      figure(total / count),
      `${figure(count)}${text.parts[grain]}`,
    ),
    figures: table([text.headings.item, text.headings.total], [[who(plan, run, text), figure(total)]], [1]),
  };
}

function comparisonSentence(name: string, run: Run<"compare_periods">, text: Words): string {
  const { period1, period2, comparison } = run.result;
  const { quantity_diff: diff, change_rate_pct: rate } = comparison;
  return text.comparison(
    name,
    figure(period1.total_quantity),
    figure(period2.total_quantity),
    figure(Math.abs(diff)),
    rate === null ? null : `${rate > 0 ? "+" : ""}${tenth.format(rate)}`,
    diff > 0 ? 1 : diff < 0 ? -1 : 0,
  );
}

function comparison(plan: CallPlan, run: Run<"compare_periods">, text: Words): Body {
  const { period1, period2 } = run.result;
  const { period1_from, period1_to, period2_from, period2_to } = run.arguments;
  const { headings } = text;
  const days = [daysBetween(period1_from, period1_to) + 1, daysBetween(period2_from, period2_to) + 1] as const;
  // A month may have three days more than another; more than that, and the totals say nothing about the pace.
  const unequal = Math.abs(days[0] - days[1]) > 3;
  const perDay = (total: number, length: number): string => figure(Math.round(total / length));
  return {
    sentence: [
      comparisonSentence(who(plan, run, text), run, text),
      ...(unequal
        ? [
            text.unequal(
              figure(days[0]),
              figure(days[1]),
              perDay(period1.total_quantity, days[0]),
              perDay(period2.total_quantity, days[1]),
            ),
          ]
        : []),
    ].join("\n\n"),
    figures: table(
      [headings.period, headings.total, headings.batches, headings.average],
      [
        [span({ from: period1_from, to: period1_to }, text), ...amounts(period1)],
        [span({ from: period2_from, to: period2_to }, text), ...amounts(period2)],
      ],
      [1, 2, 3],
    ),
  };
}

/** The items that fell (rose), below how all items together did. */
function changes(direction: "falls" | "rises", runs: readonly ToolRun[], text: Words): Body {
  const whole = only(runs, "compare_periods")[0];
  const rows = only(runs, "execute_custom_query")[0]?.result.data ?? [];
  const { headings } = text;
  const items = rows.map((row) => {
    const [now, base] = [Number(row.total_production ?? 0), Number(row.base_production ?? 0)];
    return { code: plain(String(row.item_code)), name: plain(row.item_name as string | null), now, base };
  });
  const said = [
    items.length === 0
      ? text.noChange[direction]
      : text.changes[direction](figure(Number(rows[0]!.changed_items)), figure(items.length)),
    ...(whole ? [comparisonSentence(text.everyItem, whole, text)] : []),
    ...(direction === "falls" ? [text.alsoTargets] : []),
  ];
  if (items.length === 0) return { sentence: said.join("\n\n") };
  const rate = (now: number, base: number): string => {
    const share = base > 0 ? (100 * (now - base)) / base : null;
    return share === null ? "–" : `${share > 0 ? "+" : ""}${tenth.format(share)}`;
  };
  return {
    sentence: said.join("\n\n"),
    figures: table(
      [headings.rank, headings.code, headings.name, headings.total, headings.base, headings.change, headings.rate],
      items.map(({ code, name, now, base }, at) => [
        `${at + 1}`,
        code,
        name,
        figure(now),
        figure(base),
        signed(tidy(now - base)),
        rate(now, base),
      ]),
      [0, 3, 4, 5, 6],
    ),
  };
}

function amounts(one: { total_quantity: number; production_count: number; average_quantity: number }): string[] {
  return [figure(one.total_quantity), figure(one.production_count), figure(one.average_quantity)];
}

function ranking(plan: CallPlan, run: ToolRun, text: Words): Body {
  const items = ranked(run);
  if (items.length === 0) return { sentence: text.none };
  const say = plan.intent === "ranking_least" ? text.rankingLeast : text.ranking;
  const { headings } = text;
  return {
    sentence: say(figure(items.length)),
    figures: table(
      [headings.rank, headings.code, headings.name, headings.total],
      items.map((item, at) => [
        `${at + 1}`,
        plain(item.item_code),
        plain(item.item_name),
        figure(item.total_production),
      ]),
      [0, 3],
    ),
  };
}

function ranked(run: ToolRun): (ItemMatch & { total_production: number })[] {
  if (run.name === "get_top_items") return run.result.top_items;
  if (run.name !== "execute_custom_query") return [];
  return run.result.data.map((row) => ({
    item_code: String(row.item_code),
    item_name: row.item_name === null ? null : String(row.item_name),
    total_production: Number(row.total_production ?? 0),
  }));
}

function share(plan: CallPlan, runs: readonly ToolRun[], text: Words): Body {
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

function itemCount(run: ToolRun, text: Words): Body {
  const count = run.name === "execute_custom_query" ? Number(run.result.data[0]?.item_count ?? 0) : 0;
  return { sentence: text.itemCount(figure(count)) };
}

function records(plan: CallPlan, run: ToolRun, text: Words): Body {
  const { headings } = text;
  const one = run.name === "get_item_history";
  const rows = one ? run.result.records : run.name === "execute_custom_query" ? run.result.data : [];
  const newest = rows[0];
  if (!newest) return { sentence: `${who(plan, run, text)}: ${text.none}` };
  const shown = (row: (typeof rows)[number]): string[] => [
    String(row.production_date),
    plain(row.lot_number as string | null),
    ...("item_code" in row ? [plain(String(row.item_code)), plain(row.item_name as string | null)] : []),
    typeof row.good_quantity === "number" ? figure(row.good_quantity) : "",
  ];
  const columns = [headings.day, headings.lot, ...(one ? [] : [headings.code, headings.name]), headings.quantity];
  return {
    sentence:
      plan.intent === "last_made"
        ? text.lastMade(who(plan, run, text), String(newest.production_date))
        : text.records(who(plan, run, text), figure(rows.length)),
    figures: table(columns, rows.map(shown), [columns.length - 1]),
  };
}

function list(run: ToolRun, text: Words): Body {
  if (run.name !== "search_production_items") return { sentence: text.none };
  const { found_items, search_keyword } = run.result;
  if (found_items.length === 0) return { sentence: text.notFound(plain(search_keyword)) };
  const { headings } = text;
  return {
    sentence: text.found(plain(search_keyword), figure(found_items.length)),
    figures: table(
      [headings.code, headings.name, headings.records],
      found_items.map((item) => [plain(item.item_code), plain(item.item_name), figure(item.record_count)]),
      [2],
    ),
  };
}

type Run<Name extends ToolName> = Extract<ToolRun, { name: Name }>;

function only<Name extends ToolName>(runs: readonly ToolRun[], name: Name): Run<Name>[] {
  return runs.filter((run): run is Run<Name> => run.name === name);
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

/** What a call asked about: a lot, the item of its arguments, or those of the question, or all. */
function who(plan: CallPlan, run: ToolRun, text: Words): string {
  const { items, lots = [] } = plan.focus;
  const params = run.name === "execute_custom_query" ? (run.arguments.params ?? []) : [];
  const lot = lots.find((one) => params.includes(one));
  if (lot !== undefined) return text.lot(plain(lot));
  const code = "item_code" in run.arguments ? run.arguments.item_code : undefined;
  const queried = items.filter((item) => params.includes(item.item_code));
  const named =
    code === undefined
      ? queried
      : [items.find((item) => item.item_code === code) ?? { item_code: code, item_name: null }];
  return named.length > 0 ? named.map(label).join(", ") : text.everyItem;
}

function label({ item_code, item_name }: ItemMatch): string {
  return item_name === null || item_name === "" ? plain(item_code) : `${plain(item_code)} (${plain(item_name)})`;
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${figure(value)}`;
}

function name(part: Part, grain: Grain, text: Words): string {
  return grain === "weekday" ? text.weekdays[Number(part.key) - 1]! : part.key;
}
