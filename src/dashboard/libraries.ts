import { Hono } from "hono";
import { etag } from "hono/etag";
import htmxPath from "htmx.org/dist/htmx.min.js" with { type: "file" };
import plotPath from "uplot/dist/uPlot.iife.min.js" with { type: "file" };
import { Asset } from "../http/asset.ts";
import type { HubEnv } from "../http/env.ts";

/** htmx 13 KB and uPlot 22 KB compressed, out of their packages and embedded in the executable. */
const libraries: Record<string, Asset> = { "htmx.js": new Asset(htmxPath), "uplot.js": new Asset(plotPath) };
const path = "/dashboard/lib";

/** The links to the libraries, with their versions, in the order in which they are to be loaded. */
export const libraryUrls = (): string[] =>
  Object.entries(libraries).map(([name, asset]) => `${path}/${name}?v=${asset.version}`);

/** GET `/dashboard/lib/…`. */
export function libraryRoutes(): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  for (const [name, asset] of Object.entries(libraries)) app.get(`${path}/${name}`, etag(), (c) => asset.response(c));
  return app;
}
