import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { docsRoutes } from "../../src/api/docs-page.ts";
import { staticFiles } from "../../src/http/static-files.ts";

const app = new Hono().route("/", docsRoutes()).route("/", staticFiles());

describe("the API page", () => {
  test("names only files of this server, all of which exist", async () => {
    const page = await (await app.request("/docs")).text();
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    const assets = links.filter((link) => link.startsWith("/docs/") || link.startsWith("/static/"));
    expect(links.filter((link) => !assets.includes(link)).toSorted()).toEqual(["/", "/licences", "/openapi.json"]);
    const files = assets.filter((link) => !["/docs/guide", "/docs/manual"].includes(link));
    expect(files).toHaveLength(6);
    for (const asset of files) {
      const response = await app.request(asset);
      expect(response.status).toBe(200);
      expect(response.headers.get("Cache-Control")).toContain("immutable");
    }
  });

  test("holds no script and no style of its own, and its policy allows none", async () => {
    const response = await app.request("/docs");
    const page = await response.text();
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|style="| on[a-z]+="/);
    const policy = response.headers.get("Content-Security-Policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain("unsafe");
    expect(policy).not.toContain("http");
  });

  test("brings the whole of Swagger UI", async () => {
    const script = await (await app.request("/docs/swagger-ui-bundle.js")).text();
    expect(script.length).toBeGreaterThan(1_000_000);
    expect(script).toContain("SwaggerUIBundle");
    expect(await (await app.request("/docs/swagger-ui.css")).text()).toContain(".swagger-ui");
  });

  test("reads the description beside it and sends nothing to swagger.io", async () => {
    const start = await (await app.request("/static/docs.js")).text();
    expect(start).toContain('new URL("../openapi.json", document.currentScript.src)');
    expect(start).toContain("validatorUrl: null");
  });
});
