import { addLatency, type Latency, LatencyCounter, noLatency } from "./latency.ts";

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
      totals.requests += latency.current.count;
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
    for (const { latency, apart } of this.#routes.values()) if (!apart) addLatency(all, latency.current);
    return all;
  }

  /** What was noted of each route, in the order of their first requests. */
  routes(): RouteTraffic[] {
    return [...this.#routes].map(([route, { latency, statuses }]) => ({
      route,
      byStatus: new Map([...statuses.entries()].filter(([, count]) => count > 0)),
      latency: latency.read(),
    }));
  }

  /** Requests refused by each budget. */
  refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }
}

class RouteCounters {
  readonly apart: boolean;
  readonly latency = new LatencyCounter();
  /** Requests by status. Doubles, because 32 bits are full after a day of full load. */
  readonly statuses = new Float64Array(endOfStatuses);

  constructor(apart: boolean) {
    this.apart = apart;
  }

  note(status: number, ms: number): void {
    this.latency.note(ms);
    if (status < endOfStatuses) this.statuses[status]!++;
  }
}
