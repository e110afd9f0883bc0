import { type Context, type Handler, Hono, type MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { signInPath } from "../dashboard/sign-in.tsx";
import type { HubEnv } from "../http/env.ts";
import { sendJson } from "../http/json.ts";
import { publicOrigin } from "../http/public-origin.ts";
import type { Catalog } from "../segments/catalog.ts";
import { version } from "../version.ts";
import { detectLanguage, landingPage } from "./landing-page.tsx";

/** What a browser gets, and who. */
export interface FrontPage {
  /** The dashboard's first page; null where there is none, under `/api/v1`. */
  dashboard: {
    overview: Handler<HubEnv>;
    /** Counts the request against the budget of the hub's own pages. */
    limit: MiddlewareHandler<HubEnv>;
  } | null;
  /** Whether whoever asks may see data. */
  mayRead: (c: Context<HubEnv>) => boolean;
  /** Where the hub looks for files, for whoever may know; else null. */
  folder: (c: Context<HubEnv>) => string | null;
}

/** Seconds after which a browser looks again whether there are data by now. */
const lookAgainSec = 5;

/**
 * GET `/`: the status that clients of the earlier service ask for, and for browsers the dashboard; the way to it where a key is asked for.
 * Without data and without a dashboard it is a page about the hub and its files.
 */
export function rootRoutes(catalog: Catalog, { dashboard, mayRead, folder }: FrontPage): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.get("/", detectLanguage, async (c, next) => {
    c.header("Vary", "Accept", { append: true });
    const wanted = accepts(c, {
      header: "Accept",
      supports: ["application/json", "text/html"],
      default: "application/json",
      // Browsers name text/html; `*/*` alone is a program's.
      match: (ranges) => (ranges.some(({ type }) => type === "text/html") ? "text/html" : "application/json"),
    });
    // htmx 4 asks for a page that somebody goes back to without naming a type (#restoreHistory).
    const goesBack = c.req.header("HX-History-Restore-Request") === "true";
    if (wanted === "application/json" && !goesBack)
      return sendJson(c, { status: "active", system: "Production Data Hub API" });
    if (!mayRead(c)) return c.redirect(signInPath(c.req.url), 303);
    if (dashboard) {
      if (await hasData(catalog)) {
        return dashboard.limit(c, async () => {
          c.res = await dashboard.overview(c, next);
        });
      }
      c.header("Refresh", String(lookAgainSec));
    }
    const files = catalog.status().map(({ file, state, note, first_day, last_day }) => ({
      name: file,
      state,
      note,
      firstDay: first_day,
      lastDay: last_day,
    }));
    const lang = c.get("language") === "en" ? "en" : "ko";
    return landingPage(c, { version, address: publicOrigin(c.req.url), files, lang, folder: folder(c) });
  });
  return app;
}

async function hasData(catalog: Catalog): Promise<boolean> {
  try {
    return (await catalog.current()).segments.length > 0;
  } catch {
    return false;
  }
}
