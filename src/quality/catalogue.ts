import { type Found, findingId } from "./finding.ts";
import { cellFrom, dayAt, type History, type ItemHistory } from "./history.ts";
import type { Levels } from "./levels.ts";

/** Days for which an item counts as new. */
const newDays = 28;
/** Days of history without which every item would be new. */
const leastHistory = 90;
/** Days in which an item that was made no more is told; later it belongs to the past. */
const stoppedDays = 120;
/** Days with production within the year from which an item's own gaps are known. */
const leastActive = 20;
/** An item has stopped when its gap was this improbable for how often it is made, and so much longer than any gap of its own. */
const unlikelyGap = 1e-6;
const longerThanOwn = 1.5;
/** Working days of a gap at the least: an order less is no stop. */
const leastGap = 5;

/** The newest name of each item. */
export type Names = ReadonlyMap<string, string | null>;

/**
 * Items whose first row stands on one of the last 28 days: such as look like a known item's code written otherwise, and such as are simply new. A
 * code counts as miswritten when it differs from a known one only in case, width, blanks or separators, or in a single character while the rows bear
 * the name of the known item: numbered codes of real items differ in a single digit as well.
 */
export function newItems(history: History, end: number, names: Names): Found[] {
  if (end < leastHistory) return [];
  const known = history.items.filter(({ at }) => at[0]! < end - newDays);
  const byForm = new Map(known.map((item) => [plainForm(item.code), item]));
  const found: Found[] = [];
  for (const item of history.items) {
    const first = item.at[0]!;
    if (first < end - newDays || first >= end) continue;
    const rows = item.count.subarray(0, cellFrom(item, end)).reduce((sum, count) => sum + count, 0);
    const name = names.get(item.code) ?? null;
    const twin = byForm.get(plainForm(item.code)) ?? known.find((one) => isMiswritten(item.code, name, one, names));
    const day = dayAt(history, first);
    const kind = twin || item.code.trim() === "" ? "similar-code" : "new-item";
    const figures = { name, rows, like: twin?.code ?? null, likeName: twin ? (names.get(twin.code) ?? null) : null };
    const severity = kind === "similar-code" ? "warning" : "info";
    found.push({ id: findingId(kind, item.code), kind, severity, day, item: item.code, extent: 0, figures });
  }
  return found;
}

function isMiswritten(code: string, name: string | null, known: ItemHistory, names: Names): boolean {
  const knownName = names.get(known.code) ?? null;
  return name !== null && name === knownName && isOneEditApart(plainForm(code), plainForm(known.code));
}

/** A code without what people do not see or do not mean: case, full or half width, blanks, hyphens. */
export function plainForm(code: string): string {
  return code
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Cf}]+/gu, "");
}

/** True for texts that one insertion, deletion, replacement or exchange of neighbours makes the same (Damerau, 1964). */
export function isOneEditApart(one: string, other: string): boolean {
  const [a, b] = one.length <= other.length ? [one, other] : [other, one];
  if (a === b || b.length - a.length > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  if (a.length < b.length) return a.slice(start) === b.slice(start + 1);
  if (a.slice(start + 1) === b.slice(start + 1)) return true;
  return a[start] === b[start + 1] && a[start + 1] === b[start] && a.slice(start + 2) === b.slice(start + 2);
}

/**
 * Items that were made regularly and are made no more: since their last row so many working days have passed as is improbable for how often they were made
 * (a geometric distribution with the share of working days on which they were), and half as many again as their longest gap within the year.
 */
export function stoppedItems(levels: Levels, end: number): Found[] {
  const { history } = levels;
  const working: number[] = new Array<number>(end + 1).fill(0);
  for (let at = 0; at < end; at++) {
    working[at + 1] = working[at]! + (levels.isOrdinary(at) && history.count[at]! > 0 ? 1 : 0);
  }
  const between = (after: number, before: number): number =>
    working[Math.max(before, after + 1)]! - working[after + 1]!;
  return history.items.flatMap((item): Found[] => {
    const cells = cellFrom(item, end);
    const last = item.at[cells - 1];
    if (last === undefined || last < end - stoppedDays) return [];
    const gap = between(last, end);
    const first = cellFrom(item, last - 365);
    const active = cells - first;
    if (gap < leastGap || active < leastActive) return [];
    let longest = 0;
    for (let cell = first + 1; cell < cells; cell++) {
      longest = Math.max(longest, between(item.at[cell - 1]!, item.at[cell]!));
    }
    const since = item.at[first]!;
    const share = Math.min(1, (active - 1) / Math.max(1, between(since, last) + 1));
    if ((1 - share) ** gap > unlikelyGap || gap < longerThanOwn * longest) return [];
    const day = dayAt(history, last);
    const figures = { last: day, gap, longest, share };
    const severity = share >= 0.5 ? "warning" : "info";
    const kind = "item-stopped" as const;
    return [{ id: findingId(kind, item.code, day), kind, severity, day, item: item.code, extent: 0, figures }];
  });
}
