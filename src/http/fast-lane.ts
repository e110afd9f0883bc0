import type { MiddlewareHandler } from "hono";
import { RETAINED_304_HEADERS } from "hono/etag";
import type { PlainText } from "../observe/log.ts";
import {
  type AnswerCache,
  acceptsGzip,
  answerKey,
  type CachedAnswer,
  compressFromBytes,
  pathOf,
} from "./answer-cache.ts";
import type { HubEnv } from "./env.ts";
import type { RateLimiter } from "./rate-limit.ts";

export interface FastLaneServices {
  cache: AnswerCache;
  /** Version of the data, when it is known to be current and nothing needs to be said about it; else null. */
  currentVersion: () => string | null;
  limiter: RateLimiter;
  newRequestId: () => string;
  /** The target of a URL as the access line has it. */
  plainTarget: (url: string) => PlainText;
  /** Logs and measures one answer. */
  note: (
    answer: CachedAnswer,
    sending: { target: PlainText; status: number; ms: number; client: string; requestId: string },
  ) => void;
}

/** Headers that belong to one sending of an answer, not to the answer. */
const ownHeaders = new Set([
  "x-request-id",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-data-state",
  "content-encoding",
  "content-length",
  "date",
]);

/** What a 304 repeats of them (RFC 9110 §15.4.5), as hono's etag middleware has it. */
const retained = new Set([...RETAINED_304_HEADERS, "x-content-type-options", "cross-origin-resource-policy"]);

/**
 * Remembers with which headers the middleware sent a cached answer, so that the fast lane can send it the same way. It does so when an
 * answer is asked for a second time, because most of those that nobody asks for again would pay for it too.
 */
export const rememberHeaders: MiddlewareHandler<HubEnv> = async (c, next) => {
  await next();
  const answer = c.get("answer");
  if (!answer || answer.resending || !c.get("measured")?.hit) return;
  if (c.res.status !== 200 || c.req.method !== "GET" || c.req.header("Origin")) return;
  const shared = [...c.res.headers].filter(([name]) => !ownHeaders.has(name));
  answer.resending = {
    tag: c.res.headers.get("ETag") as string,
    plain: new Headers(shared),
    gzipped: new Headers([...shared, ["content-encoding", "gzip"]]),
    unchanged: new Headers(shared.filter(([name]) => retained.has(name))),
    path: "",
    target: null,
  };
};

/**
 * Sends cached answers again without the walk through the middleware, which costs more than the rest of the request. Whatever is out of
 * the ordinary (other methods, CORS, a refused client, changed data) returns null and takes the usual way.
 */
export function fastLane(services: FastLaneServices): (request: Request, client: string) => Response | null {
  const { cache, currentVersion, limiter, newRequestId, plainTarget, note } = services;
  return (request, client) => {
    if (cache.size === 0 || request.method !== "GET") return null;
    const started = performance.now();
    const version = currentVersion();
    if (version === null) return null;
    const { url } = request;
    const path = pathOf(url);
    const answer = cache.get(answerKey(path), version);
    if (!answer?.resending) return null;
    const { resending } = answer;
    const { headers } = request;
    if (headers.has("Origin")) return null;

    const unchanged = isKnown(headers.get("If-None-Match"), resending.tag);
    let body: Blob | null = null;
    let shared = resending.unchanged;
    if (!unchanged) {
      const compressed = answer.size >= compressFromBytes && acceptsGzip(headers.get("Accept-Encoding"));
      body = compressed ? answer.gzippedNow : answer.shared;
      if (body === null) return null;
      shared = compressed ? resending.gzipped : resending.plain;
    }
    const { allowed, limit, remaining } = limiter.take(client);
    if (!allowed) return null;

    const requestId = newRequestId();
    shared.set("x-request-id", requestId);
    if (limit > 0) {
      shared.set("x-ratelimit-limit", String(limit));
      shared.set("x-ratelimit-remaining", String(remaining));
    }
    const status = unchanged ? 304 : 200;
    const response = new Response(body, { status, headers: shared });
    // The same answer may be asked for by another path, such as its twin under /api/v1.
    if (resending.target === null || resending.path !== path) {
      resending.path = path;
      resending.target = plainTarget(url);
    }
    note(answer, { target: resending.target, status, ms: performance.now() - started, client, requestId });
    return response;
  };
}

/** True when a client that sent this If-None-Match has the answer with this (weak) tag: RFC 9110 §13.1.2, weak comparison. */
function isKnown(ifNoneMatch: string | null, tag: string): boolean {
  return ifNoneMatch !== null && (ifNoneMatch === tag || ifNoneMatch === "*" || ifNoneMatch.includes(tag.slice(2)));
}
