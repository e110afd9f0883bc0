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
  /**
   * By item, pairs of rows with the same lot; pairs with different lots, and how many of those have the same quantity: how often chance alone gives two rows the
   * same one.
   */
  pairs: Record<string, [sameLot: number, otherLot: number, otherLotEqual: number]>;
  /** Rows without a lot, a name and a quantity (NULL or blank), and ids of some of them. */
  missing: Readonly<Record<MissingField, { rows: number; ids: number[] }>>;
  /** Rows whose quantity is a text or bytes, which SQLite keeps in a REAL column; it counts as 0. */
  texts: { rows: number; ids: number[] };
}

/** Columns that may be empty, and are of little use then. */
export const missingFields = ["lot", "name", "quantity"] as const;
export type MissingField = (typeof missingFields)[number];

/** Examples that are kept of each fault. */
export const mostExamples = 5;

type Row = [
  id: number,
  lot: string | null,
  item: string,
  quantity: number | string | Uint8Array | null,
  isNamed: number,
];

/** SQL for rows of one valid day, with `dayBounds` as its parameters: a range of the index on the date. */
export const onDay = "production_date >= ? AND production_date < ? AND {dated}";
export const dayBounds = (day: Day): [string, string] => [day, day + afterAll];

/** Reads the rows of a day, some 2 µs each. Throws SourceError when the file cannot be read. */
export function readDayFacts(reader: Reader, segment: Segment, day: Day): DayFacts {
  const sql = `SELECT id, CAST(lot_number AS TEXT), CAST(item_code AS TEXT), good_quantity, trim(coalesce(item_name, '')) <> ''
    FROM {rows} WHERE ${onDay} AND {kept} ORDER BY id`;
  const groups = new Map<string, DuplicateGroup>();
  const ofItems = new Map<string, { rows: number; lots: Map<string, number>; quantities: Map<number, number> }>();
  const missing = { lot: { rows: 0, ids: [] }, name: { rows: 0, ids: [] }, quantity: { rows: 0, ids: [] } };
  const texts: DayFacts["texts"] = { rows: 0, ids: [] };
  const note = (field: { rows: number; ids: number[] }, id: number): void => {
    field.rows += 1;
    if (field.ids.length < mostExamples) field.ids.push(id);
  };
  const rows = reader.rows<Row>(segment, sql, dayBounds(day));
  for (const [id, lot, item, quantity, isNamed] of rows) {
    if (isNamed === 0) note(missing.name, id);
    if (quantity === null) note(missing.quantity, id);
    const isText = quantity !== null && typeof quantity !== "number";
    if (isText) note(texts, id);
    if (lot === null || lot.trim() === "") {
      note(missing.lot, id);
      continue;
    }
    // Nothing made twice is nothing.
    if (quantity === null || quantity === 0 || isText) continue;
    const key = `${item}\0${lot}\0${quantity}`;
    const group = groups.get(key);
    if (group) group.ids.push(id);
    else groups.set(key, { item, lot, quantity, ids: [id] });
    let ofItem = ofItems.get(item);
    if (!ofItem) {
      ofItem = { rows: 0, lots: new Map(), quantities: new Map() };
      ofItems.set(item, ofItem);
    }
    ofItem.rows += 1;
    ofItem.lots.set(lot, (ofItem.lots.get(lot) ?? 0) + 1);
    ofItem.quantities.set(quantity, (ofItem.quantities.get(quantity) ?? 0) + 1);
  }
  const repeated = [...groups.values()].filter(({ ids }) => ids.length > 1);
  repeated.sort((a, b) => b.ids.length - a.ids.length || a.ids[0]! - b.ids[0]!);
  const equalInLot = new Map<string, number>();
  for (const { item, ids } of repeated) equalInLot.set(item, (equalInLot.get(item) ?? 0) + pairsOf(ids.length));
  const pairs: DayFacts["pairs"] = {};
  for (const [item, { rows: count, lots, quantities }] of ofItems) {
    if (count === 1) continue;
    const sameLot = sumOfPairs(lots);
    const otherLotEqual = sumOfPairs(quantities) - (equalInLot.get(item) ?? 0);
    pairs[item] = [sameLot, pairsOf(count) - sameLot, otherLotEqual];
  }
  return {
    rows: rows.length,
    duplicates: repeated.reduce((sum, { ids }) => sum + ids.length - 1, 0),
    groups: repeated.slice(0, mostExamples).map((group) => ({ ...group, ids: group.ids.slice(0, mostExamples) })),
    pairs,
    missing,
    texts,
  };
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;
const sumOfPairs = (counts: ReadonlyMap<unknown, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + pairsOf(count), 0);
