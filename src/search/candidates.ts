import type { Blocks, Ordinals } from "./blocks.ts";
import { chunkRows } from "./layout.ts";
import { OrdinalSet } from "./ordinal-set.ts";
import type { PageReader } from "./pages.ts";
import { bytesPerRow, type Term } from "./terms.ts";

/** Room for one term's rows, of no use after it. */
const found = new OrdinalSet();

/** The rows that may fulfil all terms, in the record order; worked out chunk by chunk as they are asked for. */
export class Candidates {
  readonly #pages: PageReader;
  readonly #blocks: Blocks;
  readonly #terms: readonly Term[];
  readonly #end: number;
  readonly #rows = new OrdinalSet();
  /** The next ordinal to look at, and the chunk that `#rows` holds. */
  #at: number;
  #chunk = -1;

  constructor(pages: PageReader, blocks: Blocks, terms: readonly Term[], { start, end }: Ordinals) {
    this.#pages = pages;
    this.#blocks = blocks;
    this.#terms = terms;
    this.#at = start;
    this.#end = end;
  }

  /** Ids of the next rows, `count` at the most; none when there are no more. Throws IndexLostError. */
  next(count: number): number[] {
    return this.#pages.inOneGo(() => this.#next(count));
  }

  #next(count: number): number[] {
    const ids: number[] = [];
    while (ids.length < count && this.#at < this.#end) {
      const chunk = Math.floor(this.#at / chunkRows);
      if (chunk !== this.#chunk) this.#evaluate(chunk);
      const position = this.#rows.next(this.#at % chunkRows);
      if (position < 0) this.#at = (chunk + 1) * chunkRows;
      else {
        ids.push(this.#blocks.id(chunk * chunkRows + position));
        this.#at = chunk * chunkRows + position + 1;
      }
    }
    return ids;
  }

  #evaluate(chunk: number): void {
    const base = chunk * chunkRows;
    const from = this.#at - base;
    const to = Math.min(this.#end - base, chunkRows);
    this.#chunk = chunk;
    this.#rows.clear();
    const priced = this.#terms.map((term) => ({ term, cost: term.cost(chunk) })).sort((a, b) => a.cost - b.cost);
    if (priced[0]!.cost === 0) return;
    this.#rows.add(from, to);
    let left = to - from;
    for (const { term, cost } of priced) {
      if (left === 0) return;
      // The last few rows are sooner looked at than told apart.
      if (left * bytesPerRow < cost) return;
      found.clear();
      term.addTo(found, chunk);
      this.#rows.and(found);
      left = this.#rows.count();
    }
  }
}
