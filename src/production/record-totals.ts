import { quantitySql } from "../segments/schema.ts";
import type { Context } from "./context.ts";
import { segmentsFor } from "./range.ts";
import { conditionsOf, type RecordFilter } from "./records.ts";
import { tidy } from "./totals.ts";

/** Rows of a filter, and their good quantity together; a row without a quantity counts as 0. */
export interface RecordTotals {
  batch_count: number;
  total_production: number;
}

/**
 * How many rows a filter leaves and what they add up to. The daily totals know neither lots nor single quantities, so the rows are read: a
 * million of them a second. Throws UnavailableError like segmentsFor.
 */
export function recordTotals({ reader, snapshot }: Context, filter: RecordFilter): RecordTotals {
  const { sql, values } = conditionsOf(filter);
  const statement = `SELECT count(*), total(${quantitySql}) FROM {rows} WHERE ${sql} AND {kept}`;
  const parts = segmentsFor(snapshot, filter).flatMap((segment) =>
    reader.rows<[count: number, sum: number]>(segment, statement, values),
  );
  return {
    batch_count: parts.reduce((all, [count]) => all + count, 0),
    total_production: tidy(parts.reduce((all, [, sum]) => all + sum, 0)),
  };
}
