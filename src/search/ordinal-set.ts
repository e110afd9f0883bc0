import { chunkRows } from "./layout.ts";

/** A set of the rows of one chunk, a bit each; positions count from the chunk's first row. */
export class OrdinalSet {
  readonly #words = new Int32Array(chunkRows / 32);

  clear(): void {
    this.#words.fill(0);
  }

  /** Adds the positions from `from` up to but without `to`, of which there is at least one. */
  add(from: number, to: number): void {
    const words = this.#words;
    const first = from >>> 5;
    const last = (to - 1) >>> 5;
    const head = -1 << (from & 31);
    const tail = -1 >>> (31 - ((to - 1) & 31));
    if (first === last) {
      words[first]! |= head & tail;
      return;
    }
    words[first]! |= head;
    words.fill(-1, first + 1, last);
    words[last]! |= tail;
  }

  /** Removes the positions from `from` up to but without `to`. */
  remove(from: number, to: number): void {
    if (from >= to) return;
    const words = this.#words;
    const first = from >>> 5;
    const last = (to - 1) >>> 5;
    const head = -1 << (from & 31);
    const tail = -1 >>> (31 - ((to - 1) & 31));
    if (first === last) {
      words[first]! &= ~(head & tail);
      return;
    }
    words[first]! &= ~head;
    words.fill(0, first + 1, last);
    words[last]! &= ~tail;
  }

  /** Keeps what the other set holds as well. */
  and(other: OrdinalSet): void {
    const words = this.#words;
    const others = other.#words;
    for (let at = 0; at < words.length; at++) words[at]! &= others[at]!;
  }

  or(other: OrdinalSet): void {
    const words = this.#words;
    const others = other.#words;
    for (let at = 0; at < words.length; at++) words[at]! |= others[at]!;
  }

  count(): number {
    const words = this.#words;
    let total = 0;
    // Not `for … of`: iterating over a typed array takes five times as long.
    for (let at = 0; at < words.length; at++) if (words[at] !== 0) total += ones(words[at]!);
    return total;
  }

  /** The first position from `from` on, or -1. */
  next(from: number): number {
    const words = this.#words;
    let at = from >>> 5;
    if (at >= words.length) return -1;
    let word = words[at]! & (-1 << (from & 31));
    while (word === 0) {
      if (++at >= words.length) return -1;
      word = words[at]!;
    }
    return at * 32 + (31 - Math.clz32(word & -word));
  }
}

/** Counts the set bits of a word, all pairs, nibbles and bytes of it at once. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
