import { statSync } from "node:fs";
import type { RollupShelf } from "../rollup/shelf.ts";
import type { SearchShelf } from "../search/shelf.ts";
import type { Catalog } from "../segments/catalog.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import { TaskError, WorkerProcess } from "../workers/process.ts";

/** How soon a new version of the data is noticed, ms. */
const lookEveryMs = 100;
/** How often what is stored is looked at for damage; half a millisecond for each file. */
const verifyEveryMs = 5_000;
/** When what could not be made is tried again, ms. */
const retryMs = 10_000;
/** How long the building process is kept warm: a factory's Live is written every few minutes, and a start costs 60 ms. */
const restMs = 10_000;
const buildTimeoutMs = 30 * 60_000;
/** How often it is looked whether the first mirror of Live is ready, ms. */
const mirrorPauseMs = 500;
/** A build that takes longer than this is worth a line in the log, and so is each further such time of it. */
const longMs = 5_000;
/** How often a page hears how far a build is, ms. */
const tellEveryMs = 250;
/**
 * A file that is written all the time gets a new search index this often at most; its rows are searched meanwhile. A small file's index
 * takes some milliseconds, and then a pause of a few times as long does.
 */
const searchPauseMs = 10_000;
const searchPauseFactor = 5;
/** When it is looked whether a rollover is over, ms. */
const rolloverPauseMs = 2_000;

/** What is derived from a segment. */
type Kind = "rollup" | "search";
const titles: Record<Kind, string> = { rollup: "Daily totals", search: "The search index" };

/** What is derived from one segment, for `/healthz` and the pages. */
export interface DerivedStatus {
  segment: string;
  /** `ready`: it answers. `building`, `waiting`: the rows themselves answer until it is ready. `none`: they do it as well as it would. */
  state: "ready" | "building" | "waiting" | "none";
  /** Daily totals per item; null until they are ready. */
  totals: number | null;
  /** Rows read so far by the build under way, and rows in the file where they were counted. */
  progress: { rows: number; of: number | null } | null;
  /** Why there is none. */
  note: string | null;
}

export interface DerivedKeeperOptions {
  catalog: Catalog;
  rollups: RollupShelf;
  search: SearchShelf;
  databaseDir: string;
  /** Up to this size Live is mirrored, and read directly only until its first mirror is ready. */
  mirrorMaxMb: number;
  /** A file with fewer rows is searched row by row. */
  searchFromRows: number;
  report: (level: "info" | "warn", message: string) => void;
  /** Hears whenever something is begun, goes on or is ready. */
  onChange: () => void;
}

/** The making of one kind: one build after the other, in a process of its own. */
interface Line {
  readonly kind: Kind;
  readonly builder: WorkerProcess;
  isWorking: boolean;
  /** The snapshot that was dealt with last, and when there is something to do although it is still the same. */
  doneSerial: number;
  againAt: number;
  building: { segment: Segment; rows: number } | null;
}

/**
 * Keeps daily totals and search indexes up to date: looks which segments of the published snapshot lack them, and has them made, small
 * files first. Until then the rows answer, so nothing stale is ever served. A search index is begun when no totals are being made; totals
 * never wait for one, because the rows that the ERP has just appended are to be in them within a second.
 */
export class DerivedKeeper {
  readonly #options: DerivedKeeperOptions;
  readonly #lines: Record<Kind, Line> = { rollup: newLine("rollup"), search: newLine("search") };
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;
  #verifyAt = performance.now() + verifyEveryMs;
  readonly #failures = new Map<string, { version: string; retryAt: number; message: string }>();
  /** Search indexes that were found in hub.db, by segment, and when the next one of a segment may be begun. */
  readonly #searches = new Map<string, { version: string; refused: string | null }>();
  readonly #searchAgainAt = new Map<string, number>();

