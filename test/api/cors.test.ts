import { afterAll, beforeAll, expect, test } from "bun:test";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";
import { expectError } from "../support/shape.ts";

const ORIGIN = "https://intranet.example";
const PREFLIGHT = { method: "OPTIONS", headers: { Origin: ORIGIN, "Access-Control-Request-Method": "GET" } };

let hub: Hub;
beforeAll(async () => {
  hub = await startHub({
    home: homeWithRow(),
    env: { CORS_ORIGINS: `https://other.example, ${ORIGIN}`, RATE_LIMIT_API: "6" },
  });
});
afterAll(() => hub.stop());

const from = (origin: string): RequestInit => ({ headers: { Origin: origin } });

test("a listed origin may read answers and the headers about limits and requests", async () => {
  const { headers } = await hub.fetch("/healthz", from(ORIGIN));
  expect(headers.get("access-control-allow-origin")).toBe(ORIGIN);
  expect(headers.get("vary")?.toLowerCase()).toContain("origin");
  const exposed = headers.get("access-control-expose-headers")?.toLowerCase().split(/,\s*/);
  expect(exposed).toEqual(
    expect.arrayContaining(["x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "retry-after"]),
  );
});

test("another origin may not", async () => {
  for (const origin of ["https://evil.example", `${ORIGIN}.evil.example`, "null", "http://intranet.example"]) {
    const { headers } = await hub.fetch("/healthz", from(origin));
    expect([origin, headers.get("access-control-allow-origin")]).toEqual([origin, null]);
  }
});

test("preflights are answered and never counted, and errors carry the headers too, 429 included", async () => {
  for (let call = 0; call < 20; call++) {
    const response = await hub.fetch("/records", PREFLIGHT);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(response.headers.get("access-control-allow-methods")).toContain("GET");
  }
  const { headers } = await hub.fetch("/records", from(ORIGIN));
  expect(headers.get("x-ratelimit-remaining")).toBe("5");

  const wrong = await hub.json("/records?limit=0", from(ORIGIN));
  expectError(wrong, 422);
  expect(wrong.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  let refused = await hub.json("/records", from(ORIGIN));
  for (let call = 0; call < 6 && refused.status !== 429; call++) refused = await hub.json("/records", from(ORIGIN));
  expectError(refused, 429);
  expect(refused.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  expect(refused.headers.get("access-control-expose-headers")?.toLowerCase()).toContain("retry-after");
});

test("a preflight that asks for a key header is allowed to send it", async () => {
  const { headers } = await hub.fetch("/records", {
    method: "OPTIONS",
    headers: { ...PREFLIGHT.headers, "Access-Control-Request-Headers": "x-api-key, authorization, if-none-match" },
  });
  const allowed = headers.get("access-control-allow-headers")?.toLowerCase();
  for (const name of ["x-api-key", "authorization", "if-none-match"]) expect(allowed).toContain(name);
});

test("without CORS_ORIGINS no origin may read answers", async () => {
  const closed = await startHub({ home: homeWithRow() });
  expect((await closed.fetch("/records", from(ORIGIN))).headers.get("access-control-allow-origin")).toBeNull();
  expect((await closed.fetch("/records", PREFLIGHT)).headers.get("access-control-allow-origin")).toBeNull();
  await closed.stop();
});

function homeWithRow(): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  return home;
}
