/**
 * Keeps repeated work below a share of the time: after work of `d` ms there is a rest of `rest` × `d` ms, less what was not used in the
 * last `burstMs`. So a few writes in a row are dealt with at once each, and one that never pauses does not keep everybody waiting
 * (the leaky bucket of rate limiters, ITU-T I.371 GCRA).
 */
export class WorkShare {
  readonly #rest: number;
  readonly #burstMs: number;
  #paidUntil = 0;

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
