import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { operations as words } from "../../src/dashboard/i18n/ko/operations.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, startHub } from "../support/hub.ts";

const path = "/dashboard/operations";
let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  mkdirSync(join(home, "logs"));
  writeFileSync(join(home, "logs", "watcher.log"), "[2026-01-13 02:00:00] [INFO ] one\n");
  writeFileSync(join(home, "logs", "app.log.2025-12-31.gz"), Bun.gzipSync(Buffer.from("what was last year\n")));
  writeFileSync(join(home, "secret.txt"), "not for anybody\n");
  hub = await startHub({ home, env: { TRUSTED_PROXIES: "10.9.9.9" } });
  await hub.json("/items");
  await eventually("the log is begun", () => hub.log().includes("Production Data Hub") || undefined);
});
afterAll(() => hub.stop());

const post = (action: string, headers: Record<string, string>) =>
  hub.fetch(`${path}/${action}`, { method: "POST", headers, redirect: "manual" });
const audits = () =>
  hub
    .log()
    .split("\n")
    .filter((line) => line.includes("AUDIT")).length;

test("without ADMIN_KEY the machine itself may act, from a page of the hub's own", async () => {
  const own = { Origin: hub.url };
  const done = await post("jobs/checkpoint/pause?period=last_7", own);
  expect([done.status, done.headers.get("Location")]).toEqual([303, `${path}?period=last_7`]);
  expect((await post("jobs/checkpoint/resume", { "Sec-Fetch-Site": "same-origin" })).status).toBe(303);
  await eventually("both are in the log", () => (audits() === 2 ? true : undefined));
  const host = `evil.test:${new URL(hub.url).port}`;
  const refused: Record<string, string>[] = [
    {},
    { Origin: "http://evil.test" },
    { Origin: "null" },
    { ...own, "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    // A name that somebody else has lead to this machine (DNS rebinding), and a proxy that nobody trusts.
    { Host: host, Origin: `http://${host}` },
    { ...own, "X-Forwarded-For": "10.0.0.5" },
  ];
  for (const headers of refused)
    expect([headers, (await post("jobs/checkpoint/pause", headers)).status]).toEqual([headers, 403]);
  for (const headers of [{ Host: host }, { "X-Forwarded-For": "10.0.0.5" }] as Record<string, string>[]) {
    expect([headers, (await hub.fetch(`${path}/log/lines`, { headers })).status]).toEqual([headers, 403]);
    const page = await (await hub.fetch(path, { headers })).text();
    expect(page).toContain('id="files"');
    expect(page).toContain("localhost");
    expect(page).not.toContain('id="settings"');
  }
  expect((await post("jobs/nothing/run", own)).status).toBe(404);
  expect((await post("jobs/checkpoint/remove", own)).status).toBe(404);
  expect(audits()).toBe(2);
});

test("every page says alike who may act: with ADMIN_KEY not even the machine itself without it", async () => {
  const pages = ["operations", "quality", "targets", "reports"];
  const told = (of: Hub, sentence: string, headers = {}) =>
    Promise.all(
      pages.map(async (page) =>
        (await (await of.fetch(`/dashboard/${page}`, { headers })).text()).includes(sentence) ? page : null,
      ),
    );
  const { machine, key } = words.access;
  expect(await told(hub, machine)).toEqual(pages.map(() => null));
  expect(await told(hub, machine, { "X-Forwarded-For": "10.0.0.5" })).toEqual(pages);
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  const guarded = await startHub({ home, env: { ADMIN_KEY: "a-key-for-this-test" } });
  try {
    expect(await told(guarded, key)).toEqual(pages);
  } finally {
    await guarded.stop();
  }
  expect(key).toContain("허브가 설치된 PC에서도");
});

test("a log is named from a list, and followed", async () => {
  for (const name of ["../secret.txt", "%2Fetc%2Fpasswd", "..%2Fsecret.txt", "nothing.log"]) {
    // So many that the hub's first line is among them, whatever was asked before.
    const text = await (await hub.fetch(`${path}/log/lines?lines=1000&log=${name}`)).text();
    expect([name, text.includes("Production Data Hub")]).toEqual([name, true]);
    expect(text).not.toContain("not for anybody");
  }
  const compressed = await (await hub.fetch(`${path}/log/lines?log=app.log.2025-12-31.gz`)).text();
  expect(compressed).toBe("<li>what was last year</li>");
  const option = (name: string) => `<option value="${name}">${name}</option>`;
  const logs = `<optgroup label="app.log">${option("app.log")}${option("app.log.2025-12-31.gz")}</optgroup><optgroup label="watcher.log">`;
  // A page about the hub is shared for an instant by all who ask for it.
  await eventually("the page lists the logs", async () =>
    (await (await hub.fetch(path)).text()).includes(logs) ? true : undefined,
  );
  const response = await hub.fetch(`${path}/log/live?log=watcher.log`);
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  let seen = "";
  let isAdded = false;
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    seen += decoder.decode(chunk, { stream: true });
    if (seen.includes("two")) break;
    if (isAdded || !seen.includes("one")) continue;
    isAdded = true;
    appendFileSync(join(hub.home, "logs", "watcher.log"), "[2026-01-13 02:00:01] [ERROR] <b>two</b>\n");
  }
  expect(seen).toMatch(/event: lines\ndata: <li data-level="info">.*one<\/li>/);
  // The watcher may have written lines of its own meanwhile.
  expect(seen).toMatch(/event: more\ndata: (?:<li.*<\/li>)?<li data-level="error">.*&lt;b&gt;two&lt;\/b&gt;<\/li>/);
});

test("the page is there when the data are not, and says what to do", async () => {
  rmSync(livePath(hub.home));
  const page = await eventually("the page says that Live is gone", async () => {
    const response = await hub.fetch(path);
    expect(response.status).toBe(200);
    const text = await response.text();
    return text.includes("production_analysis.db 파일이 없습니다") ? text : undefined;
  });
  expect(page).toContain("--restore");
  expect((await hub.fetch(`${path}?q=a&period=nonsense`)).status).toBe(200);
});
