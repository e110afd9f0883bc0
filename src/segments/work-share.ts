/**
 * Keeps repeated work to one part in `rest` of the time: work of `d` ms takes up `rest` × `d` ms, its own included, less what was not used in
 * the last `burstMs`. So a few writes in a row are dealt with at once each, and one that never pauses does not keep everybody waiting
 * (the leaky bucket of rate limiters, ITU-T I.371 GCRA).
 */
export class WorkShare {
  readonly #rest: number;
  readonly #burstMs: number;
  // Whoever has just started has a whole burst to use.
  #paidUntil = Number.NEGATIVE_INFINITY;

  constructor(rest: number, burstMs: number) {
    this.#rest = rest;
    this.#burstMs = burstMs;
  }

  /** Takes note of work that ended at `now` (ms of a clock that nobody moves, as `performance.now()`); returns until when to rest, which may be in the past. */
  spent(ms: number, now: number): number {
    this.#paidUntil = Math.max(this.#paidUntil, now - this.#burstMs) + ms * this.#rest;
    return this.#paidUntil;
  }
}
