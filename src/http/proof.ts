import { createHash, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import { refuseOverLimit } from "./limits.ts";
import { RateLimiter } from "./rate-limit.ts";

/** Wrong keys that are remembered, of all clients together. */
const mostRemembered = 1_000;

/** What is kept of a key, to compare others with. */
export const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares in constant time: digests have one length, and every allowed key is looked at. */
export function matches(shown: string, allowed: readonly Buffer[]): boolean {
  const given = digest(shown);
  let found = false;
  for (const key of allowed) found = timingSafeEqual(given, key) || found;
  return found;
}

/** Counts the wrong keys of each client: guessing must not go as fast as the hub answers. */
export class Guesses {
  readonly #limiter: RateLimiter;
  /** A page left open, or a program, goes on showing what was right until the settings changed: the same again is no further guess. */
  readonly #wrong = new LRUCache<string, true>({ max: mostRemembered });

  /** @param limit different wrong ones that a client may show a minute; 0 for any number. */
  constructor(limit: number) {
    this.#limiter = new RateLimiter({ limit, windowSec: 60 });
  }

  /**
   * Whether what a client shows is one of those allowed. Throws HttpError 429 for a client that showed too many wrong ones: even a right one has to wait
   * then, or it would tell itself apart.
   */
  isProof(shown: string, allowed: readonly Buffer[], client: string): boolean {
    if (!this.#limiter.allows(client)) refuseOverLimit(this.#limiter.take(client));
    if (matches(shown, allowed)) return true;
    const name = digest(shown).toString("base64");
    if (this.#wrong.get(name) === undefined) this.#limiter.take(client);
    this.#wrong.set(name, true);
    return false;
  }
}
