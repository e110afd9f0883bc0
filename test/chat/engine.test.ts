import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";
import { chatEndpoints } from "../../src/api/chat.ts";
import { Endpoints } from "../../src/api/endpoint.ts";
import { ChatEngine } from "../../src/chat/engine.ts";
import { Sessions } from "../../src/chat/sessions.ts";
import { Toolbox } from "../../src/chat/tools/toolbox.ts";
import type { Focus, Plan, Planner, Renderer, ToolCall } from "../../src/chat/types.ts";
import type { HubEnv } from "../../src/http/env.ts";
import { factoryClock } from "../../src/observe/clock.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { type OpenDesk, openDesk } from "../support/desk.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";

let home: string;
let open: OpenDesk;
let sessions: Sessions;
beforeAll(() => {
  home = temporaryHome();
  writeDatabase(livePath(home), [row(), row({ item_code: "C1" }), row({ production_date: "2099-01-01" })]);
  mkdirSync(join(home, "database"), { recursive: true });
  sessions = new Sessions(openHubDb(join(home, "database")), { ttlSec: 1800 });
  open = openDesk(home);
});
afterAll(() => open.close());

const focus: Focus = { period: { from: "2026-01-01", to: "2026-01-31" }, items: [], intent: "total" };
const planned = (...calls: ToolCall[]): Plan => ({
  kind: "calls",
  calls,
  intent: "total",
  language: "en",
  focus,
  assumedPeriod: false,
});
const january = { date_from: "2026-01-01", date_to: "2026-01-31" };
const total: ToolCall = { name: "get_production_summary", arguments: january };
const said: string[] = [];

function engine(
  plan: Planner,
  { patienceSec = 20, render = ((made, runs) => `${made.kind} ${runs.length}`) as Renderer } = {},
) {
  const note = (_: string, message: string) => void said.push(message);
  return new ChatEngine({
    ...open,
    model: null,
    toolbox: new Toolbox({ ...open, runCustomQuery: () => Promise.reject(new Error("a secret of the inside")) }),
    sessions,
    loadPlanner: async () => ({ plan, render }),
    clock: factoryClock("Asia/Seoul", () => Date.parse("2026-02-01T00:00:00+09:00")),
    log: { info: note, warn: note, error: note },
    patienceSec,
  });
}
const asked = (query: string, sessionId: string | null = null) => ({
  query,
  sessionId,
  client: "10.0.0.1",
  requestId: "0123abcd",
});

test("a planner is told the factory's date, the newest day up to it, and the items by their codes and names", async () => {
  const answer = await engine(async (query, { today, newestDay, findItems, previous }) => {
    const items = (await findItems(query)).map(({ item_code, item_name }) => [item_code, item_name]);
    expect([today, newestDay, items, previous]).toEqual(["2026-02-01", "2026-01-13", [["C1", "클리어 렌즈"]], null]);
    return { kind: "help", language: "en" };
  }).answer(asked("c1"));
  expect(answer).toEqual({
    status: "error",
    code: "ai_disabled",
    answer: "No Gemini API key (GEMINI_API_KEY) is set, so no AI can answer.\n\nhelp 0",
    toolsUsed: [],
    evidence: [],
    model: "offline",
    standIn: null,
  });
});

test("the tools are called one after the other, each announced before, and the last focus is what the next question goes on from", async () => {
  const told: string[] = [];
  const top: ToolCall = { name: "get_top_items", arguments: january };
  const first = await engine(async () => planned(total, top)).answer(asked("q", "s"), {
    onCall: ({ name }) => told.push(name),
  });
  expect(first).toMatchObject({
    status: "success",
    answer: "calls 2",
    toolsUsed: told,
    evidence: [{ row_count: 2 }, {}],
  });
  expect(told).toEqual(["get_production_summary", "get_top_items"]);
  expect(said.at(-1)).toBe(
    `"q"; calls; get_production_summary ${JSON.stringify(january)} rows=2; get_top_items ${JSON.stringify(january)} rows=2`,
  );
  const previous: (Focus | null)[] = [];
  const helpless = engine(async (_, context) => {
    previous.push(context.previous);
    return { kind: "help", language: "en" };
  });
  await helpless.answer(asked("?", "s"));
  // A question that was not understood does not make the conversation forget what it was about.
  await helpless.answer(asked("?", "s"));
  await helpless.answer({ ...asked("?", "s"), client: "10.0.0.2" });
  await helpless.answer(asked("?"));
  expect(previous).toEqual([focus, focus, null, null]);
  expect(sessions.turns({ address: "10.0.0.1", id: "s" })[0]).toEqual({ query: "q", answer: "calls 2", focus });
});

test("what nobody foresaw is told as a sentence in the question's language, and in the log", async () => {
  const failing: Planner[] = [
    () => Promise.reject(new Error("a secret of the inside")),
    async () => planned(total, { name: "execute_custom_query", arguments: { sql: "SELECT 1" } }),
    async () => planned({ name: "get_top_items", arguments: { ...january, limit: 0 } }),
  ];
  for (const plan of failing) {
    said.length = 0;
    const answer = await engine(plan).answer(asked("왜 안 돼요?", "failed"));
    expect(answer).toMatchObject({ status: "error", code: "internal", answer: expect.stringContaining("로그") });
    expect(JSON.stringify(answer)).not.toContain("secret");
    expect(said.join()).toMatch(/secret|limit/);
  }
  expect(sessions.turns({ address: "10.0.0.1", id: "failed" })).toEqual([]);
});

test("an answer is given though hub.db takes no more, and the log tells", async () => {
  const db = openHubDb(join(home, "database"));
  db.run(
    "CREATE TRIGGER full BEFORE INSERT ON chat_session BEGIN SELECT raise(ABORT, 'database or disk is full'); END",
  );
  expect(await engine(async () => planned(total)).answer(asked("q", "unkept"))).toMatchObject({ answer: "calls 1" });
  expect(said.at(-1)).toBe("The conversation could not be kept: database or disk is full");
  db.run("DROP TRIGGER full");
  db.close();
});

test("an answer that takes too long is given up with a sentence", async () => {
  const never: Planner = () => new Promise(() => {});
  expect(await engine(never, { patienceSec: 0.05 }).answer(asked("Why?"))).toEqual({
    status: "error",
    code: "timeout",
    answer: "The answer took too long and was stopped. Ask again for a shorter period.",
    toolsUsed: [],
    evidence: [],
    model: "offline",
    standIn: null,
  });
});

test("a stream that is silent for long says in a comment that it goes on", async () => {
  const router = new Hono<HubEnv>();
  const slow: Planner = async () => {
    await Bun.sleep(120);
    return planned(total);
  };
  chatEndpoints(new Endpoints(router), { chat: engine(slow), heartbeatMs: 30 });
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"query":"q"}' };
  const text = await (await router.request("/chat/stream", init, { client: "10.0.0.1" })).text();
  const kinds = text.split("\n\n").map((part) => /^(: heartbeat|event: \w+)/.exec(part)?.[1]);
  expect(kinds.slice(0, 2)).toEqual(["event: meta", ": heartbeat"]);
  expect(kinds.filter((kind) => kind !== ": heartbeat").slice(1)).toEqual([
    "event: tool_call",
    "event: token",
    "event: done",
    undefined,
  ]);
});
