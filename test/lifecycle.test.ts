import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readCsv } from "./support/exports.ts";
import { livePath, row, temporaryHome, writeDatabase } from "./support/files.ts";
import { eventually, startHub } from "./support/hub.ts";

setDefaultTimeout(180_000);

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
  const done = Bun.spawnSync([process.execPath, MAIN, ...args], { env: { PATH, HOME, ...env }, timeout: 90_000 });
  return { code: done.exitCode, stdout: done.stdout.toString(), stderr: done.stderr.toString() };
}

test.each(["SIGTERM", "SIGINT"] as const)("%s ends the hub with code 0", async (signal) => {
  const hub = await startHub({ home: homeWith(3) });
  expect((await hub.fetch("/records")).status).toBe(200);
  process.kill(hub.pid, signal);
  expect(await hub.stop()).toBe(0);
  expect(hub.stderr()).toBe("");
});

/** Tells a hub to stop while it answers; resolves to the answer, null where it was cut off, and to how long it went on. */
async function stopWhileAnswering(): Promise<{ answer: string | null; tookMs: number }> {
  const hub = await startHub({ home: homeWith(60_000) });
  const response = await hub.fetch("/records.csv");
  const reader = response.body?.getReader();
  const chunks = [(await reader?.read())?.value ?? new Uint8Array()];
  const told = performance.now();
  const stopped = hub.stop();
  const readRest = async (): Promise<string> => {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) chunks.push(read.value);
    return Buffer.concat(chunks).toString();
  };
  const answer = await readRest().catch(() => null);
  const tookMs = performance.now() - told;
  expect(await stopped).toBe(0);
  return { answer, tookMs };
}

test("an answer that is under way when the hub is told to stop arrives complete", async () => {
  let { answer, tookMs } = await stopWhileAnswering();
  // The hub waits five seconds for its answers: a machine that needed longer for this one tells nothing.
  while (tookMs > 4_000) ({ answer, tookMs } = await stopWhileAnswering());
  expect(readCsv(answer ?? "")).toHaveLength(60_001);
});

test("a hub that was stopped leaves nothing of hub.db in its -wal, also when it was busy", async () => {
  const home = homeWith(30_000);
  const hub = await startHub({ home, env: { INLINE_MAX_ROWS: "0" } });
  await hub.fetch("/records?q=BW");
  // Its daily totals and search indexes are being made, by processes that have hub.db open.
  await hub.stop();
  const wal = statSync(join(home, "database", "hub.db-wal"), { throwIfNoEntry: false });
  expect(wal?.size ?? 0).toBe(0);
});

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

test("a port that is taken stops the start with a sentence and code 1, which names the hub that holds it", async () => {
  const hub = await startHub({ home: homeWith(1) });
  const { code, stderr } = run([], { HUB_HOME: homeWith(1), HOST: "127.0.0.1", API_PORT: new URL(hub.url).port });
  expect(code).toBe(1);
  expect(stderr).toContain(`Port ${new URL(hub.url).port} is in use by a Production Data Hub `);
  expect(stderr).toContain(`(process ${hub.pid})`);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
  await hub.stop();
});

test("a port that another program holds is said with that program's name and process", async () => {
  // Of its own process, because the command runs while this one waits.
  const script = "console.log(Bun.serve({port: 0, hostname: '127.0.0.1', fetch: () => new Response()}).port)";
  const other = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  const { value } = await other.stdout.getReader().read();
  const port = Buffer.from(value ?? [])
    .toString()
    .trim();
  const { code, stderr } = run([], { HUB_HOME: homeWith(1), HOST: "127.0.0.1", API_PORT: port });
  expect(code).toBe(1);
  other.kill();
  expect(stderr).toMatch(new RegExp(`^Port ${port} is in use by bun(\\.exe)? \\(process ${other.pid}\\)\\.`));
  expect(stderr).toContain("set API_PORT to another port");
});

