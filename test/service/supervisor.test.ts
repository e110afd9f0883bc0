import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Json } from "../support/hub.ts";
import { root, tied } from "../support/processes.ts";

setDefaultTimeout(180_000);

const { PATH = "", HOME = "" } = process.env;
const command = [process.execPath, "src/main.ts"];
const base = "HOST=127.0.0.1\nDASHBOARD_PORT=0\n";

/** How soon a crashed hub must answer again (issue 7, point 6). */
const restartLimitMs = 10_000;

let service: ReturnType<typeof startService> | null = null;
afterEach(async () => {
  service?.kill("SIGTERM");
  await service?.exited;
  service = null;
});

function startService(home: string) {
  const options = { cwd: root, env: { PATH, HOME }, stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
  return tied(Bun.spawn([...command, "--service", "--home", home], options));
}

/** A command about the service, to its end. */
async function run(home: string, verb: string) {
  const child = Bun.spawn([...command, verb, "--home", home], {
    cwd: root,
    env: { PATH, HOME },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, stdout, stderr };
}

function factory(settings = "API_PORT=0\n"): string {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  writeFileSync(join(home, ".env"), base + settings);
  return home;
}

const wordOf = (home: string, name: string): Json => {
  try {
    return JSON.parse(readFileSync(join(home, "database", ".mirror", name), "utf8"));
  } catch {
    return undefined;
  }
};

/** The hub that answers, once it is another process than `before`, with how long that took. */
async function hubBesides(home: string, before?: number): Promise<Json> {
  const begun = performance.now();
  return eventually("a hub answers", async () => {
    const hub = wordOf(home, "running.json");
    if (!hub || hub.pid === before) return undefined;
    const answered = await fetch(`${hub.url}/healthz`).catch(() => null);
    return answered?.ok ? { ...hub, tookMs: performance.now() - begun } : undefined;
  });
}

test("a hub that is killed answers again within 10 s, says so in /healthz, and --stop ends it and its service", async () => {
  const home = factory();
  service = startService(home);
  const first = await hubBesides(home);
  process.kill(first.pid, "SIGKILL");
  const second = await hubBesides(home, first.pid);
  // How long a start itself takes is the machine's matter.
  expect(second.tookMs - first.tookMs).toBeLessThan(restartLimitMs);
  const health = async (): Promise<Json> => (await fetch(`${second.url}/healthz`)).json();
  const crash = await eventually("the crash is told", async () => (await health()).last_crash ?? undefined);
  expect(crash.reason).toContain("SIGKILL");
  expect(readFileSync(join(home, "logs", crash.report), "utf8")).toContain("--- the last 50 lines");

  const status = await run(home, "--status");
  expect([status.code, status.stderr]).toEqual([0, ""]);
  for (const told of [second.url, String(second.pid), crash.report]) expect(status.stdout).toContain(told);
  expect(status.stdout).toMatch(/^ERP wrote {3}\d{4}-\d\d-\d\d /m);
  await eventually("Live is read", async () => (await health()).files[0]?.state === "ok" || undefined);
  rmSync(livePath(home));
  expect((await run(home, "--status")).stdout).toMatch(
    /^ERP wrote {3}not known: production_analysis\.db is not there\. The hub answers from its last good version;/m,
  );

  expect(await run(home, "--stop")).toEqual({ code: 0, stdout: "The hub and its service have ended.\n", stderr: "" });
  expect(await service.exited).toBe(0);
  expect(readFileSync(join(home, "logs", "app.log"), "utf8")).toMatch(/ \| Stopped\s*$/);
  const after = await run(home, "--status");
  expect([after.code, after.stdout]).toEqual([1, expect.stringContaining("Hub         does not run\n")]);
});

test("a wrong setting is tried once, said in log and status, and tried again when the file changes", async () => {
  const home = factory("API_PORT=eight\n");
  service = startService(home);
  const reason = `API_PORT in ${join(home, ".env")} is 'eight'`;
  const { stdout } = await eventually("the status says why", async () => {
    const status = await run(home, "--status");
    return status.stdout.includes(reason) ? status : undefined;
  });
  expect(stdout).toContain("it is started again when the file .env changes");
  expect(stdout).toMatch(/^Starts {6}1$/m);
  expect(readFileSync(join(home, "logs", "app.log"), "utf8")).toMatch(
    / \| ERROR {4}\| - \| service \| API_PORT in \S+ is 'eight'/,
  );
  writeFileSync(join(home, ".env"), `${base}API_PORT=0\n`);
  await hubBesides(home);
  expect(wordOf(home, "service.json").starts).toBe(2);
});

test("a service that waits for its next start ends when it is told to", async () => {
  const home = factory("API_PORT=eight\n");
  service = startService(home);
  await eventually("it waits", () => wordOf(home, "service.json")?.next ?? undefined);
  expect((await run(home, "--stop")).stdout).toBe("The hub and its service have ended.\n");
  expect(await service.exited).toBe(0);
});

test("a second service in the same folder says so, and SIGTERM ends the first with its hub", async () => {
  const home = factory();
  service = startService(home);
  const hub = await hubBesides(home);
  const second = startService(home);
  expect(await second.exited).toBe(1);
  expect(await second.stderr.text()).toContain("A service is running already with the home folder");
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0);
  expect(() => process.kill(hub.pid, 0)).toThrow();
});

test("--stop ends a hub without a service too, and says where there is none", async () => {
  const home = factory();
  const alone = tied(Bun.spawn([...command, "--home", home], { cwd: root, env: { PATH, HOME }, stdout: "ignore" }));
  await hubBesides(home);
  expect(await run(home, "--stop")).toEqual({ code: 0, stdout: "The hub has ended.\n", stderr: "" });
  expect(await alone.exited).toBe(0);
  expect((await run(home, "--stop")).stdout).toBe(`No hub is running with the home folder ${home}.\n`);
});

test("nobody stops the hub without the word that it left for its owner", async () => {
  const home = factory();
  service = startService(home);
  const { url, control } = await hubBesides(home);
  for (const token of ["", "x", `${control.token}x`, control.token.toLowerCase()]) {
    const refused = await fetch(control.url, { method: "POST", headers: { "X-Hub-Token": token } });
    expect([token, refused.status]).toEqual([token, 403]);
  }
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});
