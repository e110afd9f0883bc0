import type { Day } from "../segments/day.ts";
import { binomialAtLeast, poissonAtLeast } from "../statistics/tails.ts";
import { type DayFacts, type MissingField, missingFields } from "./day-facts.ts";
import { type Found, findingId } from "./finding.ts";

/** Days before a day from which it is known how many rows are usually such. */
const learnedDays = 180;
/** Rows in them without which nothing is known. */
const leastRows = 1_000;
/** This part of those days, the worst ones, is left out: faults of the past must not make new ones usual. */
const leftOut = 0.05;
/**
 * Probability below which a day's duplicates are more than the coincidences that there are: parts of one lot may well have the same
 * quantity, and the more rows a day has the more of them do.
 */
const unlikelyDuplicates = 0.01;
const unlikelyMissing = 1e-4;

/** The rows of a day in one file. */
export interface ScannedDay {
  /** The file, such as `live`. */
  file: string;
  day: Day;
  facts: DayFacts;
}

/** Findings about rows, from days in ascending order of one file. */
export function rowFindings(days: readonly ScannedDay[]): Found[] {
  return days.flatMap((one, at) => {
    const past = days.slice(Math.max(0, at - learnedDays), at).map(({ facts }) => facts);
    return [...duplicateRows(one, past), ...missingFields.flatMap((field) => missingValues(one, past, field))];
  });
}

function duplicateRows({ file, day, facts }: ScannedDay, past: readonly DayFacts[]): Found[] {
  if (facts.duplicates === 0) return [];
  const usual = usualShare(past, ({ duplicates }) => duplicates);
  if (!usual) return [];
  const chance = poissonAtLeast(facts.duplicates, Math.max(usual.share, usual.least) * facts.rows);
  if (chance >= unlikelyDuplicates) return [];
  const [first] = facts.groups;
  const example = { item: first!.item, lot: first!.lot, quantity: first!.quantity };
  const figures = { file, duplicates: facts.duplicates, rows: facts.rows, usual: usual.share * facts.rows, ...example };
  const kind = "duplicate-rows" as const;
  const id = findingId(kind, file, day);
  // Filtered by the item where all of them are of one.
  const items = new Set(facts.groups.map(({ item }) => item));
  const item = items.size === 1 ? first!.item : null;
  return [{ id, kind, severity: "warning", day, item, extent: facts.duplicates, figures }];
}

function missingValues({ file, day, facts }: ScannedDay, past: readonly DayFacts[], field: MissingField): Found[] {
  const { rows } = facts.missing[field];
  if (rows === 0) return [];
  const usual = usualShare(past, ({ missing }) => missing[field].rows);
  if (!usual) return [];
  const isNever = usual.share === 0 && usual.rows >= 2 * leastRows;
  const chance = binomialAtLeast(rows, facts.rows, Math.max(usual.share, usual.least));
  if (!isNever && chance >= unlikelyMissing) return [];
  const figures = { file, field, missing: rows, rows: facts.rows, usualShare: usual.share };
  const kind = "missing-values" as const;
  const id = findingId(kind, field, file, day);
  return [{ id, kind, severity: "warning", day, item: null, extent: rows, figures }];
}

/** The usual part of such rows, without the worst days; `least` is the smallest part that so many rows could show. Null where too little is known. */
function usualShare(
  past: readonly DayFacts[],
  of: (facts: DayFacts) => number,
): { share: number; least: number; rows: number } | null {
  const days = past.toSorted((a, b) => of(b) / b.rows - of(a) / a.rows).slice(Math.ceil(leftOut * past.length));
  const rows = days.reduce((sum, facts) => sum + facts.rows, 0);
  if (rows < leastRows) return null;
  return { share: days.reduce((sum, facts) => sum + of(facts), 0) / rows, least: 0.5 / rows, rows };
}
