import { afterAll, type Day } from "../segments/day.ts";
import type { Reader } from "../segments/reader.ts";
import type { Segment } from "../segments/types.ts";

/** Duplicates of one row that are kept as an example. */
export interface DuplicateGroup {
  item: string;
  lot: string;
  quantity: number | null;
  ids: number[];
}

/** What the rows of one day in one file are like, beyond what the daily totals say. */
export interface DayFacts {
  rows: number;
  /** Rows of which the file holds another one with the same lot, item and quantity on that day: all but the first of each group. */
  duplicates: number;
  /** The greatest groups of them. */
  groups: DuplicateGroup[];
  /** Rows without a lot, a name and a quantity (NULL or blank), and ids of some of them. */
  missing: Readonly<Record<MissingField, { rows: number; ids: number[] }>>;
}

/** Columns that may be empty, and are of little use then. */
export const missingFields = ["lot", "name", "quantity"] as const;
export type MissingField = (typeof missingFields)[number];

/** Examples that are kept of each fault. */
export const mostExamples = 5;

type Row = [id: number, lot: string | null, item: string, quantity: number | null, isNamed: number];

/** SQL for rows of one valid day, with `dayBounds` as its parameters: a range of the index on the date. */
export const onDay = "production_date >= ? AND production_date < ? AND {dated}";
export const dayBounds = (day: Day): [string, string] => [day, day + afterAll];

/** Reads the rows of a day, some 2 µs each. Throws SourceError when the file cannot be read. */
export function readDayFacts(reader: Reader, segment: Segment, day: Day): DayFacts {
  const sql = `SELECT id, CAST(lot_number AS TEXT), CAST(item_code AS TEXT), good_quantity, trim(coalesce(item_name, '')) <> ''
    FROM {rows} WHERE ${onDay} AND {kept} ORDER BY id`;
  const groups = new Map<string, DuplicateGroup>();
  const missing = { lot: { rows: 0, ids: [] }, name: { rows: 0, ids: [] }, quantity: { rows: 0, ids: [] } };
  const note = (field: { rows: number; ids: number[] }, id: number): void => {
    field.rows += 1;
    if (field.ids.length < mostExamples) field.ids.push(id);
  };
  const rows = reader.rows<Row>(segment, sql, dayBounds(day));
  for (const [id, lot, item, quantity, isNamed] of rows) {
    if (isNamed === 0) note(missing.name, id);
    if (quantity === null) note(missing.quantity, id);
    if (lot === null || lot.trim() === "") {
      note(missing.lot, id);
      continue;
    }
    // Nothing made twice is nothing.
    if (quantity === null || quantity === 0) continue;
    const key = `${item}\0${lot}\0${quantity}`;
    const group = groups.get(key);
    if (group) group.ids.push(id);
    else groups.set(key, { item, lot, quantity, ids: [id] });
  }
  const repeated = [...groups.values()].filter(({ ids }) => ids.length > 1);
  repeated.sort((a, b) => b.ids.length - a.ids.length || a.ids[0]! - b.ids[0]!);
  return {
    rows: rows.length,
    duplicates: repeated.reduce((sum, { ids }) => sum + ids.length - 1, 0),
    groups: repeated.slice(0, mostExamples).map((group) => ({ ...group, ids: group.ids.slice(0, mostExamples) })),
    missing,
  };
}
