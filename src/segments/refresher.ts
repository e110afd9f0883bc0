import { existsSync, statSync } from "node:fs";
import { WorkerProcess } from "../workers/process.ts";
import { Answering, segmentOf } from "./answering.ts";
import type { CatalogOptions } from "./catalog-options.ts";
import type { SourceTrouble } from "./errors.ts";
import { askKeeper } from "./keeper.ts";
import type { DirectResult } from "./keeper-tasks.ts";
import { LargeFiles } from "./large-files.ts";
import type { Look } from "./look.ts";
import type { MirrorResult } from "./mirror.ts";
import type { MirrorStore } from "./mirror-store.ts";
import { Placements } from "./placements.ts";
import type { TrackedFile } from "./tracked-file.ts";
import type { Segment } from "./types.ts";

const mb = 1024 * 1024;
/** Where a folder has the file's name, whoever looks would find something "there". */
const whyAbsent = (path: string): string =>
  existsSync(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? "The file is not there: a folder has its name."
    : "The file is not there.";
/** Sources up to this size are copied within the request that finds them changed (4 MB: some 30 ms); larger ones beside it. */
const promptBytes = 50 * mb;
/** Archives up to this size are mirrored. */
const smallArchiveBytes = 50 * mb;
export const promptTimeoutMs = 15_000;
const directTimeoutMs = 20 * 60_000;
/** How long the keeper of small files is kept warm: its start costs the next write that is noticed 40 ms, its stay 8 MB of its own. */
const keeperRestMs = 30_000;
/** How long a process that is needed seldom is kept warm, ms. */
const seldomRestMs = 1_000;
/** When a copy of a file that is read directly is tried again. */
const failedRetryMs = 10_000;

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
  /** Copies small files; another one looks into those that are read directly, so that nothing small waits behind them. */
  readonly #keeper = new WorkerProcess(keeperRestMs);
  readonly #inspector = new WorkerProcess(seldomRestMs);
  readonly #placements = new Placements(this.#keeper);
  readonly #answering: Answering;
  readonly #large: LargeFiles;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#mirrors = options.mirrors;
    this.#answering = new Answering(options.mirrors, this.#placements, options.report);
    this.#large = new LargeFiles({
      ...options,
      answering: this.#answering,
      isRollover: () => this.#isRollover(),
      readDirectly: (file, seen) => this.#readDirectly(file, seen),
      recall: (file) => this.#recall(file),
    });
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
      this.#answering.drop(file);
    } else if (trouble === "broken") {
      this.#mirrors.forgetLook(name);
      this.#answering.fail(file, file.look(), "broken", "The file is damaged: a page of it cannot be read.");
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
    if (isDirect && file.holding.source === "live" && this.#isRollover()) file.retryAt = performance.now();
  }

  /** Mirrors a file that has a tail as a whole, so that one file holds all its rows; resolves when that is published or failed. */
  foldIn(file: TrackedFile): Promise<void> {
    return this.#large.foldIn(file);
  }

  /** Counts misplaced rows and finds those that their owners hold as well; fills them in. */
  place(segments: Segment[]): Promise<void> {
    return this.#placements.place(segments);
  }

  close(): void {
    this.#answering.close();
    this.#keeper.close();
    this.#inspector.close();
    this.#placements.close();
    this.#large.close();
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
    const now = performance.now();
    const seen = file.look();
    if (!file.needsWork(seen, now)) return;
    if (!seen.exists) return this.#answering.fail(file, seen, "absent", whyAbsent(file.path));
    if (file.seen === seen.version && file.settleAt > 0 && (await this.#settles(file, now))) return;
    if (file.refilling && file.waitsForRefill(seen, now)) return;
    if (!this.#isMirrored(file, seen)) return this.#readDirectly(file, seen);
    if (seen.bytes <= (this.#options.promptBytes ?? promptBytes)) return this.#copy(file, seen);
    return this.#large.refresh(file, seen);
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
    const { name } = file.holding;
    const known = this.#mirrors.keptLook(name);
    // The same trust as in the mirror of an earlier run; a look takes a process and, on 7 million rows, 0.1 s.
    if (file.isNew && known?.version === seen.version) {
      this.#answering.adopt(file, segmentOf(file, file.path, false, known), null, known, seen);
      return;
    }
    try {
      const order = { source: file.path };
      const result = await askKeeper<DirectResult>(this.#inspector, "keeper.inspect", order, directTimeoutMs);
      this.#answering.adopt(file, segmentOf(file, file.path, false, result), null, result, seen);
      this.#mirrors.keepLook({ name, ...result });
    } catch (error) {
      this.#mirrors.forgetLook(name);
      this.#answering.failWith(file, seen, error);
    }
  }

  /** Copies a small file within the request that finds it changed. */
  async #copy(file: TrackedFile, seen: Look): Promise<void> {
    const target = this.#mirrors.newPath(file.holding.name);
    try {
      const order = { source: file.path, target, durable: false };
      const result = await askKeeper<MirrorResult>(this.#keeper, "keeper.mirror", order, promptTimeoutMs);
      this.#answering.replace(file, target, result, { ...result, tail: null }, seen, false);
    } catch (error) {
      // A keeper that was killed leaves its half of a copy behind.
      for (const rest of [target, `${target}.tmp`]) this.#mirrors.retire(rest);
      if (file.segment && !file.segment.immutable) {
        // Only the copy failed; the source is read directly all the while.
        file.retryAt = performance.now() + failedRetryMs;
        this.#answering.report("warn", `${file.holding.fileName} was not mirrored: ${(error as Error).message}`);
        return;
      }
      await this.#recall(file);
      this.#answering.failWith(file, seen, error);
    }
  }

  /** Falls back on the mirror of an earlier run when the source cannot be read and nothing was published yet. */
  async #recall(file: TrackedFile): Promise<void> {
    const kept = this.#mirrors.kept(file.holding.name);
    if (file.segment || !kept) return;
    const mirror = kept.path;
    const sound = await askKeeper<boolean>(this.#keeper, "keeper.verify", { mirror }, directTimeoutMs).catch(
      () => false,
    );
    if (!sound) return;
    file.segment = segmentOf(file, mirror, true, kept);
    file.asOf = kept.asOf;
  }
}
