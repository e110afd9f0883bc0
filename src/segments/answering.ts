import path from "node:path";
import { TaskError, WorkerError } from "../workers/process.ts";
import type { CatalogOptions } from "./catalog-options.ts";
import { nothingExcluded } from "./duplicates.ts";
import type { GrownTail } from "./grower.ts";
import { clockGrainMs, type Look } from "./look.ts";
import type { MirrorResult } from "./mirror.ts";
import type { MirrorStore } from "./mirror-store.ts";
import type { Placements } from "./placements.ts";
import type { SourceVersion } from "./source-version.ts";
import type { FileState, TrackedFile } from "./tracked-file.ts";
import type { Facts, Segment } from "./types.ts";

/** When a version that was out of date before it was ready is tried again, ms. */
export const staleRetryMs = 1_000;

/** A file that was written within this time may be in the middle of being copied to its place, ms. */
const newlyWrittenMs = 10_000;

/** Lets a version of a file answer in the place of the one before, or notes why none does. */
export class Answering {
  readonly #mirrors: MirrorStore;
  readonly #placements: Placements;
  readonly #report: CatalogOptions["report"];
  #closed = false;

  constructor(mirrors: MirrorStore, placements: Placements, report: CatalogOptions["report"]) {
    this.#mirrors = mirrors;
    this.#placements = placements;
    this.#report = report;
  }

  /** Nothing is reported any more: processes that are ended take their work along. */
  close(): void {
    this.#closed = true;
  }

  report(level: "info" | "warn", message: string): void {
    if (!this.#closed) this.#report(level, message);
  }

  /** Lets a segment and its tail answer; `seen` is a look from before they were read. */
  adopt(file: TrackedFile, segment: Segment, tail: Segment | null, result: SourceVersion, seen: Look): void {
    const former = file.segments;
    const recovered = ["absent", "locked", "broken", "changing"].includes(file.state);
    const grain = clockGrainMs(seen.modifiedMs);
    // Of a version that was written after the look nothing is known of when.
    const isSettled = result.version === seen.version && result.lookedAt - seen.modifiedMs >= 2 * grain;
    file.published(segment, tail, result, isSettled ? 0 : performance.now() + grain);
    for (const { file: used, immutable } of former) {
      if (immutable && !file.segments.some((segment) => segment.file === used)) this.#mirrors.retire(used);
    }
    if (recovered) this.report("info", `${file.holding.fileName} is read ${former.length > 0 ? "again" : "now"}.`);
  }

  /** Puts a new mirror and its tail in the place of what answered; false when what answers is better and stays. */
  replace(
    file: TrackedFile,
    target: string,
    result: MirrorResult,
    grown: GrownTail,
    seen: Look,
    durable: boolean,
  ): boolean {
    const base = segmentOf(file, target, true, result);
    if (isOutdated(file, grown)) file.retryAt = performance.now() + staleRetryMs;
    else if (!this.#showsRefill(file, base, grown)) {
      this.adopt(file, base, grown.tail, grown, seen);
      const { version, mark, lookedAt: asOf, facts } = result;
      this.#mirrors.keep({ name: base.name, file: path.basename(target), version, mark, durable, asOf, facts });
      return true;
    }
    for (const segment of [base, grown.tail]) if (segment) this.#mirrors.retire(segment.file);
    return false;
  }

  #showsRefill(file: TrackedFile, base: Segment, { tail, version }: GrownTail): boolean {
    const known = file.refilling;
    const facts = { ...base.facts };
    if (tail) Object.assign(facts, { rows: (facts.rows ?? 0) + (tail.facts.rows ?? 0), maxId: tail.facts.maxId });
    const duplicates = this.#placements.duplicatesOf(file);
    if (!file.looksLikeRefill({ facts, version }, duplicates, file.look(), performance.now())) return false;
    if (!known) this.report("warn", `${file.holding.fileName}: ${file.note}`);
    return true;
  }

  /** Forgets what is known of a file, so that it is read anew. */
  drop(file: TrackedFile): void {
    if (file.tail) this.#mirrors.retire(file.tail.file);
    file.segment = null;
    file.tail = null;
    file.seen = null;
    file.restUntil = 0;
  }

  /** Notes what a keeper threw. */
  failWith(file: TrackedFile, seen: Look, error: unknown): void {
    const task = error instanceof TaskError && error.name === "SourceError" ? error : null;
    if (task) {
      this.fail(file, seen, task.details.trouble as FileState, task.message);
      return;
    }
    const slow = error instanceof WorkerError && error.kind === "timeout";
    const note = slow ? "Copying the file took too long." : "Copying the file failed unexpectedly.";
    this.report("warn", `${file.holding.fileName}: ${(error as Error).message}`);
    this.fail(file, seen, "locked", note);
  }

  /** Notes that the file cannot be read; the last good version answers where there is one. */
  fail(file: TrackedFile, seen: Look, state: FileState, note: string): void {
    const news = file.state !== state || file.note !== note;
    file.failed(seen, state, note);
    // What is read directly has no last good version: its days are missing until the file is back.
    if (file.segment && !file.segment.immutable) file.segment = null;
    if (!news) return;
    // Whoever puts the files in their place copies hundreds of megabytes, and reads here that they are damaged.
    const isNew = state === "broken" && !file.segment && Date.now() - seen.modifiedMs < newlyWrittenMs;
    const perhaps = isNew ? " It was written a moment ago: if it is still being copied, that ends by itself." : "";
    const meanwhile = file.segment
      ? " The last good version answers."
      : state === "absent"
        ? ""
        : " Questions about its days are refused until it can be read; all others are answered.";
    this.report(
      state === "absent" && !file.segment ? "info" : "warn",
      `${file.holding.fileName}: ${note}${perhaps}${meanwhile}`,
    );
  }
}

/** The segment that a file is in one version, read from a mirror or (not immutable) from the file itself. */
export function segmentOf(
  { holding: { name, source, ownsFrom, ownsTo } }: TrackedFile,
  readFrom: string,
  immutable: boolean,
  { version, mark, facts }: { version: string; mark: string; facts: Facts },
): Segment {
  return {
    name,
    source,
    file: readFrom,
    immutable,
    version: `${version}/${mark}`,
    ownsFrom,
    ownsTo,
    facts,
    misplaced: 0,
    excluded: nothingExcluded,
  };
}

/** True when the file itself is read and has changed since this version, which would take answers back. */
export function isOutdated(file: TrackedFile, { version }: { version: string }): boolean {
  return file.segment !== null && !file.segment.immutable && file.look().version !== version;
}
