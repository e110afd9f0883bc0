import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { homeOfThreeItems, posted, streamed } from "../support/chat.ts";
import { temporaryHome } from "../support/files.ts";
import { calls, fails, type GeminiServer, says, startGeminiServer } from "../support/gemini-server.ts";
import { eventually, type Hub, hubDbOf, type Json, startHub } from "../support/hub.ts";
import { type Scrape, scrape } from "../support/metrics.ts";

setDefaultTimeout(180_000);

const requests = (scraped: Scrape, method: string, route: string, status: number): number =>
  scraped.sum("hub_http_requests_total", { method, route, status: String(status) }) ?? 0;

const question = { query: "이번 달 BW0021 총 생산량은?" };
const message = (method: string, params: Json = {}): Json => ({ jsonrpc: "2.0", id: 1, method, params });
const mcp = (method: string, params?: Json): BunFetchRequestInit =>
  posted(message(method, params), { Accept: "application/json, text/event-stream" });

describe("a hub that answers", () => {
  let hub: Hub;
  beforeAll(async () => {
    hub = await startHub({ home: homeOfThreeItems(), env: { SLOW_QUERY_THRESHOLD_MS: "0" } });
  });
  afterAll(() => hub.stop());

  test("counts every request under its route and status, whichever way it was answered", async () => {
    const before = await scrape(hub);
    const path = "/records?limit=3";
    const first = await hub.fetch(path);
    const tag = { headers: { "If-None-Match": first.headers.get("etag")! } };
    for (let call = 0; call < 4; call++) await hub.fetch(path);
    for (let call = 0; call < 3; call++) await hub.fetch(path, tag);
    await hub.fetch("/api/v1/records?limit=3");
    await hub.fetch(path, { method: "HEAD" });
    await hub.fetch("/records?limit=0");
    await hub.fetch("/records/BW0021");
    await hub.fetch("/records/C1203?limit=5");
    await hub.fetch("/records", { method: "POST" });
    for (let call = 0; call < 2; call++) await hub.fetch(`/no-such-path-${call}`);
    await (await hub.fetch("/records.csv")).text();
    await hub.fetch("/chat", posted(question));
    await streamed(hub, question);
    await hub.fetch("/dashboard/trends");

    const after = await scrape(hub);
    const since = (method: string, route: string, status: number): number =>
      requests(after, method, route, status) - requests(before, method, route, status);
    expect({
      records: since("GET", "/records", 200),
      unchanged: since("GET", "/records", 304),
      head: since("HEAD", "/records", 200),
      wrong: since("GET", "/records", 422),
      ofItem: since("GET", "/records/{item_code}", 200),
      notAllowed: since("POST", "unknown", 405),
      unknown: since("GET", "unknown", 404),
      exported: since("GET", "/records.csv", 200),
      chat: since("POST", "/chat", 200),
      stream: since("POST", "/chat/stream", 200),
      page: since("GET", "/dashboard/trends", 200),
      metrics: since("GET", "/metrics", 200),
    }).toEqual({
      records: 6,
      unchanged: 3,
      head: 1,
      wrong: 1,
      ofItem: 2,
      notAllowed: 1,
      unknown: 2,
      exported: 1,
      chat: 1,
      stream: 1,
      page: 1,
      // The one under way is not answered yet.
      metrics: 1,
    });
    // A histogram's buckets only grow with their bounds, and the last one holds every request.
    const records = { method: "GET", route: "/records" };
    expect(after.sum("hub_http_request_duration_seconds_count", records)).toBe(10);
    expect(after.sum("hub_http_request_duration_seconds_bucket", { ...records, le: "+Inf" })).toBe(10);
    expect(after.sum("hub_http_request_duration_seconds_bucket", { ...records, le: "0.0001" })).toBeLessThan(10);
    expect(after.sum("hub_http_request_duration_seconds_sum", records)).toBeGreaterThan(0);
  });

  test("counts what the cache answered, what was computed and what of it was slow", async () => {
    const before = await scrape(hub);
    for (let call = 0; call < 5; call++) await hub.fetch("/items?limit=7");
    const after = await scrape(hub);
    const since = (name: string, labels = {}) => (after.sum(name, labels) ?? 0) - (before.sum(name, labels) ?? 0);
    const items = { question: "items" };
    expect([since("hub_cache_hits_total", items), since("hub_cache_misses_total", items)]).toEqual([4, 1]);
    expect(since("hub_query_duration_seconds_count", { ...items, by: "inline" })).toBe(1);
    // With a threshold of 0 ms every query is slow.
    expect(since("hub_slow_queries_total", items)).toBe(1);
    expect(since("hub_cache_entries")).toBe(1);
    expect(since("hub_cache_bytes")).toBeGreaterThan(0);
  });

  test("counts the offline planner's answers, calls of tools and messages over MCP", async () => {
    const before = await scrape(hub);
    await hub.fetch("/chat", posted(question));
    await hub.fetch("/mcp", mcp("tools/list"));
    const months = { date_from: "2026-01-01", date_to: "2026-12-31" };
    await hub.fetch("/mcp", mcp("tools/call", { name: "get_monthly_trend", arguments: months }));
    await hub.fetch("/mcp", mcp("tools/call", { name: "get_monthly_trend", arguments: { date_from: "gestern" } }));
    await hub.fetch("/mcp", mcp("an/invented/method"));
    const after = await scrape(hub);
    const since = (name: string, labels = {}) => (after.sum(name, labels) ?? 0) - (before.sum(name, labels) ?? 0);
    expect(since("hub_chat_answers_total", { model: "offline", outcome: "success" })).toBe(1);
    expect(since("hub_chat_answer_duration_seconds_count", { model: "offline" })).toBe(1);
    const trend = { tool: "get_monthly_trend" };
    expect(since("hub_tool_calls_total", { ...trend, outcome: "success" })).toBe(1);
    expect(since("hub_tool_calls_total", { ...trend, outcome: "INVALID_ARGUMENTS" })).toBe(1);
    expect(since("hub_tool_call_duration_seconds_count", trend)).toBe(2);
    expect(since("hub_mcp_messages_total", { method: "tools/list" })).toBe(1);
    expect(since("hub_mcp_messages_total", { method: "tools/call" })).toBe(2);
    expect(since("hub_mcp_messages_total", { method: "other" })).toBe(1);
  });

  test("tells the state of the files, the processes and the jobs", async () => {
    const scraped = await eventually("the daily totals are made, and the other file is read", async () => {
      const now = await scrape(hub);
      const isMade = now.sum("hub_rollup_state", { segment: "live", state: "ready" }) === 1;
      const isRead = now.sum("hub_segment_state", { segment: "archive_2025", state: "ok" }) === 1;
      return isMade && isRead && now.sum("hub_disk_free_bytes") !== undefined ? now : undefined;
    });
    for (const segment of ["live", "archive_2025"]) {
      expect(scraped.sum("hub_segment_rows", { segment })).toBe(240);
      expect(scraped.sum("hub_segment_state", { segment, state: "ok" })).toBe(1);
      expect(scraped.sum("hub_segment_state", { segment })).toBe(1);
      expect(scraped.sum("hub_segment_answering", { segment })).toBe(1);
      expect(scraped.sum("hub_segment_bytes", { segment })).toBeGreaterThan(4096);
    }
    expect(scraped.sum("hub_healthy")).toBe(1);
    expect(scraped.sum("hub_metrics_told")).toBe(7);
    expect(scraped.sum("process_resident_memory_bytes")).toBeGreaterThan(30e6);
    expect(scraped.sum("hub_memory_bytes")).toBeGreaterThan(30e6);
    expect(scraped.sum("process_start_time_seconds")! * 1000).toBeWithin(Date.now() - 600_000, Date.now());
    expect(scraped.sum("hub_disk_free_bytes")).toBeGreaterThan(0);
    expect(scraped.sum("hub_job_failed", { name: "backup" })).toBe(0);
    expect(scraped.sum("hub_job_next_run_timestamp_seconds", { name: "backup" })! * 1000).toBeGreaterThan(Date.now());
  });

  test("tells of a backup, its job and what it took", async () => {
    // What never was has no sample, least of all one that says 0.
    expect((await scrape(hub)).sum("hub_backup_age_seconds")).toBeUndefined();
    await hub.fetch("/operations/jobs/backup/run", { method: "POST" });
    const scraped = await eventually("the backups are told of", async () => {
      const now = await scrape(hub);
      const age = now.sum("hub_backup_age_seconds", { segment: "archive_2025" });
      const success = now.sum("hub_job_last_success_timestamp_seconds", { name: "backup" });
      return age === undefined || success === undefined ? undefined : now;
    });
    expect(scraped.sum("hub_backup_age_seconds", { segment: "live" })).toBeWithin(0, 60);
    const finished = scraped.sum("hub_job_last_success_timestamp_seconds", { name: "backup" })! * 1000;
    expect(finished).toBeWithin(Date.now() - 60_000, Date.now() + 1);
    expect(scraped.sum("hub_job_last_duration_seconds", { name: "backup" })).toBeGreaterThan(0);
  });

  test("counts who listens to its events", async () => {
    const listening = new AbortController();
    await hub.fetch("/events", { signal: listening.signal });
    expect((await scrape(hub)).sum("hub_event_streams")).toBe(1);
    listening.abort();
    await eventually("the stream is over", async () =>
      (await scrape(hub)).sum("hub_event_streams") === 0 ? true : undefined,
    );
  });

  test("takes nothing that clients write for a label, so that the number of series stays as it is", async () => {
    const odd = (at: number): string =>
      ["/geheim", "/records/geheim", "/dashboard/geheim", "/static/geheim", "/api/v1/geheim", "/docs/geheim"][at % 6]! +
      encodeURIComponent(`${at}"\\\n{}한`);
    const ask = async (at: number): Promise<unknown> =>
      (await hub.fetch(odd(at), { method: ["GET", "POST", "PUT", "GEHEIM"][at % 4]! })).text();
    for (let at = 0; at < 24; at++) await ask(at);
    await hub.fetch("/mcp", mcp("geheim/0"));
    await hub.fetch("/chat", posted({ query: "geheim?", session_id: "geheim" }));
    // A scrape is a request as well.
    await scrape(hub);
    const before = await scrape(hub);
    for (let at = 24; at < 1024; at += 20) await Promise.all(Array.from({ length: 20 }, (_, more) => ask(at + more)));
    await hub.fetch("/mcp", mcp("geheim/1"));
    await hub.fetch("/chat", posted({ query: "geheim?", session_id: "geheim" }));
    const after = await scrape(hub);
    expect(after.text).not.toMatch(/geheim|한/i);
    const series = ({ series: all }: Scrape) => [...all.keys()].filter((name) => name.startsWith("hub_http"));
    expect(series(after)).toEqual(series(before));
    const added = after.sum("hub_http_requests_total")! - before.sum("hub_http_requests_total")!;
    expect(added).toBe(1003);
    expect(after.text.length).toBeLessThan(400_000);
  });

  test("is the same under /api/v1, compressed for who takes it, never stored, and none of the rate limit's business", async () => {
    const answer = await hub.fetch("/api/v1/metrics");
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(await answer.text()).toContain("hub_http_requests_total");
  });

  test.skipIf(!Bun.which("promtool"))(
    "is what promtool finds nothing wrong with (needs Debian's prometheus)",
    async () => {
      const { text } = await scrape(hub);
      const promtool = Bun.spawn(["promtool", "check", "metrics"], {
        stdin: Buffer.from(text),
        stdout: "pipe",
        stderr: "pipe",
      });
      const said = (await promtool.stdout.text()) + (await promtool.stderr.text());
      expect({ said, code: await promtool.exited }).toEqual({ said: "", code: 0 });
    },
  );
});

