import type { Place, SearchPart } from "../search/search-index.ts";
import { afterAll, type Day, dayOf, isDay } from "../segments/day.ts";
import { hasIndex } from "../segments/schema.ts";
import type { Segment } from "../segments/types.ts";
import type { Context } from "./context.ts";
import type { Cursor } from "./cursor.ts";
import { type Condition, type DayRange, inRange, segmentsFor } from "./range.ts";
import { searchedRows } from "./search.ts";
import { asText, compareText } from "./text-order.ts";

/** Which rows to list; absent fields do not filter. */
export interface RecordFilter extends DayRange {
  /** Exact item code. */
  itemCode?: string | undefined;
  /** Exact item codes, of which a row has one. */
  items?: readonly string[] | undefined;
  /** Substring of code, name or lot, wildcards literal, ASCII letters in either case. */
  q?: string | undefined;
  /** Beginning of the lot number. */
  lotPrefix?: string | undefined;
  /** Exact lot number; given together with `lotPrefix`, an index finds it. */
  lot?: string | undefined;
  /** Bounds of the good quantity, inclusive; rows without a quantity are outside of any bound. */
  minQuantity?: number | undefined;
  maxQuantity?: number | undefined;
}

export interface ProductionRecord {
  /** The kind of file that the row stands in. */
  source: "live" | "archive";
  id: number;
  /** The day, or the stored text where raw dates are asked for or the text holds no valid day. */
  production_date: string;
  lot_number: string | null;
  item_code: string;
  item_name: string | null;
  good_quantity: number | null;
}

/** One page of records and the cursor that continues it. */
export interface RecordPage {
  records: ProductionRecord[];
  next: Cursor | null;
}

/** Rows in the record order, with their stored date text still in place; `segments[i]` is where `records[i]` stands. */
interface Rows {
  records: ProductionRecord[];
  segments: Segment[];
}

/** Rows read at a time while an offset is walked over. */
const stride = 5_000;

/**
 * Lists records in the record order (stored date text, live before archive, id; all descending), `limit` of them after `cursor`.
 *
 * Segments are walked from the one with the greatest date text down, each by keyset, and the walk stops when no later segment can
 * hold an earlier row of the page: the newest page of 25 million rows costs what it costs in 150,000.
 */
export function listRecords(
  context: Context,
  filter: RecordFilter,
  page: { limit: number; cursor?: Cursor | undefined; offset?: number | undefined; rawDates?: boolean | undefined },
): RecordPage {
  let cursor = page.cursor;
  for (let left = cursor ? 0 : (page.offset ?? 0); left > 0; left -= stride) {
    const step = Math.min(left, stride);
    const skipped = newestRows(context, filter, step, cursor);
    if (skipped.records.length <= step) return { records: [], next: null };
    cursor = cursorAfter(skipped, step);
  }
  const rows = newestRows(context, filter, page.limit, cursor);
  const { records } = rows;
  const next = records.length > page.limit ? cursorAfter(rows, page.limit) : null;
  records.length = Math.min(records.length, page.limit);
  // The rows are this page's own, so they are changed in place: a fresh object each would cost a tenth of the answer.
  for (const record of records) asDeclared(record);
  if (!page.rawDates) showDays(records);
  return { records, next };
}

/** Up to `limit` rows after the cursor in the record order, and one more when there is one. */
function newestRows(context: Context, filter: RecordFilter, limit: number, cursor: Cursor | undefined): Rows {
  const candidates = segmentsFor(context.snapshot, filter)
    .filter(({ facts }) => !cursor || compareText(facts.minText!, cursor.d) <= 0)
    .sort((a, b) => compareText(b.facts.maxText!, a.facts.maxText!));
  const whole = [wantedOf(filter)];
  const perItem = itemFilters(filter)?.map(wantedOf);
  let rows: Rows = { records: [], segments: [] };
  for (const segment of candidates) {
    for (const wanted of perItem && hasIndex(segment.facts.indexes, itemDates) ? perItem : whole) {
      const least = rows.records[limit]?.production_date;
      if (least !== undefined && compareText(least, segment.facts.maxText!) > 0) return rows;
      const records = recordsOf(context, segment, wanted, { most: limit + 1, cursor, least });
      if (records.length > 0) rows = merge(rows, records, segment, limit + 1);
    }
  }
  return rows;
}

