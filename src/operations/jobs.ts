import type { Database } from "bun:sqlite";

/** What is remembered of a job between runs and restarts. Times in ms since the epoch. */
export interface JobMemory {
  name: string;
  paused: boolean;
  started_at: number | null;
  finished_at: number | null;
  succeeded_at: number | null;
  result: "ok" | "failed" | null;
  message: string | null;
}

type Stored = Omit<JobMemory, "paused"> & { paused: number };

const columns = "name, paused, started_at, finished_at, succeeded_at, result, message";

/** The table of jobs in hub.db. */
export class JobTable {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** What is remembered of a job; all null for one that never ran. */
  get(name: string): JobMemory {
    const stored = this.#db.query<Stored, [string]>(`SELECT ${columns} FROM job WHERE name = ?`).get(name);
    if (stored) return { ...stored, paused: stored.paused === 1 };
    return {
      name,
      paused: false,
      started_at: null,
      finished_at: null,
      succeeded_at: null,
      result: null,
      message: null,
    };
  }

  /** Since when the job has been in the schedule, ms since the epoch; `now` when it is new. */
  seenAt(name: string, now: number): number {
    const find = this.#db.query<{ seen_at: number | null }, [string]>("SELECT seen_at FROM job WHERE name = ?");
    const seen = find.get(name)?.seen_at;
    if (seen === undefined || seen === null) this.#upsert(name, "seen_at = ?", [now]);
    return seen ?? now;
  }

  /** Begins to wait anew for a job that has no time any more, so that nothing is caught up when it has one again. */
  forgetSeen(name: string): void {
    this.#db.run("UPDATE job SET seen_at = NULL WHERE name = ?", [name]);
  }

  setPaused(name: string, paused: boolean): void {
    this.#upsert(name, "paused = ?", [paused ? 1 : 0]);
  }

  setStarted(name: string, at: number): void {
    this.#upsert(name, "started_at = ?, finished_at = NULL", [at]);
  }

  setFinished(name: string, at: number, result: "ok" | "failed", message: string): void {
    this.#upsert(name, "finished_at = ?, result = ?, message = ?", [at, result, message]);
    if (result === "ok") this.#upsert(name, "succeeded_at = ?", [at]);
  }

  #upsert(name: string, assignments: string, values: (string | number)[]): void {
    this.#db.run("INSERT OR IGNORE INTO job (name) VALUES (?)", [name]);
    this.#db.run(`UPDATE job SET ${assignments} WHERE name = ?`, [...values, name]);
  }
}
