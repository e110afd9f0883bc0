import type { Day } from "../segments/day.ts";
import { quantile } from "../statistics/robust.ts";
import { binomialAtLeast, poissonAtLeast } from "../statistics/tails.ts";
import { type DayFacts, type MissingField, missingFields } from "./day-facts.ts";
import { type Found, findingId } from "./finding.ts";

/** Days before a day from which it is known how many rows are usually such. */
const learnedDays = 180;
/** Rows in them without which nothing is known. */
const leastRows = 1_000;
/** This part of those days, the worst ones, counts no more than the others: faults of the past must not make new ones usual. */
const worstDays = 0.05;
/** So many rows a day are believed in any case, because most days have none of what is rare. */
const believed = 3;
/**
 * Probability below which a day's duplicates are more than there usually are, and more than chance gives: parts of one lot may well have the same
 * quantity. At worst, what chance gives is told once in three weeks.
 */
const unlikelyDuplicates = { usual: 0.01, chance: 0.05 };
/** Pairs of an item below which how often two quantities are the same is taken from all items. */
const ownPairs = 200;
/** Lots may be divided into equal parts: that is seen when it is so on more than this part of the days. */
const dividedDays = 0.1;
const unlikelyMissing = 1e-4;

/** The rows of a day in one file. */
export interface ScannedDay {
  /** The file, such as `live`. */
  file: string;
  day: Day;
  facts: DayFacts;
}

/** Findings about rows, from the days of all files in ascending order: a new year's file is compared with the one before. */
export function rowFindings(days: readonly ScannedDay[]): Found[] {
  const coincidences = coincidencesOf(days);
  const found = days.flatMap((one, at) => {
    const past = days.slice(Math.max(0, at - learnedDays), at).map(({ facts }) => facts);
    return [
      ...duplicateRows(one, past, coincidences[at]!),
      ...missingFields.flatMap((field) => missingValues(one, past, field)),
      ...textQuantities(one),
    ];
  });
  return identified(found);
}

/** A day's rows move to another file once a year, and what was said about them should not get lost: the file is part of an id only where two have the same fault. */
function identified(found: readonly Found[]): Found[] {
  const ids = new Set<string>();
  return found.map((one) => {
    const parts = [String(one.figures.field ?? ""), one.day!];
    const plain = findingId(one.kind, ...parts);
    const id = ids.has(plain) ? findingId(one.kind, ...parts, String(one.figures.file)) : plain;
    ids.add(id);
    return { ...one, id };
  });
}

/**
 * How many duplicates chance was to give on each day: its pairs of rows with the same lot, times how often two rows of that item with different lots
 * have the same quantity, which no double booking changes much. Where lots are divided into equal parts, that many times more.
 */
function coincidencesOf(days: readonly ScannedDay[]): number[] {
  const all = { pairs: 0, equal: 0 };
  const items = new Map<string, { pairs: number; equal: number }>();
  for (const { facts } of days) {
    for (const [item, [, pairs, equal]] of Object.entries(facts.pairs)) {
      const own = items.get(item) ?? { pairs: 0, equal: 0 };
      items.set(item, { pairs: own.pairs + pairs, equal: own.equal + equal });
      all.pairs += pairs;
      all.equal += equal;
    }
  }
  const usual = all.pairs === 0 ? 0 : all.equal / all.pairs;
  const shareOf = (item: string): number => {
    const { pairs, equal } = items.get(item)!;
    return (equal + ownPairs * usual) / (pairs + ownPairs);
  };
  const expected = days.map(({ facts }) =>
    Object.entries(facts.pairs).reduce((sum, [item, [sameLot]]) => sum + sameLot * shareOf(item), 0),
  );
  const duplicates = days.map(({ facts }) => facts.duplicates);
  const most = days.length === 0 ? 0 : quantile(duplicates, 1 - dividedDays);
  const seen = duplicates.reduce((sum, count) => sum + Math.min(count, most), 0);
  const byChance = expected.reduce((sum, one) => sum + one, 0);
  const times = byChance > 0 ? Math.max(1, seen / byChance) : 1;
  return expected.map((one) => one * times);
}

function duplicateRows({ file, day, facts }: ScannedDay, past: readonly DayFacts[], byChance: number): Found[] {
  const { duplicates, rows, groups } = facts;
  if (duplicates === 0) return [];
  const usual = usualShare(past, (one) => one.duplicates, 0);
  if (!usual) return [];
  const beyondUsual = poissonAtLeast(duplicates, Math.max(usual.share, usual.least) * rows);
  const beyondChance = poissonAtLeast(duplicates, byChance);
  if (beyondUsual >= unlikelyDuplicates.usual && beyondChance >= unlikelyDuplicates.chance) return [];
  const [first] = groups;
  const example = { item: first!.item, lot: first!.lot, quantity: first!.quantity };
  const figures = { file, duplicates, rows, usual: usual.share * rows, ...example };
  const kind = "duplicate-rows" as const;
  // Filtered by the item where all of them are of one.
  const items = new Set(groups.map(({ item }) => item));
  const item = items.size === 1 ? first!.item : null;
  return [{ id: "", kind, severity: "warning", day, item, extent: duplicates, figures }];
}

function missingValues({ file, day, facts }: ScannedDay, past: readonly DayFacts[], field: MissingField): Found[] {
  const { rows } = facts.missing[field];
  if (rows === 0) return [];
  const usual = usualShare(past, ({ missing }) => missing[field].rows, believed);
  if (!usual) return [];
  const isNever = usual.share === 0 && usual.rows >= 2 * leastRows;
  const chance = binomialAtLeast(rows, facts.rows, Math.max(usual.share, usual.least));
  if (!isNever && chance >= unlikelyMissing) return [];
  const figures = { file, field, missing: rows, rows: facts.rows, usualShare: usual.share };
  const kind = "missing-values" as const;
  return [{ id: "", kind, severity: "warning", day, item: null, extent: rows, figures }];
}

/** A quantity that is no number is a fault wherever it stands, so that there is nothing to compare it with. */
function textQuantities({ file, day, facts }: ScannedDay): Found[] {
  const { rows } = facts.texts;
  if (rows === 0) return [];
  const figures = { file, texts: rows, rows: facts.rows };
  return [{ id: "", kind: "text-quantity", severity: "warning", day, item: null, extent: rows, figures }];
}

/**
 * The usual part of such rows: a day counts with no more of them than the 95 % quantile of all days, or `least` where that is more. `least` of the result is the
 * smallest part that so many rows could show. Null where too little is known.
 */
function usualShare(
  past: readonly DayFacts[],
  of: (facts: DayFacts) => number,
  least: number,
): { share: number; least: number; rows: number } | null {
  const rows = past.reduce((sum, facts) => sum + facts.rows, 0);
  if (rows < leastRows) return null;
  const counts = past.map(of);
  const most = Math.max(least, quantile(counts, 1 - worstDays));
  return { share: counts.reduce((sum, count) => sum + Math.min(count, most), 0) / rows, least: 0.5 / rows, rows };
}