/** The columns of the index that delivers one item's rows newest first. */
const itemDates = "item_code,production_date";

/**
 * A filter for each item of several, or null where they are better found together. Along the dates, rows of rare items may be far apart;
 * along each item's own index no row is read in vain, and of every further item only those that are newer than the page's last so far.
 * A lot is rarer than any item, so it is sought once.
 */
function itemFilters({ items, ...filter }: RecordFilter): RecordFilter[] | null {
  if (items === undefined || [filter.itemCode, filter.q, filter.lotPrefix].some((text) => text !== undefined))
    return null;
  return [...new Set(items)].map((itemCode) => ({ ...filter, itemCode }));
}

/** A filter, and in SQL the conditions on a row that it asks for and that counts in its segment. */
interface Wanted {
  filter: RecordFilter;
  conditions: Condition;
}

function wantedOf(filter: RecordFilter): Wanted {
  return { filter, conditions: conditionsOf(filter) };
}

/** The part of a segment that may still enter a page. */
interface Part {
  most: number;
  cursor: Cursor | undefined;
  /** Date text of the page's last row so far; a stray text keeps a segment from being left out altogether, but not its other rows. */
  least: string | undefined;
}

/**
 * Rows of one segment in the record order. Those that the owner of their days holds as well are left out, which takes a condition that costs
 * a fifth of the page; they end at a day, and most pages end above it.
 */
function recordsOf(context: Context, segment: Segment, wanted: Wanted, part: Part): ProductionRecord[] {
  const { lastDay } = segment.facts;
  const end = excludedUpTo(segment);
  const kept = { ...wanted, conditions: both(wanted.conditions, { sql: "{kept}", values: [] }) };
  if (end === null) return read(context, segment, wanted, part);
  if (part.least !== undefined && compareText(part.least, end) >= 0) return read(context, segment, wanted, part);
  if ((lastDay !== null && lastDay < end) || (part.cursor && compareText(part.cursor.d, end) < 0)) {
    return read(context, segment, kept, part);
  }
  const records = read(context, segment, wanted, part);
  const last = records.at(-1);
  if (!last || compareText(last.production_date, end) >= 0) return records;
  return read(context, segment, kept, part);
}

/** The text that is greater than the date texts of all rows that another file counts; null where there are none. */
function excludedUpTo({ excluded }: Segment): string | null {
  const last = excluded.days.at(-1);
  return last ? last.to + afterAll : null;
}

function read(context: Context, segment: Segment, wanted: Wanted, part: Part): ProductionRecord[] {
  const { most, cursor, least } = part;
  // First of all: of several lower bounds SQLite seeks the first, and from the filter's own it would read whole archives for nothing: with
  // 600,000 rows in four files a page of all years took 75 ms instead of 2.
  const above: Condition = least === undefined ? noCondition : { sql: "production_date >= ?", values: [least] };
  const { sql, values } = both(above, wanted.conditions);
  const select = (rows: string, position: Condition, order: string, limit: number): ProductionRecord[] =>
    context.reader.records<ProductionRecord>(
      segment,
      `SELECT NULL source, id, CAST(production_date AS TEXT) production_date, lot_number, item_code, item_name, good_quantity FROM ${rows} WHERE ${position.sql} AND ${sql} ${order} LIMIT ?`,
      [...position.values, ...values, limit],
    );
  const side = cursor && sideOfCursor(segment, cursor);
  const behind = behindCursor(cursor, side);
  const searched = searchedRows(
    context,
    segment,
    wanted.filter,
    partOf(wanted.filter, part, side),
    most,
    (ids, limit) => select(rowsOfIds, { sql: behind.sql, values: [JSON.stringify(ids), ...behind.values] }, "", limit),
  );
  const records = searched ?? walkedRows(cursor, side, most, select);
  // Here rather than in SQL, where every row would get a text of its own.
  for (const record of records) record.source = segment.source;
  return records;
}

