import type { Database } from "bun:sqlite";
import type { Runs } from "./connection.ts";
import { afterAll, type Day } from "./day.ts";
import { datedSql } from "./facts.ts";
import { table } from "./schema.ts";
import type { Excluded, IdRange, Segment } from "./types.ts";

/** Misplaced rows of one segment, and which of them their owner holds as well. */
export interface Placement {
  name: string;
  misplaced: number;
  excluded: Excluded;
}

export const nothingExcluded: Excluded = { rows: 0, days: [] };

/** The six columns of CONTRACT §1, by which two rows are the same. */
export const contractColumns = [
  "id",
  "production_date",
  "lot_number",
  "item_code",
  "item_name",
  "good_quantity",
] as const;

/** SQL that is true when rows `a` and `b` are the same in these columns; a column's own collation must not make 'a' and 'A' the same. */
export function sameRow(a: string, b: string, columns: readonly string[]): string {
  return columns.map((column) => `${a}."${column}" IS ${b}."${column}" COLLATE BINARY`).join(" AND ");
}

/**
 * What comparisons found, by `pairOf` the two: it depends on their rows and the owner's days alone. Comparing 5 million rows takes 4 s, and while
 * a rollover puts late rows into other archives it would be done again for each of them.
 */
export type Comparisons = Record<string, Compared>;

/** Attaches files for as long as `use` runs, which is told the name of each one's schema. */
type WithAttached = <T>(files: readonly Segment[], use: (db: Database, schemas: string[]) => T) => T;

/** Rows of a segment on one side of the days it owns, as a condition on `production_date`. */
interface Side {
  sql: string;
  from: string;
}

/**
 * From this many on, both files are read along their ids, 0.5 µs a row; looked up one by one as the date index finds them they take twice as
 * long (5 million rows: 2.6 s and 5 s of processor time), but of a few rows only that does not read the whole file.
 */
const manyRows = 100_000;

/**
 * Finds the rows that stand in a file which does not own their day, and among them those that the owner holds with the same id and the
 * same content (CONTRACT, "Every row counts exactly once"). Two index ranges per segment; nothing at all where its days are its own.
 * Two files at a time are attached, because SQLite takes ten at the most and there may be more years than that. `wanted` are the segments whose
 * rows are asked about; `comparisons` holds what is known already, and is given what is found.
 */
export function findPlacements(
  segments: readonly Segment[],
  withAttached: WithAttached,
  wanted: readonly Segment[] = segments,
  comparisons: Comparisons = {},
): Placement[] {
  return wanted.map((segment) => {
    const sides = strayedSides(segment);
    const counts = sides.map((side) => withAttached([segment], (db, [own]) => countStrays(db, own!, segment, side)));
    const misplaced = counts.reduce((sum, count) => sum + count, 0);
    if (misplaced === 0) return { name: segment.name, misplaced, excluded: nothingExcluded };
    const compared = ownersOf(segment, segments).map((owner) => {
      comparisons[pairOf(segment, owner)] ??= withAttached([segment, owner], (db, schemas) =>
        compareWith(db, schemas, segment, owner, misplaced >= manyRows),
      );
      return comparisons[pairOf(segment, owner)]!;
    });
    return { name: segment.name, misplaced, excluded: put(compared) };
  });
}

/** Key of what a segment holds of an owner's days. */
export function pairOf(segment: Segment, owner: Segment): string {
  return JSON.stringify([segment.name, segment.version, owner.name, owner.version, owner.ownsFrom, owner.ownsTo]);
}

/** True when a segment has rows of days that it does not own. */
export function hasStrays(segment: Segment): boolean {
  return strayedSides(segment).length > 0;
}

/** The other segments that own days which the rows of this one reach into, from old to new. */
export function ownersOf(segment: Segment, segments: readonly Segment[]): Segment[] {
  const { firstDay, lastDay } = segment.facts;
  if (firstDay === null || lastDay === null) return [];
  return (
    segments
      .filter(({ ownsFrom, ownsTo }) => ownsFrom <= ownsTo && ownsFrom <= lastDay && ownsTo >= firstDay)
      // A file that has grown is two segments of the same days, which hold no row in common.
      .filter(({ ownsFrom, ownsTo }) => ownsFrom !== segment.ownsFrom || ownsTo !== segment.ownsTo)
      .sort((a, b) => (a.ownsFrom < b.ownsFrom ? -1 : 1))
  );
}

/** The rows of a segment outside of the days it owns, as at most two ranges that share no row; none where there are no such rows. */
export function strayedSides({ facts: { firstDay, lastDay }, ownsFrom, ownsTo }: Segment): Side[] {
  if (firstDay === null || lastDay === null) return [];
  if (ownsFrom > ownsTo) return [{ sql: "production_date >= $from", from: "" }];
  const sides: Side[] = [];
  if (firstDay < ownsFrom) sides.push({ sql: "production_date < $from", from: ownsFrom });
  if (lastDay > ownsTo) sides.push({ sql: "production_date > $from", from: ownsTo + afterAll });
  return sides;
}

