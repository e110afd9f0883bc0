import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { encodeCursor } from "../oracle.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";
import { DATA_ENDPOINTS, EXPORTS, OTHER_ENDPOINTS } from "../support/shape.ts";

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [
    row({
      id: 1,
      production_date: "2026-01-13 오전 12:00:00",
      item_code: "A/1",
      lot_number: null,
      good_quantity: null,
    }),
    row({ id: 2, production_date: "2026-01-14", item_code: "BW0021", lot_number: "LT260114-001", good_quantity: 2.5 }),
    row({ id: 3, production_date: "2026-01-14 14:05:00", item_code: "50%", good_quantity: -3 }),
    row({ id: 4, production_date: "미정", item_code: "a_1", item_name: null }),
  ]);
  hub = await startHub({ home });
});
afterAll(() => hub.stop());

const bodyOf = async (path: string) => {
  const { status, body } = await hub.json(path);
  expect([path, status]).toEqual([path, 200]);
  return body;
};
const idsOf = async (query: string) => (await bodyOf(`/records?${query}`)).data.map(({ id }: { id: number }) => id);

test("every endpoint is also served under /api/v1", async () => {
  const bare = DATA_ENDPOINTS.slice();
  for (const path of bare) expect(await bodyOf(`/api/v1${path}`)).toEqual(await bodyOf(path));
  for (const path of [...EXPORTS, ...OTHER_ENDPOINTS, "/healthz/ai"]) {
    expect([path, (await hub.fetch(`/api/v1${path}`)).status]).toEqual([path, 200]);
  }
  expect((await hub.json("/api/v1/cache/clear", { method: "POST" })).status).toBe(200);
});

test("a trailing slash is accepted without a redirect", async () => {
  for (const path of [...DATA_ENDPOINTS, ...EXPORTS, "/healthz", "/docs", "/metrics/cache"]) {
    const [name, query] = path.split("?");
    for (const prefix of ["", "/api/v1"]) {
      const response = await hub.fetch(`${prefix}${name}/${query ? `?${query}` : ""}`, { redirect: "manual" });
      expect([path, response.status]).toEqual([path, 200]);
    }
  }
  expect(await bodyOf("/records/?limit=1")).toEqual(await bodyOf("/records?limit=1"));
});

test("what was ignored is named in a header, whether the answer is new, kept, unchanged or an error", async () => {
  const ignoredBy = async (path: string, headers: Record<string, string> = {}) =>
    (await hub.fetch(path, { headers })).headers.get("x-ignored-parameters");
  const known = "/summary/monthly_total?date_from=2026-01-01&date_to=&item_code=BW0021";
  expect(await ignoredBy(known)).toBeNull();
  const path = "/summary/monthly_total?from=2026-01-01&%EB%82%A0%EC%A7%9C=1&a%0D%0Ab=2";
  const wanted = `from, ${encodeURIComponent("날짜")}, a%0D%0Ab`;
  for (let time = 1; time <= 3; time++) expect([time, await ignoredBy(path)]).toEqual([time, wanted]);
  const tag = (await hub.fetch(path)).headers.get("etag") ?? "";
  expect((await hub.fetch(path, { headers: { "If-None-Match": tag } })).status).toBe(304);
  expect(await ignoredBy("/summary/by_item?from=2026-01-01&to=2026-01-31")).toBe("from, to");
  expect(await ignoredBy("/records.csv?item=BW0021")).toBe("item");
  const many = Array.from({ length: 50 }, (_, at) => `${"x".repeat(200)}${at}=1`).join("&");
  expect((await ignoredBy(`/items?${many}`))!.length).toBeLessThan(600);
});

test("an empty parameter counts as absent, an unknown one is ignored, the last of a repeated one wins", async () => {
  const all = await bodyOf("/records");
  expect(
    await bodyOf(
      "/records?item_code=&q=&lot_number=&date_from=&date_to=&min_quantity=&max_quantity=&limit=&offset=&cursor=&raw_dates=",
    ),
  ).toEqual(all);
  expect(await bodyOf("/records?page=7&ITEM_CODE=x&_=1&item_code[]=x")).toEqual(all);
  expect(await idsOf("item_code=A/1&item_code=BW0021")).toEqual([2]);
  expect(await idsOf("limit=abc&limit=1")).toHaveLength(1);
  expect(await idsOf("date_from=x&date_from=2026-01-14")).toEqual([3, 2]);
  expect(await idsOf("item_code=BW0021&item_code=")).toEqual([4, 3, 2, 1]);
});

describe("codes with special characters", () => {
  test.each([["A/1"], ["50%"], ["a_1"], ["BW0021"]])("%s is found by address and by parameter", async (code) => {
    const rows = await bodyOf(`/records/${encodeURIComponent(code)}`);
    expect(rows.map((one: { item_code: string }) => one.item_code)).toEqual([code]);
    const { data } = await bodyOf(`/records?${new URLSearchParams({ item_code: code })}`);
    expect(data).toEqual(rows);
  });

  test("an unknown code has no rows", async () => {
    expect(await bodyOf("/records/A%2F2")).toEqual([]);
    // Line ends are characters as any other.
    expect(await bodyOf("/records/A%0D%0A1")).toEqual([]);
    expect(await bodyOf("/records/%25")).toEqual([]);
  });

  test("wildcards are literal", async () => {
    expect(await idsOf("q=%25")).toEqual([3]);
    expect(await idsOf("q=_")).toEqual([4]);
    expect(await idsOf("lot_number=%25")).toEqual([]);
    expect(await idsOf("lot_number=LT______-")).toEqual([]);
  });
});

