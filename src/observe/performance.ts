/** What `/metrics/performance` says of one name. */
export interface CallReport {
  /** Calls the figures are taken from: all since the start, the last 1000 at the most. */
  count: number;
  avg_ms: number;
  p50_ms: number;
  p95_ms: number;
  p99_ms: number;
  max_ms: number;
  /** Share of the calls answered from the cache, 0 to 1. */
  cache_hit_rate: number;
  /** Rows an answer held. */
  avg_rows: number;
}

export type PerformanceReport = Record<string, CallReport>;

/** Times of the last calls by name. Names are those of endpoints and queries, never text of a client: each keeps 17 KB. */
export class Performance {
  readonly #windows = new Map<string, CallWindow>();
  readonly #calls: number;

  /** Keeps the last `calls` calls of each name. */
  constructor(calls = 1000) {
    this.#calls = calls;
  }

  /** Notes a call that took `ms` milliseconds; some 30 ns. */
  record(name: string, ms: number, { hit, rows }: { hit: boolean; rows: number }): void {
    let window = this.#windows.get(name);
    if (!window) {
      window = new CallWindow(this.#calls);
      this.#windows.set(name, window);
    }
    window.add(ms, hit, rows);
  }

  /** Calls since the start that the cache answered, and that it did not, by name. */
  cacheUse(): { name: string; hits: number; misses: number }[] {
    return [...this.#windows].map(([name, { calls, hits }]) => ({ name, hits, misses: calls - hits }));
  }

  /** The figures of every name, in alphabetical order. Percentiles are times that occurred (nearest rank). */
  report(): PerformanceReport {
    const byName = [...this.#windows].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(byName.map(([name, window]) => [name, window.report()]));
  }
}

/** A ring of the last calls: the newest takes the place of the oldest. */
class CallWindow {
  readonly #ms: Float64Array;
  readonly #rows: Float64Array;
  readonly #hits: Uint8Array;
  /** Since the start, beyond what the ring holds. */
  calls = 0;
  hits = 0;
  #next = 0;
  #count = 0;

  constructor(size: number) {
    this.#ms = new Float64Array(size);
    this.#rows = new Float64Array(size);
    this.#hits = new Uint8Array(size);
  }

  add(ms: number, hit: boolean, rows: number): void {
    const at = this.#next;
    this.#ms[at] = ms;
    this.#rows[at] = rows;
    this.#hits[at] = hit ? 1 : 0;
    this.calls++;
    if (hit) this.hits++;
    this.#next = at + 1 === this.#ms.length ? 0 : at + 1;
    if (this.#count < this.#ms.length) this.#count++;
  }

  report(): CallReport {
    const count = this.#count;
    const ms = this.#ms.slice(0, count).sort();
    const percentile = (share: number) => round(ms[Math.ceil(share * count) - 1]!, 2);
    return {
      count,
      avg_ms: round(average(ms), 2),
      p50_ms: percentile(0.5),
      p95_ms: percentile(0.95),
      p99_ms: percentile(0.99),
      max_ms: percentile(1),
      cache_hit_rate: round(average(this.#hits.subarray(0, count)), 4),
      avg_rows: round(average(this.#rows.subarray(0, count)), 2),
    };
  }
}

function average(values: Float64Array | Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
