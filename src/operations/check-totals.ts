import { Rollup } from "../rollup/rollup.ts";
import type { RollupShelf } from "../rollup/shelf.ts";
import { stateOf } from "../segments/content-mark.ts";
import { afterAll } from "../segments/day.ts";
import { datedSql } from "../segments/facts.ts";
import { quantitySql, table } from "../segments/schema.ts";
import type { Facts } from "../segments/types.ts";
import type { SourceFile } from "./source-files.ts";
import { readSteadily } from "./steady.ts";

/** What comparing the daily totals of a file with its rows found. */
export interface TotalsFinding {
  status: "ok" | "warn" | "fail";
  message: string;
}

/**
 * Compares the daily totals that hub.db holds for a file with its rows: number of rows and good quantity of each item on each day that the
 * file owns. 0.8 µs a row. Throws SourceError when the file cannot be read, or is written all the while.
 */
export async function checkTotals(file: SourceFile, facts: Facts, shelf: RollupShelf): Promise<TotalsFinding> {
  const stored = shelf.peek(file.name);
  if (!stored)
    return { status: "ok", message: "No daily totals yet; a running hub makes them, and adds up rows until then." };
  if (stored.version !== stateOf(file.path)) {
    return { status: "ok", message: "The daily totals are of an earlier content; a running hub makes them anew." };
  }
  if (!stored.columns)
    return { status: "warn", message: "The daily totals are damaged; a running hub makes them anew." };
  const { ownsFrom, ownsTo } = file;
  const isOwn = (day: string): boolean => day >= ownsFrom && day <= ownsTo;
  const keyOf = (day: string, code: unknown): string => `${day} ${typeof code === "string" ? "text" : "bytes"} ${code}`;
  const totals = new Map<string, [count: number, sum: number]>();
  for (const [day, item, count, sum] of new Rollup(stored.columns).all()) {
    if (isOwn(day)) totals.set(keyOf(day, item.isText ? item.code : Buffer.from(item.code)), [count, sum]);
  }
  const rows = await readSteadily([file.path], (db, [schema]) =>
    db
      .query<{ day: string; code: unknown; n: number; s: number }, [string, string]>(
        `SELECT substr(production_date, 1, 10) day, item_code code, count(*) n, total(${quantitySql}) s FROM ${schema}.${table}
         WHERE production_date >= ? AND production_date < ? AND ${datedSql(facts.undated.prefixes)} GROUP BY 1, 2`,
      )
      .all(ownsFrom, ownsTo + afterAll),
  );
  let different = 0;
  for (const { day, code, n, s } of rows) {
    const key = keyOf(day, code);
    const [count, sum] = totals.get(key) ?? [0, 0];
    totals.delete(key);
    if (count !== n || Math.abs(sum - s) > 1e-9 * Math.max(1, Math.abs(s))) different++;
  }
  different += totals.size;
  if (different === 0)
    return { status: "ok", message: `The ${rows.length} daily totals per item are those of the rows.` };
  return {
    status: "fail",
    message: `${different} of ${rows.length} daily totals per item differ from the rows. Stop the hub, delete database/hub.db and start the hub again: it makes them anew.`,
  };
}
