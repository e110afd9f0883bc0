import { afterAll, beforeAll, expect, test } from "bun:test";
import { homeOfThreeItems, posted, streamed } from "../support/chat.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { fails, startGeminiServer } from "../support/gemini-server.ts";
import { type Hub, type Json, startHub } from "../support/hub.ts";
import { expectError } from "../support/shape.ts";

let hub: Hub;
let home: string;
beforeAll(async () => {
  home = homeOfThreeItems();
  hub = await startHub({ home, env: { TRUSTED_PROXIES: "127.0.0.0/8" } });
});
afterAll(() => hub.stop());

const ask = async (query: string, session_id: string | null = null, headers = {}): Promise<Json> => {
  const { status, body } = await hub.json("/chat/", posted({ query, session_id }, headers));
  expect([status, body.status, Object.keys(body).sort()]).toEqual([
    200,
    "success",
    ["answer", "evidence", "model_used", "request_id", "status", "tools_used"],
  ]);
  return body;
};
const rest = async (path: string): Promise<Json> => (await hub.json(path)).body;
const shown = (figure: number): string => figure.toLocaleString("en-US", { maximumFractionDigits: 2 });
const total = async (from: string, to: string, item = ""): Promise<number> => {
  const months: Json[] = await rest(`/summary/monthly_total?date_from=${from}&date_to=${to}&item_code=${item}`);
  return months.reduce((sum, { total_production }) => sum + total_production, 0);
};

test("a total is the one REST gives, with its period, its item and the rows behind it", async () => {
  for (const query of ["2026년 3월 BW0021 총 생산량은?", "total production of BW0021 in March 2026"]) {
    const { answer, tools_used, model_used, evidence, request_id } = await ask(query);
    expect(answer).toContain(shown(await total("2026-03-01", "2026-03-31", "BW0021")));
    expect(answer.split("\n")[0]).toMatch(/2026-03-01.*2026-03-31/);
    expect([tools_used, model_used]).toEqual([["get_production_summary"], "offline"]);
    const { data } = await rest("/summary/by_item?date_from=2026-03-01&date_to=2026-03-31&item_code=BW0021");
    expect(data[0].batch_count).toBeGreaterThan(0);
    expect(evidence).toEqual([
      {
        tool: "get_production_summary",
        arguments: { date_from: "2026-03-01", date_to: "2026-03-31", item_code: "BW0021" },
        period: { from: "2026-03-01", to: "2026-03-31" },
        item_code: "BW0021",
        row_count: data[0].batch_count,
        segments: ["live"],
      },
    ]);
    expect(request_id).toMatch(/^[0-9a-f]{8}$/);
  }
});

const questions: [query: string, tool: string, path: string, figures: (body: Json) => number[]][] = [
  [
    "2025년 생산량 상위 2개 제품은?",
    "get_top_items",
    "/summary/by_item?date_from=2025-01-01&date_to=2025-12-31&limit=2",
    ({ data }) => data.map((item: Json) => item.total_production),
  ],
  [
    "monthly trend of BW0022 in 2025",
    "get_monthly_trend",
    "/summary/monthly_total?date_from=2025-01-01&date_to=2025-12-31&item_code=BW0022",
    (months) => months.map((month: Json) => month.total_production),
  ],
  [
    "2026년 3월과 2026년 2월 생산량 비교해줘",
    "compare_periods",
    "/summary/compare?period1_from=2026-03-01&period1_to=2026-03-31&period2_from=2026-02-01&period2_to=2026-02-28",
    ({ period1, period2 }) => [period1.total_quantity, period2.total_quantity],
  ],
  [
    "2025년에 가장 많이 생산한 날은?",
    "execute_custom_query",
    "/summary/daily?date_from=2025-01-01&date_to=2025-12-31",
    (days) => [Math.max(...days.map((day: Json) => day.total_production))],
  ],
  [
    "show the last 3 records of BW0021",
    "get_item_history",
    "/records/BW0021?limit=3",
    (records) => records.map((record: Json) => record.good_quantity),
  ],
];
for (const [query, tool, path, figures] of questions) {
  test(`'${query}' is answered with REST's figures`, async () => {
    const { answer, tools_used, evidence } = await ask(query);
    expect(tools_used).toContain(tool);
    expect(evidence[0].row_count).toBeGreaterThan(0);
    const wanted = figures(await rest(path)).map(shown);
    expect(wanted.length).toBeGreaterThan(0);
    for (const figure of wanted) expect(answer).toContain(figure);
  });
}

test("a rarely made item is found though many others share a part of its name", async () => {
  const crowded = temporaryHome();
  const others = Array.from({ length: 300 }, (_, at) =>
    row({ item_code: `X${at % 150}`, item_name: `원데이 ${at % 150}99호`, production_date: "2025-05-05" }),
  );
  const rare = row({ item_code: "Z9", item_name: "원데이 9호", production_date: "2025-05-06", good_quantity: 77 });
  writeDatabase(livePath(crowded), [...others, rare]);
  const other = await startHub({ home: crowded });
  const { body } = await other.json("/chat", posted({ query: "2025년 5월 원데이 9호 총 생산량은?" }));
  expect([body.evidence[0]?.item_code, body.evidence[0]?.row_count]).toEqual(["Z9", 1]);
  expect(body.answer).toContain("77");
  await other.stop();
});

