import { existsSync } from "node:fs";
import path from "node:path";
import { TaskError, WorkerError, WorkerProcess } from "../workers/process.ts";
import type { CatalogOptions } from "./catalog.ts";
import { hasStrays, nothingExcluded, type Placement } from "./duplicates.ts";
import type { SourceTrouble } from "./errors.ts";
import type { DirectResult } from "./keeper-tasks.ts";
import { clockGrainMs, type Look } from "./look.ts";
import type { MirrorResult } from "./mirror.ts";
import type { MirrorStore } from "./mirror-store.ts";
import type { FileState, TrackedFile } from "./tracked-file.ts";
import type { Facts, Segment } from "./types.ts";

const mb = 1024 * 1024;
/** Sources up to this size are copied within the request that finds them changed (4 MB: some 30 ms); larger ones beside it. */
const promptBytes = 50 * mb;
export const promptTimeoutMs = 15_000;
const backgroundTimeoutMs = 20 * 60_000;
/** How long the keeper of small files is kept warm: its start costs the next write that is noticed 40 ms, its stay 8 MB of its own. */
const keeperRestMs = 30_000;
/** How long a process that is needed seldom is kept warm, ms. */
const seldomRestMs = 1_000;
/** When a mirror that was out of date before it was done, or that could not be made, is tried again. */
const staleRetryMs = 1_000;
const failedRetryMs = 10_000;

