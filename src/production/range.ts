import { afterAll, type Day, firstDayEver, lastDayEver } from "../segments/day.ts";
import { UnavailableError } from "../segments/errors.ts";
import type { Segment, Snapshot } from "../segments/types.ts";

/** Days asked for, both ends inclusive; an absent end is open. */
export interface DayRange {
  from?: Day | undefined;
  to?: Day | undefined;
}

/** Days that are to be read. */
export interface ReadRange extends DayRange {
  /** Those of them that can be read now are enough. */
  readable?: boolean | undefined;
}

/** A condition in SQL with the values for its question marks. */
export interface Condition {
  sql: string;
  values: (string | number)[];
}

/** Rows whose text lies within the range; add `{dated}` to leave those out that begin with no valid day, such as 2026-02-30. */
export function inRange({ from, to }: DayRange): Condition {
  const parts = ["1"];
  const values: string[] = [];
  if (from !== undefined) {
    parts.push("production_date >= ?");
    values.push(from);
  }
  if (to !== undefined) {
    parts.push("production_date < ?");
    values.push(to + afterAll);
  }
  return { sql: parts.join(" AND "), values };
}

/** The days of a month given as YYYY-MM. */
export function monthRange(yearMonth: string): DayRange {
  return { from: `${yearMonth}-01`, to: `${yearMonth}-31` };
}

/**
 * The segments that may hold rows of the range, newest first: those whose stored texts reach into it, be the rows theirs or misplaced.
 * Throws UnavailableError when a file that owns days of the range can be read neither now nor in an earlier version, unless what is readable
 * is enough.
 */
export function segmentsFor(snapshot: Snapshot, { from, to, readable }: ReadRange): Segment[] {
  const first = from ?? firstDayEver;
  const last = to ?? lastDayEver;
  for (const gap of readable ? [] : snapshot.missing) {
    if (gap.ownsFrom <= last && gap.ownsTo >= first) {
      throw new UnavailableError(`The data of ${gap.name} are not available right now. ${gap.reason}`);
    }
  }
  return snapshot.segments.filter(({ facts }) => {
    if (facts.minText === null || facts.maxText === null) return false;
    return (from === undefined || facts.maxText >= from) && (to === undefined || facts.minText < to + afterAll);
  });
}
