import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type CursorFields, encodeCursor } from "../oracle.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";
import { sendRaw } from "../support/raw.ts";
import { DATA_ENDPOINTS, EXPORTS, expectBlamed, expectError } from "../support/shape.ts";
import { SUMMARY_ADDRESSES, summariesWith } from "../support/summaries.ts";

// Hundreds of requests in a test, on a machine that may be busy with other tests.
setDefaultTimeout(180_000);

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row(), row({ item_code: "A/1" })]);
  hub = await startHub({ home });
});
afterAll(() => hub.stop());

const RANGED = ["/records", ...summariesWith("date_from"), ...EXPORTS];
const BAD_DATES = [
  "x",
  "2026-02-30",
  "2026-13-01",
  "0000-00-00",
  "0000-01-01",
  "2026-1-3",
  "20260113",
  "2026/01/13",
  "2026-01-13T00:00:00",
  "2026-01-13 오전 12:00:00",
  " 2026-01-13",
  "2023-02-29",
  "10000-01-01",
  "-2026-01-13",
  "２０２６-01-13",
  "'; DROP TABLE production_records; --",
];

describe("dates", () => {
  test.each(BAD_DATES)("%s is refused with the contract's sentence", async (date) => {
    for (const path of RANGED) {
      for (const name of ["date_from", "date_to"]) {
        const other = name === "date_from" ? "date_to" : "date_from";
        const answer = await hub.json(`${path}?${new URLSearchParams({ [name]: date, [other]: "2026-01-01" })}`);
        expectError(answer, 400);
        expect(answer.body.detail).toBe(`Invalid date format: '${date}'. Expected YYYY-MM-DD (e.g., 2026-01-15).`);
      }
    }
    const periods = { period1_from: "2026-01-01", period1_to: "2026-01-31", period2_from: "2025-01-01" };
    const answer = await hub.json(`/summary/compare?${new URLSearchParams({ ...periods, period2_to: date })}`);
    expectError(answer, 400);
    expect(answer.body.detail).toBe(`Invalid date format: '${date}'. Expected YYYY-MM-DD (e.g., 2026-01-15).`);
  });

  test("a reversed range is refused with the contract's sentence", async () => {
    for (const path of RANGED) {
      const answer = await hub.json(`${path}?date_from=2026-02-01&date_to=2026-01-31`);
      expectError(answer, 400);
      expect(answer.body.detail).toBe(
        "Invalid date range: date_from (2026-02-01) cannot be after date_to (2026-01-31).",
      );
    }
    for (const [from, to] of [["2026-02-01", "2026-01-31"] as const]) {
      for (const reversed of ["period1", "period2"]) {
        const good = reversed === "period1" ? "period2" : "period1";
        const answer = await hub.json(
          `/summary/compare?${reversed}_from=${from}&${reversed}_to=${to}&${good}_from=2026-01-01&${good}_to=2026-01-01`,
        );
        expectError(answer, 400);
        expect(answer.body.detail).toStartWith("Invalid date range: ");
        expect(answer.body.detail).toContain(`(${from})`);
        expect(answer.body.detail).toContain(`(${to})`);
      }
    }
  });

  test("the first and the last day there are may be asked for", async () => {
    for (const path of RANGED) {
      const { status } = await hub.fetch(`${path}?date_from=0001-01-01&date_to=9999-12-31`);
      expect([path, status]).toEqual([path, 200]);
      expect((await hub.fetch(`${path}?date_from=9999-12-31&date_to=9999-12-31`)).status).toBe(200);
    }
  });

  test.each(["2026-13", "2026-00", "0000-01", "2026", "2026-1", "2026-01-01", "x"])(
    "the month %s is refused",
    async (month) => {
      const answer = await hub.json(`/summary/monthly_by_item?year_month=${month}`);
      expectError(answer, answer.status === 422 ? 422 : 400);
    },
  );
});