function countStrays(db: Database, schema: string, { facts }: Segment, side: Side): number {
  const sql = `SELECT count(*) n FROM ${schema}.${table} WHERE ${side.sql} AND ${datedSql(facts.undated.prefixes)}`;
  return db.query<{ n: number }, [{ $from: string }]>(sql).get({ $from: side.from })!.n;
}

/** What a segment holds of the days of an owner. */
export interface Compared {
  from: Day;
  to: Day;
  strays: number;
  twins: number;
  /** Every one of these rows with an id in one of the ranges is a twin, and no other is. */
  ids: IdRange[];
}

function compareWith(db: Database, [own, other]: string[], segment: Segment, owner: Segment, many: boolean): Compared {
  const { ownsFrom: from, ownsTo: to } = owner;
  const compared: Compared = { from, to, strays: 0, twins: 0, ids: [] };
  // The plus sign keeps SQLite from reading a file of 5 million rows along its ids to find a few of them in order.
  const [how, order] = many ? ["NOT INDEXED", "s.id"] : ["", "+s.id"];
  const rows = db.query<{ id: number; twin: number }, [{ $from: string; $end: string }]>(
    `SELECT s.id AS id, o.id IS NOT NULL AND ${sameRow("o", "s", contractColumns)} AS twin
     FROM (SELECT * FROM ${own}.${table} ${how}
       WHERE production_date >= $from AND production_date < $end AND ${datedSql(segment.facts.undated.prefixes)}) s
     LEFT JOIN ${other}.${table} o ON o.id = s.id ORDER BY ${order}`,
  );
  let range: IdRange | null = null;
  for (const { id, twin } of rows.iterate({ $from: from, $end: to + afterAll })) {
    compared.strays += 1;
    if (twin === 0) {
      range = null;
      continue;
    }
    compared.twins += 1;
    if (range) range[1] = id;
    else {
      range = [id, id];
      compared.ids.push(range);
    }
  }
  return compared;
}

/** Puts together what was found in the days of each owner, from old to new; years side by side that are excluded altogether become one. */
function put(compared: readonly Compared[]): Excluded {
  const days: Excluded["days"] = [];
  let whole: Excluded["days"][number] | null = null;
  for (const { from, to, strays, twins, ids } of compared) {
    if (twins < strays) {
      whole = null;
      if (twins > 0) days.push({ from, to, ids });
      continue;
    }
    // The days between two that are not side by side are the segment's own, or of a file that cannot be read now.
    if (whole && yearOf(from) === yearOf(whole.to) + 1) whole.to = to;
    else if (strays > 0) {
      whole = { from, to, ids: null };
      days.push(whole);
    } else whole = null;
  }
  const rows = compared.reduce((sum, { twins }) => sum + twins, 0);
  return rows === 0 ? nothingExcluded : { rows, days };
}

const yearOf = (day: Day): number => Number(day.slice(0, 4));

/** Name of the temporary table that `keptSql` reads the ranges of a schema's segment from. */
const rangesOf = (schema: string): string => `temp.excluded_${schema}`;

/** Makes the ranges of ids at hand for `keptSql`, for a segment that is attached under this name. */
export function openRanges(db: Runs, schema: string, { days }: Excluded): void {
  const ranges = days.flatMap(({ ids }, period) => (ids ?? []).map(([first, last]) => [period, first, last]));
  if (ranges.length === 0) return;
  db.run(
    `CREATE TEMP TABLE excluded_${schema} (period, first_id, last_id, PRIMARY KEY (period, first_id)) WITHOUT ROWID`,
  );
  db.run(`INSERT INTO ${rangesOf(schema)} SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`, [
    JSON.stringify(ranges),
  ]);
}

/** Drops what `openRanges` made. */
export function closeRanges(db: Database, schema: string): void {
  db.run(`DROP TABLE IF EXISTS ${rangesOf(schema)}`);
}

/**
 * SQL that is true for the rows of a segment that count in it. Where only rows with a valid day are asked for (`dated`), what it says of others
 * does not matter, and days at the beginning that are excluded altogether become a bound that an index takes: after a rollover 5 million rows
 * need not be passed over one by one.
 */
export function keptSql({ excluded, facts }: Segment, schema: string, dated: boolean): string {
  const conditions = excluded.days.map(({ from, to, ids }, period) => {
    const end = `'${to}${afterAll}'`;
    if (ids === null && dated && from <= facts.firstDay!) return `production_date >= ${end}`;
    const parts = [`production_date >= '${from}'`, `production_date < ${end}`, datedSql(facts.undated.prefixes)];
    if (ids !== null) {
      parts.push(
        `id <= (SELECT last_id FROM ${rangesOf(schema)} WHERE period = ${period} AND first_id <= id ORDER BY first_id DESC LIMIT 1)`,
      );
    }
    return `(${parts.join(" AND ")}) IS NOT TRUE`;
  });
  return conditions.length === 0 ? "1" : `(${conditions.join(" AND ")})`;
}
