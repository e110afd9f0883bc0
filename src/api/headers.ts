import type { Hono } from "hono";
import { cors } from "hono/cors";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import type { HubEnv } from "../http/env.ts";

/** Headers of answers that a script on another site may read. */
const exposedHeaders = [
  "X-Request-ID",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "Retry-After",
  "ETag",
  "X-Data-State",
  "X-Ignored-Parameters",
  "Content-Disposition",
];

const noHeaders = {
  crossOriginOpenerPolicy: false,
  referrerPolicy: false,
  xFrameOptions: false,
  xXssProtection: false,
  xDownloadOptions: false,
  xDnsPrefetchControl: false,
  xPermittedCrossDomainPolicies: false,
  originAgentCluster: false,
  // The hub is reached by plain HTTP inside the factory; telling browsers otherwise would lock them out.
  strictTransportSecurity: false,
} as const;

/** What every answer says: its type is not to be guessed, and other sites may not embed it unless CORS is open to some. */
const secureAnswers = (cors: boolean) => ({
  ...noHeaders,
  crossOriginResourcePolicy: cors ? ("cross-origin" as const) : ("same-origin" as const),
});

/**
 * What pages say besides; JSON answers do without, because each header costs a cached answer 0.1 µs of its 20. `same-origin`, because with
 * `no-referrer` the Origin of the pages' own forms would be `null` (src/http/csrf.ts).
 */
const securePages = {
  ...noHeaders,
  crossOriginOpenerPolicy: true,
  referrerPolicy: "same-origin",
  xFrameOptions: "DENY",
};

/** Pages say what they may load; what is a part of one may do nothing when it is opened by itself. */
const partPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** hono's etag keeps six headers of its own choice on a 304; the contract promises these on every response. */
export const revalidated = () =>
  etag({
    retainedHeaders: [
      ...RETAINED_304_HEADERS,
      ...exposedHeaders,
      "Access-Control-Allow-Origin",
      "Access-Control-Expose-Headers",
      "X-Content-Type-Options",
      "Cross-Origin-Resource-Policy",
    ],
  });

/** REST paths whose answers have an ETag. */
const tagged = /^(\/api\/v1)?\/(records|items|summary|quality|drift|reports|targets)([/.]|$)/;

/** Whether the answers of a path of the API have an ETag. */
export const isTagged = (path: string): boolean => tagged.test(path);

/** Middleware that gives answers and pages the headers that browsers go by. */
export function useHeaders(app: Hono<HubEnv>, corsOrigins: readonly string[]): void {
  app.use(secureHeaders(secureAnswers(corsOrigins.length > 0)));
  for (const path of ["/", "/docs/*", "/login", "/dashboard/*"]) app.use(path, secureHeaders(securePages));
  app.use("/dashboard/*", async (c, next) => {
    c.header("Content-Security-Policy", partPolicy);
    await next();
  });
  if (corsOrigins.length > 0) {
    app.use(
      cors({
        origin: corsOrigins.includes("*") ? "*" : [...corsOrigins],
        allowMethods: ["GET", "HEAD", "POST", "OPTIONS"],
        allowHeaders: [
          ...["Content-Type", "X-API-Key", "Authorization", "If-None-Match"],
          ...["MCP-Protocol-Version", "MCP-Method", "MCP-Name"],
        ],
        exposeHeaders: exposedHeaders,
        maxAge: 600,
      }),
    );
  }
}
