import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { homeOfThreeItems } from "../support/chat.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { DocumentedAnswers } from "../support/openapi.ts";

setDefaultTimeout(180_000);

const key = "a-key-of-the-document";
let hub: Hub;
let document: Json;
interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly described: Json;
}
let operations: Operation[];

beforeAll(async () => {
  hub = await startHub({ home: homeOfThreeItems(), env: { API_KEYS: key, ADMIN_KEY: key, RATE_LIMIT_API: "5000" } });
  document = (await hub.json("/openapi.json")).body;
  operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, described]) => ({
      name: `${method} ${path}`,
      method: method.toUpperCase(),
      path,
      described,
    })),
  );
  await eventually("the hub has looked at its files", async () => {
    const { status } = await hub.fetch("/records?limit=1", withKey);
    return status === 200 || undefined;
  });
});
afterAll(() => hub.stop());

const withKey = { headers: { "X-API-Key": key } };
const streams = ({ described }: Operation): boolean => "text/event-stream" in (described.responses[200]?.content ?? {});

/** The address of an operation with the examples that the document gives, those of required parameters alone. */
function addressOf({ path, described }: Operation): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: place, required, schema } of described.parameters ?? []) {
    const value = String(schema.example ?? schema.examples?.[0] ?? schema.enum?.[0]);
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (required) query.set(name, value);
  }
  return `/api/v1${filled}${query.size > 0 ? `?${query}` : ""}`;
}

/** GET operations that answer and are done. */
const readable = (): Operation[] => operations.filter((one) => one.method === "GET" && !streams(one));

test("every operation and every parameter says what it is, and free texts have an example to try", () => {
  expect(operations.length).toBeGreaterThan(35);
  const silent: string[] = [];
  for (const { name, described } of operations) {
    if (!described.summary || !document.tags.some((tag: Json) => tag.name === described.tags[0])) silent.push(name);
    for (const { name: parameter, description, schema } of described.parameters ?? []) {
      if (!description) silent.push(`${name}: ${parameter} has no description`);
      const isFree = schema.type === "string" && !schema.enum && parameter !== "cursor" && parameter !== "rule";
      if (isFree && schema.example === undefined && schema.examples === undefined)
        silent.push(`${name}: ${parameter} has no example`);
    }
  }
  expect(silent).toEqual([]);
});

test("no example stands where Swagger UI would fill it in beside all others, so that a first try finds something", () => {
  const filledIn = operations.flatMap(({ name, described }) =>
    (described.parameters ?? [])
      .filter(({ required, schema }: Json) => !required && schema.example !== undefined)
      .map((parameter: Json) => `${name}: ${parameter.name}`),
  );
  expect(filledIn).toEqual([]);
});

test("what is tried with the document's own examples answers as it says", async () => {
  const answers = new DocumentedAnswers(document);
  const faults: (string | null)[] = [];
  for (const one of readable()) {
    const path = addressOf(one);
    const response = await hub.fetch(path, withKey);
    const type = response.headers.get("content-type") ?? "";
    const body = type.startsWith("application/json") ? await response.json() : void (await response.bytes());
    expect([path, response.status]).toEqual([path, 200]);
    faults.push(answers.fault({ method: "GET", path, status: response.status, type, body }));
  }
  expect(faults.filter((fault) => fault !== null)).toEqual([]);
  expect(answers.compared.size).toBeGreaterThan(20);
});

test("a key, a limit and an ETag are where it says, and nowhere else", async () => {
  for (const one of readable()) {
    const { name, described } = one;
    const path = addressOf(one);
    const stranger = await hub.fetch(path, { method: "HEAD" });
    expect([name, stranger.status === 401]).toEqual([name, "401" in described.responses]);
    const { headers } = await hub.fetch(path, { method: "HEAD", ...withKey });
    expect([name, headers.has("X-RateLimit-Limit")]).toEqual([name, "429" in described.responses]);
    const tag = headers.get("ETag");
    expect([name, tag !== null]).toEqual([name, "304" in described.responses]);
    expect([name, tag !== null]).toEqual([name, described.responses[200].headers?.ETag !== undefined]);
    if (tag === null) continue;
    const again = await hub.fetch(path, { headers: { ...withKey.headers, "If-None-Match": tag } });
    expect([name, again.status]).toEqual([name, 304]);
  }
});

