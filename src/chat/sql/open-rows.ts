import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { attach, busyTimeoutMs, headerOf, type Runs } from "../../segments/connection.ts";
import { contractColumns, keptSql, openRanges } from "../../segments/duplicates.ts";
import { quantitySql, table } from "../../segments/schema.ts";
import type { Segment, Snapshot } from "../../segments/types.ts";
import type { Readable } from "./allowed.ts";
import { createDailyTotals, dailyTotals, type WantedTotals } from "./daily-totals.ts";
import { maxSqlLength, viewOf } from "./statement.ts";

/** SQLite attaches ten files at the most (SQLITE_MAX_ATTACHED); the rows of the smallest beyond that are copied. */
const maxAttached = 10;
/** Longest text or blob anywhere in a query, bytes, so that no function can fill the memory with one value. */
const maxValueBytes = 1_000_000;

/** A quantity that is no number is none here as well; the cast keeps the column's affinity, so that it compares with `'100'` as it did. */
const columns = contractColumns
  .map((column) => (column === "good_quantity" ? `CAST(${quantitySql} AS REAL) AS ${column}` : column))
  .join(", ");

/** A connection whose views show every row of a snapshot once. */
export interface OpenRows extends Readable {
  db: DatabaseSync;
}

/**
 * Opens the rows of a snapshot for reading: `production_records` over all segments, the views of `viewOf`, and `daily_totals` where the totals
 * are given. Throws SourceError and SQLite's errors when a file cannot be read.
 */
export function openRows({ segments }: Snapshot, totals: WantedTotals | null): OpenRows {
  const db = new DatabaseSync(":memory:", { timeout: busyTimeoutMs });
  try {
    db.exec("PRAGMA trusted_schema = OFF");
    db.enableDefensive(true);
    const adapter = {
      run: (sql: string, parameters: string[] = []) => db.prepare(sql).run(...parameters),
    } as unknown as Runs;
    const bySize = [...segments].sort((a, b) => (a.facts.rows ?? Infinity) - (b.facts.rows ?? Infinity));
    const copied = new Set(bySize.slice(0, Math.max(0, segments.length - maxAttached)));
    // The copies first: while they are made, an attached file is one more.
    const order = [...copied, ...segments.filter((segment) => !copied.has(segment))];
    // Names that nobody knows, so that rows can be reached through the views alone, which show each of them once.
    const secret = randomBytes(8).toString("hex");
    const arms = order.map((segment, at) => {
      const schema = `s${secret}_${at}`;
      attachUnlocked(db, adapter, schema, segment);
      openRanges(adapter, schema, segment.excluded);
      const rows = `SELECT ${columns} FROM ${schema}.${table} WHERE ${keptSql(segment, schema, false)}`;
      if (!copied.has(segment)) return { segment, schema, sql: rows };
      db.exec(
        `CREATE TEMP TABLE copied_${schema} (id INTEGER, production_date TEXT, lot_number TEXT, item_code TEXT, item_name TEXT, good_quantity REAL)`,
      );
      db.exec(`INSERT INTO copied_${schema} ${rows}`);
      db.exec(`DETACH ${schema}`);
      return { segment, schema, sql: `SELECT ${columns} FROM temp.copied_${schema}` };
    });
    const views = { [table]: arms, ...partsOf(arms) };
    for (const [name, parts] of Object.entries(views)) {
      const rows = parts.map(({ sql }) => sql).join(" UNION ALL ");
      db.exec(`CREATE TEMP VIEW ${name} AS ${rows || nothing}`);
    }
    if (totals) createDailyTotals(db, arms, totals);
    db.exec("PRAGMA query_only = ON");
    restrict(db);
    const schemas = new Set(arms.filter(({ segment }) => !copied.has(segment)).map(({ schema }) => schema));
    return { db, views: new Set([...Object.keys(views), ...(totals ? [dailyTotals] : [])]), schemas };
  } catch (error) {
    db.close();
    throw error;
  }
}

interface Arm {
  segment: Segment;
  schema: string;
  sql: string;
}

/** What `FROM archive.production_records` shows where there are no archives. */
const nothing = `SELECT ${contractColumns.map((column) => `NULL AS ${column}`).join(", ")} WHERE 0`;

function partsOf(arms: readonly Arm[]): Record<string, Arm[]> {
  return Object.fromEntries(
    Object.entries(viewOf).map(([source, view]) => [view, arms.filter(({ segment }) => segment.source === source)]),
  );
}

/**
 * Attaches a file so that reading it for seconds holds up nobody. A file with a rollback journal that is no mirror is read without locks, after
 * one read with them has shown that no writer is in the midst of it; whoever asked looks afterwards whether it changed (`isUnchanged`).
 */
function attachUnlocked(db: DatabaseSync, adapter: Runs, schema: string, { file, immutable }: Segment): void {
  const locks = !immutable && !headerOf(file).wal;
  if (locks) {
    attach(adapter, schema, file, false);
    db.prepare(`SELECT count(*) FROM ${schema}.sqlite_schema`).get();
    db.exec(`DETACH ${schema}`);
  }
  attach(adapter, schema, file, immutable || locks);
}

/** Bounds on what a query may be, so that it is its rows that take time and memory, not its text. */
function restrict(db: DatabaseSync): void {
  Object.assign(db.limits, {
    length: maxValueBytes,
    // The query itself, with EXPLAIN before it and an alias after each of its tables.
    sqlLength: 3 * maxSqlLength,
    column: 200,
    exprDepth: 200,
    compoundSelect: 100,
    vdbeOp: 100_000,
    functionArg: 100,
    likePatternLength: 1_000,
    attach: 0,
    variableNumber: 100,
  });
}
