import { chunkRows } from "./layout.ts";
import type { Lists, PostingList } from "./lists.ts";
import { OrdinalSet } from "./ordinal-set.ts";
import { addRows, removeRows, retainRows } from "./posting-list.ts";

/** Bytes of posting lists that are decoded in the time in which one row is looked at (2 µs). */
export const bytesPerRow = 400;

/** A condition on rows that posting lists answer, one chunk after the other. */
export interface Term {
  /** Bytes to decode in a chunk; 0 where no row of it fulfils the condition. */
  cost(chunk: number): number;
  /** Adds the rows of the chunk that fulfil the condition, and perhaps a few that do not. */
  addTo(set: OrdinalSet, chunk: number): void;
}

/** Rows that are in any of the lists. */
export class AnyOf implements Term {
  readonly #lists: Lists;
  readonly #any: readonly PostingList[];

  constructor(lists: Lists, any: readonly PostingList[]) {
    this.#lists = lists;
    this.#any = any;
  }

  cost(chunk: number): number {
    let bytes = 0;
    for (const { lengths } of this.#any) bytes += lengths[chunk]!;
    return bytes;
  }

  addTo(set: OrdinalSet, chunk: number): void {
    for (const list of this.#any) {
      if (list.lengths[chunk]! > 0) addRows(this.#lists.bytes(list, chunk), set);
    }
  }
}

/** Room for the work of one `addTo` each, which calls none of its own kind; a set of its own for each term costs 32 KB. */
const inAll = new OrdinalSet();
const kept = new OrdinalSet();

/** Rows that are in all of the lists. */
export class AllOf implements Term {
  readonly #lists: Lists;
  readonly #all: readonly PostingList[];

  constructor(lists: Lists, all: readonly PostingList[]) {
    this.#lists = lists;
    this.#all = all;
  }

  cost(chunk: number): number {
    let bytes = 0;
    for (const { lengths } of this.#all) {
      if (lengths[chunk] === 0) return 0;
      bytes += lengths[chunk]!;
    }
    return bytes;
  }

  addTo(set: OrdinalSet, chunk: number): void {
    if (this.cost(chunk) === 0) return;
    const shortestFirst = [...this.#all].sort((a, b) => a.lengths[chunk]! - b.lengths[chunk]!);
    inAll.clear();
    for (const [at, list] of shortestFirst.entries()) {
      const bytes = this.#lists.bytes(list, chunk);
      if (at === 0) addRows(bytes, inAll);
      else retainRows(bytes, inAll, chunkRows);
      if (inAll.next(0) < 0) return;
    }
    set.or(inAll);
  }
}

/** Rows that fulfil any of the conditions. */
export class Either implements Term {
  readonly #terms: readonly Term[];

  constructor(terms: readonly Term[]) {
    this.#terms = terms;
  }

  cost(chunk: number): number {
    let bytes = 0;
    for (const term of this.#terms) bytes += term.cost(chunk);
    return bytes;
  }

  addTo(set: OrdinalSet, chunk: number): void {
    for (const term of this.#terms) if (term.cost(chunk) > 0) term.addTo(set, chunk);
  }
}

/** Rows that fulfil a condition (which holds no other one of this kind) and, where they are many, are not in a list. */
export class Without implements Term {
  readonly #lists: Lists;
  readonly #term: Term;
  readonly #list: PostingList;

  constructor(lists: Lists, term: Term, list: PostingList) {
    this.#lists = lists;
    this.#term = term;
    this.#list = list;
  }

  cost(chunk: number): number {
    const bytes = this.#term.cost(chunk);
    return bytes === 0 ? 0 : bytes + this.#list.lengths[chunk]!;
  }

  addTo(set: OrdinalSet, chunk: number): void {
    kept.clear();
    this.#term.addTo(kept, chunk);
    // Few rows are sooner looked at than looked for in the list.
    if (kept.count() * bytesPerRow > this.#list.lengths[chunk]!) {
      removeRows(this.#lists.bytes(this.#list, chunk), kept);
    }
    set.or(kept);
  }
}
