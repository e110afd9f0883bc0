import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { loadSettings } from "../../src/config.ts";
import { askRunningHub } from "../../src/operations/running-hub.ts";
import { fetchWhenAdmitted } from "../../src/operations/when-admitted.ts";
import { HubUnderCheck } from "../../src/self-check/hub-under-check.ts";
import { announceHub } from "../../src/service/announcement.ts";
import { temporaryHome } from "../support/files.ts";

/** A hub whose rate limit refuses every second request for a moment, as one whose minute is used up does for up to a minute. */
function refusing() {
  const asked: string[] = [];
  const carriedOut: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const what = `${request.method} ${new URL(request.url).pathname} ${await request.text()}`.trim();
      asked.push(what);
      if (asked.length % 2 === 1)
        return Response.json({ detail: "Rate limit exceeded." }, { status: 429, headers: { "Retry-After": "0.1" } });
      carriedOut.push(what);
      const job = {
        name: "rollover",
        running: false,
        progress: null,
        said: [],
        last_result: "ok",
        last_message: "Moved.",
      };
      return Response.json({ jobs: [job] });
    },
  });
  return { url: server.url.origin, asked, carriedOut, [Symbol.dispose]: () => void server.stop(true) };
}

const log = { info: () => {}, warn: () => {}, error: () => {} };

test.concurrent("a command that waits for the running hub goes on waiting where the rate limit refuses it, and orders once", async () => {
  using hub = refusing();
  const settings = loadSettings({ home: temporaryHome(), env: {} });
  mkdirSync(settings.mirrorDir, { recursive: true });
  announceHub(settings, hub.url, { url: hub.url, token: "" });
  const { summary } = await askRunningHub({ settings, log, progress: () => {} }, "rollover");
  expect(summary).toBe("Moved.");
  expect(hub.carriedOut).toEqual(["POST /api/v1/operations/jobs/rollover/run", "GET /api/v1/operations/jobs"]);
  expect(hub.asked).toHaveLength(4);
});

test.concurrent("a self-check beside a hub asks again where the rate limit refuses it", async () => {
  using hub = refusing();
  const checked = new HubUnderCheck(hub.url, { adminKey: undefined, apiKeys: [] });
  expect((await checked.ask("/api/v1/chat", { query: "총 생산량은?" })).status).toBe(200);
  expect(hub.carriedOut).toEqual(['POST /api/v1/chat {"query":"총 생산량은?"}']);
});

test.concurrent("a refusal that says no time, or goes on and on, is handed over as it is", async () => {
  let asked = 0;
  using server = Bun.serve({
    port: 0,
    fetch: ({ url }) => {
      asked++;
      const headers = { "Retry-After": url.endsWith("/never") ? "" : "0.01" };
      return new Response("no", { status: 429, headers });
    },
  });
  expect((await fetchWhenAdmitted(`${server.url}never`, {}, 5_000)).status).toBe(429);
  expect(asked).toBe(1);
  expect((await fetchWhenAdmitted(`${server.url}on`, {}, 5_000)).status).toBe(429);
  expect(asked).toBe(5);
});
