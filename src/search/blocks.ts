import { ByteReader, unzigzag } from "./bytes.ts";
import { blockRows, type Contents } from "./layout.ts";
import type { PageReader } from "./pages.ts";

/** A place in the record order of one segment. */
export interface Place {
  text: string;
  id: number;
}

/** The part of the record order that a search looks at. */
export interface SearchPart {
  /** No row before this place in the record order, which need not be a row's. */
  newest?: Place | undefined;
  /** No row with a smaller text. */
  oldest?: string | undefined;
}

/** Rows by their numbers in the record order, without `end`. */
export interface Ordinals {
  start: number;
  end: number;
}

/** Says which row stands where in the record order: ids by ordinal, ordinals by text and id. */
export class Blocks {
  readonly #pages: PageReader;
  readonly #rows: number;
  readonly #firsts: Contents["blocks"];
  /** The block whose ids were read last. */
  #block = -1;
  readonly #ids = new Float64Array(blockRows);

  constructor(pages: PageReader, { rows, blocks }: Contents) {
    this.#pages = pages;
    this.#rows = rows;
    this.#firsts = blocks;
  }

  /** Ordinals that hold all rows of the part, and less than two blocks of others. */
  ordinals({ newest, oldest }: SearchPart): Ordinals {
    const end =
      oldest === undefined ? this.#firsts.at.length : this.#firstBlock((block) => this.#isOlder(block, oldest));
    return { start: newest ? this.#startAt(newest) : 0, end: Math.min(this.#rows, end * blockRows) };
  }

  /** The id of a row. Throws IndexLostError when the ids are not there any more. */
  id(ordinal: number): number {
    const block = Math.floor(ordinal / blockRows);
    if (block !== this.#block) this.#read(block);
    return this.#ids[ordinal % blockRows]!;
  }

  #startAt(place: Place): number {
    const block = Math.max(0, this.#firstBlock((block) => this.#comesAtOrAfter(block, place)) - 1);
    const { texts } = this.#firsts;
    // Where a whole block shares one text, as most do, its ids descend, and the row of a cursor can be found among them.
    if (texts[block] !== place.text || texts[block + 1] !== place.text) return block * blockRows;
    this.#read(block);
    return block * blockRows + firstWhere(blockRows, (row) => this.#ids[row]! <= place.id);
  }

  #read(block: number): void {
    const { at, bytes, ids } = this.#firsts;
    const reader = new ByteReader(this.#pages.read(at[block]!, bytes[block]!));
    let id = ids[block]!;
    this.#ids[0] = id;
    for (let row = 1; !reader.atEnd; row++) {
      id -= unzigzag(reader.varint());
      this.#ids[row] = id;
    }
    this.#block = block;
  }

  #comesAtOrAfter(block: number, { text, id }: Place): boolean {
    const order = compareBytes(this.#firsts.texts[block]!, text);
    return order < 0 || (order === 0 && this.#firsts.ids[block]! <= id);
  }

  #isOlder(block: number, text: string): boolean {
    return compareBytes(this.#firsts.texts[block]!, text) < 0;
  }

  /** The first block for which a condition holds that holds for all later ones; their number where it holds for none. */
  #firstBlock(holds: (block: number) => boolean): number {
    return firstWhere(this.#firsts.at.length, holds);
  }
}

/** The first number below `count` for which a condition holds that holds for all later ones; else `count`. */
function firstWhere(count: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Compares as SQLite does: by UTF-8 bytes, in which a lone surrogate is the replacement character. */
const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
