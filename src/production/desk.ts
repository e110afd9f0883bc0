import type { Rollup } from "../rollup/rollup.ts";
import type { RollupShelf } from "../rollup/shelf.ts";
import type { Catalog } from "../segments/catalog.ts";
import { SourceError, UnavailableError } from "../segments/errors.ts";
import { isUnchanged, Reader } from "../segments/reader.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import { WorkerPool } from "../workers/pool.ts";
import { TaskError, WorkerError, type WorkerProcess } from "../workers/process.ts";
import { type Effort, type QuestionName, type Questions, questions, segmentsOf } from "./questions.ts";
import { answerQuestion } from "./worker-tasks.ts";

/** A question took longer than it may. */
export class TooSlowError extends Error {
  constructor(seconds: number) {
    super(`The question took longer than ${seconds} s and was stopped. Ask for a shorter period or fewer rows.`);
    this.name = "TooSlowError";
  }
}

/** An answer as JSON, ready to be sent: a text when it was made in this process, bytes when a worker made it. */
export interface Answer {
  body: string | Uint8Array;
  /** Rows in the answer. */
  rows: number;
  /** Version of the data it was computed from. */
  version: string;
}

/** The answer as a value: it has one form, its JSON, whoever made it; one of some KB is read back in 0.1 ms. */
export function readAnswer({ body }: Answer): unknown {
  return JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
}

export interface DeskOptions {
  catalog: Catalog;
  /** Where the daily totals are; null to add up the rows themselves. */
  rollups: RollupShelf | null;
  /** True when searches in a segment need not read its rows. */
  isSearchIndexed: (segment: Segment) => boolean;
  /** The folder of hub.db, for the workers. */
  databaseDir: string;
  workers: number;
  inlineMaxRows: number;
  queryTimeoutSec: number;
  /** Hears of every answer that was computed. */
  onAnswer: (answer: Computed, requestId?: string) => void;
}

/** An answer that was computed, for the log and the metrics. */
export interface Computed {
  name: QuestionName;
  /** From the question to the answer, the wait for a worker included. */
  ms: number;
  rows: number;
  parameters: unknown;
  /** Where it was computed: in the server's own process or by a worker. */
  by: "inline" | "worker";
}

/** Duplicate and undated rows up to which a question may be answered in this process: some milliseconds. */
const maxPassedOver = 10_000;
/**
 * Short questions that a worker is given before it answered the first. One at a time, an answer waits for a turn of a busy event loop: with
 * 400 clients some 200 ms, so that two workers answered 20 a second.
 */
const maxAhead = 64;
/** How often a question is asked anew when a file that is read directly changes under it. */
const attempts = 4;

/**
 * Where questions are asked. What indexes keep small is answered at once in this process; everything else goes to worker processes, so
 * that the event loop never waits. An answer is always computed from one snapshot.
 */
