import { statSync } from "node:fs";
import { openWatcherLog } from "../observe/logs.ts";
import { lockHome } from "../segments/home-lock.ts";
import { look } from "../segments/look.ts";
import { Healer, type HealTiming, healTiming, sentenceOf } from "./heal.ts";
import { type OperationContext, OperationError, type OperationLog } from "./operation.ts";
import { isInTransaction, settledVersion } from "./settled.ts";
import { requireDatabaseFolder, type SourceFile, sourceFiles } from "./source-files.ts";
import { type FileState, readWatcherState, type WatcherState, writeWatcherState } from "./watcher-state.ts";

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

const analyzeEveryS = 24 * 3600;

/**
 * One cycle of the watcher: makes indexes that the ERP's files lack and renews the planner's statistics once a day, without ever standing in the
 * ERP's way: files being written are left alone, locks are given back after `lockLimitMs`, and what cannot be done now is done later. Throws
 * OperationError where there is no database folder or its state cannot be written.
 */
export async function runWatch(context: OperationContext, args: WatchArgs = {}): Promise<WatchResult> {
  const { settings } = context;
  requireDatabaseFolder(settings);
  // A hub's cycle and one of Task Scheduler may meet, and two that rotate a file at once would lose it.
  const rotating = lockHome(settings.mirrorDir, "watcher-log.lock");
  const file = openWatcherLog(settings, rotating !== null);
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
    rotating?.release();
  }
}

class Cycle {
  readonly #context: OperationContext;
  readonly #log: OperationLog;
  readonly #force: boolean;
  readonly #timing: HealTiming;
  readonly #healer: Healer;
  readonly #now = Date.now() / 1000;

  constructor(context: OperationContext, log: OperationLog, { force = false, timing = {} }: WatchArgs) {
    this.#context = context;
    this.#log = log;
    this.#force = force;
    this.#timing = { ...healTiming, ...timing };
    this.#healer = new Healer({ databaseDir: context.settings.databaseDir, log, force, timing: this.#timing });
  }

  close(): void {
    this.#healer.close();
  }

  async run(): Promise<WatchResult> {
    const { settings, progress } = this.#context;
    const { state, damaged } = readWatcherState(settings.databaseDir);
    if (damaged) this.#log.warn("The watcher's state file is damaged; every file is looked at anew.");
    const analyzeAll = state.last_analyze_ts === 0;
    const files = sourceFiles(settings);
    const watched: WatchedFile[] = [];
    const known: WatcherState["files"] = {};
    if (settings.healIndexes) {
      for (const file of files) await this.#rollBack(file, state.files[file.fileName]);
    }
    progress({ done: 0, total: files.length, phase: "waiting until the files are at rest" });
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
        const waiting = before.incomplete ? "deferred" : "complete";
        watched.push({ ...untouched(file), state: settings.healIndexes ? waiting : "untouched" });
        known[file.fileName] = before;
        continue;
      }
      const version = await settled;
      const result = { ...untouched(file) };
      watched.push(result);
      const writing = version === null ? before.writing : markOf(file.path);
      if (version !== null)
        this.#announce({ ...state, files: { ...state.files, ...known, [file.fileName]: { ...before, writing } } });
      const after = await this.#attend(file, version, before, analyzeAll, result);
      known[file.fileName] = { ...after, writing: isInTransaction(file.path) ? writing : null };
    }
    progress({ done: files.length, total: files.length, phase: "done" });
    if (settings.healIndexes && (analyzeAll || this.#now - state.last_analyze_ts >= analyzeEveryS)) {
      if (!watched.some(({ analyzed }) => analyzed)) this.#log.info("ANALYZE OK: no file needs it");
      state.last_analyze_ts = this.#now;
    }
    this.#remember({ ...state, ...this.#times(files), files: known });
    return { summary: summaryOf(watched), files: watched };
  }

  /**
   * Rolls back what a cycle that was killed had begun to write, in the very file that it was writing: in an archive nobody else would, and
   * whoever only reads cannot. A journal that some other program left is that program's affair, and may belong to another file of this name.
   */
  async #rollBack({ fileName, path }: SourceFile, before: FileState | undefined): Promise<void> {
    if (!before?.writing || before.writing !== markOf(path) || !isInTransaction(path)) return;
    try {
      await this.#healer.recover(path);
      this.#log.info(
        `${fileName}: An earlier cycle was cut off while it wrote. That is rolled back; no row is concerned.`,
      );
    } catch (error) {
      this.#warnOf(fileName, error);
    }
  }

  #warnOf(fileName: string, error: unknown): void {
    this.#log.warn(`${fileName}: ${sentenceOf(error)} It is tried again at the next cycle.`);
  }

  /** Keeps which file is written from now on, because a cycle that is killed cannot tell the next one. */
  #announce(state: WatcherState): void {
    try {
      writeWatcherState(this.#context.settings.databaseDir, state);
    } catch {
      // Indexes are made all the same, and the end of the cycle, which writes the state as well, tells of it.
    }
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
      const { retryAfterTs, ...healing } = await this.#healer.heal(file, before.retry_after_ts);
      Object.assign(result, healing);
      known.retry_after_ts = retryAfterTs;
      if (this.#analysisDue(before, version, analyzeAll)) {
        result.lockMs = Math.max(result.lockMs, await this.#healer.analyze(file));
        result.analyzed = true;
        known.analyzed_ts = this.#now;
        known.analyzed_version = look(file.path).version;
      }
    } catch (error) {
      this.#warnOf(file.fileName, error);
      return analyzeAll && !result.analyzed ? { ...known, analyzed_ts: 0, analyzed_version: null } : known;
    }
    if (result.missing.length === 0) result.state = "complete";
    const touched = result.created.length > 0 || result.analyzed;
    known.version = touched ? look(file.path).version : version;
    // After a write of ours the next cycle looks again: the ERP may have replaced the file before this look.
    known.incomplete = result.missing.length > 0 || touched;
    return known;
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
  writing: null,
};

/** What tells a file apart from every other one of its name; when it was made, because a later file may be given the same number. */
function markOf(file: string): string | null {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.dev}.${stat.ino}.${stat.birthtimeNs}` : null;
}

function untouched(file: SourceFile): WatchedFile {
  return { file: file.fileName, state: "complete", created: [], missing: [], analyzed: false, lockMs: 0 };
}

function summaryOf(files: readonly WatchedFile[]): string {
  if (files.length === 0) return "There is no file to watch.";
  const created = files.flatMap((file) => file.created).length;
  const analyzed = files.filter((file) => file.analyzed).length;
  const left = files.filter(({ state }) => state === "changing" || state === "deferred").map(({ file }) => file);
  const done = `Files watched: ${files.length}, indexes made: ${created}, files analyzed: ${analyzed}.`;
  if (files.every(({ state }) => state === "untouched")) return `${done} HEAL_INDEXES=false leaves them untouched.`;
  return left.length === 0 ? done : `${done} Left for later: ${left.join(", ")}.`;
}
