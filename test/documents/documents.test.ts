import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";
import { documentRoutes } from "../../src/api/documents.tsx";
import { staticFiles } from "../../src/http/static-files.ts";

const app = new Hono().route("/", documentRoutes()).route("/", staticFiles());
const docs = join(import.meta.dir, "../../docs");
const page = async (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });

describe("the documents of a running hub", () => {
  test.each([
    ["/docs/manual?lang=ko", "operations_manual.ko.md"],
    ["/docs/manual?lang=en", "operations_manual.md"],
    ["/docs/guide", "api.md"],
    ["/docs/quality", "quality.md"],
    ["/docs/targets", "targets.md"],
    ["/docs/performance", "performance.md"],
    ["/docs/security", "security.md"],
    ["/docs/monitoring?lang=ko", "monitoring.ko.md"],
    ["/docs/monitoring?lang=en", "monitoring.md"],
  ])("%s has every chapter of its source, each with a link", async (path, source) => {
    const text = await (await page(path)).text();
    const chapters = [...readFileSync(join(docs, source), "utf8").matchAll(/^## (.+)$/gm)].map(([, name]) => name!);
    expect(chapters.length).toBeGreaterThan(3);
    for (const [position, chapter] of chapters.entries()) {
      expect(text).toContain(`href="#chapter-${position + 1}"`);
      const shown = Bun.escapeHTML(chapter.split(/[`:]/)[0]!.trim());
      expect(text).toContain(`<h2 id="chapter-${position + 1}">${shown}`);
    }
    expect(text).not.toMatch(/\.md"/);
  });

  test("the manual comes in the language that the browser asks for, and Korean without", async () => {
    expect(await (await page("/docs/manual", { "Accept-Language": "en-GB" })).text()).toContain(
      "<h1>Operations manual",
    );
    expect(await (await page("/docs/manual")).text()).toContain("<h1>운영 매뉴얼");
  });

  test.each([
    "/docs/manual?lang=ko",
    "/docs/manual?lang=en",
    "/docs/guide",
    "/docs/quality",
    "/docs/targets",
    "/docs/performance",
    "/docs/security",
    "/docs/changelog",
  ])("every document that %s leads to is there, on whatever host the hub is asked", async (path) => {
    const text = await (await page(path)).text();
    expect(text).not.toContain('href="http://localhost');
    for (const [, link] of text.matchAll(/href="(\/docs\/[^"]+)"/g)) {
      expect([link, (await page(link!)).status]).toEqual([link, 200]);
    }
  });

  test.each(["ko", "en"])(
    "the manual (%s) leads to every chapter that it names, from its first page by symptom",
    async (language) => {
      const text = await (await page(`/docs/manual?lang=${language}`)).text();
      const first = text.slice(text.indexOf("<main>"), text.indexOf('<h2 id="chapter-1">'));
      expect(first.match(/href="#chapter-\d+"/g)?.length).toBeGreaterThan(20);
      const named = [
        ...text.slice(text.indexOf("<main>")).matchAll(/<a href="#([^"]*)"[^>]*>(?:chapter )?(\d+)장?<\/a>/g),
      ];
      expect(named.length).toBeGreaterThan(40);
      for (const [, place, number] of named) expect(place).toBe(`chapter-${number}`);
      for (const [, place] of text.matchAll(/href="#([^"]*)"/g)) expect(text).toContain(`<h2 id="${place}">`);
    },
  );

  test("the manual and the guide lead to what they name", async () => {
    for (const path of ["/docs/manual?lang=ko", "/docs/manual?lang=en"]) {
      const text = await (await page(path)).text();
      for (const link of ["/docs/quality", "/docs/performance", "/docs/security", "/docs/changelog"])
        expect(text).toContain(`href="${link}"`);
    }
    const guide = await (await page("/docs/guide")).text();
    for (const link of ["/docs/quality", "/docs/targets", "/docs/performance", "/docs/security"]) {
      expect(guide).toContain(`href="${link}"`);
    }
  });

  test("every file that a page names is the hub's own, and there is no script and no style in it", async () => {
    for (const path of ["/docs/manual", "/docs/guide", "/docs/monitoring"]) {
      const response = await page(path);
      const text = await response.text();
      expect(text).not.toMatch(/<script|<style|style="| on[a-z]+="|src="http/);
      expect(response.headers.get("Content-Security-Policy")).toStartWith("default-src 'none'");
      for (const [, link] of text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)) {
        expect((await app.request(link!)).status).toBe(200);
      }
    }
  });

  test.each(["ko", "en"])(
    "the page about Prometheus (%s) leads to the files that it names, to be kept",
    async (language) => {
      const text = await (await page(`/docs/monitoring?lang=${language}`)).text();
      const links = [...text.matchAll(/href="(monitoring\/[^"]+)"/g)].map(([, link]) => link!);
      expect(links.map((link) => link.split("/")[1]).sort()).toEqual(readdirSync(join(docs, "monitoring")).sort());
      for (const link of links) {
        const response = await page(new URL(link, "http://hub/docs/monitoring").pathname);
        expect(response.headers.get("Content-Disposition")).toBe(`attachment; filename="${link.split("/")[1]}"`);
        expect(await response.text()).toBe(readFileSync(join(docs, link), "utf8"));
      }
      for (const other of ["hub.db", "..%2Fapi.md", "constructor", "__proto__"]) {
        expect((await page(`/docs/monitoring/${other}`)).status).toBe(404);
      }
    },
  );

  test("the guide's examples name the address by which the hub is called, to be pasted as they stand", async () => {
    for (const here of ["http://hub-of-the-factory.example:8000", "http://localhost:18000"]) {
      const guide = await (await page(`${here}/docs/guide`)).text();
      expect(guide).toContain(`${here}/api/v1/records?item_code=BW0021`);
      expect(guide).not.toContain("http://hub:8000");
    }
  });

  test("a page that was read is not sent again", async () => {
    const tag = (await page("/docs/manual")).headers.get("ETag")!;
    expect((await page("/docs/manual", { "If-None-Match": tag })).status).toBe(304);
  });
});
