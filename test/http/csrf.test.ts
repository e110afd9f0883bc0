import { expect, test } from "bun:test";
import { Hono } from "hono";
import { ownPagesOnly } from "../../src/http/csrf.ts";
import type { HubEnv } from "../../src/http/env.ts";
import { errorHandler } from "../../src/http/errors.ts";

const app = new Hono<HubEnv>();
app.onError(errorHandler(() => {}));
app.post("/act", ownPagesOnly, (c) => c.text("done"));

const form = { "Content-Type": "application/x-www-form-urlencoded" };
const json = { "Content-Type": "application/json" };
test.each([
  [200, { "Sec-Fetch-Site": "same-origin", Origin: "http://hub:8000", ...form }],
  // A proxy that ends TLS makes the hub see http, and the browser says what it was.
  [200, { "Sec-Fetch-Site": "same-origin", Origin: "https://hub:8000", ...form }],
  [200, { Origin: "http://hub:8000", ...form }],
  [403, { "Sec-Fetch-Site": "cross-site", Origin: "http://hub:8000", ...form }],
  [403, { "Sec-Fetch-Site": "same-site", Origin: "http://hub:8001", ...form }],
  [403, { "Sec-Fetch-Site": "none", ...form }],
  [403, { Origin: "http://hub:8001", ...form }],
  [403, { Origin: "null", ...form }],
  [403, { Origin: "http://elsewhere", ...json }],
  [403, form],
] as const)("%i for a request with %o", async (status, headers) => {
  const response = await app.request("http://hub:8000/act", { method: "POST", headers });
  expect(response.status).toBe(status);
  if (status === 403)
    expect(await response.json()).toMatchObject({ detail: expect.stringMatching(/^This did not .*\.$/) });
});