export class Desk {
  readonly #options: DeskOptions;
  readonly #reader = new Reader();
  readonly #pool: WorkerPool;
  /** For questions of a few milliseconds: they are handed over ahead, and none ever waits behind a long one. */
  readonly #promptPool: WorkerPool;
  /** Totals that are in memory: the keeper of the totals reads them in as soon as they are made. */
  readonly #rollupOf = (segment: Segment): Rollup | null => this.#options.rollups?.held(segment) ?? null;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#pool = new WorkerPool(options.workers);
    this.#promptPool = new WorkerPool(1, { ahead: maxAhead });
  }

  /**
   * Asks a question. Throws UnavailableError when its days cannot be read, TooSlowError after the time allowed, PoolBusyError when too
   * many long questions wait, and the signal's reason when that ends it: a question that a worker is busy with is ended with the worker.
   */
  async ask<Name extends QuestionName>(
    name: Name,
    parameters: Questions[Name],
    requestId?: string,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const started = performance.now();
    const { catalog } = this.#options;
    let trouble: SourceError | null = null;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const snapshot = await catalog.current();
      signal?.throwIfAborted();
      const sources = segmentsOf(snapshot, name, parameters).filter(({ immutable }) => !immutable);
      try {
        const effort = this.#effort(name, parameters, snapshot);
        const { text, rows } =
          effort === "little"
            ? this.#answer(name, parameters, snapshot)
            : await this.#askWorker(effort === "seeks", snapshot, name, parameters, signal);
        if (sources.every(isUnchanged)) {
          const ms = performance.now() - started;
          const by = effort === "little" ? "inline" : "worker";
          this.#options.onAnswer({ name, ms, rows, parameters, by }, requestId);
          return { body: text, rows, version: snapshot.version };
        }
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        trouble = error;
        if (error.segment !== undefined) catalog.suspect(error.segment, error.trouble);
      }
      for (const source of sources) if (!isUnchanged(source)) catalog.suspect(source.name, null);
    }
    throw new UnavailableError(
      trouble?.message ?? "The data file keeps changing while it is read. Try again in a moment.",
    );
  }

  /**
   * The answer, where this process can give it at once and from files that do not change while it reads them; null where it takes more than
   * that or cannot be given, which `ask` does and says.
   */
  answerNow<Name extends QuestionName>(name: Name, parameters: Questions[Name], requestId?: string): Answer | null {
    const started = performance.now();
    const snapshot = this.#options.catalog.ready();
    if (!snapshot) return null;
    try {
      if (this.#effort(name, parameters, snapshot) !== "little") return null;
      if (!segmentsOf(snapshot, name, parameters).every(({ immutable }) => immutable)) return null;
      const { text, rows } = this.#answer(name, parameters, snapshot);
      const ms = performance.now() - started;
      this.#options.onAnswer({ name, ms, rows, parameters, by: "inline" }, requestId);
      return { body: text, rows, version: snapshot.version };
    } catch {
      return null;
    }
  }

  #answer<Name extends QuestionName>(name: Name, parameters: Questions[Name], snapshot: Snapshot) {
    return answerQuestion({ snapshot, reader: this.#reader, rollupOf: this.#rollupOf, search: null }, name, parameters);
  }

  /** Process ids of the worker processes that are running. */
  get workerPids(): number[] {
    return [...this.#pool.pids, ...this.#promptPool.pids];
  }

  /** Questions that wait for a worker. */
  get waiting(): number {
    return this.#pool.waiting + this.#promptPool.waiting;
  }

  close(): void {
    this.#pool.close();
    this.#promptPool.close();
    this.#reader.close();
  }

  #effort<Name extends QuestionName>(name: Name, parameters: Questions[Name], snapshot: Snapshot): Effort {
    const question = questions[name];
    const { inlineMaxRows } = this.#options;
    if (inlineMaxRows === 0) return "rows";
    const all = segmentsOf(snapshot, name, parameters);
    const segments = question.fromTotals ? all.filter((segment) => !this.#rollupOf(segment)) : all;
    // Rows that are passed over one by one are work that neither an index nor the number of rows shows.
    const passedOver = segments.reduce((sum, { facts, excluded }) => sum + excluded.rows + facts.undated.rows, 0);
    if (passedOver > maxPassedOver) return "rows";
    const effort = question.effort?.(snapshot, parameters, this.#options.isSearchIndexed) ?? "rows";
    if (effort === "little") return effort;
    const rows = segments.map(({ facts }) => facts.rows ?? Number.POSITIVE_INFINITY);
    return rows.reduce((sum, count) => sum + count, 0) <= inlineMaxRows ? "little" : effort;
  }

  async #askWorker<Name extends QuestionName>(
    isShort: boolean,
    snapshot: Snapshot,
    name: Name,
    parameters: Questions[Name],
    signal: AbortSignal | undefined,
  ): Promise<{ text: Uint8Array; rows: number }> {
    const release = this.#options.catalog.pin(snapshot);
    // A short question is over in milliseconds, and others wait in the same process.
    const ending = isShort ? undefined : signal;
    try {
      const pool = isShort ? this.#promptPool : this.#pool;
      return await pool.with((worker) => this.#ask(worker, snapshot, name, parameters, ending), signal);
    } finally {
      release();
    }
  }

  async #ask<Name extends QuestionName>(
    worker: WorkerProcess,
    snapshot: Snapshot,
    name: Name,
    parameters: Questions[Name],
    signal: AbortSignal | undefined,
  ): Promise<{ text: Uint8Array; rows: number }> {
    const held = worker.remembered.get("snapshot") === snapshot.serial;
    worker.remembered.set("snapshot", snapshot.serial);
    const { queryTimeoutSec, rollups, databaseDir } = this.#options;
    const rollupDir = rollups ? databaseDir : null;
    const order = { name, parameters, serial: snapshot.serial, snapshot: held ? null : snapshot, rollupDir };
    try {
      const { payload, rows } = await worker.call("question", order, queryTimeoutSec * 1000, { signal });
      return { text: payload, rows: rows ?? 0 };
    } catch (error) {
      if (error instanceof WorkerError && error.kind === "timeout") throw new TooSlowError(queryTimeoutSec);
      if (error instanceof WorkerError) {
        throw new UnavailableError("The process that worked on the answer ended unexpectedly. Try again.");
      }
      if (error instanceof TaskError && error.name === "SourceError") {
        const told = new SourceError(error.details.trouble as SourceError["trouble"], error.message);
        throw Object.assign(told, { segment: error.details.segment });
      }
      if (error instanceof TaskError && error.name === "UnavailableError") throw new UnavailableError(error.message);
      throw error;
    }
  }
}
