import type { Database } from "bun:sqlite";
import { type PackedSample, pack, unpack } from "./packed.ts";
import { addSample, bySpan, type Sample } from "./sample.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The grains that are kept: spans of so many ms, each for so long. */
export const grains = [
  { spanMs: minute, keptMs: 26 * hour },
  { spanMs: 10 * minute, keptMs: 8 * day },
  { spanMs: hour, keptMs: 400 * day },
] as const;
export type SpanMs = (typeof grains)[number]["spanMs"];

/** How the hub has been doing, in hub.db (table `monitoring_sample`). */
export class SampleStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Adds the samples of minutes in one transaction, to their minutes, ten minutes and hours, and deletes what is too old. A span that has a sample
   * gets the sum of both: a restart goes on, and a clock that was put back loses nothing. Throws what SQLite throws.
   */
  add(minutes: readonly Sample[]): void {
    const find = this.#db.query<PackedSample, [number, number]>(
      `SELECT ${columns} FROM monitoring_sample WHERE grain = ? AND at = ?`,
    );
    const put = this.#db.query<null, [number, number, string, Uint8Array, Uint8Array]>(
      `INSERT OR REPLACE INTO monitoring_sample (grain, ${columns}) VALUES (?, ?, ?, ?, ?)`,
    );
    // By number rather than by age: a clock that was a year ahead for a moment must not empty the table.
    const prune = this.#db.query<null, [number, number, number]>(
      `DELETE FROM monitoring_sample WHERE grain = ?1 AND at < (
         SELECT at FROM monitoring_sample WHERE grain = ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3
       )`,
    );
    const write = this.#db.transaction(() => {
      for (const { spanMs, keptMs } of grains) {
        const grain = spanMs / 1000;
        for (const sample of bySpan(minutes, spanMs)) {
          const present = find.get(grain, sample.at);
          const before = present && unpack(present);
          if (before) addSample(sample, before);
          const { at, figures, response_times, loop_delays } = pack(sample);
          put.run(grain, at, figures, response_times, loop_delays);
        }
        prune.run(grain, grain, keptMs / spanMs - 1);
      }
    });
    write.immediate();
  }

  /** The samples of one grain whose spans begin from `from` until before `to` (ms since 1970), in the order of time, without damaged ones. */
  read(spanMs: SpanMs, from: number, to: number): Sample[] {
    return this.#db
      .query<PackedSample, [number, number, number]>(
        `SELECT ${columns} FROM monitoring_sample WHERE grain = ? AND at >= ? AND at < ? ORDER BY at`,
      )
      .all(spanMs / 1000, from, to)
      .flatMap((packed) => unpack(packed) ?? []);
  }
}

const columns = "at, figures, response_times, loop_delays";
