import { afterEach, expect, test } from "bun:test";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, startHub } from "../support/hub.ts";
import { expectError } from "../support/shape.ts";

const LIMIT = 5;
const UNLIMITED = [
  "/",
  "/healthz",
  "/healthz/ai",
  "/docs",
  "/openapi.json",
  "/metrics",
  "/metrics/cache",
  "/metrics/performance",
];

let hub: Hub;
afterEach(() => hub.stop());

async function start(env: Record<string, string> = {}): Promise<Hub> {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  hub = await startHub({ home, env: { RATE_LIMIT_API: String(LIMIT), ...env } });
  return hub;
}

const as = (client: string): RequestInit => ({ headers: { "X-Forwarded-For": client } });

test("calls within the limit say how many are left; the next is refused with the contract's sentence", async () => {
  await start();
  for (let call = 1; call <= LIMIT; call++) {
    const { status, headers } = await hub.fetch(call % 2 ? "/records" : "/api/v1/items");
    expect(status).toBe(200);
    expect(headers.get("x-ratelimit-limit")).toBe(String(LIMIT));
    expect(headers.get("x-ratelimit-remaining")).toBe(String(LIMIT - call));
  }
  for (let call = 0; call < 10; call++) {
    const answer = await hub.json("/records");
    expectError(answer, 429);
    const seconds = answer.headers.get("retry-after");
    expect(seconds).toMatch(/^[1-9]\d?$/);
    expect(Number(seconds)).toBeLessThanOrEqual(60);
    expect(answer.body.detail).toBe(`Rate limit exceeded. Try again in ${seconds} seconds.`);
    expect(answer.headers.get("x-ratelimit-limit")).toBe(String(LIMIT));
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("0");
  }
  await eventually("the refusal is logged", () => hub.log().includes("Rate Limited") || undefined);
});

test("errors, 304 and HEAD count as calls", async () => {
  await start();
  const { headers } = await hub.fetch("/items");
  await hub.fetch("/items", { headers: { "If-None-Match": headers.get("etag") ?? "" } });
  await hub.fetch("/items", { method: "HEAD" });
  const wrong = await hub.fetch("/records?limit=0");
  expect(wrong.headers.get("x-ratelimit-remaining")).toBe("1");
});

test("the pages about the hub itself are not limited", async () => {
  await start();
  for (let call = 0; call <= LIMIT; call++) await hub.fetch("/records");
  expect((await hub.fetch("/records")).status).toBe(429);
  for (const path of UNLIMITED) {
    for (let call = 0; call < 3; call++) {
      const { status, headers } = await hub.fetch(path);
      expect([path, status === 429, headers.get("x-ratelimit-remaining")]).toEqual([path, false, null]);
    }
  }
});

test("RATE_LIMIT_API=0 sets no limit", async () => {
  await start({ RATE_LIMIT_API: "0" });
  for (let call = 0; call < 100; call++) {
    const { status, headers } = await hub.fetch("/records");
    expect([status, headers.get("x-ratelimit-limit")]).toEqual([200, null]);
  }
});

test("X-Forwarded-For of a client that is no trusted proxy is not believed", async () => {
  await start();
  for (let call = 0; call < LIMIT; call++) await hub.fetch("/records", as(`203.0.113.${call}`));
  expect((await hub.fetch("/records", as("203.0.113.99"))).status).toBe(429);
});

test("behind a trusted proxy every client has a limit of its own", async () => {
  await start({ TRUSTED_PROXIES: "127.0.0.0/8, 198.51.100.7" });
  for (let call = 0; call < LIMIT; call++) expect((await hub.fetch("/records", as("203.0.113.1"))).status).toBe(200);
  expect((await hub.fetch("/records", as("203.0.113.1"))).status).toBe(429);
  expect((await hub.fetch("/records", as("203.0.113.2"))).status).toBe(200);
  // What the client itself put in front of the proxy's entry proves nothing.
  expect((await hub.fetch("/records", as("198.18.0.1, 203.0.113.1"))).status).toBe(429);
  // A chain of trusted proxies: the client is the first address from the right that is none of them.
  expect((await hub.fetch("/records", as("203.0.113.1, 198.51.100.7"))).status).toBe(429);
});
