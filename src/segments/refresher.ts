import { existsSync } from "node:fs";
import path from "node:path";
import { TaskError, WorkerError, WorkerProcess } from "../workers/process.ts";
import type { CatalogOptions } from "./catalog.ts";
import { hasStrays, nothingExcluded, ownersOf, type Placement } from "./duplicates.ts";
import type { SourceTrouble } from "./errors.ts";
import { Grower, type Grown, type GrownTail, mostTailRows } from "./grower.ts";
import { askKeeper } from "./keeper.ts";
import type { DirectResult } from "./keeper-tasks.ts";
import { clockGrainMs, type Look } from "./look.ts";
import type { MirrorResult } from "./mirror.ts";
import type { MirrorStore } from "./mirror-store.ts";
import type { FileState, TrackedFile } from "./tracked-file.ts";
import type { Facts, Segment } from "./types.ts";

const mb = 1024 * 1024;
/** Sources up to this size are copied within the request that finds them changed (4 MB: some 30 ms); larger ones beside it. */
const promptBytes = 50 * mb;
/** Archives up to this size are mirrored. */
const smallArchiveBytes = 50 * mb;
export const promptTimeoutMs = 15_000;
const backgroundTimeoutMs = 20 * 60_000;
/** How long the keeper of small files is kept warm: its start costs the next write that is noticed 40 ms, its stay 8 MB of its own. */
const keeperRestMs = 30_000;
/** How long a process that is needed seldom is kept warm, ms. */
const seldomRestMs = 1_000;
/** When a mirror that was out of date before it was done, or that could not be made, is tried again. */
const staleRetryMs = 1_000;
const failedRetryMs = 10_000;
/** Requests do not wait for what a large file grew by when the last time took longer than this: it lies on a slow disk or network. */
const patientGrowMs = 1_000;
/** When the mirror of a large file that is up to date by its tail is tried again. */
const failedFoldMs = 600_000;
/**
 * A large file that is written all the time in ways that only a whole copy can follow, as in a rollover, is copied for a third of the time at
 * most. One that has been quiet for a moment is copied at once, because this copy will be good for longer.
 */
const copyRest = 2;
const copyQuietMs = 2_000;
/** A file with a tail is mirrored as a whole when it has been quiet for this long, and for so many times as long as the last copy took. */
const foldQuietMs = 5 * 60_000;
const foldQuietTimes = 50;

interface RefresherOptions
  extends Pick<CatalogOptions, "mirrorMaxMb" | "rollup" | "report" | "promptBytes" | "foldQuietMs" | "isRollover"> {
  mirrors: MirrorStore;
  /** Called when the mirror of a large file is ready. */
  onBackgroundDone: () => Promise<void>;
}