interface RefresherOptions extends Pick<CatalogOptions, "mirrorMaxMb" | "report"> {
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
  #closed = false;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#mirrors = options.mirrors;
  }

  /** Takes note that reading a segment failed, or (trouble null) that its source changed under the reader. */
  suspect(file: TrackedFile, trouble: SourceTrouble | null): void {
    const { segment } = file;
    if (!segment) return;
    if (segment.immutable) {
      if (trouble !== "broken" && existsSync(segment.file)) return;
      this.#mirrors.forget(file.holding.name);
      this.#mirrors.retire(segment.file);
      file.segment = null;
      file.seen = null;
    } else if (trouble === "broken") {
      this.#fail(file, file.look(), "broken", "The file is damaged: a page of it cannot be read.");
    } else {
      file.seen = null;
    }
    file.unpublished = true;
  }

  close(): void {
    this.#closed = true;
    this.#keeper.close();
    this.#backgroundKeeper.close();
    this.#inspector.close();
  }

  /** Deals with what a look at the file shows; work on a large file goes on in the background. */
  refresh(file: TrackedFile): Promise<void> {
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
    if (seen.bytes <= promptBytes) return this.#copy(file, seen, this.#keeper, false);
    if (!file.segment && this.#adoptKept(file, seen)) return;
    if (!file.segment?.immutable) {
      // The first start on a large file: it is read directly until its mirror is ready.
      await this.#readDirectly(file, seen);
      if (file.state !== "ok") return this.#recall(file);
    }
    file.background ??= this.#copyInBackground(file);
  }

  #isMirrored(file: TrackedFile, seen: Look): boolean {
    const limit = file.holding.source === "live" ? this.#options.mirrorMaxMb * mb : promptBytes;
    return seen.bytes <= limit;
  }

  /** Looks once more at a version that a second write could hide behind; true when it still is what was published. */
  async #settles(file: TrackedFile, now: number): Promise<boolean> {
    try {
      const mark = await this.#ask<string>(this.#keeper, "keeper.mark", { source: file.path }, promptTimeoutMs);
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
      const result = await this.#ask<DirectResult>(this.#inspector, "keeper.inspect", order, backgroundTimeoutMs);
      this.#adopt(file, file.path, false, result, seen);
    } catch (error) {
      this.#failWith(file, seen, error);
    }
  }

  async #copy(file: TrackedFile, seen: Look, keeper: WorkerProcess, durable: boolean): Promise<void> {
    const target = this.#mirrors.newPath(file.holding.name);
    try {
      const order = { source: file.path, target, durable };
      const timeout = durable ? backgroundTimeoutMs : promptTimeoutMs;
      const result = await this.#ask<MirrorResult>(keeper, "keeper.mirror", order, timeout);
      const known = file.refilling;
      if (file.looksLikeRefill(result, file.look(), Date.now())) {
        if (!known) this.#options.report("warn", `${file.holding.fileName}: ${file.note}`);
        this.#mirrors.retire(target);
        return;
      }
      // While the source is read directly, a copy that is older than the source would take answers back.
      if (file.segment && !file.segment.immutable && file.look().version !== result.version) {
        this.#mirrors.retire(target);
        file.retryAt = Date.now() + staleRetryMs;
        return;
      }
      this.#adopt(file, target, true, result, seen);
      this.#keep(file, durable);
    } catch (error) {
      // A keeper that was killed leaves its half of a copy behind.
      for (const rest of [target, `${target}.tmp`]) this.#mirrors.retire(rest);
      if (file.segment && !file.segment.immutable) {
        // Only the copy failed; the source is read directly all the while.
        file.retryAt = Date.now() + failedRetryMs;
        if (!this.#closed)
          this.#options.report("warn", `${file.holding.fileName} was not mirrored: ${(error as Error).message}`);
        return;
      }
      await this.#recall(file);
      this.#failWith(file, seen, error);
    }
  }

  async #copyInBackground(file: TrackedFile): Promise<void> {
    const started = Date.now();
    if (file.segment?.immutable) {
      file.state = "copying";
      file.note = "A newer content is being copied; the version before answers.";
    }
    await this.#copy(file, file.look(), this.#backgroundKeeper, true);
    file.background = null;
    if (this.#closed) return;
    await this.#options.onBackgroundDone();
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    if (file.state === "ok") this.#options.report("info", `Mirrored ${file.holding.fileName} in ${seconds} s`);
  }

  /** Uses the mirror of an earlier run again when the source is still the one it was copied from. */
  #adoptKept(file: TrackedFile, seen: Look): boolean {
    const kept = this.#mirrors.kept(file.holding.name);
    if (!kept?.durable || kept.version !== seen.version) return false;
    this.#adopt(file, kept.path, true, { ...kept, lookedAt: kept.asOf }, seen);
    file.asOf = kept.asOf;
    return true;
  }

  /** Falls back on the mirror of an earlier run when the source cannot be read and nothing was published yet. */
  async #recall(file: TrackedFile): Promise<void> {
    const kept = this.#mirrors.kept(file.holding.name);
    if (file.segment || !kept) return;
    const mirror = kept.path;
    const sound = await this.#ask<boolean>(this.#keeper, "keeper.verify", { mirror }, backgroundTimeoutMs).catch(
      () => false,
    );
    if (!sound) return;
    file.segment = this.#segmentOf(file, mirror, true, kept);
    file.asOf = kept.asOf;
  }

  #adopt(
    file: TrackedFile,
    readFrom: string,
    immutable: boolean,
    result: { facts: Facts; version: string; mark: string; lookedAt: number },
    seen: Look,
  ): void {
    const former = file.segment;
    const recovered = former !== null && ["absent", "locked", "broken", "changing"].includes(file.state);
    const grain = clockGrainMs(seen.modifiedMs);
    const now = Date.now();
    const settleAt = result.lookedAt - seen.modifiedMs < 2 * grain ? now + grain : 0;
    file.published(this.#segmentOf(file, readFrom, immutable, result), result, settleAt, now);
    if (former?.immutable && former.file !== readFrom) this.#mirrors.retire(former.file);
    if (recovered) this.#options.report("info", `${file.holding.fileName} is read again.`);
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
    if (!segments.some(hasStrays)) return;
    const placements = await this.#ask<Placement[]>(this.#keeper, "keeper.place", { segments }, promptTimeoutMs * 4);
    for (const [position, segment] of segments.entries()) Object.assign(segment, placements[position]);
  }

  async #ask<T>(keeper: WorkerProcess, task: string, args: unknown, timeoutMs: number): Promise<T> {
    const { payload } = await keeper.call(task, args, timeoutMs);
    return JSON.parse(Buffer.from(payload).toString()) as T;
  }

  #keep({ segment, holding, asOf, seen, mark }: TrackedFile, durable: boolean): void {
    if (!segment || asOf === null || seen === null || mark === null) return;
    const { name } = holding;
    const file = path.basename(segment.file);
    this.#mirrors.keep({ name, file, version: seen, mark, durable, asOf, facts: segment.facts });
  }
}