test("an address that this computer does not have, and a file in the place of the home, stop the start with what to do", () => {
  const home = homeWith(1);
  const foreign = run([], { HUB_HOME: home, HOST: "198.51.100.7", API_PORT: "0" });
  expect(foreign).toMatchObject({ code: 1, stdout: "" });
  expect(foreign.stderr).toMatch(
    /^Nothing was started\. HOST is 198\.51\.100\.7, but this computer has no such address .* Set HOST to /,
  );
  const file = join(home, "file");
  writeFileSync(file, "");
  const { code, stderr } = run([], { HUB_HOME: file, HOST: "127.0.0.1", API_PORT: "0" });
  expect(code).toBe(1);
  expect(stderr).toContain("A file has the name of the folder");
});

test("in an empty folder the hub makes its folders and says what to put where", async () => {
  const home = temporaryHome();
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, HUB_HOME: home, API_PORT: "0", DASHBOARD_PORT: "0", HOST: "127.0.0.1" };
  const hub = Bun.spawn([process.execPath, MAIN], { env, stdout: "pipe", stderr: "pipe" });
  let said = "";
  for await (const chunk of hub.stdout) {
    said += Buffer.from(chunk).toString();
    if (said.includes("--demo")) hub.kill("SIGTERM");
  }
  expect([await hub.exited, await hub.stderr.text()]).toEqual([0, ""]);
  for (const told of [join(home, "database"), "production_analysis.db", "archive_2025.db"])
    expect(said).toContain(told);
  expect(existsSync(join(home, "logs", "app.log"))).toBe(true);
});

test("names in .env that are no settings, and settings that contradict each other, are said at the start and in the log", async () => {
  const home = temporaryHome();
  const mistyped = "ALERT_WEBHOK_URL=http://127.0.0.1:9/\nSTREAMLIT_THEME=dark\n";
  writeFileSync(join(home, ".env"), `${mistyped}AUTO_ROLLOVER=true\nARCHIVE_CUTOFF_YEAR=2024\n`);
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, HUB_HOME: home, API_PORT: "0", DASHBOARD_PORT: "0", HOST: "127.0.0.1" };
  const hub = Bun.spawn([process.execPath, MAIN], { env, stdout: "pipe" });
  let said = "";
  for await (const chunk of hub.stdout) {
    said += Buffer.from(chunk).toString();
    if (said.includes("--demo")) hub.kill("SIGTERM");
  }
  const log = readFileSync(join(home, "logs", "app.log"), "utf8");
  for (const told of [said, log]) {
    expect(told).toContain("ALERT_WEBHOK_URL is no setting; is ALERT_WEBHOOK_URL meant?");
    expect(told).toContain("AUTO_ROLLOVER=true moves nothing while ARCHIVE_CUTOFF_YEAR=2024 says");
  }
  expect(log).toMatch(/WARN.* \| settings \| No settings of the hub, and left alone: STREAMLIT_THEME/);
});

test("a demo that is started where one runs leaves that one its files", async () => {
  const home = temporaryHome();
  writeFileSync(join(home, ".env"), "API_PORT=2\n");
  const { code, stdout } = run(["--demo", "--demo-rows", "1000", "--no-open"], {
    HUB_HOME: home,
    API_PORT: "1",
    HOST: "192.0.2.1",
  });
  expect(code).toBe(1);
  expect(stdout).toContain(`--demo does not read ${join(home, ".env")}`);
  const hub = await startHub({ home: join(home, "demo") });
  const rows = async () => (await hub.json("/healthz")).body.files.map((file: { rows: number }) => file.rows);
  await hub.fetch("/records");
  const before = await rows();
  const second = run(["--demo", "--demo-rows", "2000", "--no-open"], { HUB_HOME: home, API_PORT: "0" });
  expect([second.code, second.stderr]).toEqual([
    1,
    expect.stringContaining("Another hub is running with the home folder"),
  ]);
  expect(await rows()).toEqual(before);
  expect(readFileSync(join(home, "demo", "database", "demo.json"), "utf8")).toContain('"rows": 1000');
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
