import { type Latency, latencyBounds, latencyPercentile } from "../observe/latency.ts";
import { processors } from "./readings.ts";
import { asOne, type Gauge, type Sample } from "./sample.ts";
import type { SpanMs } from "./store.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Ranges that can be looked back at, each in steps that leave a chart legible. */
export const ranges = {
  hour: { stepMs: minute, steps: 60 },
  day: { stepMs: 10 * minute, steps: 144 },
  week: { stepMs: hour, steps: 168 },
} as const satisfies Record<string, { stepMs: SpanMs; steps: number }>;
export type Range = keyof typeof ranges;

/** How the hub did in a span of time, in figures; null where there is nothing to say. */
export interface Figures {
  /** Start of the span, ms since 1970, and for how many seconds of it the hub looked; 0 where it did not run. */
  at: number;
  covered_seconds: number;
  requests: number | null;
  requests_per_hour: number | null;
  client_errors: number | null;
  server_errors: number | null;
  /** 5xx by all requests. */
  error_rate_percent: number | null;
  rate_limited: number | null;
  /** Response times that 50, 95 and 99 % of the requests stayed within. */
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
  tokens: number | null;
  chat_questions: number | null;
  cache_hits: number | null;
  cache_misses: number | null;
  cache_hit_rate_percent: number | null;
  /** Of all processors together: that of the hub and what it started, and that of the whole machine. */
  cpu_hub_percent: number | null;
  cpu_percent: number | null;
  /** 1 MB is 1024² bytes. */
  memory_hub_mb: number | null;
  memory_hub_max_mb: number | null;
  memory_percent: number | null;
  disk_percent: number | null;
  /** How long the event loop kept what was due waiting. */
  loop_delay_p99_ms: number | null;
  loop_delay_max_ms: number | null;
  /** Pages that listen for events, and connections over which something was answered: the most at a time. */
  sse_clients: number | null;
  connections: number | null;
}

/** How the hub did in a range up to now. */
export interface History {
  range: Range;
  stepMs: number;
  from: number;
  to: number;
  /** One for each step, in the order of time. */
  steps: Figures[];
  /** All of the range as one span. */
  whole: Figures;
}

/** Gives the samples of one grain from a time on until before another one (ms since 1970), in the order of time. */
export type SamplesBetween = (spanMs: SpanMs, from: number, to: number) => readonly Sample[];

/** The history of a range up to `now`, the step under way included. */
export function historyOf(between: SamplesBetween, range: Range, now: number): History {
  const { stepMs, steps } = ranges[range];
  const last = Math.floor(now / stepMs) * stepMs;
  const [from, to] = [last - (steps - 1) * stepMs, last + stepMs];
  const samples = between(stepMs, from, to);
  const known = new Map(samples.map((sample) => [sample.at, sample]));
  const starts = Array.from({ length: steps }, (_, at) => from + at * stepMs);
  return {
    range,
    stepMs,
    from,
    to,
    steps: starts.map((at) => figuresOf(known.get(at) ?? asOne(at, []))),
    whole: figuresOf(asOne(from, samples)),
  };
}

/** What a sample says. */
export function figuresOf({ at, coveredMs, sums, gauges, responses, delays }: Sample): Figures {
  const known = coveredMs > 0;
  const count = (value: number): number | null => (known ? value : null);
  const percentile = (share: number) => rounded(latencyPercentile(responses, share), 2);
  const { requests, serverErrors, cacheHits, cacheMisses, machineBusyMs, machineCpuMs } = sums;
  const mb = 1024 * 1024;
  return {
    at,
    covered_seconds: Math.round(coveredMs / 1000),
    requests: count(requests),
    requests_per_hour: known ? rounded((requests * hour) / coveredMs, 1) : null,
    client_errors: count(sums.clientErrors),
    server_errors: count(serverErrors),
    error_rate_percent: percentOf(serverErrors, requests),
    rate_limited: count(sums.rateLimited),
    p50_ms: percentile(0.5),
    p95_ms: percentile(0.95),
    p99_ms: percentile(0.99),
    tokens: count(sums.tokens),
    chat_questions: count(sums.questions),
    cache_hits: count(cacheHits),
    cache_misses: count(cacheMisses),
    cache_hit_rate_percent: percentOf(cacheHits, cacheHits + cacheMisses),
    cpu_hub_percent: known ? percentOf(Math.min(sums.hubCpuMs, coveredMs * processors), coveredMs * processors) : null,
    cpu_percent: percentOf(machineBusyMs, machineCpuMs),
    memory_hub_mb: rounded(mean(gauges.hubMemory, mb), 1),
    memory_hub_max_mb: gauges.hubMemory.count > 0 ? rounded(gauges.hubMemory.max / mb, 1) : null,
    memory_percent: rounded(mean(gauges.machineMemory), 1),
    disk_percent: rounded(mean(gauges.disk), 2),
    loop_delay_p99_ms: rounded(latencyPercentile(delays, 0.99), 2),
    loop_delay_max_ms: greatest(delays),
    sse_clients: gauges.clients.count > 0 ? gauges.clients.max : null,
    connections: gauges.connections.count > 0 ? gauges.connections.max : null,
  };
}

const percentOf = (part: number, all: number): number | null => (all > 0 ? rounded((100 * part) / all, 2) : null);

const mean = ({ sum, count }: Gauge, unit = 1): number | null => (count > 0 ? sum / count / unit : null);

/** The bound of the highest bucket that holds something. */
function greatest({ counts }: Latency): number | null {
  const bucket = counts.findLastIndex((count) => count > 0);
  return bucket < 0 ? null : latencyBounds[Math.min(bucket, latencyBounds.length - 2)]!;
}

function rounded<T extends number | null>(value: T, digits: number): T {
  return (value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits) as T;
}
