import { TaskError, WorkerProcess } from "../workers/process.ts";
import { type Answering, isOutdated, segmentOf, staleRetryMs } from "./answering.ts";
import type { CatalogOptions } from "./catalog-options.ts";
import { Grower, type Grown, type GrownTail, mostTailRows } from "./grower.ts";
import { askKeeper } from "./keeper.ts";
import type { Look } from "./look.ts";
import type { MirrorResult } from "./mirror.ts";
import type { MirrorStore } from "./mirror-store.ts";
import type { TrackedFile } from "./tracked-file.ts";
import type { Segment } from "./types.ts";

const copyTimeoutMs = 20 * 60_000;
/** How long the process that copies is kept warm, ms: it is needed seldom. */
const copierRestMs = 1_000;
const failedRetryMs = 10_000;
/** Requests do not wait for what a large file grew by when the last time took longer than this: it lies on a slow disk or network. */
const patientGrowMs = 1_000;
/** How long a writer in rollback-journal mode that never pauses for long enough is waited for before its file is copied as a whole. */
const pauseWaitMs = 60_000;
/** How long the first answers wait for the mirror of an earlier run to be brought up to date, before the file itself is read. */
const firstGrowMs = 1_500;
/** When the mirror of a large file that is up to date by its tail is tried again. */
const failedFoldMs = 600_000;
/**
 * A large file that is written all the time in ways that only a whole copy can follow is copied for a third of the time at most. One that has
 * been quiet for a moment is copied at once, because this copy will be good for longer.
 */
const copyRest = 2;
const copyQuietMs = 2_000;
/** A file with a tail is mirrored as a whole when it has been quiet for this long, and for so many times as long as the last copy took. */
const foldQuietMs = 5 * 60_000;
const foldQuietTimes = 50;

interface LargeFilesOptions extends Pick<CatalogOptions, "rollup" | "foldQuietMs"> {
  mirrors: MirrorStore;
  answering: Answering;
  isRollover: () => boolean;
  readDirectly: (file: TrackedFile, seen: Look) => Promise<void>;
  /** Falls back on the mirror of an earlier run, whatever its age. */
  recall: (file: TrackedFile) => Promise<void>;
  /** Called when the mirror of a large file is ready. */
  onBackgroundDone: () => Promise<void>;
}

/** A mirror of an earlier run, with what it lacks to be its file as it is now. */
interface Former {
  base: Segment;
  grown: GrownTail;
  seen: Look;
}

/**
 * Keeps the mirrors of files that are too large to be copied within a request: adds what a file grew by as a tail, copies it as a whole in the
 * background where it did anything else, and folds tails in.
 */
export class LargeFiles {
  readonly #options: LargeFilesOptions;
  readonly #mirrors: MirrorStore;
  readonly #answering: Answering;
  readonly #grower: Grower;
  readonly #copier = new WorkerProcess(copierRestMs);
  #closed = false;

  constructor(options: LargeFilesOptions) {
    this.#options = options;
    this.#mirrors = options.mirrors;
    this.#answering = options.answering;
    this.#grower = new Grower(options.mirrors);
  }

  close(): void {
    this.#closed = true;
    this.#copier.close();
    this.#grower.close();
  }

  /** Mirrors a file that has a tail as a whole, so that one file holds all its rows; resolves when that is published or failed. */
  foldIn(file: TrackedFile): Promise<void> {
    file.background ??= this.#copyInBackground(file);
    return file.background;
  }

