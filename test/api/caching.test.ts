import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { livePath, type Row, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, newest, startHub } from "../support/hub.ts";
import { sendRaw } from "../support/raw.ts";
import { DATA_ENDPOINTS, EXPORTS, expectError, OTHER_ENDPOINTS } from "../support/shape.ts";

const READS = [...DATA_ENDPOINTS, ...EXPORTS];

let hub: Hub;
let rows: Row[];
beforeAll(async () => {
  const home = temporaryHome();
  rows = Array.from({ length: 40 }, () => row());
  writeDatabase(livePath(home), rows);
  hub = await startHub({ home });
});
afterAll(() => hub.stop());

const tagOf = async (path: string) => (await hub.fetch(path, { method: "HEAD" })).headers.get("etag");

describe("ETag", () => {
  test.each(READS)("%s: 304 without a body while the data are the same, however the tag is sent", async (path) => {
    const tag = await tagOf(path);
    expect(tag).toMatch(/^(W\/)?"[^"]+"$/);
    const strong = tag?.replace(/^W\//, "");
    for (const sent of [tag, `"other", ${tag}`, "*", `W/${strong}`, strong]) {
      const answer = await hub.fetch(path, { headers: { "If-None-Match": sent ?? "" } });
      expect([sent, answer.status, await answer.text()]).toEqual([sent, 304, ""]);
      expect(answer.headers.get("etag")).toBe(tag);
    }
    const other = await hub.fetch(path, { headers: { "If-None-Match": '"other"' } });
    expect(other.status).toBe(200);
    expect((await other.bytes()).length).toBeGreaterThan(0);
  });

  test("the tag changes when the data do, and the old tag no longer gives 304", async () => {
    const before = await Promise.all(READS.map(tagOf));
    rows = [...rows, row({ good_quantity: 7 })];
    writeDatabase(livePath(hub.home), rows);
    await (await newest(hub, "/items?limit=1")).bytes();
    for (const [index, path] of READS.entries()) {
      const answer = await hub.fetch(path, { headers: { "If-None-Match": before[index] ?? "" } });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("etag")).not.toBe(before[index] ?? null);
    }
  });

  test("an error has no tag and is not cached", async () => {
    const { headers } = await hub.fetch("/records?date_from=x");
    expect(headers.get("etag")).toBeNull();
    const answer = await hub.json("/records?date_from=x", { headers: { "If-None-Match": "*" } });
    expectError(answer, 400);
  });
});

describe("HEAD", () => {
  test.each([...READS, ...OTHER_ENDPOINTS])("%s: the headers of GET and no body", async (path) => {
    const get = await sendRaw(hub.url, `GET ${path} HTTP/1.1`);
    const head = await sendRaw(hub.url, `HEAD ${path} HTTP/1.1`);
    expect([head.status, head.body]).toEqual([get.status, ""]);
    for (const name of ["content-type", "etag", "content-disposition"]) {
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
    }
  });

  test("an error to HEAD has its status and no body", async () => {
    expect(await sendRaw(hub.url, "HEAD /records?date_from=x HTTP/1.1")).toMatchObject({ status: 400, body: "" });
    expect(await sendRaw(hub.url, "HEAD /nothing HTTP/1.1")).toMatchObject({ status: 404, body: "" });
  });
});

describe("compression", () => {
  const plain = (path: string, encoding: string) =>
    hub.fetch(path, { headers: { "Accept-Encoding": encoding }, decompress: false });

  test("answers from 500 bytes are compressed for clients that accept it, and hold the same text", async () => {
    const packed = await plain("/records", "gzip");
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("vary")?.toLowerCase()).toContain("accept-encoding");
    const bytes = await packed.bytes();
    const identity = await plain("/records", "identity");
    expect(identity.headers.get("content-encoding")).toBeNull();
    const text = await identity.text();
    expect(bytes.length).toBeLessThan(text.length / 2);
    expect(Buffer.from(Bun.gunzipSync(bytes as Uint8Array<ArrayBuffer>)).toString()).toBe(text);
  });

  test("smaller answers and clients that refuse gzip get plain bytes", async () => {
    expect((await plain("/records?limit=1", "gzip")).headers.get("content-encoding")).toBeNull();
    expect((await plain("/records", "gzip;q=0")).headers.get("content-encoding")).not.toBe("gzip");
    const none = await sendRaw(hub.url, "GET /records HTTP/1.1");
    expect(none.headers.get("content-encoding")).toBeNull();
    expect(JSON.parse(none.body).count).toBe(rows.length);
  });

  test("Korean stands unescaped in the text", async () => {
    const { body } = await sendRaw(hub.url, "GET /records?limit=1 HTTP/1.1");
    expect(body).toContain("클리어 렌즈");
    expect(body).not.toContain("\\u");
  });
});

describe("the cache", () => {
  test("keeps at most CACHE_MAX answers and says so", async () => {
    const home = temporaryHome();
    writeDatabase(livePath(home), rows);
    const limited = await startHub({ home, env: { CACHE_MAX: "5", CACHE_TTL: "60" } });
    for (let limit = 1; limit <= 12; limit++) await limited.fetch(`/records?limit=${limit}`);
    const { body } = await limited.json("/metrics/cache");
    expect(body.api_cache).toMatchObject({ maxsize: 5, ttl: 60 });
    expect(body.api_cache.size).toBeGreaterThan(0);
    expect(body.api_cache.size).toBeLessThanOrEqual(5);
    expect(Object.keys(body.api_cache).sort()).toEqual(["db_version", "maxsize", "size", "ttl"]);
    await limited.stop();
  });

  test("is emptied by POST /cache/clear, which says how many answers it held", async () => {
    await hub.fetch("/items?limit=3");
    const first = await hub.json("/cache/clear", { method: "POST" });
    expect(first.status).toBe(200);
    expect(first.body.cleared).toBeGreaterThan(0);
    expect((await hub.json("/cache/clear", { method: "POST" })).body).toEqual({ cleared: 0 });
  });

  test("does not keep errors", async () => {
    await hub.fetch("/cache/clear", { method: "POST" });
    for (const path of ["/records?date_from=x", "/records?limit=0", "/nothing"]) await hub.fetch(path);
    expect((await hub.json("/cache/clear", { method: "POST" })).body).toEqual({ cleared: 0 });
  });

  test("its version changes with the data", async () => {
    const version = async () => (await hub.json("/metrics/cache")).body.api_cache.db_version;
    const before = await version();
    rows = [...rows, row()];
    writeDatabase(livePath(hub.home), rows);
    await (await newest(hub, "/records")).bytes();
    expect(await version()).not.toEqual(before);
  });
});