describe("parameter rules", () => {
  const long = (length: number) => "x".repeat(length);
  test.each([
    ["/records", "limit", ["0", "-1", "5001", "1.5", "abc", "9".repeat(30), "1e3", " 5", "0x10", "NaN", "true"]],
    ["/records", "offset", ["-1", "x", "1.5", "9".repeat(30)]],
    ["/records", "item_code", [long(51)]],
    ["/records", "q", [long(101)]],
    ["/records", "lot_number", [long(51)]],
    ["/records", "min_quantity", ["x", "NaN", "Infinity", "-Infinity", "1e999", "0x10", "1,5"]],
    ["/records", "max_quantity", ["x", "NaN", "Infinity"]],
    ["/records", "raw_dates", ["maybe", "2"]],
    ["/records/BW0021", "limit", ["0", "50001", "x"]],
    ["/items", "limit", ["0", "2001", "x"]],
    ["/items", "q", [long(101)]],
    ...SUMMARY_ADDRESSES.map((path) => [path, "item_code", [long(51)]] as const),
    ["/summary/by_item?date_from=2026-01-01&date_to=2026-01-31", "limit", ["0", "1001", "x"]],
    ["/summary/monthly_by_item", "limit", ["0", "50001", "x"]],
    ["/records.csv", "q", [long(101)]],
    ["/records.xlsx", "min_quantity", ["x"]],
  ] as const)("%s refuses wrong values of %s", async (path, name, values) => {
    for (const value of values) {
      const separator = path.includes("?") ? "&" : "?";
      expectBlamed(await hub.json(`${path}${separator}${new URLSearchParams({ [name]: value })}`), name);
    }
  });

  test("the longest values allowed are accepted, counted in characters", async () => {
    for (const letter of ["x", "가", "%"]) {
      const query = new URLSearchParams({
        q: letter.repeat(100),
        item_code: letter.repeat(50),
        lot_number: letter.repeat(50),
      });
      expect((await hub.fetch(`/records?${query}`)).status).toBe(200);
    }
    expect((await hub.fetch("/records?limit=5000")).status).toBe(200);
    expect((await hub.fetch("/records/BW0021?limit=50000")).status).toBe(200);
    expect((await hub.fetch("/items?limit=2000")).status).toBe(200);
  });

  test("a required parameter that is missing or empty is named", async () => {
    expectBlamed(await hub.json("/summary/by_item"), "date_from");
    expectBlamed(await hub.json("/summary/by_item?date_from=2026-01-01"), "date_to");
    expectBlamed(await hub.json("/summary/by_item?date_from=&date_to=2026-01-01"), "date_from");
    for (const name of ["period1_from", "period1_to", "period2_from", "period2_to"]) {
      const query = new URLSearchParams({
        period1_from: "2026-01-01",
        period1_to: "2026-01-01",
        period2_from: "2026-01-01",
        period2_to: "2026-01-01",
      });
      query.set(name, "");
      expectBlamed(await hub.json(`/summary/compare?${query}`), name);
    }
  });

  test("NUL, bytes that are no UTF-8 and broken escapes never cause a failure of the server", async () => {
    for (const value of [
      "%00",
      "a%00b",
      "%ED%A0%80",
      "%ED%B0%80x",
      "%FF%FE",
      "%C0%AF",
      "%",
      "%zz",
      "%u0041",
      "%F0%9F%98%80",
    ]) {
      for (const [path, name] of [
        ["/records", "q"],
        ["/records", "item_code"],
        ["/records", "lot_number"],
        ["/records", "date_from"],
        ["/records", "limit"],
        ["/records", "cursor"],
        ["/items", "q"],
        ["/summary/daily", "item_code"],
        ["/records.csv", "q"],
      ]) {
        const answer = await sendRaw(hub.url, `GET ${path}?${name}=${value} HTTP/1.1`);
        expect([path, name, value, [200, 400, 422].includes(answer.status)]).toEqual([path, name, value, true]);
        if (answer.status !== 200) expectError({ ...answer, body: JSON.parse(answer.body) }, answer.status);
      }
      const answer = await sendRaw(hub.url, `GET /records/${value} HTTP/1.1`);
      expect([value, answer.status < 500]).toEqual([value, true]);
    }
  });
});

