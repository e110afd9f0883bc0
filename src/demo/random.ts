/** Seeded source of random numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** A whole number from 0 to 2^32 - 1. */
  bits(): number;
  /** A number from 0 (inclusive) to 1 (exclusive), 32 bits fine. */
  fraction(): number;
  /** A whole number from 0 to `count - 1`. */
  below(count: number): number;
}

/**
 * sfc32 (Chris Doty-Humphrey, PractRand): passes BigCrush, and needs only 32-bit integer operations, which JavaScript
 * engines keep out of floating point. 25 million rows draw some 100 million numbers.
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = Math.floor(seed / 2 ** 32) | 1;

  function bits(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }
  // The author's advice: the first outputs of similar seeds resemble each other, so they are thrown away.
  for (let round = 0; round < 15; round++) bits();

  const fraction = () => bits() / 2 ** 32;
  return { bits, fraction, below: (count) => Math.floor(fraction() * count) };
}

/** Draws an index with the probability of its weight, in constant time (Vose's alias method). */
export class WeightedChoice {
  readonly #threshold: Float64Array;
  readonly #alias: Uint32Array;

  /** `weights` must hold at least one number above 0; their sum is of no importance. */
  constructor(weights: readonly number[]) {
    const count = weights.length;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const scaled = weights.map((weight) => (weight * count) / total);
    this.#threshold = new Float64Array(count).fill(1);
    this.#alias = Uint32Array.from({ length: count }, (_, index) => index);

    const small: number[] = [];
    const large: number[] = [];
    for (const [index, weight] of scaled.entries()) (weight < 1 ? small : large).push(index);
    while (small.length > 0 && large.length > 0) {
      const low = small.pop()!;
      const high = large.pop()!;
      this.#threshold[low] = scaled[low]!;
      this.#alias[low] = high;
      scaled[high] = scaled[high]! + scaled[low]! - 1;
      (scaled[high]! < 1 ? small : large).push(high);
    }
  }

  /** The index that belongs to `fraction`, a random number from 0 (inclusive) to 1 (exclusive). */
  pick(fraction: number): number {
    const position = fraction * this.#threshold.length;
    const index = Math.floor(position);
    return position - index < this.#threshold[index]! ? index : this.#alias[index]!;
  }
}
