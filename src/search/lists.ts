import { ByteReader } from "./bytes.ts";
import { type Contents, chunkRows } from "./layout.ts";
import type { PageReader } from "./pages.ts";

/** Finds posting lists among the pages of an index. */
export class Lists {
  readonly #pages: PageReader;
  readonly #directoryAt: number;
  readonly #starts: Uint32Array;
  readonly chunks: number;

  constructor(pages: PageReader, { rows, listStarts, directory }: Contents) {
    this.#pages = pages;
    this.#directoryAt = directory.at;
    this.#starts = new Uint32Array(pages.read(listStarts.at, listStarts.length).slice().buffer);
    this.chunks = Math.ceil(rows / chunkRows);
  }

  /** The list of this number; one without rows where there is no such list. */
  list(number: number): PostingList {
    const start = this.#starts[number] ?? 0;
    const end = this.#starts[number + 1] ?? start;
    const positions = new Float64Array(this.chunks);
    const lengths = new Uint32Array(this.chunks);
    const reader = new ByteReader(this.#pages.read(this.#directoryAt + start, end - start));
    for (let chunk = 0, position = 0; !reader.atEnd; ) {
      chunk += reader.varint();
      position += reader.varint();
      positions[chunk] = position;
      lengths[chunk] = reader.varint();
    }
    return { positions, lengths };
  }

  /** A list's bytes in a chunk; see posting-list.ts for what they mean. */
  bytes({ positions, lengths }: PostingList, chunk: number): Uint8Array {
    const length = lengths[chunk]!;
    return length === 0 ? noBytes : this.#pages.read(positions[chunk]!, length);
  }
}

const noBytes = new Uint8Array();

/** Where a list stands: position and bytes for each chunk, no bytes where it has no rows in it. */
export interface PostingList {
  positions: Float64Array;
  lengths: Uint32Array;
}