test("a damaged hub.db takes only its part of the metrics away, and what it broke is counted as the hub's fault", async () => {
  const hub = await startHub({ home: homeOfThreeItems() });
  try {
    const db = hubDbOf(hub.home);
    db.run("DROP TABLE chat_session");
    db.close();
    expect((await hub.fetch("/healthz/ai")).status).toBe(500);
    await scrape(hub);
    const scraped = await scrape(hub);
    expect(scraped.sum("hub_metrics_told", { part: "chat" })).toBe(0);
    expect(scraped.sum("hub_metrics_told")).toBe(6);
    expect(scraped.sum("hub_http_requests_total", { route: "/healthz/ai", status: "500" })).toBe(1);
    const told = await eventually("the log says so", () => hub.log().match(/The metrics of 'chat'.*/g) ?? undefined);
    expect(told).toHaveLength(1);
  } finally {
    await hub.stop();
  }
});

test("a hub without data says that it cannot answer", async () => {
  const hub = await startHub({ home: temporaryHome() });
  try {
    expect((await hub.fetch("/records")).status).toBe(503);
    const scraped = await scrape(hub);
    expect(scraped.sum("hub_http_requests_total", { route: "/records", status: "503" })).toBe(1);
    expect(scraped.sum("hub_healthy")).toBe(0);
    expect(scraped.sum("hub_segment_answering", { segment: "live" })).toBe(0);
    expect(scraped.sum("hub_segment_rows")).toBeUndefined();
  } finally {
    await hub.stop();
  }
});

