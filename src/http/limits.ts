import type { MiddlewareHandler } from "hono";
import type { HubEnv } from "./env.ts";
import { HttpError } from "./errors.ts";
import type { RateDecision, RateLimiter } from "./rate-limit.ts";

/** Longest address that is looked at; longer ones are refused before anything is parsed. */
const maxAddress = 16 * 1024;

/** Refuses addresses that no honest client sends, and a header Host with which the address is none. */
export const limitAddress: MiddlewareHandler<HubEnv> = async (c, next) => {
  if (c.req.url.length > maxAddress) {
    throw new HttpError(414, `The address is longer than the ${maxAddress} characters that are allowed.`);
  }
  if (!URL.canParse(c.req.url)) throw new HttpError(400, "The header Host names no host.");
  await next();
};

/**
 * Holds each client to the limiter's number of requests; `onRefusal` hears of those that were refused. `code` names the refusal where clients
 * tell errors by codes.
 */
export function limitRate(
  limiter: RateLimiter,
  onRefusal: (client: string, path: string, requestId: string) => void,
  code?: string,
): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    const decision = limiter.take(c.env.client);
    const { allowed, limit, remaining } = decision;
    if (limit > 0) {
      c.header("X-RateLimit-Limit", String(limit));
      c.header("X-RateLimit-Remaining", String(remaining));
    }
    if (!allowed) {
      onRefusal(c.env.client, c.req.path, c.get("requestId"));
      refuseOverLimit(decision, code);
    }
    await next();
  };
}

/** Throws HttpError 429 with the contract's sentence. */
export function refuseOverLimit({ retryAfterSec }: RateDecision, code?: string): never {
  const message = `Rate limit exceeded. Try again in ${retryAfterSec} seconds.`;
  throw new HttpError(429, code === undefined ? message : { code, message }, { "Retry-After": String(retryAfterSec) });
}
