import { afterAll, beforeAll, expect, test } from "bun:test";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, startHub } from "../support/hub.ts";

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  const duplicate = row({ id: 7, production_date: "2025-11-30" });
  writeDatabase(livePath(home), [row({ id: 1 }), row({ id: 2, production_date: "2024-02-02" }), duplicate]);
  writeDatabase(archivePath(home, 2025), [
    duplicate,
    row({ id: 8, production_date: "2026-03-01" }),
    row({ id: 9, production_date: "2025-03-01" }),
    row({ id: 10, production_date: "2025-03-02" }),
  ]);
  hub = await startHub({ home });
});
afterAll(() => hub.stop());

test("/healthz has the contract's fields", async () => {
  await hub.fetch("/records");
  const { status, body } = await hub.json("/healthz");
  expect(status).toBe(200);
  // A copy, because Bun's toMatchObject writes its matchers into what it examines.
  expect(structuredClone(body)).toMatchObject({
    status: "ok",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+09:00$/),
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    uptime_seconds: expect.any(Number),
    database: "connected",
    db_size_mb: expect.any(Number),
    archive_db: "available",
    archive_size_mb: expect.any(Number),
    ai_api: { key_configured: false },
    cache: { size: expect.any(Number), maxsize: 200, ttl: 300, db_version: expect.anything() },
    disk_free_gb: expect.any(Number),
    misplaced_rows: expect.anything(),
  });
  expect(Object.keys(body.ai_api).sort()).toEqual(["cached_status", "key_configured", "last_check_age_sec"]);
  expect(Object.keys(body.backup).sort()).toEqual(["age_hours", "last_success"]);
  expect(Object.keys(body.watcher)).toEqual(["last_run"]);
  expect(body.uptime_seconds).toBeGreaterThanOrEqual(0);
  expect(body.disk_free_gb).toBeGreaterThan(0);
  expect(Date.parse(body.timestamp)).toBeGreaterThan(Date.now() - 60_000);
});

test("/healthz counts the rows that stand in a file that does not own their day", async () => {
  const misplaced = await eventually("misplaced rows are counted", async () => {
    const counted = (await hub.json("/healthz")).body.misplaced_rows;
    return counted > 0 ? counted : undefined;
  });
  // Two rows count where they stand; the third is held by its owner too and counts there.
  expect([2, 3]).toContain(misplaced);
  expect((await hub.json("/records")).body.count).toBe(6);
});

test("/healthz/ai answers without a key", async () => {
  const { status, body } = await hub.json("/healthz/ai");
  expect(status).toBe(200);
  expect(["ok", "error", "rate_limited", "degraded"]).toContain(body.status);
  expect(body.message).toBeString();
  expect(body.cached).toBeBoolean();
  expect(Object.keys(body.sessions).sort()).toEqual(["count", "max_per_ip", "max_total", "ttl_sec"]);
});

test("times carry the offset of HUB_TIMEZONE", async () => {
  const other = await startHub({ env: { HUB_TIMEZONE: "America/St_Johns" } });
  expect((await other.json("/healthz")).body.timestamp).toMatch(/-0[23]:30$/);
  await other.stop();
});

test("/metrics/performance reports each kind of question asked", async () => {
  for (let call = 0; call < 4; call++) await hub.fetch("/summary/daily");
  const { body } = await hub.json("/metrics/performance");
  expect(Object.keys(body).length).toBeGreaterThan(0);
  for (const [name, figures] of Object.entries<Record<string, number>>(body)) {
    expect([name, Object.keys(figures).sort()]).toEqual([
      name,
      ["avg_ms", "avg_rows", "cache_hit_rate", "count", "max_ms", "p50_ms", "p95_ms", "p99_ms"],
    ]);
    expect(figures.cache_hit_rate).toBeWithin(0, 1.0001);
    expect(figures.p50_ms).toBeLessThanOrEqual(figures.max_ms ?? 0);
  }
  expect((await hub.json("/metrics/cache")).body.performance).toEqual(
    Object.fromEntries(Object.keys(body).map((name) => [name, expect.any(Object)])),
  );
});
