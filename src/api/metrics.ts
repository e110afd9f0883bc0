import { z } from "zod";
import { requireAdmin } from "../http/access.ts";
import type { AnswerCache } from "../http/answer-cache.ts";
import { sendJson } from "../http/json.ts";
import type { PerformanceReport } from "../observe/performance.ts";
import type { Catalog } from "../segments/catalog.ts";
import type { Endpoints } from "./endpoint.ts";

export interface MetricsServices {
  cache: AnswerCache;
  catalog: Catalog;
  performance: () => PerformanceReport;
  adminKey: string | undefined;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
}

const performanceReport = z.lazy(() =>
  z
    .record(
      z.string(),
      z.object({
        count: z.int(),
        avg_ms: z.number(),
        p50_ms: z.number(),
        p95_ms: z.number(),
        p99_ms: z.number(),
        max_ms: z.number(),
        cache_hit_rate: z.number(),
        avg_rows: z.number(),
      }),
    )
    .meta({ id: "Performance" }),
);

/** GET /metrics/performance, GET /metrics/cache, POST /cache/clear. */
export function metricsEndpoints(endpoints: Endpoints, services: MetricsServices): void {
  const { cache, catalog, performance } = services;

  endpoints.add({
    method: "get",
    path: "/metrics/performance",
    tag: "metrics",
    summary: "Times of the last 1000 requests by kind",
    answer: { "application/json": performanceReport },
    handle: (c) => sendJson(c, performance()),
  });

  endpoints.add({
    method: "get",
    path: "/metrics/cache",
    tag: "metrics",
    summary: "The cache of answers",
    answer: {
      "application/json": z.object({
        api_cache: z.object({
          size: z.int(),
          maxsize: z.int(),
          ttl: z.int(),
          db_version: z.string().nullable(),
        }),
        performance: performanceReport,
      }),
    },
    handle: (c) =>
      sendJson(c, {
        api_cache: {
          size: cache.size,
          maxsize: cache.max,
          ttl: cache.ttlSec,
          db_version: catalog.lastPublished?.version ?? null,
        },
        performance: performance(),
      }),
  });

  endpoints.add({
    method: "post",
    path: "/cache/clear",
    tag: "metrics",
    summary: "Forget all cached answers",
    answer: { "application/json": z.object({ cleared: z.int() }) },
    admin: true,
    middleware: [requireAdmin(services.adminKey)],
    handle: (c) => {
      const cleared = cache.clear();
      services.audit(`cache cleared, ${cleared} answers, by ${c.env.client}`, c.get("requestId"));
      return sendJson(c, { cleared });
    },
  });
}
