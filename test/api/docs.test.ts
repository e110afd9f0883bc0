import { afterAll, beforeAll, expect, test } from "bun:test";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, type Json, startHub } from "../support/hub.ts";
import { SUMMARIES } from "../support/summaries.ts";

let hub: Hub;
let document: Json;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  hub = await startHub({ home });
  document = (await hub.json("/openapi.json")).body;
});
afterAll(() => hub.stop());

/** Query parameters of CONTRACT §3. */
const PARAMETERS: Record<string, string[]> = {
  "/records": [
    "item_code",
    "q",
    "lot_number",
    "date_from",
    "date_to",
    "min_quantity",
    "max_quantity",
    "limit",
    "offset",
    "cursor",
    "raw_dates",
  ],
  "/records/{item_code}": ["limit"],
  "/items": ["q", "limit"],
  ...Object.fromEntries(
    Object.entries(SUMMARIES).map(([path, { optional, required = {} }]) => [
      path,
      [...Object.keys(required), ...optional],
    ]),
  ),
  "/records.csv": ["item_code", "q", "lot_number", "date_from", "date_to", "min_quantity", "max_quantity"],
  "/records.xlsx": ["item_code", "q", "lot_number", "date_from", "date_to", "min_quantity", "max_quantity"],
  "/healthz": [],
  "/healthz/ai": [],
  "/metrics/performance": [],
  "/metrics/cache": [],
};

/** The operation of a path, whether the document names it bare or under /api/v1. */
const operation = (path: string, method: string): Json =>
  document.paths[`/api/v1${path}`]?.[method] ?? document.paths[path]?.[method];

test("the document is OpenAPI 3.1 and describes every endpoint with its parameters and limits", async () => {
  expect(document.openapi).toStartWith("3.1");
  for (const [path, names] of Object.entries(PARAMETERS)) {
    const described = operation(path, "get");
    expect([path, described?.responses?.["200"]]).toEqual([path, expect.anything()]);
    const inQuery = (described.parameters ?? []).filter((one: Json) => one.in === "query").map((one: Json) => one.name);
    expect([path, inQuery]).toEqual([path, expect.arrayContaining(names)]);
  }
  expect(operation("/cache/clear", "post")).toBeDefined();
  const { schema } = operation("/records", "get").parameters.find((one: Json) => one.name === "limit");
  expect(schema).toMatchObject({ type: "integer", minimum: 1, maximum: 5000, default: 1000 });
});

test("every summary of the document is known to the tests of all summaries, with just its parameters", () => {
  const described = Object.keys(document.paths)
    .map((path) => path.replace("/api/v1", ""))
    .filter((path) => path.startsWith("/summary/"));
  expect([...new Set(described)].sort()).toEqual(Object.keys(SUMMARIES).sort());
  for (const [path, { optional, required = {} }] of Object.entries(SUMMARIES)) {
    const parameters: Json[] = operation(path, "get").parameters;
    const named = (must: boolean) =>
      parameters.filter((one) => (one.required ?? false) === must).map(({ name }) => name);
    expect([path, named(true).sort()]).toEqual([path, Object.keys(required).sort()]);
    expect([path, named(false).sort()]).toEqual([path, [...optional].sort()]);
  }
});

test("every reference within the document leads somewhere", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"(#[^"]+)"/g)].map((found) => found[1] ?? "");
  for (const reference of references) {
    const target = reference
      .slice(2)
      .split("/")
      .reduce((at: Json, key) => at?.[key.replaceAll("~1", "/")], document);
    expect([reference, target]).toEqual([reference, expect.anything()]);
  }
});

test("the documentation page and all it loads come from the hub itself", async () => {
  const response = await hub.fetch("/docs", { headers: { Accept: "text/html" } });
  expect(response.headers.get("content-type")).toStartWith("text/html");
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain("unsafe-eval");
  expect(policy).not.toMatch(/https?:/);
  const html = await response.text();
  const addresses = [...html.matchAll(/\b(?:src|href)=["']?([^"'\s>]+)/g)].map((found) => found[1] ?? "");
  expect(addresses.length).toBeGreaterThan(1);
  for (const address of addresses.filter((one) => !one.startsWith("#") && !one.startsWith("data:"))) {
    const target = new URL(address, `${hub.url}/docs`);
    expect([address, target.origin]).toEqual([address, hub.url]);
    expect([address, (await fetch(target)).status]).toEqual([address, 200]);
  }
});
