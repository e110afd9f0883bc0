import type { Database, SQLQueryBindings } from "bun:sqlite";
import { afterAll, type Day, isDay } from "../segments/day.ts";
import { datedSql } from "../segments/facts.ts";
import { table } from "../segments/schema.ts";
import { unlocked } from "./rollover-lock.ts";

/** Rows and their quantity; no quantity counts as 0. */
export interface Sum {
  rows: number;
  quantity: number;
}

/** Rows read under one lock of a file that the ERP writes: 10 to 40 ms. */
const windowRows = 20_000;
/** Ids handed to SQLite at once. */
export const idsAtOnce = 10_000;
/** As many different wrong beginnings are listed in SQL; with more of them each row is tested by SQLite's date(). */
const listedPrefixes = 500;
const beforeAll = Number.MIN_SAFE_INTEGER;

/** Where rows are looked for. `gently`: the ERP writes the file, so that no lock may last. */
export interface Place {
  db: Database;
  schema: string;
  path: string;
  gently: boolean;
}

/** Valid days of a file with their sums, and the beginnings of texts that are none. */
export interface Survey {
  days: Map<Day, Sum>;
  /** null where they are too many to list. */
  undatedPrefixes: string[] | null;
  undatedRows: number;
}

/** Of a file whose rows are looked at only by those who move them. */
export const nothingOdd: Survey = { days: new Map(), undatedPrefixes: [], undatedRows: 0 };

/** Adds one sum to the entry of a map. */
export function addTo<Key>(sums: Map<Key, Sum>, key: Key, { rows, quantity }: Sum, sign: 1 | -1 = 1): void {
  const sum = sums.get(key) ?? { rows: 0, quantity: 0 };
  sums.set(key, { rows: sum.rows + sign * rows, quantity: sum.quantity + sign * quantity });
}

/** Reads while the ERP may be writing: what its locks are in the way of is tried again. Throws OperationError when that does not end. */
export function reading<T>(path: string, work: () => T): Promise<T> {
  return unlocked(path, "Every answer is right as it is. Try again when the file is free.", work);
}

/** Goes through a file by id in windows with a lock each; awaits `pause` between two of them. */
async function inWindows(
  { db, schema, path, gently }: Place,
  use: (condition: string, bounds: number[]) => void,
  pause: () => Promise<void>,
): Promise<void> {
  if (!gently) return reading(path, () => use("1", []));
  const next = db.query<{ last: number | null }, [number]>(
    `SELECT max(id) AS last FROM (SELECT id FROM ${schema}.${table} WHERE id > ? ORDER BY id LIMIT ${windowRows})`,
  );
  for (let from = beforeAll; ; ) {
    const last = await reading(path, () => {
      const found = next.get(from)?.last ?? null;
      if (found !== null) use("id > ? AND id <= ?", [from, found]);
      return found;
    });
    if (last === null) return;
    from = last;
    await pause();
  }
}

const breath = () => Bun.sleep(1);

/** Sums per day of all rows, or of those before and after the days `outside`. */
export async function survey(place: Place, outside?: { from: Day; to: Day }): Promise<Survey> {
  const days = new Map<Day, Sum>();
  const odd = new Map<string, number>();
  const where = outside ? "(production_date < ? OR production_date > ?)" : "1";
  const edges = outside ? [outside.from, outside.to + afterAll] : [];
  const how = place.gently ? "NOT INDEXED" : "";
  await inWindows(
    place,
    (condition, bounds) => {
      const rows = place.db
        .query<{ day: string; rows: number; quantity: number }, SQLQueryBindings[]>(
          `SELECT substr(production_date, 1, 10) AS day, count(*) AS rows, total(good_quantity) AS quantity
           FROM ${place.schema}.${table} ${how} WHERE ${condition} AND ${where} GROUP BY 1`,
        )
        .all(...bounds, ...edges);
      for (const { day, ...sum } of rows) {
        if (isDay(day)) addTo(days, day, sum);
        else odd.set(day, (odd.get(day) ?? 0) + sum.rows);
      }
    },
    breath,
  );
  return {
    days,
    undatedPrefixes: odd.size > listedPrefixes ? null : [...odd.keys()],
    undatedRows: [...odd.values()].reduce((sum, rows) => sum + rows, 0),
  };
}

/** SQL and bounds for rows of the days `from` to `to`, both inclusive. */
export function ofDays(
  from: Day,
  to: Day,
  undatedPrefixes: readonly string[] | null,
): { sql: string; bounds: string[] } {
  return {
    sql: `(production_date >= ? AND production_date < ? AND ${datedSql(undatedPrefixes)})`,
    bounds: [from, to + afterAll],
  };
}

/** Ids, ascending, of the rows of the days `from` to `to`. */
export async function idsOfDays(
  place: Place,
  from: Day,
  to: Day,
  undatedPrefixes: readonly string[] | null,
): Promise<number[]> {
  const ids: number[] = [];
  const days = ofDays(from, to, undatedPrefixes);
  // A window is read by id; of a file without windows an index on the date spares the scan.
  const how = place.gently ? "NOT INDEXED" : "";
  await inWindows(
    place,
    (condition, bounds) => {
      const found = place.db
        .query<{ id: number }, SQLQueryBindings[]>(
          `SELECT id FROM ${place.schema}.${table} ${how} WHERE ${condition} AND ${days.sql}`,
        )
        .values(...bounds, ...days.bounds) as [number][];
      for (const [id] of found) ids.push(id);
    },
    breath,
  );
  return place.gently ? ids : ids.sort((a, b) => a - b);
}

/** Cuts ids into JSON lists that SQLite takes as one parameter. */
export function* jsonChunks(ids: readonly number[], atOnce = idsAtOnce): Generator<{ json: string; count: number }> {
  for (let at = 0; at < ids.length; at += atOnce) {
    const chunk = ids.slice(at, at + atOnce);
    yield { json: JSON.stringify(chunk), count: chunk.length };
  }
}

/** True when the two sums agree: rows exactly, quantities but for the order in which SQLite added them up. */
export function agree(a: Sum | undefined, b: Sum | undefined): boolean {
  const one = a ?? { rows: 0, quantity: 0 };
  const other = b ?? { rows: 0, quantity: 0 };
  const size = Math.max(1, Math.abs(one.quantity), Math.abs(other.quantity));
  return (
    one.rows === other.rows &&
    (one.quantity === other.quantity || Math.abs(one.quantity - other.quantity) <= 1e-6 * size)
  );
}
