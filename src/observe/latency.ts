/**
 * Upper bounds of the buckets that times are counted in, ms, the last one without end: ten to a power of ten, from 10 µs to 100 s,
 * so that a percentile is right to within its bucket, a third at the most, and the thresholds that people set (100 ms, 500 ms) are bounds.
 */
export const latencyBounds: Float64Array = Float64Array.from([
  ...[0.01, 0.1, 1, 10, 100, 1_000, 10_000].flatMap((power) =>
    [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8].map((step) => Number((power * step).toPrecision(3))),
  ),
  100_000,
  Number.POSITIVE_INFINITY,
]);

/** Times, counted in the buckets of `latencyBounds`. */
export interface Latency {
  /** Requests in each bucket, each counted in one bucket alone. */
  counts: Float64Array;
  count: number;
  sumMs: number;
}

/** Counts times as they occur, some 20 ns each. */
export class LatencyCounter {
  /** What was counted so far; it goes on. */
  readonly current: Latency = noLatency();

  note(ms: number): void {
    const { current } = this;
    current.counts[bucketOf(ms)]!++;
    current.count++;
    current.sumMs += ms;
  }

  /** What was counted until now, for keeping. */
  read(): Latency {
    return { ...this.current, counts: this.current.counts.slice() };
  }
}

/** The times between two read-outs; all of the later one where there is no earlier one. */
export function latencyBetween(earlier: Latency | null, later: Latency): Latency {
  const between = { ...later, counts: later.counts.slice() };
  if (earlier) addLatency(between, earlier, -1);
  return between;
}

/**
 * The time in ms that this share (0 to 1) of them stayed within: linear within its bucket, as Prometheus' histogram_quantile has it
 * (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile). Null without any.
 */
export function latencyPercentile({ counts, count }: Latency, share: number): number | null {
  if (count <= 0) return null;
  const rank = share * count;
  let below = 0;
  for (let bucket = 0; bucket < counts.length - 1; bucket++) {
    const within = counts[bucket]!;
    if (within > 0 && below + within >= rank) {
      const from = latencyBounds[bucket - 1] ?? 0;
      return from + (latencyBounds[bucket]! - from) * Math.max(0, (rank - below) / within);
    }
    below += within;
  }
  return latencyBounds.at(-2)!;
}

/** No times at all, to add others to. */
export function noLatency(): Latency {
  return { counts: new Float64Array(latencyBounds.length), count: 0, sumMs: 0 };
}

/** Adds the times of `other` to those of `to`, or takes them away. */
export function addLatency(to: Latency, other: Latency, sign: 1 | -1 = 1): void {
  for (let bucket = 0; bucket < to.counts.length; bucket++) to.counts[bucket]! += sign * other.counts[bucket]!;
  to.count += sign * other.count;
  to.sumMs += sign * other.sumMs;
}

/** The first bucket whose bound is not below `ms`. */
function bucketOf(ms: number): number {
  let low = 0;
  let high = latencyBounds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (latencyBounds[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
