import type { MiddlewareHandler } from "hono";
import { RETAINED_304_HEADERS } from "hono/etag";
import { LRUCache } from "lru-cache";
import type { PlainText } from "../observe/log.ts";
import {
  type AnswerCache,
  acceptsGzip,
  answerKey,
  type Body,
  type CachedAnswer,
  compressFromBytes,
  pathOf,
  promptBytes,
} from "./answer-cache.ts";
import type { HubEnv } from "./env.ts";
import type { RateLimiter } from "./rate-limit.ts";
import { routeOf } from "./route.ts";

export interface FastLaneServices {
  cache: AnswerCache;
  /** Version of the data, when it is known to be current and nothing needs to be said about it; else null. */
  currentVersion: () => string | null;
  limiter: RateLimiter;
  newRequestId: () => string;
  /** True when answers may differ for pages of other sites. */
  crossOrigin: boolean;
  /** The target of a URL as the access line has it. */
  plainTarget: (url: string) => PlainText;
  /** Logs and measures one answer. */
  note: (
    answer: CachedAnswer,
    sending: {
      route: string;
      target: PlainText;
      status: number;
      ms: number;
      client: string;
      requestId: string;
      hit: boolean;
    },
  ) => void;
}

/** An address whose question the middleware has let through: how to answer it again, and with which headers it was sent. */
interface SeenAddress {
  again: (requestId: string) => CachedAnswer | null;
  headers: Headers;
  /** Method and pattern of its route, for the metrics. */
  route: string;
  /** Length of the last answer in bytes. */
  size: number;
  /** Made when it is asked for again: most pages of a cursor walk are not. */
  known: KnownAddress | null;
}

/** What is ready for an address that is asked for again. */
interface KnownAddress {
  /** Its key in the cache. */
  key: string;
  /** Path and query as the access line has them. */
  target: PlainText;
  /**
   * Headers of every sending: plain, compressed, and those of a 304. A Response copies them, so what belongs to one sending is written
   * over the one before: half the time of a Response with headers from an object (0.5 µs of 0.9).
   */
  plain: Headers;
  gzipped: Headers;
  unchanged: Headers;
  /** The ETag that stands in them. */
  tag: string;
}

/** Addresses that are remembered, a few KB each; longer ones than this are not. */
const maxAddresses = 500;
const maxPathChars = 2_000;

/** Headers that belong to one sending of an answer, not to the address. */
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
const retained = new Set([
  ...RETAINED_304_HEADERS,
  ...["x-content-type-options", "cross-origin-resource-policy", "x-ignored-parameters"],
]);

/**
 * Answers addresses that are asked again without the walk through router, middleware and validation, which costs a cached answer more than
 * the rest of the request, and a fresh page of records half as much: what they would say is known from the time before. Whatever is out of
 * the ordinary (other methods, CORS, a refused client, a file in trouble, a question for a worker) takes the usual way.
 */
export class FastLane {
  readonly #services: FastLaneServices;
  readonly #addresses = new LRUCache<string, SeenAddress>({ max: maxAddresses });

  constructor(services: FastLaneServices) {
    this.#services = services;
  }

  /** Remembers with which headers the middleware sent the answer to an address, so that the lane can send it the same way. */
  readonly remember: MiddlewareHandler<HubEnv> = async (c, next) => {
    await next();
    const answer = c.get("answer");
    const again = c.get("again");
    if (!answer || !again || c.res.status !== 200 || c.req.method !== "GET" || c.req.header("Origin")) return;
    const path = pathOf(c.req.url);
    if (path.length > maxPathChars || this.#addresses.has(path)) return;
    // A copy, because Bun takes the headers out of a Response that it sends.
    const headers = new Headers(c.res.headers);
    this.#addresses.set(path, { again, headers, route: routeOf(c), size: answer.size, known: null });
  };

  /** The answer to a request; null where it has to take the usual way. */
  answer(request: Request, client: string): Response | null {
    const { cache, currentVersion, limiter, newRequestId, crossOrigin, note } = this.#services;
    if (request.method !== "GET") return null;
    const started = performance.now();
    const { url } = request;
    const seen = this.#addresses.get(pathOf(url));
    if (seen === undefined) return null;
    const { headers } = request;
    if (crossOrigin && headers.has("Origin")) return null;
    const version = currentVersion();
    if (version === null) return null;

    seen.known ??= this.#known(url, seen.headers);
    const { known } = seen;
    const requestId = newRequestId();
    const cached = cache.get(known.key, version);
    const answer = cached ?? this.#answerAgain(seen, client, headers, requestId);
    if (!answer) return null;
    if (known.tag !== answer.tag) setTag(known, answer.tag);
    seen.size = answer.size;
    const unchanged = isKnown(headers.get("If-None-Match"), answer.tag);
    let body: Body | null = null;
    let sent = known.unchanged;
    if (!unchanged) {
      const compressed = answer.size >= compressFromBytes && acceptsGzip(headers.get("Accept-Encoding"));
      body = compressed ? answer.gzippedNow : cached ? answer.shared : answer.body;
      if (body === null) return null;
      sent = compressed ? known.gzipped : known.plain;
    }
    const { allowed, limit, remaining } = limiter.take(client);
    if (!allowed) return null;

    sent.set("x-request-id", requestId);
    if (limit > 0) {
      sent.set("x-ratelimit-limit", String(limit));
      sent.set("x-ratelimit-remaining", String(remaining));
    }
    const status = unchanged ? 304 : 200;
    const response = new Response(body, { status, headers: sent });
    const ms = performance.now() - started;
    note(answer, { route: seen.route, target: known.target, status, ms, client, requestId, hit: cached !== undefined });
    return response;
  }

  #known(url: string, headers: Headers): KnownAddress {
    const shared = [...headers].filter(([name]) => !ownHeaders.has(name));
    return {
      key: answerKey(pathOf(url)),
      target: this.#services.plainTarget(url),
      plain: new Headers(shared),
      gzipped: new Headers([...shared, ["content-encoding", "gzip"]]),
      unchanged: new Headers(shared.filter(([name]) => retained.has(name))),
      tag: "",
    };
  }

  /** A fresh answer, unless it is none for this lane: the hub must not work for a client over its limit, nor twice for the same request. */
  #answerAgain({ size, again }: SeenAddress, client: string, headers: Headers, requestId: string): CachedAnswer | null {
    if (!this.#services.limiter.allows(client)) return null;
    if (size > promptBytes && acceptsGzip(headers.get("Accept-Encoding"))) return null;
    return again(requestId);
  }
}

function setTag(known: KnownAddress, tag: string): void {
  for (const headers of [known.plain, known.gzipped, known.unchanged]) headers.set("etag", tag);
  known.tag = tag;
}

/** True when a client that sent this If-None-Match has the answer with this (weak) tag: RFC 9110 §13.1.2, weak comparison. */
function isKnown(ifNoneMatch: string | null, tag: string): boolean {
  return ifNoneMatch !== null && (ifNoneMatch === tag || ifNoneMatch === "*" || ifNoneMatch.includes(tag.slice(2)));
}