describe("cursors", () => {
  const good: CursorFields = { d: "2026-01-13", id: 1, src: "live" };
  const encoded = (value: unknown) => encodeCursor(value as CursorFields);
  test.each([
    ["not base64", "!!!"],
    ["base64 of no JSON", Buffer.from("hello").toString("base64url")],
    ["base64 of half a JSON text", Buffer.from('{"d":"2026').toString("base64url")],
    ["a list", encoded([1, 2])],
    ["a text", encoded("x")],
    ["a number", encoded(7)],
    ["null", encoded(null)],
    ["an empty object", encoded({})],
    ["no d", encoded({ id: 1, src: "live" })],
    ["no id", encoded({ d: good.d, src: "live" })],
    ["no src", encoded({ d: good.d, id: 1 })],
    ["d a number", encoded({ ...good, d: 20260113 })],
    ["d null", encoded({ ...good, d: null })],
    ["id a text", encoded({ ...good, id: "1" })],
    ["id a fraction", encoded({ ...good, id: 1.5 })],
    ["id beyond what a number holds", Buffer.from('{"d":"2026-01-13","id":1e400,"src":"live"}').toString("base64url")],
    ["id true", encoded({ ...good, id: true })],
    ["src unknown", encoded({ ...good, src: "backup" })],
    ["src a list", encoded({ ...good, src: ["live"] })],
    ["bytes that are no UTF-8", Buffer.from([0xff, 0xfe, 0x7b]).toString("base64url")],
    ["very long", "A".repeat(5000)],
    ["two cursors in one", encoded(good) + encoded(good)],
  ])("%s: 400", async (_, cursor) => {
    expectError(await hub.json(`/records?cursor=${encodeURIComponent(cursor)}`), 400);
  });

  test("a cursor as the earlier service wrote it is read: escaped JSON with blanks, base64 with padding", async () => {
    const text = '{"d": "2026-01-13 \\uc624\\uc804 12:00:00", "id": 1, "src": "live"}';
    const padded = Buffer.from(text).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
    expect(padded).toEndWith("=");
    expect((await hub.fetch(`/records?cursor=${padded}`)).status).toBe(200);
    expect((await hub.fetch(`/records?cursor=${encodeURIComponent(padded)}`)).status).toBe(200);
  });
});

describe("paths and methods", () => {
  test.each([
    "/nothing",
    "/api/v1/nothing",
    "/api/v2/records",
    "/summary",
    "/.env",
    "/../.env",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/database/production_analysis.db",
    "/docs/../../package.json",
  ])("%s: 404", async (path) => {
    const answer = await sendRaw(hub.url, `GET ${path} HTTP/1.1`);
    expectError({ ...answer, body: JSON.parse(answer.body) }, 404);
  });

  test.each([...DATA_ENDPOINTS, ...EXPORTS, "/healthz", "/metrics/cache", "/openapi.json"])(
    "%s: other methods than GET and HEAD are refused with 405",
    async (path) => {
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const answer = await hub.json(path, { method });
        expectError(answer, 405);
        expect(answer.headers.get("allow")?.split(/,\s*/)).toEqual(expect.arrayContaining(["GET", "HEAD"]));
      }
    },
  );

  test("GET /cache/clear: 405 that allows POST", async () => {
    const answer = await hub.json("/cache/clear");
    expectError(answer, 405);
    expect(answer.headers.get("allow")?.split(/,\s*/)).toContain("POST");
  });

  // A word that is no method at all never reaches the hub: Bun's server closes the connection without an answer.
  test.each(["TRACE", "CONNECT", "PROPFIND", "SEARCH"])(
    "the method %s is refused with the contract's shape",
    async (method) => {
      const answer = await sendRaw(hub.url, `${method} /records HTTP/1.1`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expectError({ ...answer, body: JSON.parse(answer.body) }, answer.status);
    },
  );

  test("a GET with a body is answered as without", async () => {
    const plain = await sendRaw(hub.url, "GET /items HTTP/1.1");
    for (const body of ["hello", "{}", '{"limit":', "x".repeat(100_000)]) {
      const answer = await sendRaw(
        hub.url,
        `GET /items HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`,
        body,
      );
      expect([answer.status, answer.body]).toEqual([plain.status, plain.body]);
    }
  });

  test.each([20_000, 200_000, 2_000_000])(
    "an address of %d bytes is refused with the contract's shape",
    async (length) => {
      const answer = await sendRaw(hub.url, `GET /records?q=${"x".repeat(length)} HTTP/1.1`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expectError({ ...answer, body: JSON.parse(answer.body) }, answer.status);
      // The refusal of one request leaves the hub able to answer the next.
      expect((await hub.fetch("/items")).status).toBe(200);
    },
  );

  test("a body that is far too large is refused", async () => {
    const answer = await hub.json("/cache/clear", { method: "POST", body: new Uint8Array(20_000_000) });
    expectError(answer, 413);
  });

  test("code that SQL would run is only text", async () => {
    for (const text of ["' OR 1=1 --", "'; DROP TABLE production_records; --", '" OR ""="', "\\' UNION SELECT 1 --"]) {
      const query = new URLSearchParams({ item_code: text });
      expect((await hub.json(`/records?${query}`)).body.data).toEqual([]);
      expect((await hub.json(`/records/${encodeURIComponent(text)}`)).body).toEqual([]);
      expect((await hub.json(`/items?${new URLSearchParams({ q: text })}`)).body).toEqual([]);
    }
    expect((await hub.json("/records")).body.count).toBe(2);
  });
});
