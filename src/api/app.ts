import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { timeout } from "hono/timeout";
import type { ChatEngine } from "../chat/engine.ts";
import type { Toolbox } from "../chat/tools/toolbox.ts";
import type { Settings } from "../config.ts";
import { targetsPath } from "../dashboard/pages/targets-path.ts";
import { Dashboard } from "../dashboard/routes.tsx";
import { signInPath, signInRoutes } from "../dashboard/sign-in.tsx";
import { ApiKeys, PageAdmin, requireApiKey } from "../http/access.ts";
import { compressFromBytes } from "../http/answer-cache.ts";
import type { HubEnv } from "../http/env.ts";
import { errorHandler, errorResponse, HttpError, notFound } from "../http/errors.ts";
import { sendJson } from "../http/json.ts";
import { limitAddress, limitRate } from "../http/limits.ts";
import { RateLimiter } from "../http/rate-limit.ts";
import { requestContext } from "../http/request-context.ts";
import { requestLog } from "../http/request-log.ts";
import { staticFiles } from "../http/static-files.ts";
import { formBytes } from "../http/upload.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { FreeDisk } from "../observe/disk.ts";
import type { Events } from "../observe/events.ts";
import type { Log } from "../observe/log.ts";
import type { LoopDelay } from "../observe/loop-delay.ts";
import type { Performance } from "../observe/performance.ts";
import type { QueryCounters } from "../observe/query-counters.ts";
import { Tally } from "../observe/tally.ts";
import type { Traffic } from "../observe/traffic.ts";
import type { TreeUse } from "../observe/tree-use.ts";
import type { IndexLookup } from "../operations/index-lookup.ts";
import type { Schedule } from "../operations/schedule.ts";
import type { Desk } from "../production/desk.ts";
import type { Quality } from "../quality/open.ts";
import type { Reports } from "../reports/reports.ts";
import type { SavedViews } from "../store/saved-views.ts";
import { mostUploadBytes, type Targets } from "../targets/targets.ts";
import type { AlertCenter } from "./alerts/center.ts";
import { alertEndpoints } from "./alerts/endpoints.ts";
import type { Answers } from "./answer.ts";
import { chatEndpoints } from "./chat.ts";
import { describeData } from "./data-events.ts";
import { docsRoutes } from "./docs-page.ts";
import { documentRoutes } from "./documents.tsx";
import { Endpoints } from "./endpoint.ts";
import { eventEndpoints } from "./events.ts";
import { Exporter, exportEndpoints } from "./exports.ts";
import { describeDerived, type HealthServices, healthEndpoints } from "./health.ts";
import { hubOperations } from "./hub-operations.ts";
import { itemEndpoints } from "./items.ts";
import { describeJobs } from "./job-events.ts";
import { mcpRoutes } from "./mcp.ts";
import { metricsEndpoints } from "./metrics.ts";
import { monitoringEndpoints } from "./monitoring.ts";
import { notifyEndpoints } from "./notify.ts";
import { openApiDocument } from "./openapi.ts";
import { operationsEndpoints } from "./operations.ts";
import { prometheusEndpoint } from "./prometheus/endpoint.ts";
import { qualityEndpoints } from "./quality.ts";
import { recordEndpoints } from "./records.ts";
import { reportEndpoints } from "./reports.ts";
import { rootRoutes } from "./root.ts";
import { summaryEndpoints } from "./summaries.ts";
import { targetEndpoints } from "./targets.ts";

export interface AppServices extends HealthServices {
  schedule: Schedule;
  settings: Settings;
  desk: Desk;
  answers: Answers;
  limiter: RateLimiter;
  views: SavedViews;
  targets: Targets;
  reports: Reports;
  outbox: Outbox;
  chat: ChatEngine;
  toolbox: Toolbox;
  /** Sees what each answer was sent with. */
  remember: MiddlewareHandler<HubEnv>;
  log: Log;
  performance: Performance;
  traffic: Traffic;
  queries: QueryCounters;
  disk: FreeDisk;
  loopDelay: LoopDelay;
  processTree: () => TreeUse;
  monitor: Monitor;
  events: Events;
  alerts: AlertCenter;
  indexes: IndexLookup;
  quality: Quality;
}

