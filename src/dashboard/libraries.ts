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

let markdown: Promise<Asset> | undefined;

/** The Markdown parser, 25 KB compressed. Read when somebody first opens the chat, so that the hub starts without it. */
function markdownAsset(): Promise<Asset> {
  markdown ??= import("./chat/markdown-script.ts").then(
    ({ markdownScript: text }) => new Asset({ text, type: "text/javascript;charset=utf-8" }),
  );
  return markdown;
}

/** The link to the Markdown parser, a module that is loaded with the chat. */
export const markdownUrl = async (): Promise<string> => `${path}/markdown.js?v=${(await markdownAsset()).version}`;

/** GET `/dashboard/lib/…`. */
export function libraryRoutes(): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  for (const [name, asset] of Object.entries(libraries)) app.get(`${path}/${name}`, etag(), (c) => asset.response(c));
  app.get(`${path}/markdown.js`, etag(), async (c) => (await markdownAsset()).response(c));
  return app;
}
