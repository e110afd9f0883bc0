import type { TrafficTotals } from "../../observe/traffic.ts";

/** What is counted of requests and queries since the start. */
export type RequestTotals = Pick<TrafficTotals, "requests" | "serverErrors" | "rateLimited"> & { slowQueries: number };

/** What requests came to within the last minutes, as the difference of two read-outs of counters that only grow. */
export class RecentRequests {
  readonly #windowMs: number;
  readonly #totals: () => RequestTotals;
  #readings: { at: number; totals: RequestTotals }[] = [];

  constructor(windowMs: number, totals: () => RequestTotals) {
    this.#windowMs = windowMs;
    this.#totals = totals;
    this.#readings.push({ at: Number.NEGATIVE_INFINITY, totals: totals() });
  }

  /** Takes a reading at a time, ms of a clock that nobody sets. */
  look(at: number): void {
    this.#readings.push({ at, totals: this.#totals() });
    // The newest of those that are older than the window is where it begins.
    const begin = this.#readings.findLastIndex((reading) => at - reading.at >= this.#windowMs);
    if (begin > 0) this.#readings = this.#readings.slice(begin);
  }

  /** What came between the begin of the window and the last reading. */
  window(): RequestTotals {
    const [first, last] = [this.#readings[0]!.totals, this.#readings.at(-1)!.totals];
    return {
      requests: last.requests - first.requests,
      serverErrors: last.serverErrors - first.serverErrors,
      rateLimited: last.rateLimited - first.rateLimited,
      slowQueries: last.slowQueries - first.slowQueries,
    };
  }
}
