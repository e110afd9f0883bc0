import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, newest, startHub } from "../support/hub.ts";

setDefaultTimeout(180_000);

let hubs: Hub[] = [];
afterEach(async () => {
  await Promise.all(hubs.map((hub) => hub.stop()));
  hubs = [];
});

async function start(env: Record<string, string> = {}, home = homeWithRow()): Promise<Hub> {
  const hub = await startHub({ home, env });
  hubs.push(hub);
  return hub;
}

function homeWithRow(): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row({ production_date: "2026-07-15", item_code: "BW0021", good_quantity: 1234 })]);
  return home;
}

const browser = { Accept: "text/html,*/*;q=0.8", "Sec-Fetch-Mode": "navigate" };
const open = (hub: Hub, path: string, headers: Record<string, string> = {}) =>
  hub.fetch(path, { headers: { ...browser, ...headers }, redirect: "manual" });

test("a browser gets the dashboard at /, a program the status, and the page can do without inline scripts and other hosts", async () => {
  const hub = await start();
  const response = await open(hub, "/");
  const html = await response.text();
  expect(html).toContain('<data value="1234"');
  expect(response.headers.get("content-security-policy")).toStartWith(
    "default-src 'none'; script-src 'self'; style-src 'self';",
  );
  expect(html).not.toMatch(/\sstyle=|\son\w+=|https?:\/\/(?!www\.w3\.org)/);
  expect((await hub.json("/")).body).toEqual({ status: "active", system: "Production Data Hub API" });
  const part = await (await open(hub, "/", { "HX-Request": "true" })).text();
  expect(part).toStartWith("<title>");
  expect(part).toContain('<data value="1234"');
});

test("a page is made anew when the data change, and the figures are then the new ones", async () => {
  const hub = await start();
  expect(await (await open(hub, "/")).text()).toContain('<data value="1234"');
  writeDatabase(livePath(hub.home), [row({ production_date: "2026-07-15", item_code: "BW0021", good_quantity: 99 })]);
  await (await newest(hub, "/items?limit=1")).bytes();
  expect(await (await open(hub, "/")).text()).toContain('<data value="99"');
});

test("while there are no data, a browser is told which files to put where, and looks again by itself", async () => {
  const hub = await start({}, temporaryHome());
  const response = await open(hub, "/");
  expect(response.headers.get("refresh")).toBe("5");
  expect(await response.text()).toContain("database/production_analysis.db");
});

test("days that cannot be read are a page with the sentence, and other days are shown", async () => {
  const home = homeWithRow();
  writeFileSync(archivePath(home, 2025), "no database");
  const hub = await start({}, home);
  await eventually(
    "the archive is known to be broken",
    async () =>
      (await hub.json("/healthz")).body.files.some(({ state }: { state: string }) => state === "broken") || undefined,
  );
  const response = await open(hub, "/?from=2025-01-01&to=2025-01-31");
  expect(response.status).toBe(503);
  const html = await response.text();
  expect(html).toContain("지금은 보여 드릴 수 없습니다");
  expect(html).toContain("archive_2025.db");
  expect((await open(hub, "/")).status).toBe(200);
});

test("with API_KEYS a browser is asked for one, keeps a cookie for it, and may read but not administer with that", async () => {
  const [key, adminKey] = ["secret-key", "admin-key"];
  const hub = await start({ API_KEYS: key, ADMIN_KEY: adminKey });
  for (const path of ["/?period=last_7", "/dashboard/parts/items"]) {
    const response = await open(hub, path);
    expect([response.status, response.headers.get("location")]).toEqual([
      303,
      `/login?${new URLSearchParams({ to: path })}`,
    ]);
  }
  expect((await hub.fetch("/events")).status).toBe(401);
  const form = await (await open(hub, "/login?to=/%3Fperiod%3Dlast_7")).text();
  expect(form).toContain('name="to" value="/?period=last_7"');
  const sign = (shown: string, to: string) =>
    hub.fetch("/login", { method: "POST", body: new URLSearchParams({ key: shown, to }), redirect: "manual" });
  expect((await sign("wrong", "/")).status).toBe(403);
  const signed = await sign(key, "/?period=last_7");
  expect([signed.status, signed.headers.get("location")]).toEqual([303, "/?period=last_7"]);
  const cookie = signed.headers.get("set-cookie")!;
  expect(cookie).toMatch(/^hub_session=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict$/);
  expect(cookie).not.toContain(key);
  const session = { Cookie: cookie.split(";")[0]! };
  expect(await (await open(hub, "/", session)).text()).toContain('<data value="1234"');
  expect((await hub.json("/records", { headers: session })).status).toBe(200);
  const asAdmin = (await sign(adminKey, "/")).headers.get("set-cookie")!.split(";")[0]!;
  expect((await hub.json("/cache/clear", { method: "POST", headers: { Cookie: asAdmin } })).status).toBe(401);
  expect((await hub.json("/records", { headers: { Cookie: "hub_session=wrong" } })).status).toBe(401);
  expect((await sign(key, "//elsewhere.example")).headers.get("location")).toBe("/");
});

test("the choice of language and colours is kept in cookies and leads back to a page of the hub, never elsewhere", async () => {
  const hub = await start();
  const chosen = await open(hub, "/dashboard/choose?lang=en&theme=dark&to=%2F%3Fperiod%3Dlast_7");
  expect(chosen.headers.get("location")).toBe("/?period=last_7");
  expect(chosen.headers.getSetCookie().map((cookie) => cookie.split(";")[0])).toEqual([
    "hub_lang=en",
    "hub_theme=dark",
  ]);
  const page = await (await open(hub, "/", { Cookie: "hub_lang=en; hub_theme=dark" })).text();
  expect(page).toContain('<html lang="en" data-theme="dark">');
  for (const to of ["//evil.example", "/\\evil.example", "https://evil.example", "/a b"]) {
    const response = await open(hub, `/dashboard/choose?lang=fr&to=${encodeURIComponent(to)}`);
    expect([response.headers.get("location"), response.headers.getSetCookie()]).toEqual(["/", []]);
  }
  expect(await (await open(hub, "/", { "Accept-Language": "fr, en-GB;q=0.8, ko;q=0.5" })).text()).toContain(
    '<html lang="en"',
  );
  expect(await (await open(hub, "/", { "Accept-Language": "fr" })).text()).toContain('<html lang="ko"');
});

test("the hub's own pages have a budget of 600 a minute, which the API's does not touch", async () => {
  const hub = await start({ RATE_LIMIT_API: "1" });
  await hub.fetch("/records");
  expect((await hub.fetch("/records")).status).toBe(429);
  for (let at = 1; at <= 3; at++) {
    const { status, headers } = await open(hub, "/");
    expect([status, headers.get("x-ratelimit-limit"), headers.get("x-ratelimit-remaining")]).toEqual([
      200,
      "600",
      String(600 - at),
    ]);
  }
});

test("the dashboard is on DASHBOARD_PORT too, and where that is taken the hub says so and serves on API_PORT", async () => {
  const free = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const port = String(free.port);
  const without = await start({ DASHBOARD_PORT: port });
  expect((await open(without, "/")).status).toBe(200);
  await eventually(
    "the log says so",
    () => without.log().includes(`Port ${port} is in use by another program, so the dashboard is on port`) || undefined,
  );
  await free.stop(true);
  const hub = await start({ DASHBOARD_PORT: port });
  const second = await fetch(`http://127.0.0.1:${port}/`, { headers: browser });
  expect(await second.text()).toContain('<data value="1234"');
  expect(await hub.stop()).toBe(0);
  hubs = hubs.filter((one) => one !== hub);
});
