import { look } from "../segments/look.ts";
import { TaskError, WorkerError, WorkerProcess } from "../workers/process.ts";
import type { Lack } from "./heal-tasks.ts";
import type { OperationLog } from "./operation.ts";
import { type SettleTiming, settleTiming } from "./settled.ts";
import type { SourceFile } from "./source-files.ts";

/**
 * When the watcher may hold a source's write lock, and for how long.
 *
 * SQLite makes an index in one transaction, and building it on a copy would lose what the ERP writes meanwhile. Measured for 5 million rows
 * (390 MB): 2 to 4.5 s for each of the five indexes, up to 16 s while the disk was busy; for 200,000 rows 0.1 to 0.3 s. An estimate alone
 * therefore keeps no promise: small work is done at once, large work when the file has been at rest for long, and what exceeds the limit
 * is broken off by killing its process. Tried with a program that wrote all the while with a busy timeout of 5 s, on a machine with five times
 * its load: never refused, longest wait 4.3 s.
 */
export interface HealTiming extends SettleTiming {
  /** Work that is expected to hold the lock for no longer than this is done in any file at rest. */
  promptMs: number;
  /** Longer work waits until nobody wrote for this long. */
  quietMs: number;
  /** Work that takes this long is broken off: a program that sets no busy timeout of its own waits 5 s (Python's sqlite3; .NET 30 s). */
  lockLimitMs: number;
  /** An archive nobody wrote for this long is taken to be at rest, and its indexes may take as long as they need. */
  archiveQuietMs: number;
  /** Pause between two indexes: longer than SQLite's busy handler sleeps (100 ms), so that a waiting ERP gets its turn. */
  turnMs: number;
}

export const healTiming: HealTiming = {
  ...settleTiming,
  promptMs: 1_000,
  quietMs: 10 * 60_000,
  lockLimitMs: 3_500,
  archiveQuietMs: 24 * 3_600_000,
  turnMs: 300,
};

/** What became of a file's missing indexes. */
export interface Healing {
  created: string[];
  missing: string[];
  /** Longest time the write lock was held, ms. */
  lockMs: number;
  /** An index took too long; it is not tried again before this time, seconds since the epoch. */
  retryAfterTs: number;
}

/** Measured: 0.4 to 0.9 µs a row and index for 5 million rows on an idle machine, up to four times as long on a busy disk. */
const msPerRow = 0.001;

/** How long making one index on so many rows is expected to hold the write lock, ms. */
export function expectedLockMs(rows: number): number {
  return rows * msPerRow;
}

const retryAfterS = 24 * 3600;
/** Looking may read a whole large file through a slow disk, and an archive's index may take minutes. Nobody waits for either. */
const unhurriedMs = 30 * 60_000;

interface HealerOptions {
  databaseDir: string;
  log: OperationLog;
  force: boolean;
  timing: HealTiming;
}

/** Writing took too long; `left` is what the file lacks now, null where that cannot be told. */
class BrokenOff extends WorkerError {
  readonly left: Lack | null;
  constructor(message: string, left: Lack | null) {
    super("timeout", message);
    this.left = left;
  }
}

/** Writes to the ERP's files, by a worker process that can be killed, and decides when and for how long that may be. */
export class Healer {
  readonly #databaseDir: string;
  readonly #log: OperationLog;
  readonly #force: boolean;
  readonly #timing: HealTiming;
  readonly #worker = new WorkerProcess();

  /** `force` makes what is missing now, however long it takes; `databaseDir` is the folder of hub.db. */
  constructor({ databaseDir, log, force, timing }: HealerOptions) {
    this.#databaseDir = databaseDir;
    this.#log = log;
    this.#force = force;
    this.#timing = timing;
  }

