import { type Context, Hono } from "hono";
import { compress } from "hono/compress";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { Dashboard } from "../dashboard/routes.tsx";
import { signInRoutes } from "../dashboard/sign-in.tsx";
import { ApiKeys, PageAdmin } from "../http/access.ts";
import { compressFromBytes } from "../http/answer-cache.ts";
import type { HubEnv } from "../http/env.ts";
import { errorHandler, errorResponse, HttpError, notFound } from "../http/errors.ts";
import { sendJson } from "../http/json.ts";
import { limitAddress } from "../http/limits.ts";
import { requestContext } from "../http/request-context.ts";
import { requestLog } from "../http/request-log.ts";
import { staticFiles } from "../http/static-files.ts";
import { admit, guessesOf, isLimited, isOpen } from "./admission.ts";
import { docsRoutes } from "./docs-page.ts";
import { documentRoutes } from "./documents.tsx";
import { Exporter } from "./exports.ts";
import { isTagged, revalidated, useHeaders } from "./headers.ts";
import { hubOperations } from "./hub-operations.ts";
import { openApiDocument } from "./openapi.ts";
import { auditOf, restEndpoints } from "./rest.ts";
import { rootRoutes } from "./root.ts";
import type { AppServices } from "./services.ts";

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
  useHeaders(app, settings.corsOrigins);
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

  const guesses = guessesOf(settings);
  const keys = new ApiKeys(settings.apiKeys, settings.adminKey, guesses);
  const { limitPages, pagesLimit } = admit(app, services, keys);

  const reportError = (error: Error, id: string): void =>
    log.error("app", `${error.name}: ${error.message} ${error.stack ?? ""}`, id);
  app.onError(errorHandler(reportError));
  app.notFound(notFound);

  const exporter = new Exporter({
    catalog: services.catalog,
    hubDbDir: settings.rollup ? settings.databaseDir : null,
    report: (message, id) => log.error("export", message, id),
  });
  const { api, endpoints } = restEndpoints(services, exporter);
  // Made for whoever asks first: 20 ms of a start that is to take 300.
  let document: ReturnType<typeof openApiDocument> | null = null;
  api.get("/openapi.json", revalidated(), (c) => {
    document ??= openApiDocument(endpoints.list, { isOpen, isLimited, isTagged });
    return sendJson(c, document);
  });
  const admin = new PageAdmin(settings.adminKey, guesses);
  const audit = auditOf(log);
  const dashboard = new Dashboard({
    ...services,
    audit,
    hub: hubOperations(services, pagesLimit),
    admin,
    exportRecords: (c, format, filter) => exporter.respond(c, format, filter, false),
    report: reportError,
  });
  const mayRead = (c: Context<HubEnv>): boolean => keys.refusal(c) === null;
  const folder = (c: Context<HubEnv>): string | null => (admin.lacks(c) === null ? settings.databaseDir : null);
  const { overview } = dashboard;
  app.route("/", rootRoutes(services.catalog, { mayRead, folder, dashboard: { overview, limit: limitPages } }));
  app.route(
    "/",
    signInRoutes((key, client) => keys.sessionFor(key, client), audit),
  );
  app.use("/dashboard/:file{[a-z]+\\.(?:csv|xlsx)}", revalidated());
  app.route("/", dashboard.routes());
  app.route("/", docsRoutes());
  app.route("/", documentRoutes());
  app.route("/", staticFiles());
  app.route("/", api);
  app.route("/api/v1", api);
  app.route("/api/v1", rootRoutes(services.catalog, { mayRead, folder, dashboard: null }));
  app.route("/api/v1", docsRoutes());
  return app;
}
