import { maxLotLength } from "./layout.ts";
import type { Postings } from "./postings.ts";

/**
 * Keys of a lot: each three characters that follow each other, together with their place in the lot. A text stands in a lot from a place on
 * exactly when all its trigrams stand at the places from there on, so that lists of keys answer a search without a look at the rows; and
 * since lots are counted upwards, most places hold the same for thousands of rows, which costs next to nothing.
 *
 * Characters are UTF-16 units, A to Z in lower case, as LIKE compares. A lot of one or two characters is filled up with NUL.
 */
export type Trigram = [first: number, second: number, third: number];

/** Lower-cases A to Z alone. */
const folded = (unit: number): number => (unit >= 65 && unit <= 90 ? unit + 32 : unit);

/** The folded unit of a text at a place; NUL behind its end. */
export const unitAt = (text: string, place: number): number =>
  place < text.length ? folded(text.charCodeAt(place)) : 0;

/** Number of trigrams of a lot. */
const places = (lot: string): number => Math.max(lot.length, 3) - 2;

/** True where a lot's keys stand for all of it. What is not is odd: bytes, text with NUL or that is not valid, or a long one. */
export function isPlainLot(lot: unknown): lot is string {
  return typeof lot === "string" && lot.length <= maxLotLength && !/[\0\ufffd]/.test(lot);
}

/** Gives each trigram and place a list, and enters rows into them. */
export class LotLists {
  readonly #postings: Postings;
  readonly #newList: () => number;
  /** List of each trigram per place. */
  readonly #lists = Array.from({ length: maxLotLength }, () => new Map<number, number>());
  #former = "";

  constructor(postings: Postings, newList: () => number) {
    this.#postings = postings;
    this.#newList = newList;
  }

  /** From the row at this position on, the lot is this one. */
  enter(lot: string, position: number): void {
    const former = this.#former;
    if (lot === former) return;
    let same = 0;
    const most = Math.min(lot.length, former.length);
    while (same < most && lot.charCodeAt(same) === former.charCodeAt(same)) same++;
    const count = places(lot);
    for (let place = Math.max(0, same - 2); place < count; place++) {
      this.#postings.enter(place, this.#list(lot, place), position);
    }
    for (let place = count; place < places(former); place++) this.#postings.enter(place, -1, position);
    this.#former = lot;
  }

  /** All keys with their lists in ascending order of trigram and place. */
  sorted(): { trigram: Trigram; place: number; list: number }[] {
    const keys = this.#lists.flatMap((lists, place) =>
      [...lists].map(([number, list]) => ({ number, trigram: trigramOf(number), place, list })),
    );
    return keys.sort((a, b) => a.number - b.number || a.place - b.place);
  }

  #list(lot: string, place: number): number {
    const number = numberOf(unitAt(lot, place), unitAt(lot, place + 1), unitAt(lot, place + 2));
    const lists = this.#lists[place]!;
    let list = lists.get(number);
    if (list === undefined) {
      list = this.#newList();
      lists.set(number, list);
    }
    return list;
  }
}

/** A trigram as one number of 48 bits, in the same order. */
export const numberOf = (first: number, second: number, third: number): number =>
  (first * 0x10000 + second) * 0x10000 + third;

const trigramOf = (number: number): Trigram => [
  Math.floor(number / 0x1_0000_0000),
  Math.floor(number / 0x10000) % 0x10000,
  number % 0x10000,
];