  /**
   * Makes the indexes that a file at rest lacks, as far as it can be done now; `retryAfterTs` is what an earlier cycle said. Throws what the worker
   * process threw: TaskError where the file is locked or broken.
   */
  async heal(file: SourceFile, retryAfterTs: number): Promise<Healing> {
    const quietMs = Date.now() - look(file.path).modifiedMs;
    const { missing, rowsAtMost } = await this.#ask<Lack>("heal.look", { file: file.path }, unhurriedMs);
    const healing: Healing = { created: [], missing, lockMs: 0, retryAfterTs };
    if (missing.length === 0) return healing;
    if (rowsAtMost === 0) {
      this.#log.info(`${file.fileName} is empty; its indexes are made once it holds rows.`);
      return healing;
    }
    const now = Date.now() / 1000;
    if (now < retryAfterTs && !this.#force) return healing;
    let pace = msPerRow;
    for (const name of missing) {
      const expectedMs = rowsAtMost * pace;
      const limitMs = this.#lockLimit(file, expectedMs, quietMs);
      if (limitMs === null) {
        this.#log.info(this.#whyLater(file, expectedMs, healing.missing));
        break;
      }
      this.#log.info(`Creating missing ${name} on ${file.fileName}`);
      const ms = await this.#make(file, name, limitMs);
      if (ms === null) {
        this.#log.warn(
          `Making ${name} on ${file.fileName} took longer than ${limitMs / 1000} s and was broken off, so that the ERP need not wait. Nothing was changed. It is tried again tomorrow; "--watch --force" makes it at a moment when the ERP does not write.`,
        );
        healing.retryAfterTs = now + retryAfterS;
        break;
      }
      healing.created.push(name);
      healing.missing = healing.missing.filter((other) => other !== name);
      healing.lockMs = Math.max(healing.lockMs, ms);
      pace = Math.max(pace, ms / rowsAtMost);
      this.#log.info(`Healed ${file.fileName}: ${name} in ${Math.round(ms)} ms`);
      await Bun.sleep(this.#timing.turnMs);
    }
    return healing;
  }

  /** Renews the planner's statistics; returns the milliseconds the write lock was held at the most. Throws as `heal` does. */
  async analyze(file: SourceFile): Promise<number> {
    const ms = await this.#write("heal.analyze", this.#order(file), this.#timing.lockLimitMs);
    this.#log.info(`ANALYZE OK ${file.fileName} in ${Math.round(ms)} ms`);
    return ms;
  }

  /** Rolls back what a killed process of the hub had begun to write; returns what the file lacks then. Throws as `heal` does. */
  recover(file: string): Promise<Lack> {
    return this.#ask("heal.recover", { file }, unhurriedMs);
  }

  /** How long the lock may be held now, ms; null when the work has to wait. */
  #lockLimit(file: SourceFile, expectedMs: number, quietMs: number): number | null {
    const { promptMs, lockLimitMs, archiveQuietMs } = this.#timing;
    if (this.#force || (file.source === "archive" && quietMs >= archiveQuietMs)) return unhurriedMs;
    return expectedMs <= promptMs || quietMs >= this.#timing.quietMs ? lockLimitMs : null;
  }

  #whyLater(file: SourceFile, expectedMs: number, missing: readonly string[]): string {
    const seconds = Math.ceil(expectedMs / 1000);
    const minutes = Math.ceil(this.#timing.quietMs / 60_000);
    return `${file.fileName} lacks ${missing.join(", ")}. Each would hold the write lock for some ${seconds} s, so they are made once nobody has written for ${minutes} minutes. The hub's own answers do not need them while it reads a mirror.`;
  }

  /** Makes one index; null when it was broken off because it took too long. */
  async #make(file: SourceFile, name: string, limitMs: number): Promise<number | null> {
    try {
      return await this.#write("heal.index", { ...this.#order(file), name }, limitMs);
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
      // In WAL mode the index may have been complete already.
      return error.left && !error.left.missing.includes(name) ? limitMs : null;
    }
  }

  /**
   * Writes to a file for `limitMs` at the most; returns milliseconds as above, throws BrokenOff. What was broken off is rolled back at once: its
   * journal would be taken for a transaction under way until somebody writes, which in an archive is nobody.
   */
  async #write(task: string, order: { file: string; name?: string }, limitMs: number): Promise<number> {
    try {
      return await this.#ask<number>(task, order, limitMs);
    } catch (error) {
      if (!(error instanceof WorkerError) || error.kind !== "timeout") throw error;
      throw new BrokenOff(error.message, await this.recover(order.file).catch(() => null));
    }
  }

  #order({ name, path }: SourceFile) {
    return { file: path, segment: name, databaseDir: this.#databaseDir };
  }

  async #ask<T>(task: string, args: unknown, timeoutMs: number): Promise<T> {
    const { payload } = await this.#worker.call(task, args, timeoutMs);
    return JSON.parse(Buffer.from(payload).toString()) as T;
  }

  /** Ends the worker process. */
  close(): void {
    this.#worker.close();
  }
}

/** Why work on a file failed, as a sentence for operators. */
export function sentenceOf(error: unknown): string {
  if (error instanceof TaskError && error.name === "SourceError") return error.message;
  if (error instanceof WorkerError && error.kind === "timeout") return "It took too long and was broken off.";
  return `An unexpected error came up: ${(error as Error).message}.`;
}
