import type { Database } from "bun:sqlite";
import { afterAll } from "./day.ts";
import { datedSql } from "./facts.ts";
import { table } from "./schema.ts";
import type { Segment } from "./types.ts";

/** Misplaced rows of one segment, and which of them their owner holds as well. */
export interface Placement {
  name: string;
  misplaced: number;
  excluded: number[];
}

/** Attaches files for as long as `use` runs, which is told the name of each one's schema. */
type WithAttached = <T>(files: readonly Segment[], use: (db: Database, schemas: string[]) => T) => T;

/** Rows of a segment on one side of the days it owns, as a condition on `production_date`. */
interface Side {
  sql: string;
  from: string;
}

/**
 * Finds the rows that stand in a file which does not own their day, and among them those that the owner holds with the same id and the
 * same content (CONTRACT, "Every row counts exactly once"). Two index ranges per segment; nothing at all where its days are its own.
 * Two files at a time are attached, because SQLite takes ten at the most and there may be more years than that.
 */
export function findPlacements(segments: readonly Segment[], withAttached: WithAttached): Placement[] {
  return segments.map((segment) => {
    const sides = strayedSides(segment);
    const counts = sides.map((side) => withAttached([segment], (db, [own]) => countStrays(db, own!, segment, side)));
    const owners = segments.filter((owner) => owner !== segment && owner.ownsFrom <= owner.ownsTo);
    const excluded = sides.flatMap((side) =>
      owners.flatMap((owner) =>
        withAttached([segment, owner], (db, schemas) => twinsOf(db, schemas, segment, side, owner)),
      ),
    );
    return { name: segment.name, misplaced: counts.reduce((sum, count) => sum + count, 0), excluded };
  });
}

/** True when a segment has rows of days that it does not own. */
export function hasStrays(segment: Segment): boolean {
  return strayedSides(segment).length > 0;
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

function strayed(side: Side, { facts }: Segment): string {
  return `${side.sql} AND ${datedSql(facts.undated.prefixes)}`;
}

function countStrays(db: Database, schema: string, segment: Segment, side: Side): number {
  const sql = `SELECT count(*) n FROM ${schema}.${table} WHERE ${strayed(side, segment)}`;
  return db.query<{ n: number }, [{ $from: string }]>(sql).get({ $from: side.from })!.n;
}

function twinsOf(db: Database, [own, other]: string[], segment: Segment, side: Side, owner: Segment): number[] {
  // CROSS JOIN keeps the order: the few strays first, then the owner by id. Left to choose, SQLite scanned 5 million rows (3 s).
  const twins = db.query<{ id: number }, [Record<string, string>]>(
    `SELECT s.id FROM (SELECT * FROM ${own}.${table} WHERE ${strayed(side, segment)}) s
     CROSS JOIN ${other}.${table} o ON o.id = s.id
     WHERE s.production_date >= $ownsFrom AND s.production_date < $ownsTo
       AND o.production_date = s.production_date AND o.lot_number IS s.lot_number AND o.item_code IS s.item_code
       AND o.item_name IS s.item_name AND o.good_quantity IS s.good_quantity`,
  );
  const bounds = { $from: side.from, $ownsFrom: owner.ownsFrom, $ownsTo: owner.ownsTo + afterAll };
  return twins.all(bounds).map(({ id }) => id);
}
