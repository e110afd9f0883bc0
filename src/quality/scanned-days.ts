import type { Database } from "bun:sqlite";
import type { Columns } from "../rollup/columns.ts";
import type { Day } from "../segments/day.ts";
import type { DayFacts } from "./day-facts.ts";

/** Raised when the meaning of the facts changes, so that all days are read anew. */
const format = "2";

/** What was read of a day, what its totals were then, and in which version of the file. */
export interface Scanned {
  signature: string;
  version: string;
  facts: DayFacts;
}

/** What the rows of each day are like, in hub.db: derived, so that a day is read again only when it changed. */
export class ScannedDays {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The days of a segment by day. */
  of(segment: string): Map<Day, Scanned> {
    const rows = this.#db.query<{ day: Day; signature: string; facts: string }, [string]>(
      "SELECT day, signature, facts FROM quality_day WHERE segment = ?",
    );
    const days = new Map<Day, Scanned>();
    for (const { day, signature: stored, facts } of rows.all(segment)) {
      const [written, signature, ...rest] = stored.split(" ");
      if (written === format)
        days.set(day, { signature: signature!, version: rest.join(" "), facts: JSON.parse(facts) });
    }
    return days;
  }

  /** Puts what was read in the place of what was known, in one transaction; and forgets days that are no longer looked at. */
  put(segment: string, read: ReadonlyMap<Day, Scanned>, gone: readonly Day[]): void {
    if (read.size === 0 && gone.length === 0) return;
    const insert = this.#db.query<null, [string, string, string, string]>(
      "INSERT OR REPLACE INTO quality_day (segment, day, signature, facts) VALUES (?, ?, ?, ?)",
    );
    const remove = this.#db.query<null, [string, string]>("DELETE FROM quality_day WHERE segment = ? AND day = ?");
    this.#db.transaction(() => {
      for (const [day, { signature, version, facts }] of read)
        insert.run(segment, day, `${format} ${signature} ${version}`, JSON.stringify(facts));
      for (const day of gone) remove.run(segment, day);
    })();
  }

  /** Forgets segments that are no longer part of the data. */
  keepOnly(segments: readonly string[]): void {
    this.#db.run("DELETE FROM quality_day WHERE segment NOT IN (SELECT value FROM json_each(?))", [
      JSON.stringify(segments),
    ]);
  }
}

/** The rows of each day from `from` to `to` and a text that changes when they do, unless rows change without their day's totals: count, sum, smallest, greatest per item. */
export function signatures(columns: Columns, from: Day, to: Day): Map<Day, { signature: string; rows: number }> {
  const { days, items, dayStart, item, count, sum, min, max } = columns;
  const found = new Map<Day, { signature: string; rows: number }>();
  for (const [at, day] of days.entries()) {
    if (day < from || day > to) continue;
    let hash = 0n;
    let rows = 0;
    const cell = new Float64Array(4);
    for (let index = dayStart[at]!; index < dayStart[at + 1]!; index++) {
      cell.set([count[index]!, sum[index]!, min[index]!, max[index]!]);
      hash = BigInt(Bun.hash(items[item[index]!]!.code, Bun.hash(cell, hash) as bigint));
      rows += count[index]!;
    }
    found.set(day, { signature: hash.toString(36), rows });
  }
  return found;
}