/** The rows of a JSON array of ids, in its order, which CROSS JOIN keeps (https://www.sqlite.org/optoverview.html#crossjoin). */
const rowsOfIds = "(SELECT value AS wanted FROM json_each(?)) CROSS JOIN {rows} r ON r.id = wanted";

/** Rows behind the cursor by keyset along the index on the dates. */
function walkedRows(
  cursor: Cursor | undefined,
  side: CursorSide | undefined,
  most: number,
  select: (rows: string, position: Condition, order: string, limit: number) => ProductionRecord[],
): ProductionRecord[] {
  // Qualified, because a bare name would mean the column of the answer, which no index delivers in order.
  const newestFirst = "ORDER BY r.production_date DESC, r.id DESC";
  if (!cursor || side === "all") return select("{rows} r", behindCursor(cursor, side), newestFirst, most);
  // Thousands of rows share one date text, so the rest of it is sought by id rather than compared as a row value.
  const sameText = { sql: `production_date = ? AND id ${side} ?`, values: [cursor.d, cursor.id] };
  const rest = side === "none" ? [] : select("{rows} r", sameText, "ORDER BY r.id DESC", most);
  if (rest.length >= most) return rest;
  const older = select("{rows} r", behindCursor(cursor, "none"), newestFirst, most - rest.length);
  return rest.length > 0 ? [...rest, ...older] : older;
}

/** Which rows with the cursor's very date text a segment still has to show: all, none, or those with an id below (or up to) the cursor's. */
type CursorSide = "all" | "none" | "<" | "<=";

function sideOfCursor(segment: Segment, cursor: Cursor): CursorSide {
  if (segment.source !== cursor.src) return segment.source === "archive" ? "all" : "none";
  return cursor.seg !== undefined && compareText(segment.name, cursor.seg) < 0 ? "<=" : "<";
}

/** The rows of a segment that come after the cursor in the record order. */
function behindCursor(cursor: Cursor | undefined, side: CursorSide | undefined): Condition {
  if (!cursor || !side) return noCondition;
  if (side === "all") return { sql: "production_date <= ?", values: [cursor.d] };
  if (side === "none") return { sql: "production_date < ?", values: [cursor.d] };
  const sql = `(production_date < ? OR (production_date = ? AND id ${side} ?))`;
  return { sql, values: [cursor.d, cursor.d, cursor.id] };
}

/** The part of the record order that the search index is to look at, on the safe side of the filter's days and the page's bounds. */
function partOf({ from, to }: RecordFilter, { cursor, least }: Part, side: CursorSide | undefined): SearchPart {
  const oldest = [from, least]
    .filter((text) => text !== undefined)
    .sort(compareText)
    .at(-1);
  const places: Place[] = [];
  if (to !== undefined) places.push({ text: to + afterAll, id: Number.POSITIVE_INFINITY });
  if (cursor && side === "all") places.push({ text: cursor.d, id: Number.POSITIVE_INFINITY });
  else if (cursor && side === "none") places.push({ text: cursor.d, id: Number.NEGATIVE_INFINITY });
  else if (cursor) places.push({ text: cursor.d, id: cursor.id });
  const newest = places.sort((a, b) => compareText(a.text, b.text))[0];
  return { newest, oldest };
}

