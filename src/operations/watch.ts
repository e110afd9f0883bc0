import { statSync } from "node:fs";
import { openLog } from "../observe/log.ts";
import { look } from "../segments/look.ts";
import { TaskError, WorkerError, WorkerProcess } from "../workers/process.ts";
import type { Lack } from "./heal-tasks.ts";
import { type OperationContext, OperationError, type OperationLog } from "./operation.ts";
import { type SettleTiming, settledVersion, settleTiming } from "./settled.ts";
import { type SourceFile, sourceFiles } from "./source-files.ts";
import { type FileState, readWatcherState, type WatcherState, writeWatcherState } from "./watcher-state.ts";

/**
 * When the watcher may hold a source's write lock, and for how long.
 *
 * SQLite makes an index in one transaction, and building it on a copy would lose what the ERP writes meanwhile. Measured for 5 million rows
 * (390 MB): 2 to 4.5 s for each of the five indexes, up to 16 s while the disk was busy; for 200,000 rows 0.1 to 0.3 s. An estimate alone
 * therefore keeps no promise: small work is done at once, large work when the file has been at rest for long, and what exceeds the limit
 * is broken off by killing its process. Tried with a program that wrote all the while with a busy timeout of 5 s: never refused, longest wait
 * 4.2 s with a limit of 4 s.
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

export interface WatchArgs {
  /** Makes missing indexes now, however long it takes: for a moment when the operator knows that the ERP is at rest. */
  force?: boolean;
  timing?: Partial<HealTiming>;
}

/** What a cycle did with one file. */
export interface WatchedFile {
  file: string;
  /** `complete`: has all it needs. `changing`: being written. `deferred`: something is left for a later cycle. `untouched`: HEAL_INDEXES=false. */
  state: "complete" | "changing" | "deferred" | "untouched";
  created: string[];
  missing: string[];
  analyzed: boolean;
  /** Longest time the write lock was held, ms. */
  lockMs: number;
}

export interface WatchResult {
  summary: string;
  files: WatchedFile[];
}

/** Measured: 0.4 to 0.9 µs a row and index for 5 million rows on an idle machine, up to four times as long on a busy disk. */
const msPerRow = 0.001;
const analyzeEveryS = 24 * 3600;
const retryAfterS = 24 * 3600;
/** Looking may read a whole large file through a slow disk, and an archive's index may take minutes. Nobody waits for either. */
const unhurriedMs = 30 * 60_000;

/**
 * One cycle of the watcher: makes indexes that the ERP's files lack and renews the planner's statistics once a day, without ever standing in the
 * ERP's way: files being written are left alone, locks are given back after `lockLimitMs`, and what cannot be done now is done later.
 */
export async function runWatch(context: OperationContext, args: WatchArgs = {}): Promise<WatchResult> {
  const { settings } = context;
  const file = openLog({
    directory: settings.logsDir,
    file: "watcher.log",
    timezone: settings.timezone,
    layout: "brackets",
  });
  const say = (level: keyof OperationLog) => (message: string) => {
    file[level]("watcher", message);
    context.log[level](message);
  };
  const cycle = new Cycle(context, { info: say("info"), warn: say("warn"), error: say("error") }, args);
  try {
    return await cycle.run();
  } finally {
    cycle.close();
    await file.close();
  }
}

class Cycle {
  readonly #context: OperationContext;
  readonly #log: OperationLog;
  readonly #force: boolean;
  readonly #timing: HealTiming;
  readonly #worker = new WorkerProcess();
  readonly #now = Date.now() / 1000;

  constructor(context: OperationContext, log: OperationLog, { force = false, timing = {} }: WatchArgs) {
    this.#context = context;
    this.#log = log;
    this.#force = force;
    this.#timing = { ...healTiming, ...timing };
  }

  close(): void {
    this.#worker.close();
  }

