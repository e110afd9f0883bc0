import { z } from "zod";
import { sendJson } from "../http/json.ts";
import { languages } from "../language.ts";
import { type Figures, type Range, ranges } from "../monitoring/history.ts";
import { lightNames } from "../monitoring/lights.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { monitoringWords } from "../monitoring/words.ts";
import type { FactoryClock } from "../observe/clock.ts";
import type { Endpoints } from "./endpoint.ts";

export interface MonitoringServices {
  monitor: Monitor;
  clock: FactoryClock;
}

const count = (description?: string) =>
  z
    .number()
    .nullable()
    .meta(description === undefined ? {} : { description });

const sample = z.lazy(() =>
  z
    .object({
      at: z.string().meta({ description: "Start of the span." }),
      covered_seconds: z
        .number()
        .meta({ description: "How long of the span the hub looked at itself; 0 where it did not run." }),
      requests: count(),
      requests_per_hour: count(),
      client_errors: count("4xx other than 429."),
      server_errors: count("5xx."),
      error_rate_percent: count("5xx by all requests."),
      rate_limited: count("429."),
      p50_ms: count(
        "Response times that 50, 95 and 99 % of the requests stayed within, without questions to the chat.",
      ),
      p95_ms: count(),
      p99_ms: count(),
      tokens: count("Tokens that the chat's model took."),
      chat_questions: count(),
      cache_hits: count(),
      cache_misses: count(),
      cache_hit_rate_percent: count(),
      cpu_hub_percent: count("The hub and what it started, of all processors together."),
      cpu_percent: count("The whole machine."),
      memory_hub_mb: count("The hub and what it started; 1 MB is 1024² bytes."),
      memory_hub_max_mb: count(),
      memory_percent: count("The whole machine."),
      disk_percent: count("The disk that holds the data."),
      loop_delay_p99_ms: count("How long the event loop kept what was due waiting."),
      loop_delay_max_ms: count(),
      sse_clients: count("Streams of events to pages, the most at a time."),
      connections: count("Connections over which something was answered, the most at a time."),
    } satisfies Record<keyof Figures, z.ZodType>)
    .meta({ id: "MonitoringSample" }),
);

const range = z
  .enum(Object.keys(ranges) as [Range, ...Range[]])
  .default("hour")
  .meta({ description: "How far to look back: an hour in minutes, a day in tens of minutes, a week in hours." });

const lightWords = z.lazy(() =>
  z.object({
    title: z.string(),
    measure: z.string(),
    meaning: z.string(),
    action: z.string(),
  }),
);

const light = z.lazy(() =>
  z
    .object({
      name: z.enum(lightNames),
      state: z.enum(["good", "warning", "critical", "none"]).meta({
        description: "Green, yellow, red; `none` where nothing is known, or of fewer than 20 requests.",
      }),
      value: z.number().nullable(),
      unit: z.enum(["ms", "percent", "connections"]),
      warning: z.number().meta({ description: "From here on it is yellow." }),
      critical: z.number().meta({ description: "From here on it is red." }),
      setting: z.string().meta({ description: "The setting that holds both." }),
      window_seconds: z.number().meta({ description: "The time that it is judged by." }),
      words: z
        .object({ ko: lightWords, en: lightWords })
        .meta({ description: "What it shows, what yellow or red means, and what to do." }),
    })
    .meta({ id: "TrafficLight" }),
);

/** GET /monitoring/samples and GET /monitoring/lights. */
export function monitoringEndpoints(endpoints: Endpoints, { monitor, clock }: MonitoringServices): void {
  const time = (ms: number): string => clock.timestamp(new Date(ms));
  const shown = (figures: Figures): z.output<typeof sample> => ({ ...figures, at: time(figures.at) });

  endpoints.add({
    method: "get",
    path: "/monitoring/samples",
    tag: "monitoring",
    summary: "How the hub has been doing",
    description:
      "Figures of the hub and its machine over the last hour, day or week. Percentiles are those of all requests of a span, not averages. " +
      "A figure is null where there is nothing to say: the hub did not run, or nobody asked it anything.",
    query: z.object({ range }),
    answer: {
      "application/json": z.object({
        range,
        step_seconds: z.number(),
        from: z.string(),
        to: z.string(),
        whole: sample.meta({ description: "All of the range as one span." }),
        samples: z.array(sample),
      }),
    },
    handle: (c, { range }) => {
      const { stepMs, from, to, whole, steps } = monitor.history(range);
      return sendJson(c, {
        range,
        step_seconds: stepMs / 1000,
        from: time(from),
        to: time(to),
        whole: shown(whole),
        samples: steps.map(shown),
      });
    },
  });

  endpoints.add({
    method: "get",
    path: "/monitoring/lights",
    tag: "monitoring",
    summary: "Traffic lights: response time, errors, processor, memory, disk, connections",
    answer: { "application/json": z.object({ lights: z.array(light) }) },
    handle: (c) =>
      sendJson(c, {
        lights: monitor.lights().map(({ windowMs, ...known }) => ({
          ...known,
          window_seconds: windowMs / 1000,
          words: Object.fromEntries(
            languages.map((language) => [language, monitoringWords[language].lights[known.name]]),
          ),
        })),
      }),
  });
}
