import type { Day } from "../segments/day.ts";

/** A row's place in the record order within its file, and its item name as it is stored. */
export type NamedRow = [text: string, id: number, name: string];

/** One item of a segment. */
export interface RollupItem {
  code: string;
  /** False where the column holds bytes: they show as text, but a search for that text does not find them. */
  isText: boolean;
  /** Rows whose text begins with no valid day. */
  undated: number;
  /** The newest row with a name: among those with a valid day, and among all. */
  newestDated: NamedRow | null;
  newestNamed: NamedRow | null;
}

/**
 * Daily totals per item as columns: the cells of day `days[d]` are those from `dayStart[d]` up to `dayStart[d + 1]`, in the order of the
 * items. 32 bytes a cell; 25 million rows of 70 items over four years are 90,000 cells.
 */
export interface Columns {
  /** Ascending. */
  days: Day[];
  items: RollupItem[];
  dayStart: Uint32Array;
  /** Index into `items`. */
  item: Uint32Array;
  /** Rows. */
  count: Uint32Array;
  /** Good quantity; a row without a quantity counts as 0 in `sum` and not at all in `min` and `max` (NaN where all are without). */
  sum: Float64Array;
  min: Float64Array;
  max: Float64Array;
}

/** Raised when the meaning of the stored bytes changes; totals of another format are made anew. */
export const columnsFormat = 3;

const headBytes = 8;
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Renders the columns as compressed bytes (a fifth of their size for the demo data). */
export function encodeColumns({ days, items, dayStart, item, count, sum, min, max }: Columns): Uint8Array {
  const head = Buffer.from(JSON.stringify({ days, items, cells: item.length }));
  const parts = [sum, min, max, dayStart, item, count];
  const bytes = new Uint8Array(
    parts.reduce((total, part) => total + aligned(part.byteLength), headBytes + aligned(head.length)),
  );
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, headBytes);
  let at = headBytes + aligned(head.length);
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += aligned(part.byteLength);
  }
  return Bun.zstdCompressSync(bytes, { level: 3 });
}

/** Reads what encodeColumns wrote. */
export function decodeColumns(compressed: Uint8Array<ArrayBuffer>): Columns {
  const unpacked = Bun.zstdDecompressSync(compressed);
  // A copy of its own begins at a multiple of eight, which a view on numbers asks for.
  const bytes = unpacked.byteOffset % 8 === 0 ? unpacked : new Uint8Array(unpacked);
  const { buffer, byteOffset } = bytes;
  const headLength = new DataView(buffer, byteOffset).getUint32(0, true);
  const head = JSON.parse(Buffer.from(buffer, byteOffset + headBytes, headLength).toString()) as Pick<
    Columns,
    "days" | "items"
  > & { cells: number };
  let at = byteOffset + headBytes + aligned(headLength);
  const doubles = (length: number): Float64Array => {
    const view = new Float64Array(buffer, at, length);
    at += aligned(view.byteLength);
    return view;
  };
  const integers = (length: number): Uint32Array => {
    const view = new Uint32Array(buffer, at, length);
    at += aligned(view.byteLength);
    return view;
  };
  const { days, items, cells } = head;
  const [sum, min, max] = [doubles(cells), doubles(cells), doubles(cells)];
  const dayStart = integers(days.length + 1);
  return { days, items, sum, min, max, dayStart, item: integers(cells), count: integers(cells) };
}
