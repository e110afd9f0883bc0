/**
 * Upper bounds of the buckets that response times are counted in, ms, the last one without end: ten to a power of ten, from 10 µs to 100 s,
 * so that a percentile is right to within some 10 %, and the thresholds that people set (100 ms, 500 ms) are bounds.
 */
export const latencyBounds: Float64Array = Float64Array.from([
  ...[0.01, 0.1, 1, 10, 100, 1_000, 10_000].flatMap((power) =>
    [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8].map((step) => Number((power * step).toPrecision(3))),
  ),
  100_000,
  Number.POSITIVE_INFINITY,
]);

/** Statuses of HTTP end below this. */
const endOfStatuses = 600;

/** Requests since the start. */
export interface TrafficTotals {
  requests: number;
  /** Answered with 4xx other than 429: what the client asked for wrongly. */
  clientErrors: number;
  /** Answered with 5xx: what the hub could not do. The error rate is these by all requests. */
  serverErrors: number;
  /** Answered with 429. */
  rateLimited: number;
}

/** Response times, counted in the buckets of `latencyBounds`. */
export interface Latency {
  /** Requests in each bucket, each counted in one bucket alone. */
  counts: Float64Array;
  count: number;
  sumMs: number;
}

/** What the requests of one route came to since the start. */
export interface RouteTraffic {
  /** Method and pattern of the path, such as `GET /records/{item_code}`. */
  route: string;
  /** Requests by their status. */
  byStatus: Map<number, number>;
  latency: Latency;
}

/**
 * What every request since the start came to, by route: counters in typed arrays that only grow, so that noting one costs some 50 ns, and whoever
 * wants to know of a time takes the difference of two read-outs.
 */
export class Traffic {
  readonly #routes = new Map<string, RouteCounters>();
  readonly #refusals = new Map<string, number>();
  readonly #isApart: (route: string) => boolean;

  /** `isApart` names routes whose time is not the hub's own, such as those that wait for a language model: `latency()` leaves them out. */
  constructor(isApart: (route: string) => boolean = () => false) {
    this.#isApart = isApart;
  }

  /** Notes a request. `route` is one of the finite number of patterns, never an address that a client made up: each keeps 6 KB. */
  note(route: string, status: number, ms: number): void {
    let counters = this.#routes.get(route);
    if (counters === undefined) {
      counters = new RouteCounters(this.#isApart(route));
      this.#routes.set(route, counters);
    }
    counters.note(status, ms);
  }

  /** Notes that a request was refused because a client used up the budget of this name; the request itself is noted besides. */
  rateLimited(budget: string): void {
    this.#refusals.set(budget, (this.#refusals.get(budget) ?? 0) + 1);
  }

  /** Requests since the start. */
  totals(): TrafficTotals {
    const totals: TrafficTotals = { requests: 0, clientErrors: 0, serverErrors: 0, rateLimited: 0 };
    for (const { latency, statuses } of this.#routes.values()) {
      totals.requests += latency.count;
      totals.rateLimited += statuses[429]!;
      for (let status = 400; status < statuses.length; status++) {
        if (status >= 500) totals.serverErrors += statuses[status]!;
        else if (status !== 429) totals.clientErrors += statuses[status]!;
      }
    }
    return totals;
  }

  /** Response times since the start, without the routes that are kept apart. */
  latency(): Latency {
    const all = noLatency();
    for (const { latency, apart } of this.#routes.values()) if (!apart) add(all, latency, 1);
    return all;
  }

  /** What was noted of each route, in the order of their first requests. */
  routes(): RouteTraffic[] {
    return [...this.#routes].map(([route, { latency, statuses }]) => ({
      route,
      byStatus: new Map([...statuses.entries()].filter(([, count]) => count > 0)),
      latency: { ...latency, counts: latency.counts.slice() },
    }));
  }

  /** Requests refused by each budget. */
  refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }
}

class RouteCounters {
  readonly apart: boolean;
  readonly latency = noLatency();
  /** Requests by status. Doubles, because 32 bits are full after a day of full load. */
  readonly statuses = new Float64Array(endOfStatuses);

  constructor(apart: boolean) {
    this.apart = apart;
  }

  note(status: number, ms: number): void {
    const { latency } = this;
    latency.counts[bucketOf(ms)]!++;
    latency.count++;
    latency.sumMs += ms;
    if (status < endOfStatuses) this.statuses[status]!++;
  }
}

/** The response times between two read-outs; all of the later one where there is no earlier one. */
export function latencyBetween(earlier: Latency | null, later: Latency): Latency {
  const between = { ...later, counts: later.counts.slice() };
  if (earlier) add(between, earlier, -1);
  return between;
}

/**
 * The time in ms that this share (0 to 1) of the requests stayed within: linear within its bucket, as Prometheus' histogram_quantile has it
 * (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile). Null without requests.
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

function noLatency(): Latency {
  return { counts: new Float64Array(latencyBounds.length), count: 0, sumMs: 0 };
}

function add(to: Latency, other: Latency, sign: 1 | -1): void {
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
