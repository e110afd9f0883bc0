import { Hono } from "hono";
import { timeout } from "hono/timeout";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import type { Log } from "../observe/log.ts";
import { Tally } from "../observe/tally.ts";
import { alertEndpoints } from "./alerts/endpoints.ts";
import { chatEndpoints } from "./chat.ts";
import { describeData } from "./data-events.ts";
import { Endpoints } from "./endpoint.ts";
import { eventEndpoints } from "./events.ts";
import { type Exporter, exportEndpoints } from "./exports.ts";
import { revalidated } from "./headers.ts";
import { describeDerived, healthEndpoints } from "./health.ts";
import { itemEndpoints } from "./items.ts";
import { describeJobs } from "./job-events.ts";
import { mcpRoutes } from "./mcp.ts";
import { metricsEndpoints } from "./metrics.ts";
import { monitoringEndpoints } from "./monitoring.ts";
import { notifyEndpoints } from "./notify.ts";
import { operationsEndpoints } from "./operations.ts";
import { prometheusEndpoint } from "./prometheus/endpoint.ts";
import { qualityEndpoints } from "./quality.ts";
import { recordEndpoints } from "./records.ts";
import { reportEndpoints } from "./reports.ts";
import type { AppServices } from "./services.ts";
import { summaryEndpoints } from "./summaries.ts";
import { targetEndpoints } from "./targets.ts";

/** What writes the log's AUDIT lines. */
export const auditOf =
  (log: Log) =>
  (message: string, id: string): void =>
    log.info("audit", `AUDIT ${message}`, id);

/** The REST endpoints, one file per resource. */
export function restEndpoints(services: AppServices, exporter: Exporter): { api: Hono<HubEnv>; endpoints: Endpoints } {
  const { settings, answers, catalog, cache, log } = services;
  const api = new Hono<HubEnv>();
  const endpoints = new Endpoints(api);
  // The desk stops a question itself after its time; this catches what waits elsewhere, a file system that hangs say.
  const patience = timeout(
    (settings.queryTimeoutSec + 15) * 1000,
    new HttpError(503, "The answer took too long. Try again in a moment.", { "Retry-After": "30" }) as never,
  );
  for (const path of ["/records", "/records/*", "/items", "/summary/*"]) api.use(path, patience, revalidated());
  for (const path of [
    "/quality",
    "/drift/status",
    "/records.csv",
    "/records.xlsx",
    "/reports/*",
    "/targets",
    "/targets/*",
  ])
    api.use(path, revalidated());

  exportEndpoints(endpoints, exporter);
  recordEndpoints(endpoints, answers);
  itemEndpoints(endpoints, answers);
  summaryEndpoints(endpoints, answers);
  chatEndpoints(endpoints, services);
  const mcpMessages = new Tally<"method">();
  mcpRoutes(api, {
    ...services,
    corsOrigins: settings.corsOrigins,
    onMessage: (method) => mcpMessages.add({ method }),
  });
  healthEndpoints(endpoints, services);
  eventEndpoints(endpoints, {
    events: services.events,
    present: () => ({
      ...describeDerived(services.derived()),
      data: describeData(catalog),
      jobs: describeJobs(services.jobs()),
      alerts: services.alerts.engine.unattended(),
      quality: services.quality.summary(),
    }),
  });
  const adminKey = settings.adminKey;
  const audit = auditOf(log);
  metricsEndpoints(endpoints, { cache, catalog, performance: () => services.performance.report(), adminKey, audit });
  prometheusEndpoint(endpoints, { ...services, mcpMessages });
  monitoringEndpoints(endpoints, services);
  targetEndpoints(endpoints, { targets: services.targets, clock: services.clock, adminKey, audit });
  qualityEndpoints(endpoints, { ...services.quality, clock: services.clock, adminKey, audit });
  notifyEndpoints(endpoints, { ...services, adminKey, audit });
  reportEndpoints(endpoints, { reports: services.reports, clock: services.clock, adminKey, audit });
  alertEndpoints(endpoints, { alerts: services.alerts, clock: services.clock, adminKey, audit });
  operationsEndpoints(endpoints, { schedule: services.schedule, clock: services.clock, adminKey, audit });
  return { api, endpoints };
}
