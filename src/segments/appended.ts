import { type Cell, leafCells, OddPagesError, requirePlainLeaf, tableLeaves } from "./btree.ts";
import type { Pages } from "./pages.ts";

/** A table in a file: its pages and the number of the one at its root. */
export interface TablePages {
  pages: Pages;
  root: number;
}

/** What must be known of a mirror's table to compare others with it. */
export interface BaseTable extends TablePages {
  /** Page numbers of its leaves, ascending. */
  leaves: Uint32Array;
}

/** Bytes of both files that are compared at a time, and pages between two leaves that are read along rather than skipped. */
const chunkBytes = 1024 * 1024;
const bridgedPages = 8;
/** Changed leaves above which a table counts as rewritten; an appending writer changes one or two, and a split moves a few. */
const maxChangedLeaves = 2_000;

/**
 * Finds the leaves of a mirror's table, and makes sure that each row lies in its leaf entirely: one that is continued on other pages could
 * change there while the leaf stays the same. Throws OddPagesError. 430 MB of leaves take 0.1 s from the system's cache.
 */
export function plainLeaves({ pages, root }: TablePages): Uint32Array {
  const leaves = tableLeaves(pages, root, () => {});
  const { usable } = pages.format;
  const bytes = Buffer.alloc(chunkBytes);
  for (const { first, count, from, to } of runsOf(leaves, pages)) {
    pages.read(first, count, bytes);
    for (let leaf = from; leaf < to; leaf++) requirePlainLeaf(bytes, (leaves[leaf]! - first) * pages.size, usable);
  }
  return leaves;
}

/**
 * Proves that `grown` holds the rows of `base`, byte for byte, and beyond them only rows with ids above `lastId`, the greatest of `base`
 * (null where it is empty). It is a proof because a leaf with the same bytes that both tables link holds the same rows, whatever happened to
 * it in between, and the rows of all other leaves are compared one by one. `base` must be a copy of an earlier state, for otherwise no leaf
 * is the same; the copy may have been given indexes. 430 MB of leaves take 0.1 s from the system's cache.
 *
 * Returns how many rows were added. Throws OddPagesError with half a sentence when it is otherwise, when it cannot be told, or when more than
 * `maxAdded` rows were added. `breathe` is called every few milliseconds, and what it throws ends the comparison.
 */
export function compareGrown(
  base: BaseTable,
  grown: TablePages,
  lastId: number | null,
  maxAdded: number,
  breathe: () => void,
): number {
  return new GrownTable(base, grown, lastId, maxAdded, breathe).compare();
}

class GrownTable {
  readonly #base: BaseTable;
  readonly #grown: TablePages;
  readonly #lastId: number;
  readonly #maxAdded: number;
  readonly #breathe: () => void;
  readonly #usable: number;
  /** Old rows that stand in changed leaves, by id: as they were, and as they are. */
  readonly #before = new Map<number, Buffer>();
  readonly #after = new Map<number, Buffer>();
  #changedLeaves = 0;
  #added = 0;

  constructor(base: BaseTable, grown: TablePages, lastId: number | null, maxAdded: number, breathe: () => void) {
    this.#base = base;
    this.#grown = grown;
    this.#lastId = lastId ?? Number.NEGATIVE_INFINITY;
    this.#maxAdded = maxAdded;
    this.#breathe = breathe;
    const format = base.pages.format;
    if (!Bun.deepEquals(format, grown.pages.format)) throw new OddPagesError("the format of its pages changed");
    this.#usable = format.usable;
  }

  compare(): number {
    const leaves = tableLeaves(this.#grown.pages, this.#grown.root, this.#breathe);
    const { shared, left, right } = divide(this.#base.leaves, leaves);
    // New leaves are few or the whole is not worth it; so they come first.
    if (left.length > maxChangedLeaves) throw new OddPagesError("much of it was written anew");
    this.#readLeaves(this.#grown.pages, right, (page) => this.#takeAfter(page));
    this.#readLeaves(this.#base.pages, left, (page) => this.#takeBefore(page));
    this.#compareShared(shared);
    if (this.#before.size !== this.#after.size) throw new OddPagesError("rows were deleted or put in between");
    for (const [id, record] of this.#before) {
      if (!this.#after.get(id)?.equals(record)) throw new OddPagesError("an earlier row was changed");
    }
    return this.#added;
  }

  #readLeaves(pages: Pages, leaves: Uint32Array, take: (page: Buffer) => void): void {
    const page = Buffer.alloc(pages.size);
    for (const leaf of leaves) {
      this.#breathe();
      pages.read(leaf, 1, page);
      take(page);
    }
  }

  #compareShared(leaves: Uint32Array): void {
    const { size } = this.#base.pages;
    const before = Buffer.alloc(chunkBytes);
    const after = Buffer.alloc(chunkBytes);
    for (const { first, count, from, to } of runsOf(leaves, this.#base.pages)) {
      this.#breathe();
      this.#base.pages.read(first, count, before);
      this.#grown.pages.read(first, count, after);
      if (before.compare(after, 0, count * size, 0, count * size) === 0) continue;
      for (let leaf = from; leaf < to; leaf++) {
        const at = (leaves[leaf]! - first) * size;
        if (before.compare(after, at, at + size, at, at + size) === 0) continue;
        this.#takeBefore(before.subarray(at, at + size));
        this.#takeAfter(after.subarray(at, at + size));
      }
    }
  }

  #takeBefore(page: Buffer): void {
    if (++this.#changedLeaves > maxChangedLeaves) throw new OddPagesError("much of it was written anew");
    for (const cell of leafCells(page, this.#usable)) keep(this.#before, cell);
  }

  #takeAfter(page: Buffer): void {
    for (const cell of leafCells(page, this.#usable)) {
      if (cell.rowid <= this.#lastId) keep(this.#after, cell);
      else if (++this.#added > this.#maxAdded) throw new OddPagesError(`more than ${this.#maxAdded} rows were added`);
    }
  }
}

/** Leaves `from` to `to` of a list, in `count` pages from `first` on that are read at once. */
interface Run {
  from: number;
  to: number;
  first: number;
  count: number;
}

function* runsOf(leaves: Uint32Array, { size, lockPage }: Pages): Generator<Run, void> {
  const most = chunkBytes / size;
  for (let from = 0, to = 0; from < leaves.length; from = to) {
    const first = leaves[from]!;
    for (to = from + 1; to < leaves.length && leaves[to]! - first < most; to++) {
      const previous = leaves[to - 1]!;
      if (leaves[to]! - previous > bridgedPages || (previous < lockPage && lockPage < leaves[to]!)) break;
    }
    yield { from, to, first, count: leaves[to - 1]! - first + 1 };
  }
}

function keep(rows: Map<number, Buffer>, { rowid, record }: Cell): void {
  if (record === null) throw new OddPagesError("a row is longer than a page");
  if (rows.has(rowid)) throw new OddPagesError("an id stands in it twice");
  rows.set(rowid, Buffer.from(record));
}

/** Divides two ascending lists into what both have and what only the left or the right one has. */
function divide(a: Uint32Array, b: Uint32Array): { shared: Uint32Array; left: Uint32Array; right: Uint32Array } {
  const shared: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const x = a[i] ?? Number.POSITIVE_INFINITY;
    const y = b[j] ?? Number.POSITIVE_INFINITY;
    if (x === y) shared.push(x);
    else if (x < y) left.push(x);
    else right.push(y);
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return { shared: Uint32Array.from(shared), left: Uint32Array.from(left), right: Uint32Array.from(right) };
}
