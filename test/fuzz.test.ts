import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeCursor } from "./oracle.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "./support/files.ts";
import { type Hub, type Json, startHub } from "./support/hub.ts";
import { DocumentedAnswers } from "./support/openapi.ts";
import { sendRaw } from "./support/raw.ts";
import { expectError } from "./support/shape.ts";

const REQUESTS = Number(process.env.HUB_TEST_FUZZ_REQUESTS ?? 5000);
const SEED = Number(process.env.HUB_TEST_SEED ?? Date.now() % 2 ** 31);
/** Requests under way at once. */
const CLIENTS = 8;

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(
    livePath(home),
    Array.from({ length: 90 }, (_, index) => row({ item_code: ["BW0021", "A/1", "50%"][index % 3] ?? "" })),
  );
  writeDatabase(archivePath(home, 2025), [row({ production_date: "2025-02-03" }), row({ production_date: "미정" })]);
  hub = await startHub({ home });
});
afterAll(() => hub.stop());

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema?: Json }[];
}

/** Values that have broken services before, written as they stand in an address (already escaped). */
const NASTY = fc.oneof(
  fc.constantFrom(
    ..."|0|-1|1|1.5|1e3|1e999|NaN|Infinity|true|null|undefined|[]|{}|9007199254740993|99999999999999999999|0x10|%20|+".split(
      "|",
    ),
    ..."%00|a%00b|%ED%A0%80|%FF|%C0%AF|%|%zz|%25|_|%F0%9F%98%80|%EA%B0%80|'|%22|%3B--|' OR 1=1|\\|..%2F..|%0D%0AX:%20y".split(
      "|",
    ),
    ..."2026-01-13|9999-12-31|0000-00-00|2026-02-30|2026-1-3|2026-01|0001-01|2026-13|20260113|BW0021|A%2F1|LT".split(
      "|",
    ),
    "x".repeat(51),
    "x".repeat(101),
    "%EA%B0%80".repeat(1000),
  ),
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc
    .uint8Array({ maxLength: 12 })
    .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")),
  fc.bigInt(-(2n ** 70n), 2n ** 70n).map(String),
  fc.double().map(String),
  fc
    .record({
      d: fc.string(),
      id: fc.oneof(fc.integer(), fc.double(), fc.string()),
      src: fc.constantFrom("live", "archive", "x"),
    })
    .map((fields) => encodeCursor(fields as Json)),
  fc.base64String({ maxLength: 60 }).map(encodeURIComponent),
  fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text).toString("base64url")),
);

/** A value that the parameter's schema allows, so that the fuzzer also comes behind the checks. */
function fitting(schema: Json | undefined): fc.Arbitrary<string> {
  if (schema?.enum) return fc.constantFrom(...schema.enum.map(String));
  if (schema?.type === "integer")
    return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 100 }).map(String);
  if (schema?.type === "number") return fc.integer({ min: -1000, max: 1000 }).map(String);
  if (schema?.type === "boolean") return fc.constantFrom("true", "false");
  return fc.constantFrom("BW0021", "A%2F1", "LT", "2026-01-13", "2025-01-01", "2026-01", "9999-12-31", "%EB%A0%8C");
}

function requestsTo(operations: readonly Operation[]): fc.Arbitrary<{ method: string; path: string }> {
  const one = (operation: Operation) => {
    const { path, method, parameters } = operation;
    const inPath = parameters.filter((parameter) => parameter.in === "path");
    const inQuery = parameters.filter((parameter) => parameter.in === "query");
    const value = (schema: Json | undefined) =>
      fc.oneof({ weight: 3, arbitrary: fitting(schema) }, { weight: 1, arbitrary: NASTY });
    return fc
      .record({
        method: fc.oneof(
          { weight: 20, arbitrary: fc.constant(method.toUpperCase()) },
          { weight: 1, arbitrary: fc.constantFrom("HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS") },
        ),
        inPath: fc.tuple(...inPath.map(({ schema }) => value(schema))),
        inQuery: fc.tuple(...inQuery.map(({ schema }) => fc.option(value(schema), { nil: null }))),
        extra: fc.option(fc.tuple(fc.constantFrom("limit", "q", "x", "%00", "cursor", "[]"), NASTY), {
          nil: null,
          freq: 6,
        }),
      })
      .map((drawn) => {
        const filled = inPath.reduce((at, { name }, index) => at.replace(`{${name}}`, drawn.inPath[index] ?? ""), path);
        const pairs = inQuery.flatMap(({ name }, index) => {
          const chosen = drawn.inQuery[index];
          return chosen == null ? [] : [`${name}=${chosen}`];
        });
        if (drawn.extra) pairs.push(drawn.extra.join("="));
        // A request line ends at a blank and a target at "#"; neither would reach the hub as part of an address.
        const query = pairs.join("&").replace(/[ #]/g, "+");
        return { method: drawn.method, path: `${filled.replace(/[ #?]/g, "+")}${query && `?${query}`}` };
      });
  };
  return fc.oneof(...operations.map(one));
}

test(`${REQUESTS} requests drawn from the OpenAPI document cause no 5xx, every error has the contract's shape, and every answer is as the document says`, async () => {
  console.log(`fuzz test: ${REQUESTS} requests, HUB_TEST_SEED=${SEED}`);
  const { body: document } = await hub.json("/openapi.json");
  const operations: Operation[] = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods)
      .filter(([method]) => ["get", "post", "put", "delete", "patch"].includes(method))
      // A stream of events takes no input and has no end to wait for; test/api/events.test.ts listens to it.
      .filter(([, { responses }]) => !responses["200"]?.content["text/event-stream"])
      .map(([method, { parameters = [] }]) => ({ path, method, parameters })),
  );
  expect(operations.length).toBeGreaterThanOrEqual(15);

  const requests = fc.sample(requestsTo(operations), { seed: SEED, numRuns: REQUESTS });
  const documented = new DocumentedAnswers(document);
  const statuses = new Map<number, number>();
  const next = requests.values();
  const client = async () => {
    for (const { method, path } of next) {
      const what = `${method} ${path}`;
      const answer = await sendRaw(hub.url, `${what} HTTP/1.1`);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status >= 500) throw new Error(`${what}: ${answer.status} ${answer.body}`);
      expect([what, answer.headers.get("x-request-id")]).toEqual([what, expect.stringMatching(/^.{8}$/)]);
      if (method === "HEAD") continue;
      const type = answer.headers.get("content-type") ?? "";
      const body = type.startsWith("application/json") ? JSON.parse(answer.body) : undefined;
      if (answer.status >= 400) {
        try {
          expectError({ ...answer, body }, answer.status);
        } catch (error) {
          throw new Error(`${what}: ${error}`);
        }
      }
      // As the hub reads it, without `.` and `..`.
      const asked = new URL(path, hub.url).pathname;
      const fault = documented.fault({ method, path: asked, status: answer.status, type, body });
      if (fault) throw new Error(`${what}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const tally = [...statuses].sort(([a], [b]) => a - b);
  console.log(`fuzz test: ${tally.map(([status, count]) => `${count} × ${status}`).join(", ")}`);
  // A fuzzer whose every request is refused, or none, tests nothing.
  expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 10);
  expect((statuses.get(422) ?? 0) + (statuses.get(400) ?? 0)).toBeGreaterThan(REQUESTS / 10);
  // Few of these requests leave an operation without a single good answer.
  if (REQUESTS >= 5000) expect(documented.compared.size).toBeGreaterThan(25);
  expect((await hub.json("/healthz")).body.status).toBe("ok");
}, 600_000);
