import { z } from "zod";
import type { Log } from "../../observe/log.ts";
import type { Endpoints } from "../endpoint.ts";
import { type ChatSources, chatFamilies } from "./chat.ts";
import { type DataSources, dataFamilies } from "./data.ts";
import { type Family, flag, gauge, type Sample } from "./family.ts";
import { type HealthSources, healthFamilies } from "./health.ts";
import { type MessageSources, messageFamilies } from "./messages.ts";
import { type ProcessSources, processFamilies } from "./process.ts";
import { type QualitySources, qualityFamilies } from "./quality.ts";
import { type RequestSources, requestFamilies } from "./requests.ts";

export type PrometheusSources = RequestSources &
  ChatSources &
  DataSources &
  ProcessSources &
  HealthSources &
  MessageSources &
  QualitySources & {
    log: Pick<Log, "warn">;
  };

/** Parts that are read one by one: what keeps one of them from being told, a damaged hub.db say, must not keep the others. */
const parts = {
  process: processFamilies,
  health: healthFamilies,
  requests: requestFamilies,
  data: dataFamilies,
  chat: chatFamilies,
  messages: messageFamilies,
  quality: qualityFamilies,
} satisfies Record<string, (sources: PrometheusSources) => Family[]>;

/** GET /metrics: everything that is counted, in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export function prometheusEndpoint(endpoints: Endpoints, sources: PrometheusSources): void {
  const troubles = new Map<string, string>();
  /** The log says once what is in the way, and not at every scrape. */
  const report = (part: string, trouble: string | null): void => {
    if (trouble !== null && troubles.get(part) !== trouble)
      sources.log.warn("metrics", `The metrics of '${part}' cannot be told: ${trouble}`);
    if (trouble === null) troubles.delete(part);
    else troubles.set(part, trouble);
  };

  endpoints.add({
    method: "get",
    path: "/metrics",
    tag: "metrics",
    summary: "Everything that is counted, for Prometheus",
    description:
      "The page /docs/monitoring says how Prometheus and Grafana are connected, and has a dashboard and alert rules.",
    answer: { "text/plain": z.string() },
    handle: async (c) => {
      // Loaded by the first scrape: the start of the hub does not wait for the 40 ms that it takes from source.
      const { render } = await import("./render.ts");
      const { text, contentType } = await render(familiesOf(sources, report));
      c.header("Cache-Control", "no-store");
      return c.body(text, 200, { "Content-Type": contentType });
    },
  });
}

function familiesOf(sources: PrometheusSources, report: (part: string, trouble: string | null) => void): Family[] {
  const families: Family[] = [];
  const told: Sample[] = [];
  for (const [part, read] of Object.entries(parts)) {
    let trouble: string | null = null;
    try {
      families.push(...read(sources));
    } catch (error) {
      trouble = (error as Error).message;
    }
    report(part, trouble);
    told.push({ labels: { part }, value: flag(trouble === null) });
  }
  const help =
    "1 when the metrics of a part of the hub could be told; 0 when something is in their way, which the log names.";
  return [...families, gauge("hub_metrics_told", help, told)];
}
