import type { Database } from "bun:sqlite";
import { afterAll, isDay } from "./day.ts";
import { hasIndex, indexesOf, table, verifyTable } from "./schema.ts";
import type { Facts } from "./types.ts";

/** More different undated beginnings than this are not listed; questions then test each row with SQLite's date function. */
const maxUndatedPrefixes = 500;

interface Beginning {
  /** First ten characters of the stored text. */
  prefix: string;
  smallest: string;
}

/** Reads the facts of one file; a millisecond per year of days where an index on production_date exists, else one full pass. */
export function readFacts(db: Database, schema: string, countRows: boolean): Facts {
  verifyTable(db, schema);
  const from = `${schema}.${table}`;
  const indexes = indexesOf(db, schema);
  const indexed = hasIndex(indexes, "production_date");
  const one = <T>(sql: string): T => db.query<T, []>(sql).get() as T;

  const { minId, maxId } = one<{ minId: number | null; maxId: number | null }>(
    `SELECT (SELECT min(id) FROM ${from}) minId, (SELECT max(id) FROM ${from}) maxId`,
  );
  const { minText, maxText } = one<{ minText: string | null; maxText: string | null }>(
    `SELECT CAST(min(production_date) AS TEXT) minText, CAST(max(production_date) AS TEXT) maxText FROM (
       SELECT (SELECT min(production_date) FROM ${from}) production_date
       UNION ALL SELECT (SELECT max(production_date) FROM ${from})
     )`,
  );
  const rows = countRows ? one<{ n: number }>(`SELECT count(*) n FROM ${from}`).n : null;

  const days: string[] = [];
  const odd: string[] = [];
  const beginnings = indexed ? seekBeginnings(db, from) : scanBeginnings(db, from);
  for (const { prefix } of beginnings) {
    if (isDay(prefix)) days.push(prefix);
    else odd.push(prefix);
    if (odd.length > maxUndatedPrefixes) break;
  }
  const listable = odd.length <= maxUndatedPrefixes;
  const undatedRows =
    indexed && listable ? countBeginnings(db, from, odd) : countUndated(db, from, listable ? odd : null);
  const edge = (end: "min" | "max"): string | null =>
    listable
      ? ((end === "min" ? days[0] : days.at(-1)) ?? null)
      : one<{ day: string | null }>(
          `SELECT ${end}(substr(production_date, 1, 10)) day FROM ${from} WHERE ${datedSql(null)}`,
        ).day;
  return {
    rows,
    minId,
    maxId,
    minText,
    maxText,
    firstDay: edge("min"),
    lastDay: edge("max"),
    undated: { rows: undatedRows, prefixes: listable ? odd : null },
    indexes,
  };
}

/** Counts the rows with these beginnings by an index range each. */
function countBeginnings(db: Database, from: string, prefixes: readonly string[]): number {
  const count = db.query<{ n: number }, [string, string]>(
    `SELECT count(*) n FROM ${from} WHERE production_date >= ? AND production_date <= ?`,
  );
  const rows = prefixes.map((prefix) => count.get(prefix, isShort(prefix) ? prefix : prefix + afterAll)!.n);
  return rows.reduce((sum, n) => sum + n, 0);
}

function countUndated(db: Database, from: string, prefixes: readonly string[] | null): number {
  if (prefixes?.length === 0) return 0;
  return db.query<{ n: number }, []>(`SELECT count(*) n FROM ${from} WHERE NOT ${datedSql(prefixes)}`).get()!.n;
}

/** A text shorter than a day is only a beginning of itself: '2026' must not take '2026-01-01' along. */
const isShort = (prefix: string): boolean => [...prefix].length < 10;

/**
 * SQL that is true for rows whose text begins with a valid day, given the invalid beginnings of the file.
 * SQLite's date() turns 2026-02-30 into 2026-03-02, so a day is valid when date() leaves it as it is; year 0000 is not a year.
 */
export function datedSql(undatedPrefixes: readonly string[] | null): string {
  if (undatedPrefixes?.length === 0) return "1";
  const day = "substr(production_date, 1, 10)";
  if (undatedPrefixes === null) {
    return `(${day} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date(${day}) IS ${day} AND ${day} >= '0001')`;
  }
  // As bytes, because a literal with a NUL character would end the statement there.
  const list = undatedPrefixes.map((prefix) => `CAST(X'${Buffer.from(prefix).toString("hex")}' AS TEXT)`).join(", ");
  return `(${day} NOT IN (${list}))`;
}

/** Jumps along an index from one beginning to the next, so that a year costs some 365 seeks however many rows it has. */
function* seekBeginnings(db: Database, from: string): Generator<Beginning> {
  const next = (condition: string) =>
    db.query<Beginning, [string]>(
      `SELECT substr(production_date, 1, 10) prefix, production_date smallest FROM ${from}
       WHERE production_date ${condition} ? AND production_date < x''
       ORDER BY production_date LIMIT 1`,
    );
  const atLeast = next(">=");
  const above = next(">");
  let found = atLeast.get("");
  while (found) {
    yield found;
    const previous: string = found.smallest;
    found = isShort(found.prefix) ? above.get(found.smallest) : atLeast.get(found.prefix + afterAll);
    // Bytes that are no UTF-8 do not survive the round trip through a string, and the seek would stand still.
    if (found && found.smallest === previous) return yield* scanBeginnings(db, from);
  }
}

function scanBeginnings(db: Database, from: string): Iterable<Beginning> {
  return db
    .query<Beginning, []>(
      `SELECT substr(production_date, 1, 10) prefix, min(production_date) smallest FROM ${from} WHERE production_date < x'' GROUP BY 1 ORDER BY 1`,
    )
    .all();
}
