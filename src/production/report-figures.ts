import type { Day } from "../segments/day.ts";
import type { Context } from "./context.ts";
import { itemNames } from "./items.ts";
import { type Mover, movers, type Ranking, rankItems } from "./ranking.ts";
import { dailyTotals } from "./summaries.ts";
import { compareText } from "./text-order.ts";
import { grandTotal, type Total, totalsByItem } from "./totals.ts";

/** Days, both ends inclusive. */
export interface Days {
  from: Day;
  to: Day;
}

/** What a report asks about a period. */
export interface ReportQuestion {
  now: Days;
  /** Periods that it is compared with; the first one's items are compared one by one. */
  compared: readonly Days[];
  /** Earlier periods of the same sort, such as the Fridays before a Friday. */
  alike: readonly Days[];
  /** Days that a chart needs. */
  days: Days;
  /** Items listed at the most, and rises and falls of each. */
  limit: number;
  moverLimit: number;
  /** The part of the earlier periods in which an item must have rows to be missed, 0 to 1. */
  usualShare: number;
}

/** An item without a row in the period that has some in most of the earlier ones of the same sort. */
export interface MissedItem {
  item_code: string;
  item_name: string | null;
  /** Earlier periods in which it has rows, and its good quantity in each of them. */
  totals: number[];
}

/** Figures of one period, all from one version of the data. */
export interface ReportFigures {
  ranking: Ranking;
  compared: { total_production: number; batch_count: number }[];
  /** Of the first period compared with: what each listed item made in it. */
  before: Record<string, number>;
  rises: Mover[];
  falls: Mover[];
  /** Earlier periods with rows. */
  alike: { total_production: number; batch_count: number }[];
  missed: MissedItem[];
  days: ReturnType<typeof dailyTotals>;
}

/** Everything that a report says of a period, so that none of it can be of another version of the data. */
export function reportFigures(context: Context, question: ReportQuestion): ReportFigures {
  const { now, compared, alike, days, limit, moverLimit, usualShare } = question;
  const ranking = rankItems(context, { ...now, limit });
  const [first] = compared;
  const past = first ? totalsByItem(context, first) : new Map<string, Total>();
  const changes = first ? movers(context, { now, before: first, limit: moverLimit }) : { rises: [], falls: [] };
  const earlier = alike.map((range) => totalsByItem(context, range)).filter((totals) => totals.size > 0);
  const present = totalsByItem(context, now);
  const least = Math.max(1, Math.ceil(usualShare * earlier.length));
  const codes = [...new Set(earlier.flatMap((totals) => [...totals.keys()]))].filter((code) => !present.has(code));
  const missed = codes
    .map((code) => ({ code, totals: earlier.flatMap((totals) => totals.get(code)?.sum ?? []) }))
    .filter(({ totals }) => totals.length >= least)
    .sort((a, b) => compareText(a.code, b.code));
  const names = itemNames(
    context,
    missed.map(({ code }) => code),
  );
  const totalOf = (range: Days) => {
    const { sum, count } = grandTotal(context, range);
    return { total_production: sum, batch_count: count };
  };
  return {
    ranking,
    compared: compared.map(totalOf),
    before: Object.fromEntries(ranking.items.map(({ item_code }) => [item_code, past.get(item_code)?.sum ?? 0])),
    ...changes,
    alike: alike.map(totalOf).filter(({ batch_count }) => batch_count > 0),
    missed: missed.map(({ code, totals }) => ({ item_code: code, item_name: names.get(code) ?? null, totals })),
    days: dailyTotals(context, days),
  };
}
