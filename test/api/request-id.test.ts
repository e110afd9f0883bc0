import { afterAll, beforeAll, expect, test } from "bun:test";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, startHub } from "../support/hub.ts";
import { DATA_ENDPOINTS, EXPORTS, OTHER_ENDPOINTS, REQUEST_ID } from "../support/shape.ts";

const LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \| [A-Z]+ *\| [\w-]+ *\| [\w.-]+ *\| .*$/;

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  hub = await startHub({ home, env: { SLOW_QUERY_THRESHOLD_MS: "0", ADMIN_KEY: "a-secret-admin-key" } });
});
afterAll(() => hub.stop());

test("every answer carries an id of 8 characters, errors and 304 included", async () => {
  const paths = [
    ...DATA_ENDPOINTS,
    ...EXPORTS,
    ...OTHER_ENDPOINTS,
    "/nothing",
    "/records?limit=0",
    "/records?date_from=x",
  ];
  for (const path of paths) {
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      const response = await hub.fetch(path, { method });
      expect([method, path, response.headers.get("x-request-id")]).toEqual([
        method,
        path,
        expect.stringMatching(REQUEST_ID),
      ]);
    }
  }
  const { headers } = await hub.fetch("/items");
  const unchanged = await hub.fetch("/items", { headers: { "If-None-Match": headers.get("etag") ?? "" } });
  expect(unchanged.status).toBe(304);
  expect(unchanged.headers.get("x-request-id")).toMatch(REQUEST_ID);
});

test("the server makes the id: what a client sends is not used", async () => {
  for (const sent of ["abcdefgh", "x", "a b\tc", "-".repeat(500)]) {
    const { headers } = await hub.fetch("/items", { headers: { "X-Request-ID": sent } });
    expect(headers.get("x-request-id")).not.toBe(sent);
    expect(headers.get("x-request-id")).toMatch(REQUEST_ID);
  }
});

test("ids differ from request to request, cached answers included", async () => {
  const ids = await Promise.all(
    Array.from({ length: 300 }, async () => (await hub.fetch("/items")).headers.get("x-request-id")),
  );
  expect(new Set(ids).size).toBe(300);
});

test("a request that is repeated has an id and an access line of its own each time, with its own path and status and no secret", async () => {
  const query = "/items?limit=7&q=%20&token=fourth-secret";
  const asked: { path: string; status: number; id: string }[] = [];
  for (const path of [query, `/api/v1${query}`, query, `/api/v1${query}`]) {
    const tag = (await hub.fetch(path)).headers.get("etag") ?? "";
    for (const sent of [tag, "other", tag]) {
      const { status, headers } = await hub.fetch(path, { headers: { "If-None-Match": sent } });
      asked.push({ path, status, id: headers.get("x-request-id") ?? "" });
    }
  }
  expect(asked.map(({ status }) => status)).toEqual([304, 200, 304, 304, 200, 304, 304, 200, 304, 304, 200, 304]);
  expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length);
  await eventually(
    "the last request stands in the log",
    () => new RegExp(`${asked.at(-1)?.id}.*\n`).test(hub.log()) || undefined,
  );
  const lines = hub.log().split("\n");
  for (const { path, status, id } of asked) {
    const target = path.replace("%20", " ").replace("fourth-secret", "***");
    const own = lines.filter((line) => line.includes(` | ${id} | access | GET ${target} ${status} `));
    expect([path, status, own.length]).toEqual([path, status, 1]);
    expect(own[0]).toMatch(/ \d+\.\dms 127\.0\.0\.1$/);
  }
  expect(hub.log()).not.toContain("fourth-secret");
});

test("the log holds the id and the item code asked for, in lines of the contract's form", async () => {
  const { headers } = await hub.fetch("/records?item_code=ZZ9999");
  const id = headers.get("x-request-id") ?? "";
  const line = await eventually("the request stands in the log", () =>
    hub
      .log()
      .split("\n")
      .find((one) => one.includes(id) && one.includes("ZZ9999")),
  );
  expect(line).toMatch(LINE);
  expect(line.split(" | ")[2]?.trim()).toBe(id);
  // What stands after the last line break is half a line, or nothing.
  for (const one of hub.log().split("\n").slice(0, -1)) expect(one).toMatch(LINE);
});

test("a query at or above the threshold is logged as SLOW QUERY with the request's id", async () => {
  const { headers } = await hub.fetch("/summary/daily?item_code=SLOW01");
  const id = headers.get("x-request-id") ?? "";
  const line = await eventually("a SLOW QUERY line", () =>
    hub
      .log()
      .split("\n")
      .find((one) => one.includes("SLOW QUERY") && one.includes(id)),
  );
  expect(line).toMatch(LINE);
});

test("an error's id stands in the log", async () => {
  const { body } = await hub.json("/records?date_from=x");
  await eventually("the refused request stands in the log", () => hub.log().includes(body.request_id) || undefined);
});

test("line breaks in a request do not make lines of their own in the log", async () => {
  const { headers } = await hub.fetch(
    `/records?item_code=${encodeURIComponent("A\r\n2026-01-01 00:00:00 | ERROR    | forged")}`,
  );
  const id = headers.get("x-request-id") ?? "";
  await eventually("the request stands in the log", () => hub.log().includes(id) || undefined);
  expect(
    hub
      .log()
      .split(/\r?\n/)
      .filter((line) => line.includes("forged") && !line.includes(id)),
  ).toEqual([]);
});

test("no key stands in the log", async () => {
  await hub.fetch("/cache/clear", { method: "POST", headers: { "X-API-Key": "a-secret-admin-key" } });
  await hub.fetch("/cache/clear", { method: "POST", headers: { Authorization: "Bearer a-secret-admin-key" } });
  const { headers } = await hub.fetch("/records?api_key=another-secret&token=third-secret", {
    headers: { "X-API-Key": "wrong-secret-key" },
  });
  const id = headers.get("x-request-id") ?? "";
  await eventually("the requests stand in the log", () => hub.log().includes(id) || undefined);
  expect(hub.log()).not.toMatch(/a-secret-admin-key|another-secret|third-secret|wrong-secret-key/);
});
