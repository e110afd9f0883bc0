import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { moduleUrl, staticFiles, staticUrl } from "../../src/http/static-files.ts";

const app = staticFiles();
const folder = join(import.meta.dir, "../../public");

describe("static files", () => {
  test("are served byte for byte, every file of public/, with a type that a browser accepts", async () => {
    const types: Record<string, string> = {
      css: "text/css",
      js: "text/javascript",
      svg: "image/svg+xml",
      ico: "image/",
    };
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const names = entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
    for (const name of names.filter((one) => !one.includes(".css/"))) {
      const response = await app.request(`/static/${name}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("Content-Type")).toStartWith(types[name.split(".").at(-1)!]!);
      expect(await response.bytes()).toEqual(await Bun.file(join(folder, name)).bytes());
    }
  });

  test("are one stylesheet where they stand in a folder that is named as one, in the order of their names", async () => {
    const parts = readdirSync(join(folder, "dashboard.css")).sort();
    const texts = await Promise.all(parts.map((name) => Bun.file(join(folder, "dashboard.css", name)).text()));
    const response = await app.request(staticUrl("dashboard.css"));
    expect(response.headers.get("Content-Type")).toStartWith("text/css");
    expect(await response.text()).toBe(texts.join("\n"));
    expect((await app.request(`/static/dashboard.css/${parts[0]}`)).status).toBe(404);
  });

  test("may be kept for good under the link that names their version", async () => {
    const url = staticUrl("hub.css");
    expect(url).toMatch(/^\/static\/hub\.css\?v=[0-9a-f]{12}$/);
    expect((await app.request(url)).headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
  });

  test.each(["/static/hub.css", "/static/hub.css?v=000000000000"])(
    "are asked about each time under %s",
    async (url) => {
      const response = await app.request(url);
      expect(response.headers.get("Cache-Control")).toBe("no-cache");
      const again = await app.request(url, { headers: { "If-None-Match": response.headers.get("ETag")! } });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe("");
    },
  );

  test("that are modules may be kept for good with what they import, whose links have the version in their path", async () => {
    const url = moduleUrl("dashboard", "live.js");
    expect(url).toMatch(/^\/static\/@[0-9a-f]{12}\/dashboard\/live\.js$/);
    expect((await app.request(url)).headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    const other = await app.request(url.replace(/@[0-9a-f]{12}/, "@000000000000"));
    expect(other.headers.get("Cache-Control")).toBe("no-cache");
    expect((await app.request(url.replace("live", "none"))).status).toBe(404);
    expect(() => moduleUrl("dashboard", "none.js")).toThrow("does not exist");
  });

  test("are sent again when the browser holds another version", async () => {
    const response = await app.request("/static/hub.css", { headers: { "If-None-Match": '"000000000000"' } });
    expect(response.status).toBe(200);
  });

  test("answer HEAD with the length and without the bytes", async () => {
    const response = await app.request("/static/hub.css", { method: "HEAD" });
    expect(Number(response.headers.get("Content-Length"))).toBe(Bun.file(join(folder, "hub.css")).size);
    expect(await response.text()).toBe("");
  });

  test.each([
    "/static/",
    "/static/nothing.css",
    "/static/..%2fpackage.json",
    "/static/%2e%2e%2fpackage.json",
    "/static/..%5cpackage.json",
    "/static//etc/passwd",
    "/static/hub.css/",
    "/static/hub.css%00.svg",
  ])("do not exist at %s", async (path) => {
    expect((await app.request(path)).status).toBe(404);
  });

  test("that a page names and that are missing are a mistake of the page", () => {
    expect(() => staticUrl("nothing.css")).toThrow("public/nothing.css does not exist.");
  });
});
