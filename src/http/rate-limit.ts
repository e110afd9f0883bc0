import { LRUCache } from "lru-cache";

/**
 * Clients remembered at most, some 1 KB each. Beyond that the one unseen for longest is forgotten: whoever can call from
 * ten thousand addresses would otherwise fill the memory, and a limit per address does not stop them anyway.
 */
const maxClients = 10_000;
const bucketMs = 1000;

export interface RateLimiterOptions {
  /** Calls allowed in any window; 0 switches the limiter off. */
  readonly limit: number;
  readonly windowSec: number;
  /** Milliseconds of a clock that never goes back; fractions are cut off. */
  readonly now?: () => number;
}

export interface RateDecision {
  allowed: boolean;
  /** 0 when the limiter is off. */
  limit: number;
  /** Calls left at this moment. */
  remaining: number;
  /** Whole seconds, at least 1, after which a call is allowed; 0 when this one is. */
  retryAfterSec: number;
}

/**
 * A sliding window for each client: in no span of `windowSec` more than `limit` calls. Refused calls do not count.
 *
 * Calls that begin within one second of each other are counted together and leave the window together, with the last of
 * them, so memory does not grow with the limit. The price: a call may count for up to a second longer.
 */
export class RateLimiter {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #clients = new LRUCache<string, ClientWindow>({ max: maxClients });

  constructor({ limit, windowSec, now = () => performance.now() }: RateLimiterOptions) {
    this.#limit = limit;
    this.#windowMs = windowSec * 1000;
    this.#now = now;
  }

  /** True when a call of `client` would be allowed now. Counts nothing. */
  allows(client: string): boolean {
    const window = this.#limit === 0 ? undefined : this.#clients.get(client);
    window?.forget(Math.floor(this.#now()) - this.#windowMs);
    return window === undefined || window.calls < this.#limit;
  }

  /** Counts a call of `client` if it is allowed; well under a microsecond. */
  take(client: string): RateDecision {
    const limit = this.#limit;
    if (limit === 0) return { allowed: true, limit, remaining: 0, retryAfterSec: 0 };
    // Whole numbers, because sums and differences of fractions are rounded and a wait of 3 s could end just too early.
    const now = Math.floor(this.#now());
    let window = this.#clients.get(client);
    if (!window) {
      // Buckets begin a second apart and hold a call each.
      window = new ClientWindow(Math.min(limit, Math.ceil(this.#windowMs / bucketMs) + 1));
      this.#clients.set(client, window);
    }
    window.forget(now - this.#windowMs);
    if (window.calls < limit) {
      window.add(now);
      return { allowed: true, limit, remaining: limit - window.calls, retryAfterSec: 0 };
    }
    const waitMs = window.oldest + this.#windowMs - now;
    return { allowed: false, limit, remaining: 0, retryAfterSec: Math.max(1, Math.ceil(waitMs / 1000)) };
  }
}

/** One client's calls as a ring of buckets, oldest first. */
class ClientWindow {
  /** Time of the last call in each bucket. */
  readonly #last: Float64Array;
  readonly #counts: Uint32Array;
  #head = 0;
  #buckets = 0;
  /** Time of the first call in the newest bucket. */
  #begin = 0;
  calls = 0;

  constructor(buckets: number) {
    this.#last = new Float64Array(buckets);
    this.#counts = new Uint32Array(buckets);
  }

  /** When the oldest bucket's last call was. */
  get oldest(): number {
    return this.#last[this.#head]!;
  }

  /** Drops the buckets whose calls all were at `time` or before. */
  forget(time: number): void {
    while (this.#buckets > 0 && this.oldest <= time) {
      this.calls -= this.#counts[this.#head]!;
      this.#head = (this.#head + 1) % this.#last.length;
      this.#buckets--;
    }
  }

  add(now: number): void {
    if (this.#buckets === 0 || now - this.#begin >= bucketMs) {
      this.#begin = now;
      this.#counts[this.#slot(this.#buckets++)] = 0;
    }
    const newest = this.#slot(this.#buckets - 1);
    this.#last[newest] = now;
    this.#counts[newest]!++;
    this.calls++;
  }

  #slot(bucket: number): number {
    return (this.#head + bucket) % this.#last.length;
  }
}