/** Paths that are neither counted against the rate limit nor, but for the documents about the hub, closed to clients without a key. */
const unlimited =
  /^(\/api\/v1)?(|\/healthz|\/healthz\/ai|\/docs(\/.*)?|\/openapi\.json|\/metrics(\/.*)?|\/static\/.*|\/licences|\/favicon\.ico)\/?$/;
const open =
  /^(\/api\/v1)?(|\/healthz|\/docs(\/.*)?|\/openapi\.json|\/static\/.*|\/licences|\/favicon\.ico|\/login|\/dashboard\/(choose|lib\/.*))\/?$/;

/** REST paths whose answers have an ETag. */
const tagged = /^(\/api\/v1)?\/(records|items|summary|quality|drift|reports|targets)([/.]|$)/;

/** Questions to the chat have a budget of their own (CONTRACT §2); GET `/chat` is the way to a page. */
const chatPaths = /^(\/api\/v1)?\/chat(\/.*)?$/;

/** The hub's own pages and what they fetch: the same person's reading, with a budget of its own (CONTRACT §2), a minute. */
const ownPages = /^\/(dashboard(\/.*)?|events)$/;
const ownPagesLimit = 600;

/** Bodies are small JSON questions, but for those of paths that take a file. */
const maxBodyBytes = 1024 * 1024;
const filePaths = /^(\/api\/v1|\/dashboard)?\/targets(\/preview)?$/;
const maxFileBytes = mostUploadBytes + formBytes;

