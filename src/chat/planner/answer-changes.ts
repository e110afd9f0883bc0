import { daysBetween } from "../../production/calendar.ts";
import { tidy } from "../../production/totals.ts";
import type { CallPlan, SqlValue, ToolRun } from "../types.ts";
import { plain, table } from "./markdown.ts";
import { amounts, type Body, figure, only, type Run, signed, span, tenth, who } from "./said.ts";
import type { Words } from "./words/ko.ts";

/** One period against another. */
export function comparison(plan: CallPlan, run: Run<"compare_periods">, text: Words): Body {
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

/** The items that fell (rose) beside how all items together did; where both are asked for, one after the other. */
export function changes(ways: readonly ("falls" | "rises")[], runs: readonly ToolRun[], text: Words): Body {
  const whole = only(runs, "compare_periods")[0];
  const queries = only(runs, "execute_custom_query");
  const parts = ways.map((way, at) => {
    const rows = queries[at]?.result.data ?? [];
    const [first] = rows;
    const count = first
      ? text.changes[way](figure(Number(first.changed_items)), figure(rows.length))
      : text.noChange[way];
    return { count, figures: first ? changeTable(rows, text) : undefined };
  });
  const wholeChange = whole ? [comparisonSentence(text.everyItem, whole, text)] : [];
  const targets = ways.includes("falls") ? [text.alsoTargets(whole ? monthOf(whole.arguments) : null)] : [];
  const [one] = parts;
  if (one && parts.length === 1) {
    return { sentence: [one.count, ...wholeChange, ...targets].join("\n\n"), figures: one.figures };
  }
  const each = parts.flatMap(({ count, figures }) => [count, figures ?? []].flat());
  return { sentence: [...wholeChange, ...each, ...targets].join("\n\n") };
}

/** The month that a period lies in, such as `2026-10`; null where it lies in several. */
function monthOf({ period1_from, period1_to }: { period1_from: string; period1_to: string }): string | null {
  const month = period1_from.slice(0, 7);
  return month === period1_to.slice(0, 7) ? month : null;
}

function changeTable(rows: readonly Record<string, SqlValue>[], text: Words): string {
  const { headings } = text;
  const rate = (now: number, base: number): string => {
    const share = base > 0 ? (100 * (now - base)) / base : null;
    return share === null ? "–" : `${share > 0 ? "+" : ""}${tenth.format(share)}`;
  };
  return table(
    [headings.rank, headings.code, headings.name, headings.change, headings.rate, headings.total, headings.base],
    rows.map((row, at) => {
      const [now, base] = [Number(row.total_production ?? 0), Number(row.base_production ?? 0)];
      return [
        `${at + 1}`,
        plain(String(row.item_code)),
        plain(row.item_name as string | null),
        // First what was asked for: on a phone the others are off the screen.
        signed(tidy(now - base)),
        rate(now, base),
        figure(now),
        figure(base),
      ];
    }),
    [0, 3, 4, 5, 6],
  );
}
