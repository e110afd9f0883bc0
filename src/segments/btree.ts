import type { Pages } from "./pages.ts";

/** Page types of a table with rowids (sqlite.org/fileformat2.html, "B-tree Pages"). */
const interiorType = 0x05;
const leafType = 0x0d;
const leafHeaderBytes = 8;
const interiorHeaderBytes = 12;
/** No table is deeper: SQLite's own bound (BTCURSOR_MAX_DEPTH). */
const maxDepth = 20;

/** A table's pages are not of the plain kind that can be compared, or not those of a table that only grew; the message is half a sentence. */
export class OddPagesError extends Error {}

/** Page numbers of a table's leaves, ascending. Throws OddPagesError. `breathe` is called every few pages. */
export function tableLeaves(pages: Pages, root: number, breathe: () => void): Uint32Array {
  const page = Buffer.alloc(pages.size);
  let level = [root];
  for (let depth = 0; depth < maxDepth; depth++) {
    pages.read(level[0]!, 1, page);
    // All leaves are equally deep, so that one page tells what its whole level is. Every page's own type is looked at where it is used.
    if (page[0] === leafType) return ascending(level);
    const next: number[] = [];
    for (const number of level) {
      breathe();
      pages.read(number, 1, page);
      addChildren(page, next);
    }
    level = next;
  }
  throw new OddPagesError("its table is deeper than SQLite makes one");
}

function addChildren(page: Buffer, into: number[]): void {
  if (page[0] !== interiorType) throw new OddPagesError("a page of its table is of an unexpected kind");
  const cells = page.readUInt16BE(3);
  if (interiorHeaderBytes + 2 * cells > page.length) throw new OddPagesError("a page of its table is damaged");
  for (let cell = 0; cell < cells; cell++) {
    const at = page.readUInt16BE(interiorHeaderBytes + 2 * cell);
    if (at + 4 > page.length) throw new OddPagesError("a page of its table is damaged");
    into.push(page.readUInt32BE(at));
  }
  into.push(page.readUInt32BE(8));
}

function ascending(level: number[]): Uint32Array {
  const leaves = Uint32Array.from(level).sort();
  for (let at = 0; at < leaves.length; at++) {
    if (leaves[at] === 0 || leaves[at] === leaves[at - 1])
      throw new OddPagesError("a page of its table is linked twice");
  }
  return leaves;
}

/**
 * Throws OddPagesError unless the page at `at` is a leaf all of whose rows lie in it entirely. A row that is continued on other pages could
 * change there while its leaf stays the same.
 */
export function requirePlainLeaf(bytes: Buffer, at: number, usable: number): void {
  if (bytes[at] !== leafType) throw new OddPagesError("a page of its table is of an unexpected kind");
  const cells = (bytes[at + 3]! << 8) | bytes[at + 4]!;
  const first = at + leafHeaderBytes;
  const most = usable - 35;
  for (let pointer = first; pointer < first + 2 * cells; pointer += 2) {
    const cell = at + ((bytes[pointer]! << 8) | bytes[pointer + 1]!);
    const high = bytes[cell]!;
    if (high < 0x80) continue;
    const low = bytes[cell + 1]!;
    if (low < 0x80 && ((high & 0x7f) << 7) + low <= most) continue;
    if (payloadOf(bytes, cell).length > most) throw new OddPagesError("a row is longer than a page");
  }
}

/** A row as it is stored in a leaf. */
export interface Cell {
  rowid: number;
  /** The record's bytes; null where it is continued on other pages. */
  record: Buffer | null;
}

/** The rows of a leaf, given the page alone. Throws OddPagesError. */
export function* leafCells(page: Buffer, usable: number): Generator<Cell, void> {
  if (page[0] !== leafType) throw new OddPagesError("a page of its table is of an unexpected kind");
  const cells = page.readUInt16BE(3);
  if (leafHeaderBytes + 2 * cells > usable) throw new OddPagesError("a page of its table is damaged");
  for (let cell = 0; cell < cells; cell++) {
    const { length, end } = payloadOf(page, page.readUInt16BE(leafHeaderBytes + 2 * cell));
    const id = varint(page, end);
    const rowid = Number(BigInt.asIntN(64, id.value));
    if (!Number.isSafeInteger(rowid)) throw new OddPagesError("an id is beyond 2^53");
    if (length > usable - 35) yield { rowid, record: null };
    else if (id.end + length > usable) throw new OddPagesError("a page of its table is damaged");
    else yield { rowid, record: page.subarray(id.end, id.end + length) };
  }
}

function payloadOf(page: Buffer, at: number): { length: number; end: number } {
  const { value, end } = varint(page, at);
  return { length: Number(value), end };
}

/** A number of up to nine bytes, seven bits in each but the ninth, which holds eight. */
function varint(page: Buffer, at: number): { value: bigint; end: number } {
  let value = 0n;
  for (let length = 0; length < 9; length++) {
    const byte = page[at + length];
    if (byte === undefined) throw new OddPagesError("a page of its table is damaged");
    if (length === 8) return { value: (value << 8n) | BigInt(byte), end: at + 9 };
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return { value, end: at + length + 1 };
  }
  throw new OddPagesError("a page of its table is damaged");
}
