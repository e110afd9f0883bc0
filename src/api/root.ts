import { Hono } from "hono";
import { accepts } from "hono/accepts";
import type { HubEnv } from "../http/env.ts";
import { sendJson } from "../http/json.ts";
import { publicOrigin } from "../http/public-origin.ts";
import type { Catalog } from "../segments/catalog.ts";
import { version } from "../version.ts";
import { detectLanguage, landingPage } from "./landing-page.tsx";

/** GET `/`: the status that clients of the earlier service ask for, and a page for browsers. */
export function rootRoutes(catalog: Catalog): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.get("/", detectLanguage, (c) => {
    c.header("Vary", "Accept", { append: true });
    const wanted = accepts(c, {
      header: "Accept",
      supports: ["application/json", "text/html"],
      default: "application/json",
      // Browsers name text/html; `*/*` alone is a program's.
      match: (ranges) => (ranges.some(({ type }) => type === "text/html") ? "text/html" : "application/json"),
    });
    if (wanted === "application/json") return sendJson(c, { status: "active", system: "Production Data Hub API" });
    const files = catalog.status().map(({ file, state, note, first_day, last_day }) => ({
      name: file,
      state,
      note,
      firstDay: first_day,
      lastDay: last_day,
    }));
    const lang = c.get("language") === "en" ? "en" : "ko";
    return landingPage(c, { version, address: publicOrigin(c.req.url), files, lang });
  });
  return app;
}