/** Brings the segment of a tracked file up to date with its source: by a mirror, or by reading the source directly. */
export class Refresher {
  readonly #options: RefresherOptions;
  readonly #mirrors: MirrorStore;
  /** Copies small files; the others copy large ones and look into those that are read directly, so that nothing small waits behind them. */
  readonly #keeper = new WorkerProcess(keeperRestMs);
  readonly #backgroundKeeper = new WorkerProcess(seldomRestMs);
  readonly #inspector = new WorkerProcess(seldomRestMs);
  readonly #grower: Grower;
  /** What was found of segments that have rows of days of others, by name; with what it depends on. */
  #placed = new Map<string, { key: string; placement: Placement }>();
  #closed = false;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#mirrors = options.mirrors;
    this.#grower = new Grower(options.mirrors);
  }

  /** Takes note that reading one of a file's segments failed, or (trouble null) that its source changed under the reader. */
  suspect(file: TrackedFile, name: string, trouble: SourceTrouble | null): void {
    const segment = file.segments.find((candidate) => candidate.name === name);
    if (!segment) return;
    if (segment.immutable) {
      if (trouble !== "broken" && existsSync(segment.file)) return;
      // Without its tail a mirror is out of date, but it may be given another one.
      if (segment === file.segment) this.#mirrors.forget(name);
      this.#mirrors.retire(segment.file);
      this.#drop(file);
    } else if (trouble === "broken") {
      this.#fail(file, file.look(), "broken", "The file is damaged: a page of it cannot be read.");
    } else {
      file.seen = null;
    }
    file.unpublished = true;
  }

  /**
   * Has a Live that is read directly mirrored while a rollover is under way, whatever its size: it will be written several times a second, and
   * no answer would be done before the next write.
   */
  prepareForRollover(file: TrackedFile): void {
    const isDirect = file.segment !== null && !file.segment.immutable && file.background === null;
    if (isDirect && file.holding.source === "live" && this.#isRollover()) file.retryAt = Date.now();
  }

  /** Mirrors a file that has a tail as a whole, so that one file holds all its rows; resolves when that is published or failed. */
  foldIn(file: TrackedFile): Promise<void> {
    file.background ??= this.#copyInBackground(file);
    return file.background;
  }

  close(): void {
    this.#closed = true;
    this.#keeper.close();
    this.#backgroundKeeper.close();
    this.#inspector.close();
    this.#grower.close();
  }

  /** Deals with what a look at the file shows; work on a large file goes on in the background. */
  refresh(file: TrackedFile): Promise<void> {
    // A new mirror is about to answer; what the caller must see may have been written after it was made.
    if (file.change) return file.change.then(() => this.refresh(file));
    file.work ??= this.#refresh(file).finally(() => {
      file.work = null;
      file.slow = false;
    });
    return file.work;
  }

  async #refresh(file: TrackedFile): Promise<void> {
    const now = Date.now();
    const seen = file.look();
    if (!file.needsWork(seen, now)) return;
    if (!seen.exists) return this.#fail(file, seen, "absent", "The file is not there.");
    if (file.seen === seen.version && file.settleAt > 0 && (await this.#settles(file, now))) return;
    if (file.refilling && file.waitsForRefill(seen, now)) return;
    if (!this.#isMirrored(file, seen)) return this.#readDirectly(file, seen);
    if (seen.bytes <= (this.#options.promptBytes ?? promptBytes)) {
      await this.#copy(file, seen, this.#keeper, false);
      return;
    }
    return this.#refreshLarge(file, seen);
  }

  async #refreshLarge(file: TrackedFile, seen: Look): Promise<void> {
    if (!file.segment && this.#adoptKept(file, seen)) return;
    if (!file.segment?.immutable) {
      // The first start on a large file: it is read directly until its mirror is ready.
      await this.#readDirectly(file, seen);
      if (file.state !== "ok") return this.#recall(file);
    } else if (file.growing) {
      const isUpToDate = file.state === "ok" && file.seen === seen.version && file.settleAt === 0;
      if (isUpToDate) file.retryAt = 0;
      else await this.#grow(file, file.segment, seen);
      if (file.growing && !(file.tail && this.#isFoldDue(file, file.tail, isUpToDate))) return;
    } else if (this.#mustRest(file, seen)) return;
    if (file.segment?.immutable && this.#waitsForRollover(file)) return;
    file.background ??= this.#copyInBackground(file);
  }

  /** Adds to the mirror of a large file what the file grew by; if it did anything but grow, `growing` is false afterwards. */
  async #grow(file: TrackedFile, base: Segment, seen: Look): Promise<void> {
    const started = Date.now();
    if (file.growTookMs > patientGrowMs) {
      file.slow = true;
      file.lags("Newer rows are being read");
    }
    try {
      const grown = await this.#grower.grow(file, base);
      if ("refused" in grown) this.#stopGrowing(file, grown.refused);
      else if (file.segment === base) this.#adopt(file, base, grown.tail, grown, seen);
      // Somebody deleted the mirror meanwhile.
      else if (grown.tail) this.#mirrors.retire(grown.tail.file);
    } catch (error) {
      const trouble = error instanceof TaskError && error.name === "SourceError" ? error.details.trouble : null;
      if (trouble === "changing") this.#stopGrowing(file, "it is written without a pause");
      else if (trouble === null) this.#stopGrowing(file, (error as Error).message);
      else this.#failWith(file, seen, error);
    }
    const now = Date.now();
    file.growTookMs = now - started;
    file.restUntil = file.growthShare.spent(file.growTookMs, now);
    const quietMs = this.#options.foldQuietMs ?? Math.max(foldQuietMs, foldQuietTimes * file.copyTookMs);
    if (file.tail && file.state === "ok") file.retryAt = now + quietMs;
  }

  #stopGrowing(file: TrackedFile, reason: string): void {
    file.growing = false;
    if (!this.#closed)
      this.#options.report("info", `${file.holding.fileName} is mirrored as a whole: ${reason.replace(/\.$/, "")}.`);
  }

  /** True when a tail is to be folded into a new mirror: it is long, or its file has been quiet since. */
  #isFoldDue(file: TrackedFile, tail: Segment, isQuiet: boolean): boolean {
    const isLong = (tail.facts.rows ?? 0) > mostTailRows(file.segment!);
    if (file.state !== "ok" || !(isQuiet || isLong) || this.#isRollover()) return false;
    if (Date.now() >= file.copyFrom) return true;
    file.retryAt = file.copyFrom;
    return false;
  }

  /** True when a whole copy of a file that keeps changing is put off. */
  #mustRest(file: TrackedFile, seen: Look): boolean {
    const now = Date.now();
    if (now >= file.copyFrom || now - seen.modifiedMs >= copyQuietMs) return false;
    file.restUntil = Math.min(file.copyFrom, now + staleRetryMs);
    file.lags("The file keeps changing and is copied anew in a while");
    return true;
  }

  /** True while rows are taken out of Live: the archive answers for them, and a copy would be out of date and take the rollover's processor. */
  #waitsForRollover(file: TrackedFile): boolean {
    if (file.holding.source !== "live" || !this.#isRollover()) return false;
    file.restUntil = Date.now() + staleRetryMs;
    file.lags("A rollover takes rows out of the file");
    return true;
  }

  #isMirrored(file: TrackedFile, seen: Look): boolean {
    if (file.holding.source === "archive") return seen.bytes <= smallArchiveBytes;
    return seen.bytes <= this.#options.mirrorMaxMb * mb || this.#isRollover();
  }

  #isRollover(): boolean {
    return this.#options.isRollover?.() ?? false;
  }

  /** Looks once more at a version that a second write could hide behind; true when it still is what was published. */
  async #settles(file: TrackedFile, now: number): Promise<boolean> {
    try {
      const mark = await askKeeper<string>(this.#keeper, "keeper.mark", { source: file.path }, promptTimeoutMs);
      if (mark !== file.mark) return false;
      if (now >= file.settleAt) file.settleAt = 0;
      return true;
    } catch {
      return false;
    }
  }

  async #readDirectly(file: TrackedFile, seen: Look): Promise<void> {
    try {
      const order = { source: file.path };
      const result = await askKeeper<DirectResult>(this.#inspector, "keeper.inspect", order, backgroundTimeoutMs);
      this.#adopt(file, this.#segmentOf(file, file.path, false, result), null, result, seen);
    } catch (error) {
      this.#failWith(file, seen, error);
    }
  }

  /** Mirrors the whole file; true when the mirror answers from now on. */
  async #copy(file: TrackedFile, seen: Look, keeper: WorkerProcess, durable: boolean): Promise<boolean> {
    const target = this.#mirrors.newPath(file.holding.name);
    const started = Date.now();
    const { publications } = file;
    try {
      const order = { source: file.path, target, durable, totalsAnswer: durable && this.#options.rollup };
      const timeout = durable ? backgroundTimeoutMs : promptTimeoutMs;
      const result = await askKeeper<MirrorResult>(keeper, "keeper.mirror", order, timeout);
      if (!durable) return this.#replace(file, target, result, { ...result, tail: null }, seen, false);
      file.copyTookMs = Date.now() - started;
      file.change = this.#catchUp(file, target, result, publications, seen);
      return await file.change;
    } catch (error) {
      // A keeper that was killed leaves its half of a copy behind.
      for (const rest of [target, `${target}.tmp`]) this.#mirrors.retire(rest);
      const isCurrent = file.segment && (!file.segment.immutable || (durable && file.growing && file.state === "ok"));
      if (isCurrent) {
        // Only the copy failed; what answers is up to date all the while.
        if (file.tail) file.copyFrom = Date.now() + failedFoldMs;
        file.retryAt = Math.max(file.copyFrom, Date.now() + failedRetryMs);
        if (!this.#closed)
          this.#options.report("warn", `${file.holding.fileName} was not mirrored: ${(error as Error).message}`);
        return false;
      }
      await this.#recall(file);
      this.#failWith(file, seen, error);
      return false;
    }
  }

  async #copyInBackground(file: TrackedFile): Promise<void> {
    const started = Date.now();
    if (file.segment?.immutable && !file.growing) file.lags("A newer content is being copied");
    const known = file.segment?.immutable ? null : await this.#adoptGrown(file);
    const mirrored = known ?? (await this.#copy(file, file.look(), this.#backgroundKeeper, true));
    if (known === null) file.copyFrom = Math.max(file.copyFrom, Date.now() + copyRest * (Date.now() - started));
    file.background = null;
    if (this.#closed) return;
    await this.#options.onBackgroundDone();
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    if (mirrored) this.#options.report("info", `Mirrored ${file.holding.fileName} in ${seconds} s`);
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
      grown = await this.#grower.grow(file, this.#segmentOf(file, target, true, result)).catch(() => null);
      await file.work;
    }
    file.change = null;
    if (grown && !("refused" in grown)) return this.#replace(file, target, result, grown, seen, true);
    if (grown) this.#stopGrowing(file, grown.refused);
    else file.retryAt = Date.now() + staleRetryMs;
    this.#mirrors.retire(target);
    return false;
  }

  /** Puts a new mirror and its tail in the place of what answered; false when what answers is better and stays. */
  #replace(
    file: TrackedFile,
    target: string,
    result: MirrorResult,
    grown: GrownTail,
    seen: Look,
    durable: boolean,
  ): boolean {
    const base = this.#segmentOf(file, target, true, result);
    if (isOutdated(file, grown)) file.retryAt = Date.now() + staleRetryMs;
    else if (!this.#showsRefill(file, base, grown)) {
      this.#adopt(file, base, grown.tail, grown, seen);
      this.#keep(base, result, durable);
      return true;
    }
    for (const segment of [base, grown.tail]) if (segment) this.#mirrors.retire(segment.file);
    return false;
  }

  #showsRefill(file: TrackedFile, base: Segment, { tail, version }: GrownTail): boolean {
    const known = file.refilling;
    const facts = { ...base.facts };
    if (tail) Object.assign(facts, { rows: (facts.rows ?? 0) + (tail.facts.rows ?? 0), maxId: tail.facts.maxId });
    if (!file.looksLikeRefill({ facts, version }, this.#duplicatesOf(file), file.look(), Date.now())) return false;
    if (!known) this.#options.report("warn", `${file.holding.fileName}: ${file.note}`);
    return true;
  }

  /** Rows of the version that answers which count in archives: a rollover may take them out of the file at any time. */
  #duplicatesOf({ segments, holding: { ownsFrom, ownsTo } }: TrackedFile): number {
    const placed = segments.filter((segment) => hasStrays({ ...segment, ownsFrom, ownsTo }));
    return placed.reduce((sum, { name }) => sum + (this.#placed.get(name)?.placement.excluded.rows ?? 0), 0);
  }

  /** Uses the mirror of an earlier run again when the source is still the one it was copied from. */
  #adoptKept(file: TrackedFile, seen: Look): boolean {
    const kept = this.#mirrors.kept(file.holding.name);
    if (!kept?.durable || kept.version !== seen.version) return false;
    this.#adopt(file, this.#segmentOf(file, kept.path, true, kept), null, { ...kept, lookedAt: kept.asOf }, seen);
    file.asOf = kept.asOf;
    return true;
  }

  /**
   * Uses the mirror of an earlier run again when its source has only grown since: true when it answers from now on, false when the source
   * changed meanwhile, so that it is to be tried again, null when there is no such mirror.
   */
  async #adoptGrown(file: TrackedFile): Promise<boolean | null> {
    const kept = this.#mirrors.kept(file.holding.name);
    if (!kept?.durable) return null;
    const base = this.#segmentOf(file, kept.path, true, kept);
    const seen = file.look();
    const grown = await this.#grower.grow(file, base).catch(() => null);
    if (!grown || "refused" in grown) return null;
    await file.work;
    if (file.look().version === grown.version) {
      this.#adopt(file, base, grown.tail, grown, seen);
      return true;
    }
    // The source is read directly meanwhile, so that what is older than it would take answers back.
    if (grown.tail) this.#mirrors.retire(grown.tail.file);
    file.retryAt = Date.now() + staleRetryMs;
    return false;
  }

  /** Falls back on the mirror of an earlier run when the source cannot be read and nothing was published yet. */
  async #recall(file: TrackedFile): Promise<void> {
    const kept = this.#mirrors.kept(file.holding.name);
    if (file.segment || !kept) return;
    const mirror = kept.path;
    const sound = await askKeeper<boolean>(this.#keeper, "keeper.verify", { mirror }, backgroundTimeoutMs).catch(
      () => false,
    );
    if (!sound) return;
    file.segment = this.#segmentOf(file, mirror, true, kept);
    file.asOf = kept.asOf;
  }

  #adopt(
    file: TrackedFile,
    segment: Segment,
    tail: Segment | null,
    result: { version: string; mark: string; lookedAt: number },
    seen: Look,
  ): void {
    const former = file.segments;
    const recovered = former.length > 0 && ["absent", "locked", "broken", "changing"].includes(file.state);
    const grain = clockGrainMs(seen.modifiedMs);
    const now = Date.now();
    // Of a version that was written after the look nothing is known of when.
    const isSettled = result.version === seen.version && result.lookedAt - seen.modifiedMs >= 2 * grain;
    file.published(segment, tail, result, isSettled ? 0 : now + grain, now);
    this.#retireUnused(file, former);
    if (recovered) this.#options.report("info", `${file.holding.fileName} is read again.`);
  }

  /** Removes mirrors that a file had before and that it has no longer. */
  #retireUnused(file: TrackedFile, former: readonly Segment[]): void {
    for (const segment of former) {
      if (segment.immutable && !file.segments.some((used) => used.file === segment.file))
        this.#mirrors.retire(segment.file);
    }
  }

  /** Forgets what is known of a file, so that it is read anew. */
  #drop(file: TrackedFile): void {
    if (file.tail) this.#mirrors.retire(file.tail.file);
    file.segment = null;
    file.tail = null;
    file.seen = null;
    file.restUntil = 0;
  }

  #segmentOf(
    file: TrackedFile,
    readFrom: string,
    immutable: boolean,
    result: { facts: Facts; version: string; mark: string },
  ): Segment {
    const { name, source, ownsFrom, ownsTo } = file.holding;
    return {
      name,
      source,
      file: readFrom,
      immutable,
      version: `${result.version}/${result.mark}`,
      ownsFrom,
      ownsTo,
      facts: result.facts,
      misplaced: 0,
      excluded: nothingExcluded,
    };
  }

  #failWith(file: TrackedFile, seen: Look, error: unknown): void {
    const task = error instanceof TaskError && error.name === "SourceError" ? error : null;
    if (task) {
      this.#fail(file, seen, task.details.trouble as FileState, task.message);
      return;
    }
    const slow = error instanceof WorkerError && error.kind === "timeout";
    const note = slow ? "Copying the file took too long." : "Copying the file failed unexpectedly.";
    if (!this.#closed) this.#options.report("warn", `${file.holding.fileName}: ${(error as Error).message}`);
    this.#fail(file, seen, "locked", note);
  }

  #fail(file: TrackedFile, seen: Look, state: FileState, note: string): void {
    const news = file.state !== state || file.note !== note;
    file.failed(seen, state, note, Date.now());
    // What is read directly has no last good version: its days are missing until the file is back.
    if (file.segment && !file.segment.immutable) file.segment = null;
    if (!news || this.#closed) return;
    const meanwhile = file.segment ? " The last good version answers." : "";
    this.#options.report(
      state === "absent" && !file.segment ? "info" : "warn",
      `${file.holding.fileName}: ${note}${meanwhile}`,
    );
  }

  /** Counts misplaced rows and finds those that their owners hold as well; fills them in. */
  async place(segments: Segment[]): Promise<void> {
    const keys = new Map(segments.map((segment) => [segment.name, placementKey(segment, segments)]));
    const wanted = segments.filter(
      (segment) => hasStrays(segment) && this.#placed.get(segment.name)?.key !== keys.get(segment.name),
    );
    if (wanted.length > 0) {
      const order = { segments, names: wanted.map(({ name }) => name) };
      const found = await askKeeper<Placement[]>(this.#keeper, "keeper.place", order, promptTimeoutMs * 4);
      for (const placement of found) {
        this.#placed.set(placement.name, { key: keys.get(placement.name)!, placement });
      }
    }
    for (const segment of segments)
      if (hasStrays(segment)) Object.assign(segment, this.#placed.get(segment.name)!.placement);
  }

  #keep({ name, file, facts }: Segment, { version, mark, lookedAt }: MirrorResult, durable: boolean): void {
    this.#mirrors.keep({ name, file: path.basename(file), version, mark, durable, asOf: lookedAt, facts });
  }
}

/** True when the file itself is read and has changed since this version, which would take answers back. */
function isOutdated(file: TrackedFile, { version }: { version: string }): boolean {
  return file.segment !== null && !file.segment.immutable && file.look().version !== version;
}

/** What the placement of a segment's rows depends on: the segment and those that own days of its rows. */
function placementKey(segment: Segment, segments: readonly Segment[]): string {
  const all = [segment, ...ownersOf(segment, segments)];
  return JSON.stringify(all.map(({ name, version, ownsFrom, ownsTo }) => [name, version, ownsFrom, ownsTo]));
}
