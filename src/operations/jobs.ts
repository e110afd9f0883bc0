import { type Database, SQLiteError } from "bun:sqlite";

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

type Columns = Stored & { seen_at: number | null };

const columns = "name, paused, started_at, finished_at, succeeded_at, result, message";

/**
 * The table of jobs in hub.db. What cannot be written, because the disk is full say, is remembered here until it can: just then it matters that the
 * backup is tried, and that it is told that it failed.
 */
export class JobTable {
  readonly #db: Database;
  readonly #unwritten = new Map<string, Partial<Columns>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** What is remembered of a job; all null for one that never ran. */
  get(name: string): JobMemory {
    const stored = this.#db.query<Stored, [string]>(`SELECT ${columns} FROM job WHERE name = ?`).get(name);
    const { seen_at: _, ...unwritten } = this.#unwritten.get(name) ?? {};
    const known = { ...neverRun, name, ...stored, ...unwritten };
    return { ...known, paused: known.paused === 1 };
  }

  /** True while something that was noted is not in hub.db yet. */
  get isBehind(): boolean {
    return this.#unwritten.size > 0;
  }

  /** Since when the job has been in the schedule, ms since the epoch; `now` when it is new. */
  seenAt(name: string, now: number): number {
    const seen = this.#seen(name);
    if (seen === null) this.#note(name, { seen_at: now });
    return seen ?? now;
  }

  /** Begins to wait anew for a job that has no time any more, so that nothing is caught up when it has one again. */
  forgetSeen(name: string): void {
    if (this.#seen(name) !== null) this.#note(name, { seen_at: null });
  }

  #seen(name: string): number | null {
    const unwritten = this.#unwritten.get(name)?.seen_at;
    if (unwritten !== undefined) return unwritten;
    const find = this.#db.query<Pick<Columns, "seen_at">, [string]>("SELECT seen_at FROM job WHERE name = ?");
    return find.get(name)?.seen_at ?? null;
  }

  setPaused(name: string, paused: boolean): void {
    this.#note(name, { paused: paused ? 1 : 0 });
  }

  setStarted(name: string, at: number): void {
    this.#note(name, { started_at: at, finished_at: null });
  }

  setFinished(name: string, at: number, result: "ok" | "failed", message: string): void {
    this.#note(name, { finished_at: at, result, message, ...(result === "ok" ? { succeeded_at: at } : {}) });
  }

  #note(name: string, changes: Partial<Columns>): void {
    const all = { ...this.#unwritten.get(name), ...changes };
    try {
      this.#db.run("INSERT OR IGNORE INTO job (name) VALUES (?)", [name]);
      const assignments = Object.keys(all).map((column) => `${column} = ?`);
      this.#db.run(`UPDATE job SET ${assignments.join(", ")} WHERE name = ?`, [...Object.values(all), name]);
      this.#unwritten.delete(name);
    } catch (error) {
      if (!(error instanceof SQLiteError)) throw error;
      this.#unwritten.set(name, all);
    }
  }
}

const neverRun: Stored = {
  name: "",
  paused: 0,
  started_at: null,
  finished_at: null,
  succeeded_at: null,
  result: null,
  message: null,
};