  constructor(options: DerivedKeeperOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), lookEveryMs);
    this.#timer.unref();
  }

  /** The state of each segment's daily totals, or search index, from memory; null until it is known which segments there are. */
  status(kind: Kind): DerivedStatus[] | null {
    return this.#options.catalog.lastPublished?.segments.map((segment) => this.#describe(kind, segment)) ?? null;
  }

  /** True when searches in a segment take milliseconds: by its index, or because it has few rows. */
  isSearchIndexed(segment: Segment): boolean {
    const { state } = this.#describe("search", segment);
    return state === "ready" || this.#isSearchedRowByRow(segment);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const { builder } of Object.values(this.#lines)) builder.close();
    this.#options.search.close();
  }

  #describe(kind: Kind, segment: Segment): DerivedStatus {
    const { building: present } = this.#lines[kind];
    const building = present?.segment === segment ? present : null;
    const status = { segment: segment.name, totals: null, note: null };
    if (building) {
      return { ...status, state: "building", progress: { rows: building.rows, of: segment.facts.rows } };
    }
    if (kind === "rollup") {
      const totals = this.#options.rollups.held(segment)?.cells ?? null;
      return { ...status, state: totals === null ? "waiting" : "ready", totals, progress: null };
    }
    if (this.#isSearchedRowByRow(segment)) {
      return { ...status, state: "none", progress: null, note: "Its few rows are searched one by one." };
    }
    const found = this.#searches.get(segment.name);
    if (found?.version !== segment.version) return { ...status, state: "waiting", progress: null };
    return { ...status, state: found.refused === null ? "ready" : "none", progress: null, note: found.refused };
  }

  #tick(): void {
    void this.#advance(this.#lines.rollup);
    if (!this.#lines.rollup.isWorking) void this.#advance(this.#lines.search);
  }

  async #advance(line: Line): Promise<void> {
    const snapshot = this.#options.catalog.lastPublished;
    if (line.isWorking || !snapshot) return;
    const now = performance.now();
    const verify = line.kind === "rollup" && now >= this.#verifyAt;
    if (snapshot.serial === line.doneSerial && !verify && now < line.againAt) return;
    line.isWorking = true;
    try {
      line.againAt = Number.POSITIVE_INFINITY;
      if (verify) this.#verifyAt = now + verifyEveryMs;
      if (await this.#bringUpToDate(line, snapshot, verify)) line.doneSerial = snapshot.serial;
    } finally {
      line.isWorking = false;
    }
  }

  /** False when the data changed meanwhile, so that there is more to do. */
  async #bringUpToDate(line: Line, snapshot: Snapshot, verify: boolean): Promise<boolean> {
    const { catalog, rollups } = this.#options;
    rollups.keepOnly(snapshot.segments);
    const smallFirst = snapshot.segments.toSorted((a, b) => rowsOf(a) - rowsOf(b));
    const release = catalog.pin(snapshot);
    try {
      for (const segment of smallFirst) {
        if (!this.#isLacking(line.kind, segment, verify) || this.#mustWait(line, segment)) continue;
        await this.#build(line, segment);
        // What is published now comes first; what belongs to a version that is gone is of no use.
        if (this.#closed || catalog.lastPublished?.serial !== snapshot.serial) return false;
      }
      return true;
    } finally {
      release();
    }
  }

  #isLacking(kind: Kind, segment: Segment, verify: boolean): boolean {
    const { rollups, search } = this.#options;
    if (kind === "rollup") {
      if (verify && rollups.held(segment) && !rollups.isStored(segment)) return true;
      return (rollups.held(segment) ?? rollups.load(segment)) === null;
    }
    if (this.#isSearchedRowByRow(segment)) return false;
    const found = search.registered(segment);
    if (found) this.#searches.set(segment.name, { version: segment.version, refused: found.refused });
    else this.#searches.delete(segment.name);
    return found === null;
  }

  /** True when a build has to wait, after a failure or because the one before was begun a moment ago; it is then looked at again. */
  #mustWait(line: Line, segment: Segment): boolean {
    const { kind } = line;
    const { name, version } = segment;
    const failure = this.#failures.get(`${kind} ${name}`);
    // Half a minute of processor time for the year's new archive, which the rollover's last part needs.
    const isPutOff = kind === "search" && this.#options.catalog.isRollover;
    const until = Math.max(
      this.#isBeingMirrored(segment) ? performance.now() + mirrorPauseMs : 0,
      isPutOff ? performance.now() + rolloverPauseMs : 0,
      failure?.version === version ? failure.retryAt : 0,
      kind === "search" ? (this.#searchAgainAt.get(name) ?? 0) : 0,
    );
    if (performance.now() >= until) return false;
    line.againAt = Math.min(line.againAt, until);
    return true;
  }

  /** True for a Live that is read directly only until its mirror is ready: the ERP's own file is not held for a pass over all its rows. */
  #isBeingMirrored({ source, immutable, file }: Segment): boolean {
    if (source !== "live" || immutable) return false;
    return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= this.#options.mirrorMaxMb * 1024 * 1024;
  }

  #isSearchedRowByRow(segment: Segment): boolean {
    return rowsOf(segment) < this.#options.searchFromRows;
  }

  async #build(line: Line, segment: Segment): Promise<void> {
    const { kind } = line;
    const { databaseDir, report, onChange } = this.#options;
    const started = performance.now();
    let lineAt = started + longMs;
    let tellAt = started + tellEveryMs;
    const what = `${titles[kind]} of ${segment.name}`;
    line.building = { segment, rows: 0 };
    onChange();
    const onProgress = (progress: unknown): void => {
      const rows = progress as number;
      line.building = { segment, rows };
      const now = performance.now();
      if (now >= tellAt) {
        tellAt = now + tellEveryMs;
        onChange();
      }
      if (now < lineAt) return;
      lineAt += longMs;
      report("info", `${what}: ${rows.toLocaleString("en")} rows read`);
    };
    try {
      await line.builder.call(`${kind}.build`, { databaseDir, segment }, buildTimeoutMs, { onProgress });
      if (this.#isLacking(kind, segment, false)) throw new Error("What was made could not be read back from hub.db.");
      this.#failures.delete(`${kind} ${segment.name}`);
      const seconds = (performance.now() - started) / 1000;
      if (seconds * 1000 >= longMs) report("info", `${what}: ready after ${seconds.toFixed(1)} s`);
    } catch (error) {
      if (this.#closed) return;
      const key = `${kind} ${segment.name}`;
      const { message } = error as Error;
      const isNews = this.#failures.get(key)?.message !== message;
      this.#failures.set(key, { version: segment.version, retryAt: performance.now() + retryMs, message });
      const changed = error instanceof TaskError && error.details.trouble === "changing";
      // A disk that is full for a night would fill the log with it.
      if (!changed && isNews) {
        report("warn", `${what} could not be made: ${message}. Its rows answer meanwhile; it is tried again.`);
      }
      line.againAt = Math.min(line.againAt, performance.now() + retryMs);
    } finally {
      const pause = Math.min(searchPauseMs, searchPauseFactor * (performance.now() - started));
      if (kind === "search") this.#searchAgainAt.set(segment.name, started + pause);
      line.building = null;
      if (!this.#closed) onChange();
    }
  }
}

function newLine(kind: Kind): Line {
  const never = Number.POSITIVE_INFINITY;
  return { kind, builder: new WorkerProcess(restMs), isWorking: false, doneSerial: -1, againAt: never, building: null };
}

/** Rows of a segment; those of a file that is read directly are not counted, because it is large. */
function rowsOf({ facts }: Segment): number {
  return facts.rows ?? Number.POSITIVE_INFINITY;
}
