import type { ItemSpelling } from "./layout.ts";
import { lanes, type Postings, UnsuitableError } from "./postings.ts";

/** Pairs of code and name that an index may hold: each search compares with all of them, 10 ms. */
const maxSpellings = 20_000;

/** Rows whose code or name is no plain text are looked at one by one in each search: 30 ms. */
const maxOddRows = 20_000;

/** Gives each pair of item code and name a list, and enters rows into them. */
export class ItemLists {
  /** All pairs, in the order of their lists. */
  readonly spellings: ItemSpelling[] = [];
  readonly #postings: Postings;
  readonly #newList: () => number;
  readonly #lists = new Map<unknown, Map<unknown, number>>();
  /** The list of all rows whose code or name is no valid text; they are not told apart. */
  #oddList: number | null = null;
  #oddRows = 0;

  constructor(postings: Postings, newList: () => number) {
    this.#postings = postings;
    this.#newList = newList;
  }

  /** From the row at this position on, code and name are these. */
  enter(code: unknown, name: unknown, position: number): void {
    const list = this.#lists.get(code)?.get(name) ?? this.#add(code, name);
    this.#postings.enter(lanes.item, list, position);
  }

  #add(code: unknown, name: unknown): number {
    if (!isText(code) || !(name === null || isText(name))) {
      if (++this.#oddRows > maxOddRows) {
        throw new UnsuitableError("Too many item codes or names of this file are no plain text.");
      }
      this.#oddList ??= this.#spell(null);
      return this.#oddList;
    }
    const list = this.#spell([code, name]);
    const ofCode = this.#lists.get(code) ?? new Map<unknown, number>();
    ofCode.set(name, list);
    this.#lists.set(code, ofCode);
    return list;
  }

  #spell(text: ItemSpelling["text"]): number {
    if (this.spellings.length >= maxSpellings) {
      throw new UnsuitableError(`This file holds more than ${maxSpellings} different pairs of item code and name.`);
    }
    const list = this.#newList();
    this.spellings.push({ text, list });
    return list;
  }
}

const isText = (value: unknown): value is string => typeof value === "string" && !value.includes("\ufffd");