  /** Deals with what a look at the file shows. */
  async refresh(file: TrackedFile, seen: Look): Promise<void> {
    if (!file.segment && this.#adoptKept(file, seen)) return;
    if (!file.segment?.immutable) return this.#refreshDirect(file, seen);
    if (file.growing) {
      const isUpToDate = file.state === "ok" && file.seen === seen.version && file.settleAt === 0;
      if (isUpToDate) file.retryAt = 0;
      else await this.#grow(file, file.segment, seen);
      if (file.growing && !(file.tail && this.#isFoldDue(file, file.tail, isUpToDate))) return;
    } else if (this.#mustRest(file, seen)) return;
    if (this.#waitsForRollover(file)) return;
    file.background ??= this.#copyInBackground(file);
  }

  /** The first start on a large file, or on one that the mirror of an earlier run is far behind: it is read directly until its mirror is ready. */
  async #refreshDirect(file: TrackedFile, seen: Look): Promise<void> {
    const former = file.background ? Promise.resolve(null) : this.#growKept(file);
    if (!file.segment) {
      const soon = await Promise.race([former, Bun.sleep(firstGrowMs)]);
      if (soon && this.#adoptFormer(file, soon)) return;
    }
    await this.#options.readDirectly(file, seen);
    if (file.state === "ok" && !file.background) {
      file.background = this.#copyInBackground(file, former);
      return;
    }
    void former.then((unused) => unused && this.#retire(unused.grown.tail));
    if (file.state !== "ok") await this.#options.recall(file);
  }

  /** Adds to the mirror of a large file what the file grew by; if it did anything but grow, `growing` is false afterwards. */
  async #grow(file: TrackedFile, base: Segment, seen: Look): Promise<void> {
    const started = performance.now();
    if (file.growTookMs > patientGrowMs) {
      file.slow = true;
      file.lags("Newer rows are being read");
    }
    try {
      const grown = await this.#grower.grow(file, base);
      if ("refused" in grown) this.#stopGrowing(file, grown.refused);
      else if (file.segment === base) this.#adoptGrown(file, base, grown, seen);
      // Somebody deleted the mirror meanwhile.
      else this.#retire(grown.tail);
    } catch (error) {
      const trouble = error instanceof TaskError && error.name === "SourceError" ? error.details.trouble : null;
      if (trouble === "changing") this.#waitForPause(file);
      else if (trouble === null) this.#stopGrowing(file, (error as Error).message);
      else this.#answering.failWith(file, seen, error);
    }
    const now = performance.now();
    file.growTookMs = now - started;
    file.restUntil = file.growthShare.spent(file.growTookMs, now);
    const quietMs = this.#options.foldQuietMs ?? Math.max(foldQuietMs, foldQuietTimes * file.copyTookMs);
    if (file.tail && file.state === "ok") file.retryAt = now + quietMs;
  }

  /** A writer that does not pause for long enough is tried again for a while: a whole copy would take longer to come by. */
  #waitForPause(file: TrackedFile): void {
    const now = performance.now();
    file.changingSince ??= now;
    if (now - file.changingSince < pauseWaitMs) file.lags("The file is written without a pause");
    else this.#stopGrowing(file, "it is written without a pause");
  }

  #stopGrowing(file: TrackedFile, reason: string): void {
    file.growing = false;
    const because = reason.replace(/\.$/, "");
    this.#answering.report("info", `${file.holding.fileName} is mirrored as a whole: ${because}.`);
  }

  /** True when a tail is to be folded into a new mirror: it is long, or its file has been quiet since. */
  #isFoldDue(file: TrackedFile, tail: Segment, isQuiet: boolean): boolean {
    const isLong = (tail.facts.rows ?? 0) > mostTailRows(file.segment!);
    if (file.state !== "ok" || !(isQuiet || isLong) || this.#options.isRollover()) return false;
    if (performance.now() >= file.copyFrom) return true;
    file.retryAt = file.copyFrom;
    return false;
  }

  /** True when a whole copy of a file that keeps changing is put off. */
  #mustRest(file: TrackedFile, seen: Look): boolean {
    const now = performance.now();
    if (now >= file.copyFrom || Date.now() - seen.modifiedMs >= copyQuietMs) return false;
    file.restUntil = Math.min(file.copyFrom, now + staleRetryMs);
    file.lags("The file keeps changing and is copied anew in a while");
    return true;
  }

  /** True while rows are taken out of Live: the archive answers for them, and a copy would be out of date and take the rollover's processor. */
  #waitsForRollover(file: TrackedFile): boolean {
    if (file.holding.source !== "live" || !this.#options.isRollover()) return false;
    file.restUntil = performance.now() + staleRetryMs;
    file.lags("A rollover takes rows out of the file");
    return true;
  }

  /** Mirrors the whole file; true when the mirror answers from now on. */
  async #copy(file: TrackedFile): Promise<boolean> {
    const seen = file.look();
    const target = this.#mirrors.newPath(file.holding.name);
    const started = performance.now();
    const { publications } = file;
    try {
      const order = { source: file.path, target, durable: true, totalsAnswer: this.#options.rollup };
      const result = await askKeeper<MirrorResult>(this.#copier, "keeper.mirror", order, copyTimeoutMs);
      file.copyTookMs = performance.now() - started;
      file.change = this.#catchUp(file, target, result, publications, seen);
      return await file.change;
    } catch (error) {
      // A keeper that was killed leaves its half of a copy behind.
      for (const rest of [target, `${target}.tmp`]) this.#mirrors.retire(rest);
      if (file.segment && (!file.segment.immutable || (file.growing && file.state === "ok"))) {
        // Only the copy failed; what answers is up to date all the while.
        if (file.tail) file.copyFrom = performance.now() + failedFoldMs;
        file.retryAt = Math.max(file.copyFrom, performance.now() + failedRetryMs);
        this.#answering.report("warn", `${file.holding.fileName} was not mirrored: ${(error as Error).message}`);
        return false;
      }
      await this.#options.recall(file);
      this.#answering.failWith(file, seen, error);
      return false;
    }
  }

  async #copyInBackground(file: TrackedFile, former: Promise<Former | null> = Promise.resolve(null)): Promise<void> {
    const started = performance.now();
    if (file.segment?.immutable && !file.growing) file.lags("A newer content is being copied");
    const kept = await former;
    await file.work;
    const mirrored = kept ? this.#adoptFormer(file, kept) : await this.#copy(file);
    if (kept && !mirrored) {
      this.#retire(kept.grown.tail);
      file.retryAt = performance.now() + staleRetryMs;
    }
    if (!kept) {
      file.copyFrom = Math.max(file.copyFrom, performance.now() + copyRest * (performance.now() - started));
    }
    file.background = null;
    if (this.#closed) return;
    await this.#options.onBackgroundDone();
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    if (mirrored) this.#answering.report("info", `Mirrored ${file.holding.fileName} in ${seconds} s`);
  }

  /**
   * Lets a new mirror answer, with what it lacks to be as new as what answered meanwhile, so that no row that was seen goes away again.
   * `publications` is how many there were before it was made. False when what answers is better and stays.
   */
  async #catchUp(
    file: TrackedFile,
    target: string,
    result: MirrorResult,
    publications: number,
    seen: Look,
  ): Promise<boolean> {
    await file.work;
    let grown: Grown | null = { ...result, tail: null };
    if (isOutdated(file, result) || file.publications !== publications) {
      // Where it cannot be found out, because the file is locked, say, the mirror before may still be given a tail.
      grown = await this.#grower.grow(file, segmentOf(file, target, true, result)).catch(() => null);
      await file.work;
    }
    file.change = null;
    if (grown && !("refused" in grown)) return this.#answering.replace(file, target, result, grown, seen, true);
    if (grown) this.#stopGrowing(file, grown.refused);
    else file.retryAt = performance.now() + staleRetryMs;
    this.#mirrors.retire(target);
    return false;
  }

  /** Uses the mirror of an earlier run again when the source is still the one it was copied from. */
  #adoptKept(file: TrackedFile, seen: Look): boolean {
    const kept = this.#mirrors.kept(file.holding.name);
    if (!kept?.durable) return false;
    const state = kept.unchangedAt ?? { version: kept.version, mark: kept.mark, lookedAt: kept.asOf };
    if (state.version !== seen.version) return false;
    this.#answering.adopt(file, segmentOf(file, kept.path, true, kept), null, state, seen);
    file.asOf = state.lookedAt;
    return true;
  }

  /** What the mirror of an earlier run lacks; null where there is none, or where its file did more than grow. */
  async #growKept(file: TrackedFile): Promise<Former | null> {
    const kept = this.#mirrors.kept(file.holding.name);
    if (!kept?.durable) return null;
    const base = segmentOf(file, kept.path, true, kept);
    const seen = file.look();
    const grown = await this.#grower.grow(file, base).catch(() => null);
    return grown && !("refused" in grown) ? { base, grown, seen } : null;
  }

  /** Lets the mirror of an earlier run answer; false when its file was written since. */
  #adoptFormer(file: TrackedFile, { base, grown, seen }: Former): boolean {
    if (file.look().version !== grown.version) return false;
    this.#adoptGrown(file, base, grown, seen);
    return true;
  }

  #adoptGrown(file: TrackedFile, base: Segment, { tail, ...state }: GrownTail, seen: Look): void {
    this.#answering.adopt(file, base, tail, state, seen);
    // So that the next start need not read the file once more to find out: 0.2 s for 1 GB.
    if (tail === null && this.#mirrors.kept(base.name)?.path === base.file)
      this.#mirrors.keepUnchanged(base.name, state);
  }

  #retire(segment: Segment | null): void {
    if (segment) this.#mirrors.retire(segment.file);
  }
}
