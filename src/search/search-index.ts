import { Blocks, type Place, type SearchPart } from "./blocks.ts";
import { Candidates } from "./candidates.ts";
import {
  type Contents,
  firstQuantityList,
  type ItemSpelling,
  oddLotList,
  oddQuantityList,
  withoutLotList,
} from "./layout.ts";
import { Lists } from "./lists.ts";
import type { PageReader } from "./pages.ts";
import { bucketsWithin } from "./quantities.ts";
import { AllOf, AnyOf, Either, type Term, Without } from "./terms.ts";
import { Trigrams } from "./trigrams.ts";

export type { Place, SearchPart };

/** What rows are searched for; absent fields do not filter. The same fields mean the same in a list of records. */
export interface SearchFilter {
  itemCode?: string | undefined;
  q?: string | undefined;
  lotPrefix?: string | undefined;
  minQuantity?: number | undefined;
  maxQuantity?: number | undefined;
}

/** Answers which rows of one segment, in one version, may fulfil a filter. */
export class SearchIndex {
  readonly #pages: PageReader;
  readonly #lists: Lists;
  readonly #blocks: Blocks;
  readonly #trigrams: Trigrams;
  readonly #items: readonly ItemSpelling[];
  readonly #quantities: Contents["quantities"];

  constructor(pages: PageReader, contents: Contents) {
    this.#pages = pages;
    this.#lists = new Lists(pages, contents);
    this.#blocks = new Blocks(pages, contents);
    const { at, length } = contents.trigrams;
    this.#trigrams = new Trigrams(new Uint16Array(pages.read(at, length).slice().buffer), contents.firstTrigramList);
    this.#items = contents.items;
    this.#quantities = contents.quantities;
  }

  /**
   * The rows of a part of the record order that may fulfil the filter: never one too few, and hardly any too many. Null where the filter
   * asks for nothing that posting lists know. Throws IndexLostError, as the candidates do, when the index is damaged or gone.
   */
  search(filter: SearchFilter, part: SearchPart): Candidates | null {
    return this.#pages.inOneGo(() => this.#search(filter, part));
  }

  #search(filter: SearchFilter, part: SearchPart): Candidates | null {
    const { itemCode, q, lotPrefix, minQuantity, maxQuantity } = filter;
    const items = itemCode === undefined ? this.#items : this.#items.filter((item) => isOrMayBe(item, itemCode));
    const terms = [
      q === undefined ? null : this.#contains(beforeNul(q.toWellFormed()), items),
      lotPrefix === undefined ? null : this.#lotBegins(lotPrefix.toWellFormed()),
      itemCode === undefined ? null : this.#anyOf(items.map(({ list }) => list)),
      this.#quantityWithin(minQuantity, maxQuantity),
    ].filter((term) => term !== null);
    if (terms.length === 0) return null;
    return new Candidates(this.#pages, this.#blocks, terms, this.#blocks.ordinals(part));
  }

  /** Rows of these items whose code, name or lot contains the text, ASCII letters in either case; their lots may be any item's. */
  #contains(text: string, items: readonly ItemSpelling[]): Term | null {
    if (text === "") return null;
    const wanted = asciiLower(text);
    const found = items.filter(({ text: spelling }) =>
      spelling ? spelling.some((part) => part !== null && asciiLower(part).includes(wanted)) : true,
    );
    return new Either([this.#inLot(text, false), this.#anyOf(found.map(({ list }) => list))]);
  }

  #lotBegins(text: string): Term | null {
    return text === "" ? null : this.#inLot(text, true);
  }

  /** Null where most rows are within the bounds, so that to look at each costs less than the lists. */
  #quantityWithin(min: number | undefined, max: number | undefined): Term | null {
    if (min === undefined && max === undefined) return null;
    const { rows } = this.#quantities;
    const buckets = bucketsWithin(this.#quantities, min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY);
    const within = buckets.reduce((sum, bucket) => sum + rows[bucket]!, 0);
    const all = rows.reduce((sum, count) => sum + count, 0);
    if (within > all / 2) return null;
    return this.#anyOf([oddQuantityList, ...buckets.map((bucket) => firstQuantityList + bucket)]);
  }

  #inLot(text: string, onlyAtStart: boolean): Term {
    const found =
      text.length < 3
        ? [this.#anyOf(this.#trigrams.containing(text, onlyAtStart))]
        : this.#trigrams.alternatives(text, onlyAtStart).map(
            (lists) =>
              new AllOf(
                this.#lists,
                lists.map((list) => this.#lists.list(list)),
              ),
          );
    const plain = new Without(this.#lists, new Either(found), this.#lists.list(withoutLotList));
    return new Either([plain, this.#anyOf([oddLotList])]);
  }

  #anyOf(lists: readonly number[]): Term {
    return new AnyOf(
      this.#lists,
      lists.map((list) => this.#lists.list(list)),
    );
  }
}

const isOrMayBe = ({ text }: ItemSpelling, code: string): boolean => text === null || text[0] === code;

/** Lower-cases A to Z alone, as LIKE compares. */
const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** LIKE takes a pattern to end at a NUL. */
const beforeNul = (text: string): string => text.split("\0", 1)[0]!;
