import { afterAll, beforeAll, expect, test } from "bun:test";
import { posted } from "../support/chat.ts";
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

/** What is said of a hub, and by it at first and once something was found out. */
interface Asked {
  hub: Hub;
  told: Json;
  early: Json;
  found: Json;
}

/** Asks a new hub, anew where a lookup took so long on a busy machine that the hub may have given it up. */
async function asked(env: Record<string, string>): Promise<Asked> {
  for (;;) {
    gemini.reset();
    const hub = await hubWith(env);
    const told = (await hub.json("/healthz")).body.ai_api;
    expect(gemini.lookups).toEqual([]);
    const began = performance.now();
    const { body: early } = await hub.json("/healthz/ai");
    const found = await eventually("something was found out", async () => {
      const { body } = await hub.json("/healthz/ai");
      return body.cached ? body : undefined;
    });
    if (performance.now() - began < 8_000) return { hub, told, early, found };
    await hub.stop();
  }
}

test("the first answer waits for nothing, the next ones tell what a single lookup found out", async () => {
  const { hub, told, early, found } = await asked({});
  expect(told).toEqual({ key_configured: true, cached_status: null, last_check_age_sec: null });
  expect(early).toMatchObject({ status: "degraded", cached: false, cache_ttl_sec: 600 });
  expect(early.cache_age_sec).toBeUndefined();
  expect(found).toEqual({
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
  for (let call = 0; call < 20; call++) await hub.json("/healthz/ai");
  expect(gemini.lookups).toEqual(["gemini-flash-latest"]);
  expect(gemini.requests).toEqual([]);
  expect((await hub.json("/healthz")).body.ai_api).toMatchObject({ key_configured: true, cached_status: "ok" });
  await hub.stop();
});

test("a refused key is an error, and is itself told to nobody", async () => {
  const wrong = "AIza-another-key-of-nobody";
  const { hub, found } = await asked({ GEMINI_API_KEY: wrong });
  expect(found).toMatchObject({ status: "error", message: "The Gemini service refuses the key in GEMINI_API_KEY." });
  const pages = ["/healthz", "/healthz/ai", "/openapi.json", "/dashboard/operations"];
  const told = await Promise.all(pages.map(async (path) => (await hub.fetch(path)).text()));
  await hub.stop();
  for (const text of [...told, hub.log(), hub.stderr()]) expect(text).not.toContain(wrong);
});

test("a model that is not there is named", async () => {
  const { hub, found } = await asked({ GEMINI_MODEL: "gemini-of-nobody" });
  expect(found).toMatchObject({
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
  for (let call = 0; call < 3; call++) {
    expect((await hub.json("/healthz/ai")).body).toMatchObject({ status: "degraded", cached: false });
  }
  await eventually("the lookup is under way", () => (gemini.lookups.length === 1 ? true : undefined));
  expect((await hub.json("/healthz/ai")).body).toMatchObject({ status: "degraded", cached: false });
  // It holds nothing up when the hub stops, either.
  expect(await hub.stop()).toBe(0);
});

/** Asks a new hub's chat while the quota is used up, anew where that took so long on a busy machine that the hub may have doubted the service. */
async function questioned(): Promise<Hub> {
  for (;;) {
    gemini.reset();
    gemini.script(fails.quotaOfTheDay(), fails.quotaOfTheDay());
    const hub = await hubWith({});
    const began = performance.now();
    await hub.fetch("/chat/", posted({ query: "이번 달 총 생산량은?" }));
    if (performance.now() - began < 4_000) return hub;
    await hub.stop();
  }
}

test("what a question finds out is told without a lookup", async () => {
  const hub = await questioned();
  expect((await hub.json("/healthz/ai")).body).toMatchObject({
    status: "rate_limited",
    message: "The quota of gemini-flash-latest for today is used up. The hub's own planner answers meanwhile.",
    cached: true,
    counters: { requests: 2, rounds: 1, fallbacks: 1, failures: { quota: 1 } },
  });
  expect(gemini.lookups).toEqual([]);
  await hub.stop();
});
