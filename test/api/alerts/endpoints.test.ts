import { afterAll, beforeAll, expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { allRules } from "../../../src/api/alerts/rules.ts";
import { ofMachine } from "../../support/alerts.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../../support/hub.ts";
import { story } from "../../support/story.ts";

const step = story("an alert that fires is listed, told, looked after and shown");
const allButMissing = allRules.flatMap(({ id }) => (id === "file-missing" ? [] : id)).join();
let hub: Hub;
let alert: Json;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  hub = await startHub({
    home,
    // At this speed other rules find something as well, by the day of the year and by how busy the machine is.
    env: { ALERT_SPEED: "20000", ALERT_OFF: allButMissing, QUALITY: "false", TRUSTED_PROXIES: "10.9.9.9" },
  });
  await hub.json("/items");
  renameSync(livePath(home), join(home, "aside.db"));
  alert = await eventually("the alert fires", async () => (await hub.json("/alerts")).body.data[0]);
});
afterAll(() => hub.stop());

const post = (path: string, body?: object, headers: Record<string, string> = {}) =>
  hub.json(path, {
    method: "POST",
    headers: { ...(body ? { "Content-Type": "application/json" } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

step("what fires is listed in both languages, counted in /healthz, and kept in the history", async () => {
  expect(alert).toMatchObject({
    rule: "file-missing",
    subject: "production_analysis.db",
    severity: "critical",
    state: "firing",
    acknowledged: null,
    clearing_since: null,
    closes_at: null,
    resolved_at: null,
    page: "/dashboard/operations",
  });
  expect(alert.words.ko.what).toContain("파일이 없습니다");
  expect(alert.words.en.action).toContain("--restore");
  expect((await hub.json("/healthz")).body.active_alerts).toEqual({ critical: 1, warning: 0, info: 0 });
  const history = async (query: string) => (await hub.json(`/alerts/history?${query}`)).body.data.length;
  expect([
    await history(""),
    await history("severity=info"),
    await history("rule=nothing"),
    await history("limit=1"),
  ]).toEqual([1, 0, 0, 1]);
  expect((await hub.json("/alerts/history?days=0")).status).toBe(422);
  expect((await hub.json("/alerts/history?severity=bad")).status).toBe(422);
});

step("pages hear how many alerts nobody looks after, at first and when that changes", async () => {
  const response = await hub.fetch("/events");
  const decoder = new TextDecoder();
  const counts: string[] = [];
  let text = "";
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    const heard = [...text.matchAll(/event: alerts\ndata: (.*)\n/g)].map(([, data]) => data!);
    if (heard.length > counts.length) {
      counts.splice(0, counts.length, ...heard);
      if (heard.length === 1) expect((await post(`/alerts/${alert.id}/acknowledge`)).status).toBe(200);
      else break;
    }
  }
  expect(counts.map((data) => JSON.parse(data).critical)).toEqual([1, 0]);
  const [shown] = (await hub.json("/alerts")).body.data;
  expect(shown.acknowledged.by).toBe("127.0.0.1");
});

step("acting is for the administrator, on alerts that fire, and is audited", async () => {
  const path = `/alerts/${alert.id}/snooze`;
  expect((await post(path, { hours: 24 }, { "X-Forwarded-For": "10.0.0.5" })).status).toBe(403);
  for (const hours of [0, 169]) expect((await post(path, { hours })).status).toBe(422);
  expect((await post("/alerts/999/acknowledge")).status).toBe(404);
  const { status, body } = await post(path, { hours: 24 });
  expect([status, Date.parse(body.snoozed_until) > Date.now() + 23 * 3_600_000]).toEqual([200, true]);
  await eventually("both stand in the log", () => {
    const audits = hub
      .log()
      .split("\n")
      .filter((line) => line.includes("AUDIT alert"));
    return audits.length === 2 || undefined;
  });
  expect(hub.log()).toContain(
    `AUDIT alert ${alert.id} (file-missing production_analysis.db): snooze for 24 h by 127.0.0.1`,
  );
});

step("the page shows alerts, history, rules and channels, and its buttons work without scripts", async () => {
  const page = async (query = "") => (await hub.fetch(`/dashboard/alerts${query}`)).text();
  const shown = await page();
  for (const part of ["파일이 없습니다", "할 일", 'id="history"', "backup-too-old", "알림 채널"])
    expect(shown).toContain(part);
  expect(await page("?severity=info")).toContain("이 조건에 맞는 알림이 없습니다");
  expect(await page("?days=3")).toContain("조건 &#39;3&#39;을(를) 쓸 수 없어");
  const send = (action: string, hours: string, headers: Record<string, string>) =>
    hub.fetch(`/dashboard/alerts/${alert.id}/${action}?severity=info`, {
      method: "POST",
      body: new URLSearchParams({ hours }),
      headers,
      redirect: "manual",
    });
  const own = { Origin: hub.url };
  const done = await send("snooze", "4", own);
  expect([done.status, done.headers.get("Location")]).toEqual([303, "/dashboard/alerts?severity=info"]);
  expect((await send("snooze", "5", own)).status).toBe(404);
  expect((await send("acknowledge", "", {})).status).toBe(403);
  expect((await send("acknowledge", "", { ...own, "X-Forwarded-For": "10.0.0.5" })).status).toBe(403);
  const stranger = await (await hub.fetch("/dashboard/alerts", { headers: { "X-Forwarded-For": "10.0.0.5" } })).text();
  expect(stranger).toContain("파일이 없습니다");
  expect(stranger).not.toContain("/acknowledge");
});

test("what a person settled says that it is no longer found and when it ends, and every page counts the same alerts", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row(), row({ production_date: "N/A" })]);
  // A rule that waits a minute waits 6 s; one that keeps for three, 18 s.
  const own = await startHub({ home, env: { ALERT_SPEED: "10", ALERT_OFF: ofMachine } });
  try {
    const rule = "quality-undated-rows";
    const listed = async (): Promise<Json[]> => (await own.json("/alerts")).body.data;
    const find = async (): Promise<Json | undefined> => (await listed()).find((one) => one.rule === rule);
    await eventually("the alert fires", find);
    const [finding] = (await own.json("/quality?kind=undated-rows")).body.data;
    const headers = { "Content-Type": "application/json" };
    await own.json(`/quality/${finding.id}/accept`, { method: "POST", headers, body: "{}" });
    const clearing = await eventually("it says so", async () => {
      const one = await find();
      return one?.clearing_since ? one : undefined;
    });
    const lasts = Date.parse(clearing.closes_at) - Date.parse(clearing.clearing_since);
    expect(Math.abs(lasts - 18_000)).toBeLessThanOrEqual(1_000);
    const page = async (path: string): Promise<string> => (await own.fetch(`/dashboard/${path}`)).text();
    const [alerts, operations, count] = await Promise.all([page("alerts"), page("operations"), listed()]);
    for (const shown of [alerts, operations]) expect(shown).toMatch(/더 이상 발견되지 않음, \d\d:\d\d에 종료/);
    expect(alerts).toContain("곧 종료");
    expect(operations).toContain(`진행 중인 알림 ${count.length}건`);
  } finally {
    await own.stop();
  }
}, 180_000);
