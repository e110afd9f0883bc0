/**
 * Sums that lose nothing on the way (Neumaier's variant of Kahan's compensated summation, which SQLite's total() uses as well): added up
 * the plain way, 50,000 quantities with fractions differ from their exact sum in the digits that an answer shows.
 */
export class Sums {
  #sum: Float64Array;
  #lost: Float64Array;

  constructor(size: number) {
    this.#sum = new Float64Array(size);
    this.#lost = new Float64Array(size);
  }

  /** Makes room for at least this many sums. */
  grow(size: number): void {
    if (size <= this.#sum.length) return;
    const grown = (former: Float64Array): Float64Array => {
      const larger = new Float64Array(Math.max(size, 2 * former.length));
      larger.set(former);
      return larger;
    };
    this.#sum = grown(this.#sum);
    this.#lost = grown(this.#lost);
  }

  set(at: number, value: number): void {
    this.#sum[at] = value;
    this.#lost[at] = 0;
  }

  add(at: number, value: number): void {
    const sum = this.#sum[at]!;
    const next = sum + value;
    this.#lost[at]! += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    this.#sum[at] = next;
  }

  /** The sum at a place. Beyond the range of a double the correction means nothing. */
  at(place: number): number {
    const corrected = this.#sum[place]! + this.#lost[place]!;
    return Number.isFinite(corrected) ? corrected : this.#sum[place]!;
  }
}
