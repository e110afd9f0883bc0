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

/**
 * Finds the rows that stand in a file which does not own their day, and among them those that the owner holds with the same id and the
 * same content (CONTRACT, "Every row counts exactly once"). Two index ranges per segment; nothing at all where its days are its own.
 * `schemaOf` names the schema a segment is attached as.
 */
export function findPlacements(
  db: Database,
  segments: readonly Segment[],
  schemaOf: (segment: Segment) => string,
): Placement[] {
  return segments.map((segment) => {
    const { facts, ownsFrom, ownsTo } = segment;
    const excluded: number[] = [];
    let misplaced = 0;
    // A segment that owns no day has nothing but strays.
    const nothingOwned = ownsFrom > ownsTo;
    const strays = [
      { when: nothingOwned, sql: "production_date >= $from", from: "" },
      {
        when: !nothingOwned && facts.firstDay !== null && facts.firstDay < ownsFrom,
        sql: "production_date < $from",
        from: ownsFrom,
      },
      {
        when: !nothingOwned && facts.lastDay !== null && facts.lastDay > ownsTo,
        sql: "production_date > $from",
        from: ownsTo + afterAll,
      },
    ];
    for (const side of strays) {
      if (!side.when) continue;
      const stray = `${side.sql} AND ${datedSql(facts.undated.prefixes)}`;
      misplaced += db
        .query<{ n: number }, [{ $from: string }]>(
          `SELECT count(*) n FROM ${schemaOf(segment)}.${table} WHERE ${stray}`,
        )
        .get({ $from: side.from })!.n;
      for (const owner of segments) {
        if (owner === segment || owner.ownsFrom > owner.ownsTo) continue;
        // CROSS JOIN keeps the order: the few strays first, then the owner by id. Left to choose, SQLite scanned 5 million rows (3 s).
        const twins = db.query<{ id: number }, [Record<string, string>]>(
          `SELECT s.id FROM (SELECT * FROM ${schemaOf(segment)}.${table} WHERE ${stray}) s
           CROSS JOIN ${schemaOf(owner)}.${table} o ON o.id = s.id
           WHERE s.production_date >= $ownsFrom AND s.production_date < $ownsTo
             AND o.production_date = s.production_date AND o.lot_number IS s.lot_number AND o.item_code IS s.item_code
             AND o.item_name IS s.item_name AND o.good_quantity IS s.good_quantity`,
        );
        const bounds = { $from: side.from, $ownsFrom: owner.ownsFrom, $ownsTo: owner.ownsTo + afterAll };
        for (const { id } of twins.all(bounds)) excluded.push(id);
      }
    }
    return { name: segment.name, misplaced, excluded };
  });
}