test("refusals are counted by the budget that was used up, and /metrics takes a key where one is asked for", async () => {
  const env = { RATE_LIMIT_API: "3", RATE_LIMIT_CHAT: "1", API_KEYS: "a-key-of-the-metrics" };
  const hub = await startHub({ home: homeOfThreeItems(), env });
  try {
    const headers = { "X-API-Key": "a-key-of-the-metrics" };
    for (let call = 0; call < 5; call++) await hub.fetch("/items", { headers });
    for (let call = 0; call < 4; call++) await hub.fetch("/chat", posted(question, headers));
    expect((await hub.fetch("/metrics")).status).toBe(401);
    for (let call = 0; call < 5; call++) await scrape(hub, { headers });
    const scraped = await scrape(hub, { headers: { Authorization: "Bearer a-key-of-the-metrics" } });
    expect(scraped.sum("hub_http_rate_limited_total", { budget: "api" })).toBe(2);
    expect(scraped.sum("hub_http_rate_limited_total", { budget: "chat" })).toBe(3);
    expect(scraped.sum("hub_http_rate_limited_total", { budget: "pages" })).toBe(0);
    expect(requests(scraped, "GET", "/items", 429)).toBe(2);
    expect(requests(scraped, "GET", "/metrics", 401)).toBe(1);
    expect(scraped.text).not.toContain("a-key-of-the-metrics");
  } finally {
    await hub.stop();
  }
});

