import type { Database } from "bun:sqlite";
import { Reader } from "../segments/reader.ts";
import { hasIndex } from "../segments/schema.ts";
import type { Segment } from "../segments/types.ts";
import { openHubDb } from "../store/hub-db.ts";
import { ByteWriter, zigzag } from "./bytes.ts";
import { Directory } from "./directory.ts";
import { ItemLists } from "./items.ts";
import {
  blockRows,
  type Contents,
  chunkRows,
  firstQuantityList,
  oddLotList,
  oddQuantityList,
  type Piece,
  withoutLotList,
} from "./layout.ts";
import { isPlainLot, LotLists } from "./lots.ts";
import { type Build, PageWriter } from "./pages.ts";
import { lanes, Postings, UnsuitableError } from "./postings.ts";
import { type Buckets, bucketBounds, emptyBuckets, enterBucket } from "./quantities.ts";
import { isCurrent, newBuild, publish, type Registered, removeLeftovers } from "./register.ts";
import { type IndexedRow, NewestFirst } from "./rows.ts";

/** Order to make the search index of a segment and put it into hub.db. */
export interface SearchOrder {
  /** The folder of hub.db. */
  databaseDir: string;
  segment: Segment;
}

/** More lists than this are lots that have hardly anything in common. */
const maxLists = 1 << 18;
/** The difference of two ids, doubled, must still be a whole number in JavaScript. */
const maxId = 2 ** 50;
/** Odd lots are looked at one by one in each search: 30 ms. */
const maxOddLots = 20_000;

/**
 * Makes the search index of a segment in this version, unless it is there. What does not suit an index (see UnsuitableError) is noted, so
 * that it is not tried again. One core is busy for some 1.2 µs a row, in slices of some 20 ms. `onProgress` hears the rows read so far.
 * Throws SourceError when the file changed or cannot be read.
 */
export async function buildSearchIndex(
  { databaseDir, segment }: SearchOrder,
  onProgress: (rows: number) => void = () => {},
): Promise<void> {
  const db = openHubDb(databaseDir);
  const reader = new Reader();
  try {
    await removeLeftovers(db);
    if (isCurrent(db, segment)) return;
    try {
      if (!hasIndex(segment.facts.indexes, "production_date")) {
        throw new UnsuitableError("This file has no index on production_date, so that searches read its rows.");
      }
      publish(db, segment, await new IndexBuilder(db, segment, reader).run(onProgress));
    } catch (error) {
      if (!(error instanceof UnsuitableError)) throw error;
      publish(db, segment, { build: newBuild(db), pages: 0, contents: { at: 0, length: 0 }, refused: error.message });
    }
    await removeLeftovers(db);
  } finally {
    reader.close();
    db.close();
  }
}

/** One pass over the rows of a segment. */
class IndexBuilder {
  readonly #build: Build;
  readonly #rows: NewestFirst;
  readonly #pages: PageWriter;
  readonly #directory = new Directory();
  readonly #postings = new Postings();
  readonly #quantities: Buckets;
  readonly #items: ItemLists;
  readonly #lots: LotLists;
  readonly #ids = new ByteWriter();
  readonly #blocks: Contents["blocks"] = { texts: [], ids: [], at: [], bytes: [] };
  #listCount: number;
  #count = 0;
  #oddLots = 0;
  #lastId = 0;

  constructor(db: Database, segment: Segment, reader: Reader) {
    this.#build = newBuild(db);
    this.#pages = new PageWriter(db, this.#build);
    this.#rows = new NewestFirst(segment, reader);
    this.#quantities = emptyBuckets(bucketBounds(this.#rows.sampleQuantities()));
    this.#listCount = firstQuantityList + this.#quantities.rows.length;
    const newList = (): number => this.#newList();
    this.#items = new ItemLists(this.#postings, newList);
    this.#lots = new LotLists(this.#postings, newList);
  }

