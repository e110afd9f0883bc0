import { isWalMark } from "./content-mark.ts";
import { type Look, look } from "./look.ts";
import type { Holding } from "./ownership.ts";
import type { Facts, Segment } from "./types.ts";
import { WorkShare } from "./work-share.ts";

/**
 * How a source file is doing. `ok`: its present content answers. `absent`, `locked`, `broken`, `changing`: it cannot be read now.
 * `refilling`: it lost many rows and is still being written. `copying`: a newer content is on its way into the mirror.
 */
export type FileState = "ok" | "absent" | "locked" | "broken" | "changing" | "refilling" | "copying";

/** Quiet time after which a refill is taken to be over, ms; and how long it is waited for at most. */
const refillQuietMs = 1_000;
const refillBoundMs = 120_000;
/** A shorter pause in which to look whether all the rows are back, and the time between two such looks, which cost a copy. */
const refillPauseMs = 200;
const refillLookMs = 1_000;
/** A table smaller than this is refilled in an instant, so a loss of rows in it is taken at its word. */
const refillMinRows = 100;

/**
 * A large file that is written all the time has a quarter of one processor's time spent on finding out what it grew by, and so have the requests
 * that wait for it; ten such works in a row (0.2 s each at 1 GB) are done without a rest.
 */
const growthRest = 4;
const growthBurstMs = 10_000;

/**
 * What the hub knows of one source file: what it last saw, what it last published, and what keeps it from more. What it waits for is reckoned by
 * `performance.now()`, so that a clock that is put back by hours or years does not have the file looked at hours or years later.
 */
export class TrackedFile {
  holding: Holding;
  readonly path: string;
  /** Until when it may be read for the first time while others wait for it. */
  readonly firstReadBy: number;
  /** Version last dealt with, well or badly. */
  seen: string | null = null;
  /** Content mark of the published version, and until when a write could hide behind the same time (0: settled). */
  mark: string | null = null;
  settleAt = 0;
  /** The last good version; null when there never was one. */
  segment: Segment | null = null;
  /** The rows that were appended to a large file since `segment` was mirrored; both together are the version then. */
  tail: Segment | null = null;
  /** Counts the versions noted as good. */
  publications = 0;
  /** False once the mirror was found not to be the beginning of its source: only a whole new one will do. */
  growing = true;
  /** A change of a mirrored file is not dealt with before (by `performance.now()`), so that one that is written all the time leaves time to answer. */
  restUntil = 0;
  /** How long it took last to find out what it grew by, ms. */
  growTookMs = 0;
  /** Since when it is written without a pause in which that could be found out (by `performance.now()`). */
  changingSince: number | null = null;
  readonly growthShare = new WorkShare(growthRest, growthBurstMs);
  /** When a mirror that was out of date as soon as it was done may be followed by another, and how long the last one took, ms. */
  copyFrom = 0;
  copyTookMs = 0;
  /** When that version was taken from the source, ms since the epoch. */
  asOf: number | null = null;
  /** Bytes of the source at the last look. */
  bytes = 0;
  state: FileState = "copying";
  note: string | null = "The file is being read for the first time.";
  /** The segment was not published in a snapshot yet: what is published lags behind what is known. */
  unpublished = false;
  /** A request waited in vain for what was being read or published. */
  overdue = false;
  /** When the source was last found gone, ms since the epoch. */
  goneAt: number | null = null;
  /** Work that requests wait for no longer, because it takes long. */
  slow = false;
  /** The refresh under way. */
  work: Promise<void> | null = null;
  /** Next try while the source stays as it is, by `performance.now()` (0: none). */
  retryAt = 0;
  failures = 0;
  #mayHaveWal = true;
  /** Kept when a look into the file succeeds: a damaged page shows only when it is read, again and again. */
  #failedVersion: string | null = null;
  #refill: { since: number; version: string; changedAt: number; lookAgainAt: number } | null = null;
  /** Work on a large file that requests do not wait for. */
  background: Promise<void> | null = null;
  /** The moment in which a new mirror takes the place of the former one; requests wait for it. */
  change: Promise<boolean> | null = null;

  constructor(holding: Holding, path: string, firstReadBy: number) {
    this.holding = holding;
    this.path = path;
    this.firstReadBy = firstReadBy;
  }

  /** True while the version that answers may be older than the file: it cannot be read now, or reading it takes longer than requests wait. */
  get isBehind(): boolean {
    const isAwaited = this.overdue && (this.unpublished || this.work !== null);
    return isAwaited || (this.segment !== null && (this.state !== "ok" || this.slow));
  }

  /** True until it was read, or found not to be readable, for the first time. */
  get isNew(): boolean {
    return this.publications === 0 && this.seen === null;
  }

  /** The reading of a file that appeared a moment ago, for the first time; null where there is none, or it takes too long to wait for. */
  firstRead(now: number): Promise<void> | null {
    return this.isNew && now < this.firstReadBy ? this.work : null;
  }

  /** What answers: the mirror or the file itself, and the tail where there is one. */
  get segments(): Segment[] {
    return [this.segment, this.tail].filter((segment) => segment !== null);
  }

