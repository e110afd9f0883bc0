const seconds = 60;

/** Counts requests by the second and says how many came within the last minute. */
export class RequestRate {
  readonly #counts = new Uint32Array(seconds);
  readonly #now: () => number;
  #second: number;

  /** `now` counts milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#second = Math.floor(now() / 1000);
  }

  /** Counts one request. */
  count(): void {
    this.#goOn();
    this.#counts[this.#second % seconds]! += 1;
  }

  /** Requests within the last 59 to 60 seconds. */
  lastMinute(): number {
    this.#goOn();
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #goOn(): void {
    const second = Math.floor(this.#now() / 1000);
    if (second === this.#second) return;
    for (let next = Math.max(this.#second + 1, second - seconds + 1); next <= second; next += 1) {
      this.#counts[next % seconds] = 0;
    }
    this.#second = second;
  }
}