test("dates are shown as days; raw_dates=true shows the stored text", async () => {
  const dates = async (query: string) =>
    (await bodyOf(`/records?${query}`)).data.map((one: { production_date: string }) => one.production_date);
  expect(await dates("")).toEqual(["미정", "2026-01-14", "2026-01-14", "2026-01-13"]);
  expect(await dates("raw_dates=false")).toEqual(await dates(""));
  expect(await dates("raw_dates=true")).toEqual([
    "미정",
    "2026-01-14 14:05:00",
    "2026-01-14",
    "2026-01-13 오전 12:00:00",
  ]);
  expect((await bodyOf("/records/A%2F1?raw_dates=true"))[0].production_date).toBe("2026-01-13 오전 12:00:00");
});

test("a page has the contract's fields, and its cursor the last row's stored text, id and source", async () => {
  const page = await bodyOf("/records?limit=2");
  expect(Object.keys(page).sort()).toEqual(["count", "data", "has_more", "next_cursor"]);
  expect(page).toMatchObject({ count: 2, has_more: true });
  expect(page.data[1]).toEqual({
    source: "live",
    id: 3,
    production_date: "2026-01-14",
    lot_number: expect.any(String),
    item_code: "50%",
    item_name: "클리어 렌즈",
    good_quantity: -3,
  });
  expect(page.next_cursor).toMatch(/^[\w-]+=*$/);
  expect(JSON.parse(Buffer.from(page.next_cursor, "base64url").toString())).toMatchObject({
    d: "2026-01-14 14:05:00",
    id: 3,
    src: "live",
  });
  const rest = await bodyOf(`/records?limit=2&cursor=${page.next_cursor}`);
  expect(rest.data.map((one: { id: number }) => one.id)).toEqual([2, 1]);
  expect(rest).toMatchObject({ has_more: false, next_cursor: null });
});

test("a cursor of a row that no longer exists goes on after its place", async () => {
  const cursor = encodeCursor({ d: "2026-01-14 10:00:00", id: 77, src: "archive" });
  expect(await idsOf(`cursor=${cursor}`)).toEqual([2, 1]);
});

test("rows without a date are in no range and in no summary", async () => {
  expect(await idsOf("date_from=0001-01-01")).toEqual([3, 2, 1]);
  expect(await idsOf("date_to=9999-12-31")).toEqual([3, 2, 1]);
  expect(await bodyOf("/summary/monthly_total")).toEqual([
    { year_month: "2026-01", total_production: -0.5, batch_count: 3, avg_batch_size: expect.closeTo(-0.5 / 3, 9) },
  ]);
  expect((await bodyOf("/items")).map((one: { item_code: string }) => one.item_code)).toContain("a_1");
});

test("quantities are bounded inclusively and NULL is within no bounds", async () => {
  expect(await idsOf("min_quantity=2.5&date_from=0001-01-01")).toEqual([2]);
  expect(await idsOf("max_quantity=-3")).toEqual([3]);
  expect(await idsOf("min_quantity=-1e9&max_quantity=1e9")).not.toContain(1);
});

test("a quantity stored as text or bytes is shown as none and within no bounds, with and without a search index", async () => {
  const odd = ["abc", Buffer.from("9")] as unknown as number[];
  const home = temporaryHome();
  writeDatabase(
    livePath(home),
    [...odd, 5].map((good_quantity, index) => row({ id: index + 1, good_quantity })),
  );
  for (const ROLLUP of ["true", "false"]) {
    const strict = await startHub({ home, env: { ROLLUP } });
    try {
      const quantities = async (query: string) =>
        (await strict.json(`/records${query}`)).body.data.map((one: { good_quantity: number }) => one.good_quantity);
      expect(await quantities("")).toEqual([5, null, null]);
      expect(await quantities("?min_quantity=1000000000000")).toEqual([]);
      expect(await quantities("?min_quantity=1")).toEqual([5]);
      expect(await quantities("?min_quantity=-1&max_quantity=1e300")).toEqual([5]);
      expect((await (await strict.fetch("/records.csv?min_quantity=6")).text()).trim().split("\n")).toHaveLength(1);
    } finally {
      await strict.stop();
    }
  }
});

test("GET / tells a program JSON and a browser a page", async () => {
  for (const headers of [{}, { Accept: "*/*" }, { Accept: "application/json" }]) {
    expect((await hub.json("/", { headers })).body).toEqual({ status: "active", system: "Production Data Hub API" });
  }
  const page = await hub.fetch("/", {
    headers: { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" },
  });
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toStartWith("text/html");
  expect(page.headers.get("vary")?.toLowerCase()).toContain("accept");
});
