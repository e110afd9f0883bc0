import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readCsv } from "./support/exports.ts";
import { livePath, row, temporaryHome, writeDatabase } from "./support/files.ts";
import { eventually, startHub } from "./support/hub.ts";

setDefaultTimeout(30_000);

const MAIN = resolve(import.meta.dir, "../src/main.ts");

function homeWith(rows: number): string {
  const home = temporaryHome();
  writeDatabase(
    livePath(home),
    Array.from({ length: rows }, () => row()),
  );
  return home;
}

function run(args: string[], env: Record<string, string>) {
  const { PATH = "", HOME = "" } = process.env;
  const done = Bun.spawnSync([process.execPath, MAIN, ...args], { env: { PATH, HOME, ...env }, timeout: 10_000 });
  return { code: done.exitCode, stdout: done.stdout.toString(), stderr: done.stderr.toString() };
}

test.each(["SIGTERM", "SIGINT"] as const)("%s ends the hub with code 0", async (signal) => {
  const hub = await startHub({ home: homeWith(3) });
  expect((await hub.fetch("/records")).status).toBe(200);
  process.kill(hub.pid, signal);
  expect(await hub.stop()).toBe(0);
  expect(hub.stderr()).toBe("");
});

test("an answer that is under way when the hub is told to stop arrives complete", async () => {
  const hub = await startHub({ home: homeWith(60_000) });
  const response = await hub.fetch("/records.csv");
  const reader = response.body?.getReader();
  const chunks = [(await reader?.read())?.value ?? new Uint8Array()];
  const stopped = hub.stop();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) chunks.push(read.value);
  expect(readCsv(Buffer.concat(chunks).toString())).toHaveLength(60_001);
  expect(await stopped).toBe(0);
}, 30_000);

test("no process of the hub outlives it, also when it is killed", async () => {
  const hub = await startHub({ home: homeWith(3), env: { INLINE_MAX_ROWS: "0" } });
  await hub.fetch("/records");
  const children = childrenOf(hub.pid);
  process.kill(hub.pid, "SIGKILL");
  await eventually("the hub's processes are gone", () => (children.every((pid) => !isRunning(pid)) ? true : undefined));
});

test("the log is complete when the hub has stopped", async () => {
  const hub = await startHub({ home: homeWith(3) });
  const { headers } = await hub.fetch("/records?item_code=LAST01");
  await hub.stop();
  expect(hub.log()).toContain(headers.get("x-request-id") ?? "no id");
  expect(hub.log()).toContain("LAST01");
});

test.each([
  ["API_PORT", "99999"],
  ["API_PORT", "eight"],
  ["RATE_LIMIT_API", "-1"],
  ["HUB_TIMEZONE", "Mars/Olympus"],
  ["ARCHIVE_CUTOFF_YEAR", "20"],
  ["TRUSTED_PROXIES", "not-an-address"],
  ["CACHE_TTL", "soon"],
])("%s=%s stops the start with one sentence and code 2", (name, value) => {
  const { code, stderr } = run([], { HUB_HOME: homeWith(1), API_PORT: "0", [name]: value });
  expect(code).toBe(2);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(name);
  expect(stderr).toContain(value);
});

test("a setting of the home's .env file is used, and the environment wins over it", async () => {
  const home = homeWith(1);
  writeFileSync(join(home, ".env"), "\ufeffCACHE_MAX=7\r\nCACHE_TTL=11\r\n");
  const hub = await startHub({ home, env: { CACHE_TTL: "12" } });
  expect((await hub.json("/metrics/cache")).body.api_cache).toMatchObject({ maxsize: 7, ttl: 12 });
  await hub.stop();
});

test("--version, --help and wrong arguments have the contract's exit codes", () => {
  const { version } = JSON.parse(readFileSync(resolve(MAIN, "../../package.json"), "utf8"));
  const home = homeWith(1);
  expect(run(["--version"], { HUB_HOME: home })).toMatchObject({ code: 0, stdout: expect.stringContaining(version) });
  expect(run(["--help"], { HUB_HOME: home })).toMatchObject({ code: 0, stdout: expect.stringContaining("API_PORT") });
  expect(run(["--nonsense"], { HUB_HOME: home }).code).toBe(2);
});

test("a port that is taken stops the start with a sentence and code 1", async () => {
  const hub = await startHub({ home: homeWith(1) });
  const { code, stderr } = run([], { HUB_HOME: homeWith(1), HOST: "127.0.0.1", API_PORT: new URL(hub.url).port });
  expect(code).toBe(1);
  expect(stderr).toContain(new URL(hub.url).port);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
  await hub.stop();
});

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
