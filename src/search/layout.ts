import type { Buckets } from "./quantities.ts";

/** Raised whenever what is stored changes its meaning; an index of another format is built anew. */
export const searchFormat = 1;

/**
 * Rows are numbered in the record order, newest first; posting lists are cut into chunks of so many of them. A page deep in the history
 * decodes one chunk, not all before it; smaller chunks would make the lists of contents grow.
 */
export const chunkRows = 1 << 18;

/** Rows whose ids are stored together: to find the id of one row, half of these are decoded on average. */
export const blockRows = 1 << 10;

/** Longer lots are odd: looked at one by one. */
export const maxLotLength = 64;

/** The fixed posting lists; those of quantities, items and lots follow. */
export const withoutLotList = 0;
export const oddLotList = 1;
export const oddQuantityList = 2;
export const firstQuantityList = 3;

/** Where a piece stands among the pages of a build. */
export interface Piece {
  at: number;
  length: number;
}

/** One spelling of an item: code and name as they stand together in rows. What is no plain text is null in `text`. */
export interface ItemSpelling {
  /** Code and name; null where one of them is stored as bytes or is no valid text, so that any search may find it. */
  text: [code: string, name: string | null] | null;
  list: number;
}

/** What an index consists of: the last piece of a build, as JSON. */
export interface Contents {
  rows: number;
  /** Stored date text and id of the first row of each block; position and bytes of the ids of its other rows. */
  blocks: { texts: string[]; ids: number[]; at: number[]; bytes: number[] };
  quantities: Buckets;
  items: ItemSpelling[];
  /** Trigrams of lots in ascending order, four 16-bit numbers each: three characters and the place in the lot. */
  trigrams: Piece;
  /** Number of the first trigram's list; the others follow in the same order. */
  firstTrigramList: number;
  /** For each list and one more, 32 bits each: where its part of the directory begins. */
  listStarts: Piece;
  /** For each list its chunks: number (less that of the one before), position (likewise), bytes; as varints. */
  directory: Piece;
}
