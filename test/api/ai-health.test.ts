import { afterAll, beforeAll, expect, test } from "bun:test";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { fails, type GeminiServer, startGeminiServer } from "../support/gemini-server.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";

const key = "AIza-a-key-of-nobody-that-must-not-be-seen";

let gemini: GeminiServer;
beforeAll(async () => {
  gemini = await startGeminiServer({ key });
});
afterAll(() => gemini.stop());

async function hubWith(env: Record<string, string>): Promise<Hub> {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  return await startHub({ home, env: { GEMINI_API_KEY: key, GEMINI_BASE_URL: gemini.url, ...env } });
}

/** What /healthz/ai says once something was found out. */
function found(hub: Hub): Promise<Json> {
  return eventually("something was found out", async () => {
    const { body } = await hub.json("/healthz/ai");
    return body.cached ? body : undefined;
  });
}

test("the first answer waits for nothing, the next ones tell what a single lookup found out", async () => {
  gemini.reset();
  const hub = await hubWith({});
  expect((await hub.json("/healthz")).body.ai_api).toEqual({
    key_configured: true,
    cached_status: null,
    last_check_age_sec: null,
  });
  expect(gemini.lookups).toEqual([]);
  const { body: early } = await hub.json("/healthz/ai");
  expect(early).toMatchObject({ status: "degraded", cached: false, cache_ttl_sec: 600 });
  expect(early.cache_age_sec).toBeUndefined();
  expect(await found(hub)).toEqual({
    status: "ok",
    message: "gemini-flash-latest answers.",
    cached: true,
    cache_age_sec: expect.any(Number),
    cache_ttl_sec: 600,
    sessions: { count: 0, ttl_sec: 1800, max_per_ip: 20, max_total: 1000 },
    models: ["gemini-flash-latest", "gemini-flash-lite-latest"],
    counters: {
      requests: 0,
      rounds: 0,
      retries: 0,
      fallbacks: 0,
      tokens: { prompt: 0, output: 0, thoughts: 0, total: 0 },
      failures: { key: 0, quota: 0, unstable: 0, declined: 0, refused: 0 },
    },
  });
  for (let asked = 0; asked < 20; asked++) await hub.json("/healthz/ai");
  expect(gemini.lookups).toEqual(["gemini-flash-latest"]);
  expect(gemini.requests).toEqual([]);
  expect((await hub.json("/healthz")).body.ai_api).toMatchObject({ key_configured: true, cached_status: "ok" });
  await hub.stop();
});

test("a refused key is an error, and is itself told to nobody", async () => {
  const wrong = "AIza-another-key-of-nobody";
  const hub = await hubWith({ GEMINI_API_KEY: wrong });
  const body = await found(hub);
  expect(body).toMatchObject({ status: "error", message: "The Gemini service refuses the key in GEMINI_API_KEY." });
  const pages = ["/healthz", "/healthz/ai", "/openapi.json", "/dashboard/operations"];
  const told = await Promise.all(pages.map(async (path) => (await hub.fetch(path)).text()));
  await hub.stop();
  for (const text of [...told, hub.log(), hub.stderr()]) expect(text).not.toContain(wrong);
});

test("a model that is not there is named", async () => {
  const hub = await hubWith({ GEMINI_MODEL: "gemini-of-nobody" });
  expect(await found(hub)).toMatchObject({
    status: "error",
    message: "The Gemini service has no model gemini-of-nobody.",
    models: ["gemini-of-nobody", "gemini-flash-lite-latest"],
  });
  await hub.stop();
});

test("a service that never answers keeps /healthz/ai from nothing", async () => {
  gemini.reset();
  gemini.scriptLookups({ beforeHeadersMs: Number.POSITIVE_INFINITY });
  const hub = await hubWith({});
  for (let asked = 0; asked < 3; asked++) {
    expect((await hub.json("/healthz/ai")).body).toMatchObject({ status: "degraded", cached: false });
  }
  await eventually("the lookup is under way", () => (gemini.lookups.length === 1 ? true : undefined));
  expect((await hub.json("/healthz/ai")).body).toMatchObject({ status: "degraded", cached: false });
  // It holds nothing up when the hub stops, either.
  expect(await hub.stop()).toBe(0);
});

test("what a question finds out is told without a lookup", async () => {
  gemini.reset();
  gemini.script(fails.quotaOfTheDay(), fails.quotaOfTheDay());
  const hub = await hubWith({});
  const body = JSON.stringify({ query: "이번 달 총 생산량은?" });
  await hub.fetch("/chat/", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  expect((await hub.json("/healthz/ai")).body).toMatchObject({
    status: "rate_limited",
    message: "The quota of gemini-flash-latest for today is used up. The hub's own planner answers meanwhile.",
    cached: true,
    counters: { requests: 2, rounds: 1, fallbacks: 1, failures: { quota: 1 } },
  });
  expect(gemini.lookups).toEqual([]);
  await hub.stop();
});