  /** Looks at the source as cheaply as what is known of it allows. */
  look(): Look {
    const seen = look(this.path, this.#mayHaveWal);
    this.bytes = seen.bytes;
    return seen;
  }

  /** True when the look shows something that was not dealt with yet. */
  needsWork(seen: Look, now: number): boolean {
    if (this.slow) return false;
    if (this.segment?.immutable) {
      if (this.background && !this.growing) return false;
      if (now < this.restUntil) {
        if (seen.version !== this.seen && this.state === "ok") this.lags("Newer rows are read in a moment");
        return false;
      }
    }
    return seen.version !== this.seen || this.settleAt > 0 || (this.retryAt > 0 && now >= this.retryAt);
  }

  /** Notes why a version that is not the newest answers. */
  lags(reason: string): void {
    this.state = "copying";
    this.note = `${reason}; the version before answers.`;
  }

  /** Notes that the source cannot be read; the last good version stays. */
  failed(seen: Look, state: FileState, note: string): void {
    this.failures = seen.version === this.#failedVersion ? this.failures + 1 : 0;
    this.#failedVersion = seen.version;
    this.seen = seen.version;
    this.goneAt = state === "absent" ? (this.goneAt ?? Date.now()) : null;
    this.#mayHaveWal = true;
    this.state = state;
    this.note = note;
    this.settleAt = 0;
    // An unchanged broken file is tried ever more seldom; a locked one soon again at first, for nothing but time will change its look.
    const wait = state === "broken" ? Math.min(60_000, 500 * 2 ** this.failures) : this.failures < 20 ? 250 : 5_000;
    this.retryAt = state === "absent" ? 0 : performance.now() + wait;
  }

  /** Notes a version as good. */
  published(segment: Segment, tail: Segment | null, result: { version: string; mark: string }, settleAt: number): void {
    this.segment = segment;
    this.tail = tail;
    this.publications++;
    this.growing = true;
    this.restUntil = 0;
    this.changingSince = null;
    this.unpublished = true;
    this.goneAt = null;
    this.seen = result.version;
    this.mark = result.mark;
    // A -wal beside a file in rollback-journal mode is a stranger's, and part of the version then.
    this.#mayHaveWal = isWalMark(result.mark) || look(this.path).walBytes > 0;
    this.settleAt = settleAt;
    this.asOf = Date.now();
    this.state = "ok";
    this.note = null;
    this.retryAt = 0;
    if (result.version !== this.#failedVersion) this.failures = 0;
    this.#refill = null;
  }

  /**
   * True when a copy looks like a refill under way: far fewer rows than before, or the newest ones gone, in a file that was written a
   * moment ago (`seen`, a look after the copy). It is then published once the file has been quiet for a second, two minutes later at
   * the most. That `duplicates`, rows which an archive holds as well, are gone is no loss.
   */
  looksLikeRefill(copy: { facts: Facts; version: string }, duplicates: number, seen: Look, now: number): boolean {
    if (!this.segment) return false;
    const rowsBefore = this.segments.reduce((sum, segment) => sum + (segment.facts.rows ?? 0), -duplicates);
    const before = { ...this.segment.facts, rows: rowsBefore, maxId: this.segments.at(-1)!.facts.maxId };
    const { facts } = copy;
    const rows = facts.rows ?? 0;
    if (before.rows < refillMinRows || rows >= before.rows) return false;
    if (this.#refill) return seen.version !== copy.version && this.#refillUnderWay(seen, now);
    const lost = (before.rows - rows) / before.rows;
    const endsGone = (facts.maxId ?? 0) < (before.maxId ?? 0) || (facts.minId ?? 0) > (before.maxId ?? 0);
    if (lost <= (endsGone ? 0.01 : 0.05)) return false;
    const quietMs = seen.version === copy.version ? Math.max(0, Date.now() - seen.modifiedMs) : 0;
    this.#refill = { since: now, version: seen.version, changedAt: now - quietMs, lookAgainAt: now + refillLookMs };
    if (this.#refillUnderWay(seen, now)) return true;
    this.#refill = null;
    return false;
  }

  /** While a refill is under way: true when it is to be waited for still, without another copy. */
  waitsForRefill(seen: Look, now: number): boolean {
    if (this.#refill === null || !this.#refillUnderWay(seen, now)) return false;
    // A file that is written every now and then is copied in a pause all the same: its rows may be back.
    if (now < this.#refill.lookAgainAt || now - this.#refill.changedAt < refillPauseMs) return true;
    this.#refill.lookAgainAt = now + refillLookMs;
    return false;
  }

  get refilling(): boolean {
    return this.#refill !== null;
  }

  #refillUnderWay(seen: Look, now: number): boolean {
    const refill = this.#refill!;
    if (seen.version !== refill.version) {
      refill.version = seen.version;
      refill.changedAt = now;
    }
    const over = now - refill.changedAt >= refillQuietMs || now - refill.since >= refillBoundMs;
    if (over) return false;
    this.seen = seen.version;
    this.state = "refilling";
    this.note = "The file lost many rows and is still being written; the version before answers.";
    this.settleAt = 0;
    this.retryAt = refill.changedAt + refillQuietMs;
    return true;
  }
}