  /** Reads all rows and writes all pages; what it returns is ready to be published. */
  async run(onProgress: (rows: number) => void): Promise<Registered> {
    for await (const rows of this.#rows.slices()) {
      for (const row of rows) this.#add(row);
      onProgress(this.#count);
    }
    this.#endBlock();
    if (this.#count % chunkRows !== 0) this.#endChunk();
    const contents = this.#finish();
    return { build: this.#build, pages: this.#pages.pages, contents, refused: null };
  }

  #add([id, lot, code, name, quantity]: IndexedRow): void {
    const position = this.#count % chunkRows;
    this.#addId(id, position);
    this.#items.enter(code, name, position);
    this.#addLot(lot, position);
    this.#addQuantity(quantity, position);
    this.#count++;
    if (this.#count % chunkRows === 0) this.#endChunk();
  }

  #addId(id: number, position: number): void {
    if (Math.abs(id) > maxId) throw new UnsuitableError("The ids of this file are too large for a search index.");
    if (position % blockRows === 0) {
      this.#endBlock();
      this.#blocks.texts.push(this.#rows.textOf(id));
      this.#blocks.ids.push(id);
    } else this.#ids.varint(zigzag(this.#lastId - id));
    this.#lastId = id;
  }

  #addLot(lot: unknown, position: number): void {
    // A row without a lot leaves the lots' runs whole, which would break in two otherwise, and is taken out again by a list of its own.
    const without = lot === null || lot === "";
    const odd = !without && !isPlainLot(lot);
    this.#postings.enter(lanes.withoutLot, without ? withoutLotList : -1, position);
    this.#postings.enter(lanes.oddLot, odd ? oddLotList : -1, position);
    if (!without && !odd) this.#lots.enter(lot as string, position);
    if (odd && ++this.#oddLots > maxOddLots) {
      throw new UnsuitableError("Too many lots of this file are no plain text of up to 64 characters.");
    }
  }

  #addQuantity(quantity: unknown, position: number): void {
    let list = -1;
    if (Number.isFinite(quantity)) list = firstQuantityList + enterBucket(this.#quantities, quantity as number);
    else if (quantity !== null) list = oddQuantityList;
    this.#postings.enter(lanes.quantity, list, position);
  }

  #endChunk(): void {
    const rows = this.#count % chunkRows || chunkRows;
    const chunk = Math.ceil(this.#count / chunkRows) - 1;
    this.#postings.flush(rows, this.#listCount, (list, bytes) => {
      this.#directory.add(list, chunk, this.#pages.append(bytes), bytes.length);
    });
  }

  /** Writes the ids of the block before, whose first row is known already. */
  #endBlock(): void {
    if (this.#blocks.ids.length === 0) return;
    this.#blocks.at.push(this.#pages.appendWhole(this.#ids.written()));
    this.#blocks.bytes.push(this.#ids.length);
    this.#ids.clear();
  }

  #finish(): Piece {
    const keys = this.#lots.sorted();
    const trigrams = new Uint16Array(keys.flatMap(({ trigram, place }) => [...trigram, place]));
    const firstTrigramList = this.#listCount - keys.length;
    const fixed = firstQuantityList + this.#quantities.rows.length;
    // Lists were numbered as they came; items first and then the trigrams in order is how they are looked up.
    const order = [
      ...Array.from({ length: fixed }, (_, list) => list),
      ...this.#items.spellings.map(({ list }) => list),
      ...keys.map(({ list }) => list),
    ];
    const { starts, bytes } = this.#directory.inOrder(order);
    const contents: Contents = {
      rows: this.#count,
      blocks: this.#blocks,
      quantities: this.#quantities,
      items: this.#items.spellings.map(({ text }, at) => ({ text, list: fixed + at })),
      trigrams: this.#append(trigrams),
      firstTrigramList,
      listStarts: this.#append(starts),
      directory: this.#append(bytes),
    };
    const piece = this.#append(Buffer.from(JSON.stringify(contents)));
    this.#pages.finish();
    return piece;
  }

  #append(data: Uint8Array | Uint16Array | Uint32Array): Piece {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { at: this.#pages.append(bytes), length: bytes.length };
  }

  #newList(): number {
    if (this.#listCount >= maxLists) {
      throw new UnsuitableError("The lots of this file differ too much from each other for a search index.");
    }
    return this.#listCount++;
  }
}
