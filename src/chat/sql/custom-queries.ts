import type { Catalog } from "../../segments/catalog.ts";
import { SourceError } from "../../segments/errors.ts";
import { isUnchanged } from "../../segments/reader.ts";
import type { Snapshot } from "../../segments/types.ts";
import { PoolBusyError, WorkerPool } from "../../workers/pool.ts";
import { TaskError, WorkerError } from "../../workers/process.ts";
import type { RunCustomQuery, SqlValue, ToolError, ToolErrorCode } from "../types.ts";
import type { CustomQueryOrder, CustomQueryRows } from "./answer.ts";
import { tooMuch } from "./refusal.ts";
import { maxSqlLength } from "./statement.ts";

/** Queries that are carried out at the same time, and that wait for them. */
const processes = 2;
const maxQueue = 20;
/** How often a query is carried out anew when a file that is read directly changes under it. */
const attempts = 3;
const maxParams = 100;
const maxParamLength = 10_000;

export interface CustomQueriesOptions {
  catalog: Catalog;
  /** The folder of hub.db where daily totals are kept there; null to add up the rows. */
  rollupDir?: string | null;
  timeoutSec: number;
}

/** Carries out queries that somebody else wrote, in processes that read nothing but production records and are killed when they take too long. */
export class CustomQueries {
  readonly #catalog: Catalog;
  readonly #rollupDir: string | null;
  readonly #timeoutSec: number;
  readonly #pool = new WorkerPool(processes, { maxQueue });

  constructor({ catalog, rollupDir = null, timeoutSec }: CustomQueriesOptions) {
    this.#catalog = catalog;
    this.#rollupDir = rollupDir;
    this.#timeoutSec = timeoutSec;
  }

  /**
   * Runs a query. What is wrong with it, or became of it, is told by the result's `code` and a sentence. Rejects with the signal's reason when that
   * ends the query, with its process.
   */
  readonly run: RunCustomQuery = async ({ sql, params = [], description = "" }, _requestId, signal) => {
    const wrong = wrongWith(sql, params);
    if (wrong) return { result: wrong, segments: [] };
    try {
      const { rows, segments } = await this.#rows(sql, params, signal);
      return {
        result: { status: "success", description, row_count: rows.data.length, ...rows },
        segments,
      };
    } catch (error) {
      signal?.throwIfAborted();
      return { result: this.#told(error), segments: [] };
    }
  };

  /** Process ids of the processes that are running. */
  get pids(): number[] {
    return this.#pool.pids;
  }

  close(): void {
    this.#pool.close();
  }

  async #rows(
    sql: string,
    params: SqlValue[],
    signal: AbortSignal | undefined,
  ): Promise<{ rows: CustomQueryRows; segments: string[] }> {
    let trouble = new SourceError("changing", "The data file keeps changing while it is read. Try again in a moment.");
    for (let attempt = 0; attempt < attempts; attempt++) {
      const snapshot = await this.#catalog.current();
      const { missing, segments } = snapshot;
      if (missing.length > 0) throw new SourceError("absent", missing[0]!.reason);
      const changed = () => segments.filter((segment) => !segment.immutable && !isUnchanged(segment));
      try {
        const rows = await this.#ask(sql, params, snapshot, signal);
        if (changed().length === 0) return { rows, segments: segments.map(({ name }) => name) };
      } catch (error) {
        if (!(error instanceof TaskError) || error.name !== "SourceError") throw error;
        trouble = new SourceError(error.details.trouble as SourceError["trouble"], error.message);
      }
      for (const { name } of changed()) this.#catalog.suspect(name, null);
    }
    throw trouble;
  }

  async #ask(
    sql: string,
    params: SqlValue[],
    snapshot: Snapshot,
    signal: AbortSignal | undefined,
  ): Promise<CustomQueryRows> {
    const release = this.#catalog.pin(snapshot);
    try {
      const order: CustomQueryOrder = { sql, params, snapshot, rollupDir: this.#rollupDir };
      const { payload } = await this.#pool.with(
        (worker) => worker.call("custom-query", order, this.#timeoutSec * 1000, { signal }),
        signal,
      );
      return JSON.parse(Buffer.from(payload).toString()) as CustomQueryRows;
    } finally {
      release();
    }
  }

  #told(error: unknown): ToolError {
    if (error instanceof TaskError && error.name === "Refusal") {
      return failure(error.details.code as ToolErrorCode, error.message);
    }
    if (error instanceof WorkerError && error.kind === "timeout") {
      const sentence = `The query took longer than ${this.#timeoutSec} s and was stopped. Ask for a shorter period, or add up earlier.`;
      return failure("QUERY_TIMEOUT", sentence);
    }
    if (error instanceof WorkerError) return failure("QUERY_TIMEOUT", tooMuch);
    if (error instanceof PoolBusyError || error instanceof SourceError) return failure("UNAVAILABLE", error.message);
    throw error;
  }
}

const failure = (code: ToolErrorCode, message: string): ToolError => ({ status: "error", code, message });

/** What can be told without reading the query: models send all kinds of values. */
function wrongWith(sql: unknown, params: unknown): ToolError | null {
  if (typeof sql !== "string" || sql.trim() === "") return failure("NOT_ALLOWED", "The query is empty.");
  if (sql.length > maxSqlLength) {
    return failure("NOT_ALLOWED", `The query is longer than ${maxSqlLength} characters.`);
  }
  if (!Array.isArray(params) || params.length > maxParams || !params.every(isValue)) {
    const sentence = `Parameters must be a list of at most ${maxParams} texts (up to ${maxParamLength} characters), numbers and nulls.`;
    return failure("INVALID_PARAMS", sentence);
  }
  return null;
}

function isValue(value: unknown): boolean {
  if (typeof value === "string") return value.length <= maxParamLength;
  return value === null || (typeof value === "number" && Number.isFinite(value));
}