/** Headers of answers that a script on another site may read. */
const exposedHeaders = [
  "X-Request-ID",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "Retry-After",
  "ETag",
  "X-Data-State",
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

/** hono's etag keeps six headers of its own choice on a 304; the contract promises these on every response. */
const revalidated = () =>
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

/** Eight hexadecimal digits. */
export const newRequestId = (): string => ((Math.random() * 2 ** 32) >>> 0).toString(16).padStart(8, "0");

/** The hub's HTTP application: middleware first, then one room per resource, mounted at `/` and again at `/api/v1`. */
export function createApp(services: AppServices): Hono<HubEnv> {
  const { settings, log } = services;
  const app = new Hono<HubEnv>({ strict: false });

  // The id is the server's own: an empty headerName keeps hono from taking one that the client sends.
  app.use(requestId({ headerName: "", generator: newRequestId }));
  app.use(async (c, next) => {
    c.header("X-Request-ID", c.get("requestId"));
    await next();
  });
  app.use(requestContext);
  app.use(services.remember);
  const { performance, traffic } = services;
  app.use(requestLog(log, performance.record.bind(performance), traffic.note.bind(traffic)));
  app.use(secureHeaders(secureAnswers(settings.corsOrigins.length > 0)));
  for (const path of ["/", "/docs/*", "/login", "/dashboard/*"]) app.use(path, secureHeaders(securePages));
  if (settings.corsOrigins.length > 0) {
    app.use(
      cors({
        origin: settings.corsOrigins.includes("*") ? "*" : [...settings.corsOrigins],
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
  app.use(compress({ threshold: compressFromBytes }));
  // Inside of compress: it takes the place of a 404 and would inherit that one's Content-Encoding.
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        errorResponse(c, new HttpError(405, "Method Not Allowed", { Allow: methods.join(", ") })),
    }),
  );
  app.use(limitAddress);

  const keys = new ApiKeys(settings.apiKeys, settings.adminKey);
  const authorize = requireApiKey(keys);
  app.use(async (c, next) => {
    if (open.test(c.req.path)) return next();
    // A browser that opens a page is led to where a key can be typed; whatever fetches is told 401.
    const opensPage = /^\/(dashboard|chat$)/.test(c.req.path) && c.req.header("Sec-Fetch-Mode") === "navigate";
    if (opensPage && keys.refusal(c) !== null) return c.redirect(signInPath(c.req.url), 303);
    return authorize(c, next);
  });
  const reportRefusal =
    (budget: string) =>
    (client: string, path: string, id: string): void => {
      traffic.rateLimited(budget);
      log.warn("limit", `Rate Limited ${client} ${path}`, id);
    };
  const limit = limitRate(services.limiter, reportRefusal("api"));
  const pagesLimit = settings.rateLimitApi === 0 ? 0 : ownPagesLimit;
  const pageLimiter = new RateLimiter({ limit: pagesLimit, windowSec: 60 });
  const limitPages = limitRate(pageLimiter, reportRefusal("pages"));
  const chatLimiter = new RateLimiter({ limit: settings.rateLimitChat, windowSec: 60 });
  const limitChat = limitRate(chatLimiter, reportRefusal("chat"), "RATE_LIMITED");
  app.use((c, next) => {
    if (chatPaths.test(c.req.path)) return (c.req.method === "GET" ? limitPages : limitChat)(c, next);
    if (ownPages.test(c.req.path)) return limitPages(c, next);
    return unlimited.test(c.req.path) ? next() : limit(c, next);
  });
  const [limitBody, limitFile] = [maxBodyBytes, maxFileBytes].map((maxSize) =>
    bodyLimit({
      maxSize,
      onError: (c) => {
        // Somebody who chose a large file on a page is told there.
        if (c.req.path === `${targetsPath}/preview`) return c.redirect(`${targetsPath}?told=tooLarge`, 303);
        throw new HttpError(413, `The body is larger than the ${maxSize} bytes that are allowed.`);
      },
    }),
  );
  app.use((c, next) => (filePaths.test(c.req.path) ? limitFile! : limitBody!)(c, next));

  app.onError(
    errorHandler((error, id) => log.error("app", `${error.name}: ${error.message} ${error.stack ?? ""}`, id)),
  );
  app.notFound(notFound);

  const exporter = new Exporter({
    catalog: services.catalog,
    hubDbDir: settings.rollup ? settings.databaseDir : null,
    report: (message, id) => log.error("export", message, id),
  });
  const { api, endpoints } = createApi(services, exporter);
  // Made for whoever asks first: 20 ms of a start that is to take 300.
  let document: ReturnType<typeof openApiDocument> | null = null;
  api.get("/openapi.json", revalidated(), (c) => {
    document ??= openApiDocument(endpoints.list, {
      isOpen: (path) => open.test(path),
      isLimited: (path) => !unlimited.test(path),
      isTagged: (path) => tagged.test(path),
    });
    return sendJson(c, document);
  });
  const reportError = (error: Error, id: string): void =>
    log.error("app", `${error.name}: ${error.message} ${error.stack ?? ""}`, id);
  const admin = new PageAdmin(settings.adminKey);
  const dashboard = new Dashboard({
    ...services,
    audit: auditOf(log),
    hub: hubOperations(services, pagesLimit),
    admin,
    exportRecords: (c, format, filter) => exporter.respond(c, format, filter, false),
    report: reportError,
  });
  const mayRead = (c: Context<HubEnv>): boolean => keys.refusal(c) === null;
  const folder = (c: Context<HubEnv>): string | null => (admin.lacks(c) === null ? settings.databaseDir : null);
  app.route("/", rootRoutes(services.catalog, { mayRead, folder, overview: dashboard.overview, limit: limitPages }));
  app.route(
    "/",
    signInRoutes((key) => keys.sessionFor(key)),
  );
  app.use("/dashboard/:file{[a-z]+\\.(?:csv|xlsx)}", revalidated());
  app.route("/", dashboard.routes());
  app.route("/", docsRoutes());
  app.route("/", documentRoutes());
  app.route("/", staticFiles());
  app.route("/", api);
  app.route("/api/v1", api);
  app.route("/api/v1", rootRoutes(services.catalog, null));
  app.route("/api/v1", docsRoutes());
  return app;
}

/** What writes the log's AUDIT lines. */
const auditOf =
  (log: Log) =>
  (message: string, id: string): void =>
    log.info("audit", `AUDIT ${message}`, id);

/** The REST endpoints, one room per resource. */
function createApi(services: AppServices, exporter: Exporter): { api: Hono<HubEnv>; endpoints: Endpoints } {
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
