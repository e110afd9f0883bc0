import type { Period } from "../types.ts";
import type { Mention } from "./names.ts";

/** A number, date or code that was read already. */
export interface Read {
  kind: "number" | "date" | "code";
  start: number;
  end: number;
  /** Days of a date. */
  spans: readonly Period[];
  /** Ranks and list markers do not end what a name before them is about. */
  binds: boolean;
  percent: number | null;
  /** The number, and in a table its column. */
  value: number | null;
  column: number;
}

/** What can be named: an item, days, or a label of the results. */
export const dimensions = ["item", "time", "label"] as const;
export type Dimension = (typeof dimensions)[number];

/** A place in a text that names entries of the results. */
export interface Naming {
  start: number;
  end: number;
  dimension: Dimension;
  items: readonly string[];
  labels: readonly string[];
  spans: readonly Period[];
}

const comparisonAfter =
  /^\s*(?:의|은|는)?\s*(?:[^\s,.|]{0,6}\s?)?(?:보다|대비|에 비해|비해|에서|부터|와 비교|과 비교|이후|기준)/u;
const comparisonBefore =
  /(?:than|from|vs\.?|versus|compared (?:to|with)|against|over|below|above|since|relative to|to)\s+(?:in |for |that of |the )?$/iu;
const attachedBefore = /^\s*(?:\(|in |of |for |from |on |by |during )(?:the )?$/iu;
/** Between a name and the number that it is said of. */
const leadsToNumber = /^\s*(?:에는|에|은|는|의|:|=)?\s*(?:약|총)?\s*\(?$/u;
const topicAfter = /^[^\s,.|]{0,2}?(?:은|는)(?=[\s,:]|$)|^\s*(?::|\(|-|–|—|→|=)/u;
const comma = /,(?!\d{3})|[，、]|그리고|했고|하고|이고|이며|으며|;|\band\b|\bwhile\b/giu;

/** Namings with the same key mean the same. */
export function keyOf({ items, labels, spans }: Naming): string {
  return [...items, ...labels, ...spans.map(({ from, to }) => `${from}~${to}`)].join(",");
}

/** Of a name that was found. */
export function naming(mention: Mention): Naming {
  return { ...mention, dimension: mention.items.length > 0 ? "item" : "label", spans: [] };
}

/** Two dates with 부터, ~ or "to" between them name the days from the one to the other. */
export function joined(text: string, dates: readonly Naming[]): Naming[] {
  const all: Naming[] = [];
  for (const date of dates) {
    const last = all.at(-1);
    const between = last ? text.slice(last.end, date.start) : "";
    if (
      last &&
      /^(?:\s|부터|에서|~|–|-|—|to|through|until|and)+$/iu.test(between) &&
      /\S/.test(between) &&
      (!/and/i.test(between) || /between\s*$/i.test(text.slice(0, last.start)))
    ) {
      const spans = last.spans.flatMap(({ from }) =>
        date.spans.filter(({ to }) => from <= to).map(({ to }) => ({ from, to })),
      );
      all[all.length - 1] = {
        ...last,
        end: date.end,
        spans: spans.sort((a, b) => a.to.localeCompare(b.to)).slice(0, 6),
      };
    } else all.push(date);
  }
  return all;
}

/** What a cell of a table is about: all that its row and heading name. */
export function inRow(namings: readonly Naming[]): Record<Dimension, Naming[]> {
  const current: Record<Dimension, Naming[]> = { item: [], time: [], label: [] };
  for (const one of namings) current[one.dimension].push(one);
  const [first, ...others] = current.time;
  const both = others.reduce((one, other) => one && overlapOf(one, other), first);
  return both ? { ...current, time: [both] } : current;
}

/** A month in a row and a year over the column: the days that both mean; nothing where they share none. */
function overlapOf(one: Naming, other: Naming): Naming | undefined {
  const within = (spans: readonly Period[], wider: readonly Period[]) =>
    spans.filter(({ from, to }) => wider.some((span) => span.from <= from && to <= span.to));
  const narrow = within(one.spans, other.spans);
  const spans = narrow.length > 0 ? narrow : within(other.spans, one.spans);
  return spans.length > 0 ? { ...one, spans } : undefined;
}

/** What the last number of a sentence is about: names since the number before, unless they compare or belong to that one. */
export function inSentence(
  text: string,
  from: number,
  start: number,
  namings: readonly Naming[],
  numbers: readonly Read[],
): Record<Dimension, Naming[]> {
  const current: Record<Dimension, Naming[]> = { item: [], time: [], label: [] };
  const counted: Record<Dimension, boolean> = { item: false, time: false, label: false };
  const lasting: Record<Dimension, boolean> = { item: false, time: false, label: false };
  const covered = (at: number): boolean => namings.some((one) => one.start <= at && at < one.end);
  const events = [
    ...namings.map((one) => ({ at: one.start, naming: one, number: null as Read | null })),
    ...numbers.map((one) => ({ at: one.start, naming: null as Naming | null, number: one })),
    ...[...text.slice(from, start).matchAll(comma)]
      .map(({ index }) => ({ at: from + index, naming: null as Naming | null, number: null as Read | null }))
      .filter(({ at }) => !covered(at)),
  ].sort((a, b) => a.at - b.at);
  let number: Read | null = null;
  for (const event of events) {
    const { naming: one } = event;
    if (event.number) {
      if (!event.number.binds) continue;
      number = event.number;
      counted.item = counted.time = counted.label = true;
    } else if (one) {
      const leads = leadsToNumber.test(text.slice(one.end, start));
      if (number && !leads && attachedBefore.test(text.slice(number.end, one.start))) continue;
      const { dimension } = one;
      const compares =
        comparisonAfter.test(text.slice(one.end, Math.min(start, one.end + 46))) ||
        comparisonBefore.test(text.slice(Math.max(from, one.start - 24), one.start));
      if (!compares && counted[dimension]) current[dimension] = [];
      lasting[dimension] =
        (compares && lasting[dimension]) ||
        /^[^\p{L}\p{N}]*(?:\d{1,2}[.)] )?[^\p{L}\p{N}]*$/u.test(text.slice(from, one.start)) ||
        topicAfter.test(text.slice(one.end, Math.min(start, one.end + 4)));
      current[dimension].push(one);
      if (!compares) counted[dimension] = false;
    } else {
      for (const dimension of ["item", "time", "label"] as const)
        if (counted[dimension] && !lasting[dimension]) current[dimension] = [];
    }
  }
  return current;
}
