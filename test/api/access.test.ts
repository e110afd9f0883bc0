import { afterEach, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";
import { DATA_ENDPOINTS, EXPORTS, expectError } from "../support/shape.ts";

const KEY = "reader-key-0123456789";
const OTHER_KEY = "second-reader-key";
const ADMIN = "admin-key-0123456789";

let hub: Hub;
afterEach(() => hub.stop());

async function start(env: Record<string, string>): Promise<Hub> {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  hub = await startHub({ home, env });
  return hub;
}

const withKey = (key: string): RequestInit => ({ headers: { "X-API-Key": key } });
const clear = (headers: Record<string, string> = {}) => hub.json("/cache/clear", { method: "POST", headers });

test("with API_KEYS set every endpoint but the open ones needs a key", async () => {
  await start({ API_KEYS: `${KEY}, ${OTHER_KEY}` });
  const closed = [
    ...DATA_ENDPOINTS,
    ...EXPORTS,
    "/metrics/cache",
    "/metrics/performance",
    "/monitoring/lights",
    "/monitoring/samples",
    "/api/v1/records",
    "/records/",
  ];
  for (const path of closed) {
    expectError(await hub.json(path), 401);
    for (const wrong of ["", "x", `${KEY}x`, KEY.slice(1), `${KEY},${OTHER_KEY}`]) {
      expectError(await hub.json(path, withKey(wrong)), 401);
    }
    expect((await hub.fetch(path, withKey(KEY))).status).toBe(200);
    expect((await hub.fetch(path, withKey(OTHER_KEY))).status).toBe(200);
    expect((await hub.fetch(path, { headers: { Authorization: `Bearer ${KEY}` } })).status).toBe(200);
  }
  for (const path of ["/", "/healthz", "/docs", "/openapi.json", "/api/v1/healthz"]) {
    expect([path, (await hub.fetch(path)).status]).toEqual([path, 200]);
  }
});

test("a reader's key does not make an administrator", async () => {
  await start({ API_KEYS: KEY, ADMIN_KEY: ADMIN });
  expect((await clear()).status).toBe(401);
  expectError(await clear({ "X-API-Key": KEY }), 403);
  expect((await clear({ "X-API-Key": ADMIN })).status).toBe(200);
  expect((await clear({ Authorization: `Bearer ${ADMIN}` })).status).toBe(200);
  expect((await hub.fetch("/records", withKey(ADMIN))).status).toBe(200);
});

test("with ADMIN_KEY set an admin action needs it, from the machine itself too", async () => {
  await start({ ADMIN_KEY: ADMIN });
  const none = await clear();
  expectError(none, none.status === 403 ? 403 : 401);
  const wrong = await clear({ "X-API-Key": "wrong" });
  expectError(wrong, wrong.status === 401 ? 401 : 403);
  expect((await clear({ "X-API-Key": ADMIN })).status).toBe(200);
  expect((await hub.fetch("/records")).status).toBe(200);
});

test("without ADMIN_KEY an admin action is allowed from the machine itself", async () => {
  await start({});
  expect((await clear()).status).toBe(200);
});

test("without ADMIN_KEY an admin action is refused to a client behind a trusted proxy", async () => {
  await start({ TRUSTED_PROXIES: "127.0.0.1" });
  expectError(await clear({ "X-Forwarded-For": "203.0.113.5" }), 403);
  expectError(await clear({ "X-Forwarded-For": "127.0.0.1, 203.0.113.5" }), 403);
});

const outside = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === "IPv4" && !address.internal)?.address;

test.skipIf(!outside)("without ADMIN_KEY an admin action is refused to another address", async () => {
  await start({ HOST: "0.0.0.0" });
  const response = await fetch(`http://${outside}:${new URL(hub.url).port}/cache/clear`, { method: "POST" });
  expectError({ status: response.status, headers: response.headers, body: await response.json() }, 403);
});

test("a page of another origin cannot use the loopback permission of a browser on the machine", async () => {
  await start({});
  const answer = await clear({ Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" });
  expectError(answer, 403);
});
