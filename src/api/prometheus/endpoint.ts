import { z } from "zod";
import type { Endpoints } from "../endpoint.ts";
import { type ChatSources, chatFamilies } from "./chat.ts";
import { type DataSources, dataFamilies } from "./data.ts";
import type { Family } from "./family.ts";
import { type HubSources, hubFamilies } from "./hub.ts";
import { type RequestSources, requestFamilies } from "./requests.ts";

export type PrometheusSources = RequestSources & ChatSources & DataSources & HubSources;

/** GET /metrics: everything that is counted, in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export function prometheusEndpoint(endpoints: Endpoints, sources: PrometheusSources): void {
  endpoints.add({
    method: "get",
    path: "/metrics",
    tag: "metrics",
    summary: "Everything that is counted, for Prometheus",
    description: "docs/monitoring.md of the release says how Prometheus and Grafana are connected.",
    answer: { "text/plain": z.string() },
    handle: async (c) => {
      // Loaded by the first scrape: the start of the hub does not wait for the 40 ms that it takes from source.
      const { render } = await import("./render.ts");
      const { text, contentType } = await render(familiesOf(sources));
      c.header("Cache-Control", "no-store");
      return c.body(text, 200, { "Content-Type": contentType });
    },
  });
}

function familiesOf(sources: PrometheusSources): Family[] {
  return [...hubFamilies(sources), ...requestFamilies(sources), ...dataFamilies(sources), ...chatFamilies(sources)];
}