test("what a model took, was corrected in and failed with is counted", async () => {
  const gemini: GeminiServer = await startGeminiServer();
  const env = { GEMINI_API_KEY: "AIza-of-this-test", GEMINI_BASE_URL: gemini.url };
  const hub = await startHub({ home: homeOfThreeItems(), env });
  try {
    const year = { date_from: "2026-01-01", date_to: "2026-12-31" };
    const period = "2026-01-01 ~ 2026-12-31\n\n";
    gemini.script(
      fails.overloaded(),
      calls({ name: "get_production_summary", args: year }),
      says(`${period}총 생산량은 987,654,321개입니다.`),
      says(`${period}생산 기록이 있습니다.`),
    );
    const { body } = await hub.json("/chat", posted({ query: "올해 총 생산량은?" }));
    expect([body.status, body.model_used]).toEqual(["success", "gemini-flash-latest"]);
    const answered = await scrape(hub);
    expect(answered.sum("hub_chat_answers_total", { model: "gemini-flash-latest", outcome: "success" })).toBe(1);
    expect(answered.sum("hub_chat_conversations_total", { outcome: "answered" })).toBe(1);
    expect(answered.sum("hub_chat_unsupported_numbers_total")).toBe(1);
    expect(answered.sum("hub_chat_model_retries_total")).toBe(1);
    expect(answered.sum("hub_chat_model_requests_total")).toBe(4);
    expect(answered.sum("hub_chat_tokens_total", { kind: "prompt" })).toBe(300);
    expect(answered.sum("hub_chat_tokens_total", { kind: "output" })).toBe(60);
    expect(answered.sum("hub_tool_calls_total", { tool: "get_production_summary", outcome: "success" })).toBe(1);
    expect(answered.sum("hub_chat_model_usable")).toBe(1);

    gemini.script(fails.keyInvalid());
    await hub.json("/chat", posted({ query: "올해 총 생산량은?" }));
    const failed = await scrape(hub);
    expect(failed.sum("hub_chat_model_failures_total", { trouble: "key" })).toBe(1);
    expect(failed.sum("hub_chat_stand_ins_total")).toBe(1);
    expect(failed.sum("hub_chat_model_usable")).toBe(0);
    expect(failed.sum("hub_chat_answers_total", { model: "offline", outcome: "success" })).toBe(1);
  } finally {
    await hub.stop();
    await gemini.stop();
  }
});