  async run(): Promise<WatchResult> {
    const { settings, progress } = this.#context;
    const { state, damaged } = readWatcherState(settings.databaseDir);
    if (damaged) this.#log.warn("The watcher's state file is damaged; every file is looked at anew.");
    const analyzeAll = state.last_analyze_ts === 0;
    const files = sourceFiles(settings);
    const watched: WatchedFile[] = [];
    const known: WatcherState["files"] = {};
    // All at once, for each wait takes at least 15 s.
    const waits = new Map(
      files
        .filter((file) => settings.healIndexes && this.#needsWork(file, state, analyzeAll))
        .map((file) => [file.fileName, settledVersion(file.path, this.#timing)]),
    );
    for (const [position, file] of files.entries()) {
      progress({ done: position, total: files.length, phase: file.fileName });
      const before = state.files[file.fileName] ?? nothingKnown;
      const settled = waits.get(file.fileName);
      if (!settled) {
        watched.push({ ...untouched(file), state: settings.healIndexes ? "complete" : "untouched" });
        known[file.fileName] = { ...before, version: settings.healIndexes ? before.version : look(file.path).version };
        continue;
      }
      const version = await settled;
      const result = { ...untouched(file) };
      watched.push(result);
      known[file.fileName] = await this.#attend(file, version, before, analyzeAll, result);
    }
    progress({ done: files.length, total: files.length, phase: "done" });
    if (settings.healIndexes && (analyzeAll || this.#now - state.last_analyze_ts >= analyzeEveryS)) {
      if (!watched.some(({ analyzed }) => analyzed)) this.#log.info("ANALYZE OK: no file needs it");
      state.last_analyze_ts = this.#now;
    }
    this.#remember({ ...state, ...this.#times(files), files: known });
    return { summary: summaryOf(watched), files: watched };
  }

  #remember(state: WatcherState): void {
    try {
      writeWatcherState(this.#context.settings.databaseDir, state);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new OperationError(
        `The watcher's state could not be written into the database folder (${code}), so that the next cycle looks at every file again. The data are not touched by this. Make room on the disk, or give the hub the right to write there.`,
      );
    }
  }

  #needsWork(file: SourceFile, state: WatcherState, analyzeAll: boolean): boolean {
    const known = state.files[file.fileName];
    if (!known || known.version !== look(file.path).version || this.#force || analyzeAll) return true;
    return (known.incomplete && this.#now >= known.retry_after_ts) || this.#analysisDue(known, known.version, false);
  }

  #analysisDue(known: FileState, version: string, analyzeAll: boolean): boolean {
    // An unchanged file keeps its statistics: writing them anew would look like a change to mirrors, caches and backups.
    return analyzeAll || (this.#now - known.analyzed_ts >= analyzeEveryS && known.analyzed_version !== version);
  }

  /** Does what one file needs, as far as it can be done now; returns what to remember of it. */
  async #attend(
    file: SourceFile,
    version: string | null,
    before: FileState,
    analyzeAll: boolean,
    result: WatchedFile,
  ): Promise<FileState> {
    const known: FileState = { ...before, incomplete: true };
    if (version === null) {
      this.#log.warn(`${file.fileName} is being written; it is left alone until the next cycle.`);
      result.state = "changing";
      return known;
    }
    result.state = "deferred";
    try {
      const quiet = Date.now() - look(file.path).modifiedMs;
      await this.#heal(file, quiet, known, result);
      if (this.#analysisDue(before, version, analyzeAll)) {
        const ms = await this.#ask<number>("heal.analyze", { file: file.path }, this.#timing.lockLimitMs);
        result.analyzed = true;
        result.lockMs = Math.max(result.lockMs, ms);
        known.analyzed_ts = this.#now;
        known.analyzed_version = look(file.path).version;
        this.#log.info(`ANALYZE OK ${file.fileName} in ${Math.round(ms)} ms`);
      }
    } catch (error) {
      this.#log.warn(`${file.fileName}: ${sentenceOf(error)} It is tried again at the next cycle.`);
      return analyzeAll && !result.analyzed ? { ...known, analyzed_ts: 0, analyzed_version: null } : known;
    }
    if (result.missing.length === 0) result.state = "complete";
    const touched = result.created.length > 0 || result.analyzed;
    known.version = touched ? look(file.path).version : version;
    known.incomplete = result.missing.length > 0;
    return known;
  }

  async #heal(file: SourceFile, quietMs: number, known: FileState, result: WatchedFile): Promise<void> {
    const lack = await this.#ask<Lack>("heal.look", { file: file.path }, unhurriedMs);
    result.missing = lack.missing;
    if (lack.missing.length === 0) return;
    if (lack.rowsAtMost === 0) {
      this.#log.info(`${file.fileName} is empty; its indexes are made once it holds rows.`);
      return;
    }
    if (this.#now < known.retry_after_ts && !this.#force) return;
    let pace = msPerRow;
    for (const name of [...lack.missing]) {
      const expectedMs = lack.rowsAtMost * pace;
      const limitMs = this.#lockLimit(file, expectedMs, quietMs);
      if (limitMs === null) {
        this.#log.info(this.#whyLater(file, expectedMs, result.missing));
        return;
      }
      this.#log.info(`Creating missing ${name} on ${file.fileName}`);
      const ms = await this.#make(file, name, limitMs);
      if (ms === null) {
        known.retry_after_ts = this.#now + retryAfterS;
        this.#log.warn(
          `Making ${name} on ${file.fileName} took longer than ${limitMs / 1000} s and was broken off, so that the ERP need not wait. Nothing was changed. It is tried again tomorrow; "--watch --force" makes it at a moment when the ERP does not write.`,
        );
        return;
      }
      result.created.push(name);
      result.missing = result.missing.filter((missing) => missing !== name);
      result.lockMs = Math.max(result.lockMs, ms);
      pace = Math.max(pace, ms / lack.rowsAtMost);
      this.#log.info(`Healed ${file.fileName}: ${name} in ${Math.round(ms)} ms`);
      await Bun.sleep(this.#timing.turnMs);
    }
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
      return await this.#ask<number>("heal.index", { file: file.path, name }, limitMs);
    } catch (error) {
      if (!(error instanceof WorkerError) || error.kind !== "timeout") throw error;
      // Looking rolls back what the killed process left, so that the ERP need not. In WAL mode the index may have been complete already.
      const { missing } = await this.#ask<Lack>("heal.look", { file: file.path }, unhurriedMs);
      return missing.includes(name) ? null : limitMs;
    }
  }

  async #ask<T>(task: string, args: unknown, timeoutMs: number): Promise<T> {
    const { payload } = await this.#worker.call(task, args, timeoutMs);
    return JSON.parse(Buffer.from(payload).toString()) as T;
  }

  /** The earlier service's fields. */
  #times(files: readonly SourceFile[]) {
    const stat = (file: SourceFile | undefined) => {
      const found = file && statSync(file.path, { throwIfNoEntry: false });
      return { mtime: (found?.mtimeMs ?? 0) / 1000, size: found?.size ?? 0 };
    };
    const live = stat(files.find(({ source }) => source === "live"));
    const archive = stat(files.find(({ source }) => source === "archive"));
    return {
      live_mtime: live.mtime,
      live_size: live.size,
      archive_mtime: archive.mtime,
      archive_size: archive.size,
    };
  }
}

const nothingKnown: FileState = {
  version: "",
  incomplete: true,
  analyzed_version: null,
  analyzed_ts: 0,
  retry_after_ts: 0,
};

function untouched(file: SourceFile): WatchedFile {
  return { file: file.fileName, state: "complete", created: [], missing: [], analyzed: false, lockMs: 0 };
}

function sentenceOf(error: unknown): string {
  if (error instanceof TaskError && error.name === "SourceError") return error.message;
  if (error instanceof WorkerError && error.kind === "timeout") return "It took too long and was broken off.";
  return `An unexpected error came up: ${(error as Error).message}.`;
}

function summaryOf(files: readonly WatchedFile[]): string {
  if (files.length === 0) return "There is no file to watch.";
  const created = files.flatMap((file) => file.created).length;
  const analyzed = files.filter((file) => file.analyzed).length;
  const left = files.filter(({ state }) => state === "changing" || state === "deferred").map(({ file }) => file);
  const done = `Files watched: ${files.length}, indexes made: ${created}, files analyzed: ${analyzed}.`;
  return left.length === 0 ? done : `${done} Left for later: ${left.join(", ")}.`;
}
