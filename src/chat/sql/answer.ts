import type { StatementSync } from "node:sqlite";
import { asSourceError, SourceError } from "../../segments/errors.ts";
import type { Snapshot } from "../../segments/types.ts";
import type { SqlValue } from "../types.ts";
import { authorizer } from "./allowed.ts";
import { withinBounds } from "./bounds.ts";
import { mentionsDailyTotals, type WantedTotals } from "./daily-totals.ts";
import { type OpenRows, openRows } from "./open-rows.ts";
import { readableRoots, verifyProgram } from "./program.ts";
import { Refusal, tooMuch } from "./refusal.ts";
import { scopeOf } from "./scope.ts";
import { readStatement } from "./statement.ts";

/** What the process of custom queries is asked. */
export interface CustomQueryOrder {
  sql: string;
  params: SqlValue[];
  snapshot: Snapshot;
  /** The folder of hub.db, where daily totals are kept; null to add up the rows. */
  rollupDir: string | null;
}

export interface CustomQueryRows {
  columns: string[];
  data: Record<string, SqlValue>[];
}

const maxRows = 1_000;
const maxResultBytes = 1_000_000;

/** Carries a query out, in a process that may be killed meanwhile. Rejects with Refusal and SourceError. */
export async function answerCustomQuery(order: CustomQueryOrder): Promise<CustomQueryRows> {
  const totals = mentionsDailyTotals(order.sql) ? await totalsFor(order) : null;
  return withinBounds(() => answer(order, totals));
}

/** The daily totals of hub.db, and the items' names; their code is loaded where a query asks for them, because most do not. */
async function totalsFor({ sql, params, snapshot, rollupDir }: CustomQueryOrder): Promise<WantedTotals> {
  const [{ RollupShelf }, { itemNames }, { Reader }] = await Promise.all([
    import("../../rollup/shelf.ts"),
    import("../../production/items.ts"),
    import("../../segments/reader.ts"),
  ]);
  const shelf = rollupDir === null ? null : new RollupShelf(rollupDir);
  const rollupOf: WantedTotals["rollupOf"] = (segment) => shelf?.load(segment) ?? null;
  const namesOf = (codes: readonly string[]) => {
    const reader = new Reader();
    try {
      return itemNames({ snapshot, reader, rollupOf, search: null }, codes);
    } finally {
      reader.close();
    }
  };
  return { rollupOf, namesOf, period: scopeOf(sql, params).period };
}

function answer({ sql: text, params, snapshot }: CustomQueryOrder, totals: WantedTotals | null): CustomQueryRows {
  const { sql, parameters } = readStatement(text);
  if (parameters !== params.length) {
    throw new Refusal("INVALID_PARAMS", `The query takes ${parameters} parameters and was given ${params.length}.`);
  }
  let reason: string | null = null;
  let rows: OpenRows | null = null;
  try {
    // Anew for each query: files are let go in between, and nothing of a query reaches the next one.
    rows = openRows(snapshot, totals);
    const { db } = rows;
    const roots = readableRoots(db);
    db.setAuthorizer(
      authorizer(rows, (sentence) => {
        reason ??= sentence;
      }),
    );
    verifyProgram(db, sql, roots);
    return read(db.prepare(sql), params);
  } catch (error) {
    throw asRefusal(error, reason);
  } finally {
    rows?.db.close();
  }
}

/** Reads the rows one by one, until there are too many. */
function read(statement: StatementSync, params: readonly SqlValue[]): CustomQueryRows {
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  const columns = distinct(statement.columns().map(({ name }) => name));
  const bound = params.map((value) => (Number.isSafeInteger(value) ? BigInt(value!) : value));
  const data: Record<string, SqlValue>[] = [];
  let bytes = 0;
  for (const values of statement.iterate(...bound) as Iterable<unknown>) {
    if (data.length === maxRows) {
      throw new Refusal("TOO_MANY_ROWS", `The query gives more than ${maxRows} rows. Add up, or set a LIMIT.`);
    }
    const row = Object.fromEntries((values as unknown[]).map((value, at) => [columns[at]!, plain(value)]));
    data.push(row);
    bytes += Buffer.byteLength(JSON.stringify(row));
    if (bytes > maxResultBytes) {
      throw new Refusal("TOO_MANY_ROWS", "The result is larger than 1 MB. Ask for fewer columns or rows.");
    }
  }
  return { columns, data };
}

/** Names of columns, each once: the second `n` becomes `n_2`. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
    taken.add(free);
    return free;
  });
}

/** A value as JSON has it: integers beyond 2^53 are rounded, blobs become hexadecimal digits, infinity becomes null. */
function plain(value: unknown): SqlValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return value as SqlValue;
}

/** Primary result codes (https://www.sqlite.org/rescode.html) that tell of the query rather than of a file. */
const codes = { error: 1, noMemory: 7, ioError: 10, full: 13, tooBig: 18, auth: 23, range: 25 };

/** What became of a query, as a Refusal or SourceError; anything else is returned unchanged. */
function asRefusal(error: unknown, reason: string | null): unknown {
  if (error instanceof Refusal || error instanceof SourceError) return error;
  const { errcode, message } = error as { errcode?: number; message: string };
  const said = `SQLite says: ${message}.`;
  switch (errcode === undefined ? null : errcode & 0xff) {
    case codes.auth:
      return new Refusal("NOT_ALLOWED", reason ?? "Only production_records can be read.");
    case codes.error:
      if (reason !== null) return new Refusal("NOT_ALLOWED", reason);
      return new Refusal(/^no such (table|function|module)/.test(message) ? "NOT_ALLOWED" : "QUERY_FAILED", said);
    case codes.range:
      return new Refusal("INVALID_PARAMS", said);
    case codes.tooBig:
      return new Refusal("TOO_MANY_ROWS", "A value, or the query itself, becomes larger than 1 MB.");
    case codes.noMemory:
    case codes.full:
    case codes.ioError:
      return new Refusal("QUERY_TIMEOUT", tooMuch);
    default:
      return asSourceError(error);
  }
}