test("a follow-up goes on from the question before in the same conversation, of the same address, after a restart too", async () => {
  const other = { "X-Forwarded-For": "203.0.113.9" };
  const { count } = (await rest("/healthz/ai")).sessions;
  await ask("2026년 3월 BW0021 총 생산량은?", "talk");
  const followUp = await ask("그럼 2026년 2월은?", "talk");
  expect(followUp.evidence[0]).toMatchObject({
    item_code: "BW0021",
    period: { from: "2026-02-01", to: "2026-02-28" },
  });
  const elsewhere = await ask("그럼 2026년 2월은?", "talk", other);
  expect(elsewhere.evidence[0]?.item_code ?? null).toBeNull();
  expect((await rest("/healthz/ai")).sessions).toEqual({
    count: count + 2,
    ttl_sec: 1800,
    max_per_ip: 20,
    max_total: 1000,
  });
  await hub.stop();
  hub = await startHub({ home, env: { TRUSTED_PROXIES: "127.0.0.0/8" } });
  expect((await ask("그럼 2026년 1월은?", "talk")).evidence[0]).toMatchObject({
    item_code: "BW0021",
    period: { from: "2026-01-01", to: "2026-01-31" },
  });
});

test("a stream tells who answers, each tool, the answer and what it rests on, in this order", async () => {
  const query = "2026년 3월 BW0021 총 생산량은?";
  const events = await streamed(hub, { query, session_id: "s1" });
  expect(events.map(({ event }) => event)).toEqual(["meta", "tool_call", "token", "done"]);
  const [meta, call, token, done] = events.map(({ data }) => data);
  expect(meta).toEqual({
    request_id: expect.stringMatching(/^[0-9a-f]{8}$/),
    session_id: "s1",
    model: "offline",
    fallback: false,
  });
  const whole = await ask(query);
  expect(call).toEqual({ name: "get_production_summary", args: whole.evidence[0].arguments });
  expect(token).toEqual({ text: whole.answer });
  expect(done).toEqual({
    tools_used: whole.tools_used,
    duration_ms: expect.any(Number),
    chars: whole.answer.length,
    evidence: whole.evidence,
    answer: whole.answer,
    model_used: "offline",
    fallback: false,
    fallback_reason: null,
    views: [
      {
        href: "/?from=2026-03-01&to=2026-03-31&items=BW0021",
        label: "종합 현황 · 2026-03-01 ~ 2026-03-31 · BW0021",
      },
    ],
  });
});

test("a stream without a conversation is given one to go on with", async () => {
  const [meta] = await streamed(hub, { query: "2026년 3월 BW0021 총 생산량은?" });
  const events = await streamed(hub, { query: "그럼 2026년 2월은?", session_id: meta!.data.session_id });
  expect(events.find(({ event }) => event === "tool_call")!.data.args).toMatchObject({ item_code: "BW0021" });
});

test("a question that takes a model, where there is none, is answered with the cause and with those that the hub can answer", async () => {
  const { body } = await hub.json("/chat/", posted({ query: "오늘 날씨 어때?" }));
  expect(body).toMatchObject({ status: "error", tools_used: [], evidence: [], model_used: "offline" });
  expect(body.answer).toContain("GEMINI_API_KEY");
  expect(body.answer).toContain("- 이번 달 BW0021 총 생산량은?");
  const events = await streamed(hub, { query: "How is the weather?" });
  expect(events.map(({ event }) => event)).toEqual(["meta", "error"]);
  expect(events[1]!.data).toMatchObject({ code: "ai_disabled", message: expect.stringContaining("- Top 5 items") });
});

test("many ask at the same time, and each is answered for itself, with its own conversation", async () => {
  const months = Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(2, "0"));
  await Promise.all(
    months.map(async (month) => {
      const id = `at-once-${month}`;
      await ask(`2025년 ${Number(month)}월 BW0022 총 생산량은?`, id);
      const { answer, evidence } = await ask("그럼 BW0021은?", id);
      const [{ item_code, period }] = evidence;
      expect([item_code, period.from]).toEqual(["BW0021", `2025-${month}-01`]);
      expect(answer).toContain(shown(await total(period.from, period.to, "BW0021")));
    }),
  );
});

test("the chat is reached with and without the slash and under /api/v1, by POST alone", async () => {
  for (const path of ["/chat", "/chat/", "/api/v1/chat", "/api/v1/chat/", "/api/v1/chat/stream", "/chat/stream/"]) {
    expect([path, (await hub.fetch(path, posted({ query: "도움말" }))).status]).toEqual([path, 200]);
  }
  const got = await hub.json("/chat/");
  expectError(got, 405);
  expect(got.headers.get("allow")).toContain("POST");
});

