import { numberOf, unitAt } from "./lots.ts";

/** The sorted trigrams of an index: which list stands for which three characters at which place. */
export class Trigrams {
  readonly #keys: Uint16Array;
  readonly #firstList: number;

  /** `keys`: four numbers per trigram, see Contents.trigrams. */
  constructor(keys: Uint16Array, firstList: number) {
    this.#keys = keys;
    this.#firstList = firstList;
  }

  /**
   * For each place at which the text may stand in a lot, the lists that a row must be in all of. The text has three characters at least;
   * `places` limits where it may stand (the lot's beginning is 0).
   */
  alternatives(text: string, onlyAtStart: boolean): number[][] {
    const starts = this.#placesOf(text, 0);
    const alternatives: number[][] = [];
    for (const [place, list] of starts) {
      if (onlyAtStart && place > 0) break;
      const lists = [list];
      for (let at = 1; at <= text.length - 3; at++) {
        const next = this.#find(text, at, place + at);
        if (next === null) break;
        lists.push(next);
      }
      if (lists.length === text.length - 2) alternatives.push(lists);
    }
    return alternatives;
  }

  /** Lists of all trigrams that contain a text of one or two characters, or that begin a lot with it. */
  containing(text: string, onlyAtStart: boolean): number[] {
    const lists: number[] = [];
    const first = unitAt(text, 0);
    const second = unitAt(text, 1);
    const keys = this.#keys;
    for (let at = 0; at < keys.length; at += 4) {
      if (onlyAtStart && keys[at + 3] !== 0) continue;
      const lastPlace = onlyAtStart ? 0 : 3 - text.length;
      for (let place = 0; place <= lastPlace; place++) {
        if (keys[at + place] === first && (text.length === 1 || keys[at + place + 1] === second)) {
          lists.push(this.#firstList + at / 4);
          break;
        }
      }
    }
    return lists;
  }

  #find(text: string, at: number, place: number): number | null {
    const found = this.#lowerBound(numberAt(text, at), place);
    const keys = this.#keys;
    const same = found < keys.length && this.#number(found) === numberAt(text, at) && keys[found + 3] === place;
    return same ? this.#firstList + found / 4 : null;
  }

  /** Places of the trigram at `at` of the text, with its list for each. */
  *#placesOf(text: string, at: number): Generator<[place: number, list: number]> {
    const wanted = numberAt(text, at);
    const keys = this.#keys;
    for (let found = this.#lowerBound(wanted, 0); found < keys.length && this.#number(found) === wanted; found += 4) {
      yield [keys[found + 3]!, this.#firstList + found / 4];
    }
  }

  /** Index of the first key that is not before this one. */
  #lowerBound(number: number, place: number): number {
    const keys = this.#keys;
    let low = 0;
    let high = keys.length / 4;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#number(middle * 4);
      if (found < number || (found === number && keys[middle * 4 + 3]! < place)) low = middle + 1;
      else high = middle;
    }
    return low * 4;
  }

  #number(at: number): number {
    const keys = this.#keys;
    return numberOf(keys[at]!, keys[at + 1]!, keys[at + 2]!);
  }
}

const numberAt = (text: string, at: number): number =>
  numberOf(unitAt(text, at), unitAt(text, at + 1), unitAt(text, at + 2));