test("the introduction of the API is open to who has no key yet, with and without a slash at its end", async () => {
  for (const path of [
    "/",
    "/api/v1",
    "/api/v1/",
    "/healthz",
    "/healthz/",
    "/api/v1/healthz/",
    "/openapi.json",
    "/docs/",
  ]) {
    const { status, headers } = await hub.fetch(path);
    expect([path, status, headers.has("X-RateLimit-Limit")]).toEqual([path, 200, false]);
  }
  for (const path of ["/api/v1/records", "/records/", "/healthz/ai/", "/api/v1/metrics/"]) {
    expect([path, (await hub.fetch(path)).status]).toEqual([path, 401]);
  }
});

test("what is sent to it is answered as the document says", async () => {
  const answers = new DocumentedAnswers(document);
  const targets = { targets: [{ month: "2026-01", item_code: "BW0021", target: 1_000 }] };
  const sent: [string, Json, number][] = [
    ["/chat", { query: "2026년 1월 BW0021 총 생산량은?" }, 200],
    ["/chat", { query: "2026년 상위 5개 품목", session_id: "line-3" }, 200],
    ["/chat", { query: "오늘 점심은?" }, 200],
    ["/targets/preview", targets, 200],
    ["/targets/preview", { targets: [{ month: "2026-13", item_code: "", target: -1 }] }, 200],
    ["/targets", targets, 200],
    ["/targets", { targets: [{ month: "2026-13", item_code: "", target: -1 }] }, 422],
    ["/cache/clear", {}, 200],
    ["/operations/jobs/backup/pause", {}, 200],
    ["/operations/jobs/backup/resume", {}, 200],
  ];
  for (const [path, body, wanted] of sent) {
    const answer = await hub.json(`/api/v1${path}`, {
      method: "POST",
      headers: { ...withKey.headers, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([path, answer.status]).toEqual([path, wanted]);
    const type = answer.headers.get("content-type") ?? "";
    expect(answers.fault({ method: "POST", path, status: answer.status, type, body: answer.body })).toBeNull();
  }
});

test("what is asked for and is not there, or cannot be done now, is refused as it says", async () => {
  const answers = new DocumentedAnswers(document);
  const refused: [string, string, Json, number][] = [
    ["POST", "/alerts/999/acknowledge", undefined, 404],
    ["POST", "/alerts/999/snooze", {}, 404],
    ["POST", "/quality/0000000000000000/accept", { note: "" }, 404],
    ["POST", "/quality/0000000000000000/reopen", undefined, 404],
    ["POST", "/operations/jobs/nothing/run", undefined, 404],
    ["POST", "/operations/jobs/nothing/pause", undefined, 404],
    ["GET", "/targets?version=9", undefined, 404],
    ["POST", "/targets?based_on=9", { targets: [{ month: "2026-11", item_code: "BW0021", target: 1 }] }, 409],
    ["POST", "/notify/channels/mail/test", undefined, 409],
    ["POST", "/reports/weekly/run", "no JSON", 415],
    ["POST", "/cache/clear", "x".repeat(2_000_000), 413],
    ["GET", "/reports/hourly/2026-01-01", undefined, 422],
  ];
  for (const [method, path, sent, wanted] of refused) {
    const isJson = typeof sent === "object";
    const { status, headers, body } = await hub.json(`/api/v1${path}`, {
      method,
      headers: { ...withKey.headers, ...(isJson && { "Content-Type": "application/json" }) },
      ...(sent !== undefined && { body: isJson ? JSON.stringify(sent) : sent }),
    });
    expect([method, path, status]).toEqual([method, path, wanted]);
    const type = headers.get("content-type") ?? "";
    expect(answers.fault({ method, path, status, type, body })).toBeNull();
  }
});