const wrong: [what: string, body: Json, loc: Json[], type: string][] = [
  ["no question", {}, ["body", "query"], "missing"],
  ["an empty question", { query: "" }, ["body", "query"], "missing"],
  ["a question of 2001 characters", { query: "가".repeat(2001) }, ["body", "query"], "string_too_long"],
  ["a number for a question", { query: 5 }, ["body", "query"], "string_type"],
  ["lists in lists", { query: [[["x"]]] }, ["body", "query"], "string_type"],
  ["a long session", { query: "x", session_id: "s".repeat(101) }, ["body", "session_id"], "string_too_long"],
  ["what is no JSON", '{"query":', ["body"], "json_invalid"],
  ["what is no object", '["query"]', ["body"], "model_attributes_type"],
];
for (const [what, body, loc, type] of wrong) {
  test(`a body with ${what} is refused with what is wrong`, async () => {
    for (const path of ["/chat/", "/chat/stream"]) {
      const answer = await hub.json(path, posted(body));
      expectError(answer, 422);
      expect(answer.body.detail).toEqual([expect.objectContaining({ loc, type })]);
    }
  });
}

test("what a page of another site can send without asking is refused", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
    const answer = await hub.json(
      "/chat/",
      posted({ query: "x" }, { "Content-Type": type, Origin: "http://evil.example" }),
    );
    expectError(answer, 415);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("data that cannot be read are told as a sentence in the question's language, with no internals", async () => {
  const broken = temporaryHome();
  writeDatabase(livePath(broken), [row()]);
  await Bun.write(archivePath(broken, 2025), "this is no database file, but long enough to be looked at".repeat(100));
  const gemini = await startGeminiServer({ otherwise: fails.keyInvalid() });
  const other = await startHub({
    home: broken,
    env: { GEMINI_API_KEY: "AIza-of-nobody", GEMINI_BASE_URL: gemini.url },
  });
  const asked = { query: "2025년 총 생산량은?" };
  const { status, body } = await other.json("/chat/", posted(asked));
  expect([status, body]).toEqual([
    200,
    {
      answer: "지금은 데이터를 읽을 수 없어 답변하지 못했습니다. 잠시 후 다시 질문해 주세요.",
      status: "error",
      tools_used: [],
      request_id: expect.any(String),
      model_used: "offline",
      evidence: [],
    },
  ]);
  const stream = await (await other.fetch("/chat/stream", posted({ query: "total production in 2025" }))).text();
  expect(stream).toContain('"fallback":true');
  expect(stream).toMatch(/event: error\ndata: {"code":"internal","message":"The data cannot be read right now/);
  expect(stream).not.toContain("event: done");
  await other.stop();
  await gemini.stop();
});

test("the chat has a limit of its own, whose refusal has a code", async () => {
  const limited = await startHub({ home: temporaryHome(), env: { RATE_LIMIT_CHAT: "3", RATE_LIMIT_API: "1" } });
  const paths = ["/chat/", "/chat/stream", "/api/v1/chat"];
  for (const [at, path] of paths.entries()) {
    const { status, headers } = await limited.fetch(path, posted({ query: "도움말" }));
    expect([status, headers.get("x-ratelimit-remaining")]).toEqual([200, String(2 - at)]);
  }
  for (const path of paths) {
    const refused = await limited.json(path, posted({ query: "도움말" }));
    expectError(refused, 429);
    const seconds = refused.headers.get("retry-after");
    expect(seconds).toMatch(/^[1-9]\d?$/);
    const message = `Rate limit exceeded. Try again in ${seconds} seconds.`;
    expect(refused.body.detail).toEqual({ code: "RATE_LIMITED", message });
  }
  expect((await limited.fetch("/items")).status).not.toBe(429);
  await limited.stop();
});

test("with API_KEYS set the chat needs one", async () => {
  const closed = await startHub({ home: temporaryHome(), env: { API_KEYS: "k1" } });
  expectError(await closed.json("/chat/", posted({ query: "x" })), 401);
  expectError(await closed.json("/api/v1/chat/stream", posted({ query: "x" })), 401);
  expect((await closed.fetch("/chat/", posted({ query: "도움말" }, { "X-API-Key": "k1" }))).status).toBe(200);
  await closed.stop();
});

test("the OpenAPI document describes the chat with its body and its answer", async () => {
  const { paths, components } = await rest("/openapi.json");
  for (const path of ["/chat", "/chat/stream"]) {
    const { schema } = paths[path].post.requestBody.content["application/json"];
    expect(schema).toEqual({ $ref: "#/components/schemas/ChatQuestion" });
    expect(Object.keys(paths[path].post.responses)).toEqual(expect.arrayContaining(["200", "415", "422", "429"]));
  }
  expect(components.schemas.ChatQuestion).toMatchObject({
    properties: { query: { minLength: 1, maxLength: 2000 } },
    required: ["query"],
  });
  expect(Object.keys(components.schemas.ChatAnswer.properties)).toContain("evidence");
});
