import { Hono } from "hono";
import { etag } from "hono/etag";
import { html } from "hono/html";
import stylesheetPath from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import bundlePath from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import { Asset } from "../http/asset.ts";
import type { HubEnv } from "../http/env.ts";
import { staticUrl } from "../http/static-files.ts";

const bundle = new Asset(bundlePath);
const stylesheet = new Asset(stylesheetPath);

/** Tried in Chromium: Swagger UI needs no inline style and no eval; `data:` is for the arrows and locks in its stylesheet. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * GET `/docs` and its files under `/docs/…`: Swagger UI over the hub's own `openapi.json`.
 * Everything comes from the executable, so the page works without internet and asks no other host for anything.
 */
export function docsRoutes(): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.get("/docs", (c) => {
    c.header("Content-Security-Policy", policy);
    c.header("Cache-Control", "no-cache");
    return c.html(page());
  });
  app.get("/docs/swagger-ui.css", etag(), (c) => stylesheet.response(c));
  app.get("/docs/swagger-ui-bundle.js", etag(), (c) => bundle.response(c));
  return app;
}

function page() {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Production Data Hub API</title>
    <link rel="icon" href="${staticUrl("icon.svg")}" type="image/svg+xml">
    <link rel="stylesheet" href="/docs/swagger-ui.css?v=${stylesheet.version}">
    <link rel="stylesheet" href="${staticUrl("docs.css")}">
  </head>
  <body>
    <header class="bar"><a href="/"><img src="${staticUrl("icon.svg")}" alt="" width="28" height="28"><span lang="ko">생산 데이터 허브</span></a><a class="end" href="/docs/guide">API guide</a><a href="/docs/manual">Manual</a><a href="/licences">Licences</a></header>
    <div id="swagger-ui"></div>
    <noscript>This page needs JavaScript. The description itself: <a href="/openapi.json">openapi.json</a></noscript>
    <script src="/docs/swagger-ui-bundle.js?v=${bundle.version}"></script>
    <script src="${staticUrl("docs.js")}"></script>
  </body>
</html>`;
}
