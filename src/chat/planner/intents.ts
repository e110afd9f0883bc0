import type { Focus, Grain, Intent, ItemMatch } from "../types.ts";
import { intentRules, type Mark, markPatterns } from "./grammar/marks.ts";
import { amounts, numerals } from "./grammar/words.ts";
import { has } from "./text.ts";

/** What items rose and fell by: a question about some of them compares these, and one that only names other days to compare with goes on. */
export function ofItems(wanted: Intent, items: readonly ItemMatch[], previous: Focus | null): Intent {
  if (items.length > 0) return changing.includes(wanted) ? "comparison" : wanted;
  return wanted === "comparison" && previous && changing.includes(previous.intent) ? previous.intent : wanted;
}

export const changing: readonly Intent[] = ["falls", "rises", "changes"];

/** What may be asked about a lot: its records answer it. */
export const ofLots: readonly Intent[] = ["lots", "history", "last_made", "list", "total", "count"];

/** Intents that list what there is, newest first, and need no period. */
export const listing: readonly Intent[] = ["history", "lots", "last_made", "list"];

/** The marks that the words of a question bear. */
export function marksOf(text: string): ReadonlySet<Mark> {
  const all = Object.entries(markPatterns) as [Mark, readonly RegExp[]][];
  return new Set(all.filter(([, patterns]) => has(text, patterns)).map(([mark]) => mark));
}

/** Whether a question is about how much days or months fell or rose, which no tool tells: the greatest of them is another matter. */
export function isChangeOfParts(marks: ReadonlySet<Mark>): boolean {
  const changed = marks.has("fell") || marks.has("rose");
  const greatest = marks.has("most") || marks.has("least") || marks.has("rank");
  return changed && greatest && !marks.has("item") && !marks.has("byItem") && grains.some((grain) => marks.has(grain));
}

/** What a question wants to know; null where its words do not say. */
export function intentOf(
  marks: ReadonlySet<Mark>,
  items: readonly ItemMatch[],
  periods: number,
  back: boolean,
): Intent | null {
  const rule = intentRules.find(
    ({ all, any, none }) =>
      all.every((mark) => marks.has(mark)) &&
      (any === undefined || any.some((mark) => marks.has(mark))) &&
      !none?.some((mark) => marks.has(mark)),
  );
  const intent = rule?.intent ?? null;
  if (intent !== null && changing.includes(intent)) return items.length > 0 ? "comparison" : intent;
  if (back && !marks.has("trend")) return "comparison";
  // "BW0021의 최대 생산량" is about its best day: a ranking of one item says nothing.
  if (items.length > 1 && intent === "ranking") return "total";
  if (items.length > 0 && (intent === "ranking" || intent === "ranking_least")) {
    if (marks.has("most")) return "best";
    if (marks.has("least")) return "worst";
  }
  if (periods === 2 && !marks.has("combined") && (intent === "total" || intent === "average" || intent === "count"))
    return "comparison";
  return intent;
}

const grains: readonly Grain[] = ["weekday", "day", "week", "month", "quarter", "year"];

/** By which parts of a period a question asks; undefined where by none. */
export function grainOf(marks: ReadonlySet<Mark>, intent: Intent, previous: Focus | null): Grain | undefined {
  if (!["trend", "best", "worst", "average_by"].includes(intent)) return undefined;
  const marked = grains.find((grain) => marks.has(grain));
  const before = previous?.intent === intent ? previous.by : undefined;
  return marked ?? before ?? (intent === "trend" ? "month" : "day");
}

/** How many items are shown where the question names no number: "제품별" means more than the first few. */
export function presetLimit(intent: Intent, marks: ReadonlySet<Mark>): number | undefined {
  return intent === "ranking" && marks.has("byItem") ? 20 : undefined;
}

/** The number of items or days that is asked for; undefined where none is named. */
export function amountOf(text: string): number | undefined {
  for (const pattern of amounts) {
    const n = pattern.exec(text)?.groups?.n;
    const amount = n === undefined ? Number.NaN : (numerals[n] ?? Number(n));
    if (amount >= 1) return amount;
  }
  return undefined;
}