/** In SQL, what a filter asks of a row. */
export function conditionsOf(filter: RecordFilter): Condition {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const add = (sql: string, ...more: (string | number)[]) => {
    parts.push(sql);
    values.push(...more);
  };
  if (filter.from !== undefined || filter.to !== undefined) {
    const range = inRange(filter);
    add(`${range.sql} AND {dated}`, ...range.values);
  }
  if (filter.itemCode !== undefined) add("item_code = ?", filter.itemCode);
  if (filter.items !== undefined) add("item_code IN (SELECT value FROM json_each(?))", JSON.stringify(filter.items));
  if (filter.lot !== undefined) add("lot_number = ?", filter.lot);
  if (filter.lotPrefix !== undefined) {
    add("lot_number >= ? AND lot_number < ?", filter.lotPrefix, filter.lotPrefix + afterAll);
  }
  if (filter.q !== undefined) {
    const pattern = likePattern(filter.q);
    const like = ["item_code", "item_name", "lot_number"].map((column) => `${column} LIKE ? ESCAPE '\\'`);
    add(`(${like.join(" OR ")})`, pattern, pattern, pattern);
  }
  // What is no number (see quantitySql) is outside of any bound.
  if (filter.minQuantity !== undefined) add("good_quantity >= ? AND good_quantity < 9e999", filter.minQuantity);
  if (filter.maxQuantity !== undefined) add("good_quantity <= ? AND good_quantity > -9e999", filter.maxQuantity);
  return { sql: parts.length > 0 ? parts.join(" AND ") : "1", values };
}

const noCondition: Condition = { sql: "1", values: [] };

function both(a: Condition, b: Condition): Condition {
  return { sql: `${a.sql} AND ${b.sql}`, values: [...a.values, ...b.values] };
}

/** A LIKE pattern (with `ESCAPE '\'`) that finds the text itself anywhere. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

/** Merges the rows of one more segment in and keeps the first `most`. */
function merge(rows: Rows, records: ProductionRecord[], segment: Segment, most: number): Rows {
  if (rows.records.length === 0) return { records, segments: new Array<Segment>(records.length).fill(segment) };
  const merged: Rows = { records: [], segments: [] };
  let left = 0;
  let right = 0;
  while (merged.records.length < most) {
    const a = rows.records[left];
    const b = records[right];
    if (!a && !b) break;
    if (a && (!b || comesFirst(a, rows.segments[left]!, b, segment))) {
      merged.records.push(a);
      merged.segments.push(rows.segments[left++]!);
    } else {
      merged.records.push(b!);
      merged.segments.push(segment);
      right++;
    }
  }
  return merged;
}

/** The record order; archives that share text and id come newer file first. */
function comesFirst(a: ProductionRecord, inA: Segment, b: ProductionRecord, inB: Segment): boolean {
  const order =
    compareText(b.production_date, a.production_date) ||
    compareText(b.source, a.source) ||
    b.id - a.id ||
    compareText(inB.name, inA.name);
  return order <= 0;
}

function cursorAfter({ records, segments }: Rows, count: number): Cursor {
  const last = records[count - 1]!;
  const next = records[count];
  const cursor: Cursor = { d: last.production_date, id: last.id, src: last.source };
  const tied = next?.id === cursor.id && next.production_date === cursor.d && next.source === cursor.src;
  return tied ? { ...cursor, seg: segments[count - 1]!.name } : cursor;
}

/** Shows the day instead of the stored text, where the text begins with a valid one. */
function showDays(records: ProductionRecord[]): void {
  let day: Day | null = null;
  for (const record of records) {
    const text = record.production_date;
    // Neighbours mostly share their day, and then the text of it too.
    if (day === null || !text.startsWith(day)) {
      const beginning = dayOf(text);
      if (!isDay(beginning)) continue;
      day = beginning;
    }
    record.production_date = day;
  }
}

/** SQLite keeps whatever is put into a column: bytes are shown as text, and a quantity that is no number as none. */
function asDeclared(record: ProductionRecord): void {
  const { lot_number, item_code, item_name, good_quantity } = record;
  if (!Number.isFinite(good_quantity)) record.good_quantity = null;
  if (typeof item_code !== "string") record.item_code = asText(item_code);
  if (typeof lot_number !== "string" && lot_number !== null) record.lot_number = asText(lot_number);
  if (typeof item_name !== "string" && item_name !== null) record.item_name = asText(item_name);
}
