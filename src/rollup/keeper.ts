import type { Catalog } from "../segments/catalog.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import { TaskError, WorkerProcess } from "../workers/process.ts";
import type { RollupShelf } from "./shelf.ts";

/** How soon a new version of the data is noticed, ms. */
const lookEveryMs = 100;
/** How often the stored totals are looked at for damage; half a millisecond for each file. */
const verifyEveryMs = 5_000;
/** When totals that could not be made are tried again, ms. */
const retryMs = 10_000;
/** How long the building process is kept warm: a factory's Live is written every few minutes, and a start costs 60 ms. */
const restMs = 10_000;
const buildTimeoutMs = 30 * 60_000;
/** A build that takes longer than this is worth a line in the log, and so is each further such time of it. */
const longMs = 5_000;
/** How often a page hears how far a build is, ms. */
const tellEveryMs = 250;

/** The daily totals of one segment for `/healthz` and the pages. */
export interface RollupStatus {
  segment: string;
  /** `ready`: the totals answer. `building`, `waiting`: the rows themselves answer until they are ready. */
  state: "ready" | "building" | "waiting";
  /** Daily totals per item; null until they are ready. */
  totals: number | null;
  /** Rows read so far by the build under way, and rows in the file where they were counted. */
  progress: { rows: number; of: number | null } | null;
}

export interface RollupKeeperOptions {
  catalog: Catalog;
  shelf: RollupShelf;
  databaseDir: string;
  report: (level: "info" | "warn", message: string) => void;
  /** Hears whenever the state of a segment's totals changed. */
  onChange: () => void;
}

/**
 * Keeps the daily totals up to date: looks which segments of the published snapshot lack them, and has them made one after the other in a
 * process of its own, the smallest file first. Until then the rows answer, so stale totals are never served.
 */
export class RollupKeeper {
  readonly #options: RollupKeeperOptions;
  readonly #builder = new WorkerProcess(restMs);
  readonly #timer: ReturnType<typeof setInterval>;
  #working = false;
  #closed = false;
  /** The snapshot that was dealt with last. */
  #doneSerial = -1;
  #verifyAt = Date.now() + verifyEveryMs;
  #building: { segment: Segment; rows: number } | null = null;
  readonly #failures = new Map<string, { version: string; retryAt: number }>();

  constructor(options: RollupKeeperOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#tick(), lookEveryMs);
    this.#timer.unref();
  }

  /** The state of each segment's totals, from memory. */
  status(): RollupStatus[] {
    const { catalog, shelf } = this.#options;
    return (catalog.lastPublished?.segments ?? []).map((segment) => {
      const totals = shelf.held(segment)?.cells ?? null;
      const building = totals === null && this.#building?.segment.version === segment.version ? this.#building : null;
      return {
        segment: segment.name,
        state: totals !== null ? "ready" : building ? "building" : "waiting",
        totals,
        progress: building && { rows: building.rows, of: segment.facts.rows },
      };
    });
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#builder.close();
  }

  async #tick(): Promise<void> {
    const snapshot = this.#options.catalog.lastPublished;
    if (this.#working || !snapshot) return;
    const verify = Date.now() >= this.#verifyAt;
    const retry = [...this.#failures.values()].some(({ retryAt }) => Date.now() >= retryAt);
    if (snapshot.serial === this.#doneSerial && !verify && !retry) return;
    this.#working = true;
    try {
      await this.#bringUpToDate(snapshot, verify);
      this.#doneSerial = snapshot.serial;
      if (verify) this.#verifyAt = Date.now() + verifyEveryMs;
    } finally {
      this.#working = false;
    }
  }

  async #bringUpToDate(snapshot: Snapshot, verify: boolean): Promise<void> {
    const { catalog, shelf } = this.#options;
    shelf.keepOnly(snapshot.segments);
    const lacking = snapshot.segments.filter((segment) => {
      if (verify && shelf.held(segment) && !shelf.isStored(segment)) return true;
      const ready = shelf.held(segment) ?? shelf.load(segment);
      return !ready && !this.#mustWait(segment);
    });
    lacking.sort((a, b) => (a.facts.rows ?? Number.POSITIVE_INFINITY) - (b.facts.rows ?? Number.POSITIVE_INFINITY));
    const release = catalog.pin(snapshot);
    try {
      for (const segment of lacking) {
        await this.#build(segment);
        // What is published now comes first; totals of a version that is gone are of no use.
        if (this.#closed || (catalog.lastPublished?.serial ?? 0) !== snapshot.serial) return;
      }
    } finally {
      release();
    }
  }

  #mustWait({ name, version }: Segment): boolean {
    const failure = this.#failures.get(name);
    return failure?.version === version && Date.now() < failure.retryAt;
  }

  async #build(segment: Segment): Promise<void> {
    const { shelf, databaseDir, report, onChange } = this.#options;
    const started = Date.now();
    let lineAt = started + longMs;
    let tellAt = started + tellEveryMs;
    this.#building = { segment, rows: 0 };
    onChange();
    const onProgress = (rows: unknown): void => {
      this.#building = { segment, rows: rows as number };
      const now = Date.now();
      if (now >= tellAt) {
        tellAt = now + tellEveryMs;
        onChange();
      }
      if (now < lineAt) return;
      lineAt += longMs;
      report("info", `Daily totals of ${segment.name}: ${(rows as number).toLocaleString("en")} rows read`);
    };
    try {
      await this.#builder.call("rollup.build", { databaseDir, segment }, buildTimeoutMs, onProgress);
      const rollup = shelf.load(segment);
      if (!rollup) throw new Error("They could not be read back from hub.db.");
      this.#failures.delete(segment.name);
      const seconds = (Date.now() - started) / 1000;
      if (seconds * 1000 >= longMs) {
        report(
          "info",
          `Daily totals of ${segment.name} made in ${seconds.toFixed(1)} s: ${rollup.cells.toLocaleString("en")} totals`,
        );
      }
    } catch (error) {
      if (this.#closed) return;
      this.#failures.set(segment.name, { version: segment.version, retryAt: Date.now() + retryMs });
      const changed = error instanceof TaskError && error.details.trouble === "changing";
      if (!changed) report("warn", `Daily totals of ${segment.name} could not be made: ${(error as Error).message}`);
    } finally {
      this.#building = null;
      if (!this.#closed) onChange();
    }
  }
}
