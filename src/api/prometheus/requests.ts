import type { AnswerCache } from "../../http/answer-cache.ts";
import type { Events } from "../../observe/events.ts";
import type { Performance } from "../../observe/performance.ts";
import type { QueryCounters } from "../../observe/query-counters.ts";
import type { Traffic } from "../../observe/traffic.ts";
import type { Desk } from "../../production/desk.ts";
import { counter, type Family, gauge, histogram, type Labels } from "./family.ts";

export interface RequestSources {
  traffic: Traffic;
  performance: Performance;
  queries: QueryCounters;
  cache: AnswerCache;
  desk: Desk;
  events: Events;
}

/** Names that are measured, and never cached. */
const uncached = new Set(["chat", "mcp", "records_csv", "records_xlsx"]);

/** What was asked of the hub over HTTP, and how its answers came about. */
export function requestFamilies({ traffic, performance, queries, cache, desk, events }: RequestSources): Family[] {
  const routes = traffic.routes().map((noted) => ({ ...noted, labels: labelsOf(noted.route) }));
  const cacheUse = performance.cacheUse().filter(({ name }) => !uncached.has(name));
  const times = queries.times.read();
  // Also those that never were slow, because a counter that begins with its first event has no rate for it.
  const asked = new Set(times.map(({ labels }) => labels.question));
  const slow = new Map(queries.slow.read().map(({ labels, count }) => [labels.question, count]));
  return [
    counter(
      "hub_http_requests_total",
      "Requests answered, by method, route (the pattern, never the address; 'unknown' for what no route answers) and status.",
      routes.flatMap(({ labels, byStatus }) =>
        [...byStatus].map(([status, value]) => ({ labels: { ...labels, status: String(status) }, value })),
      ),
    ),
    histogram(
      "hub_http_request_duration_seconds",
      "Time until an answer began to be sent, by method and route; of streams and exports until their first bytes.",
      routes.map(({ labels, latency }) => ({ labels, latency })),
    ),
    counter(
      "hub_http_rate_limited_total",
      "Requests refused with 429, by the budget that the client had used up: api, pages or chat.",
      ["api", "pages", "chat"].map((budget) => ({ labels: { budget }, value: traffic.refusals().get(budget) ?? 0 })),
    ),
    counter(
      "hub_cache_hits_total",
      "Data requests answered from the cache, by question.",
      cacheUse.map(({ name, hits }) => ({ labels: { question: name }, value: hits })),
    ),
    counter(
      "hub_cache_misses_total",
      "Data requests whose answer had to be computed, by question.",
      cacheUse.map(({ name, misses }) => ({ labels: { question: name }, value: misses })),
    ),
    gauge("hub_cache_entries", "Answers in the cache.", cache.size),
    gauge("hub_cache_max_entries", "Answers that the cache holds at most (CACHE_MAX).", cache.max),
    gauge("hub_cache_bytes", "Bytes of the answers in the cache, uncompressed.", cache.bytes),
    histogram(
      "hub_query_duration_seconds",
      "Time to compute an answer, by question and by what computed it: inline (the server's own process) or a worker, the wait for one included.",
      times,
    ),
    counter(
      "hub_slow_queries_total",
      "Answers that took SLOW_QUERY_THRESHOLD_MS or longer to compute, by question.",
      [...asked].map((question) => ({ labels: { question }, value: slow.get(question) ?? 0 })),
    ),
    gauge("hub_queries_waiting", "Questions that wait for a free worker.", desk.waiting),
    gauge("hub_event_streams", "Browsers and programs that listen to /events.", events.streams),
  ];
}

/** `GET /records` as labels. */
function labelsOf(route: string): Labels {
  const [method = "", ...rest] = route.split(" ");
  return { method, route: rest.join(" ") };
}
