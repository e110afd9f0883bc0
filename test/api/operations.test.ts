import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockHome } from "../../src/segments/home-lock.ts";
import { archivePath, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually, type Hub, type Json, startHub } from "../support/hub.ts";
import { backupNames, backupPath, contentOf, integrityOf } from "../support/operations.ts";
import { expectError } from "../support/shape.ts";

setDefaultTimeout(180_000);

const ADMIN = "admin-key-0123456789";
const REPORTS = ["report-daily", "report-weekly", "report-monthly"];
const JOBS = ["watch", "backup", "drill", "check", "checkpoint", "rollover", "rollover-plan", ...REPORTS];
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+09:00$/;

let hub: Hub | null = null;
afterEach(async () => {
  await hub?.stop();
  hub = null;
});

function factory(): string {
  const home = temporaryHome();
  writeDatabase(
    livePath(home),
    Array.from({ length: 500 }, () => row()),
  );
  writeDatabase(archivePath(home, 2025), [row({ production_date: "2025-05-05" })]);
  return home;
}

async function start(env: Record<string, string> = {}, home = factory()): Promise<Hub> {
  hub = await startHub({ home, env });
  return hub;
}

const post = (path: string, headers: Record<string, string> = {}) =>
  hub!.json(`/operations/jobs/${path}`, { method: "POST", headers });

const jobNamed = async (name: string): Promise<Json> =>
  (await hub!.json("/operations/jobs")).body.jobs.find((job: Json) => job.name === name);

const ended = (name: string, headers: Record<string, string> = {}): Promise<Json> =>
  eventually(`the job ${name} has ended`, async () => {
    const { body } = await hub!.json("/operations/jobs", { headers });
    const job = body.jobs.find((one: Json) => one.name === name);
    return job.running ? undefined : job;
  });

const linesOf = (level: string) =>
  hub!
    .log()
    .split("\n")
    .filter((line) => line.split(" | ")[1]?.trim() === level);

test("the jobs are listed with their next runs in the factory's time", async () => {
  await start({ BACKUP_CRON: "15 1 * * *" });
  const { status, body } = await hub!.json("/api/v1/operations/jobs");
  expect(status).toBe(200);
  expect(body.jobs.map(({ name }: Json) => name).sort()).toEqual([...JOBS].sort());
  for (const job of body.jobs) {
    expect(job).toMatchObject({ paused: false, running: false, progress: null, last_started: null, last_result: null });
    expect(job.title).toMatch(/^[A-Z]/);
    if (job.name.startsWith("rollover")) expect([job.when, job.next_run]).toEqual(["on demand", null]);
    else expect([job.name, job.next_run]).toEqual([job.name, expect.stringMatching(timestamp)]);
  }
  const backup = await jobNamed("backup");
  expect(backup.when).toBe("15 1 * * *");
  expect(backup.next_run).toContain("T01:15:00");
  expect((await jobNamed("watch")).when).toBe("every 3600 s");
});

test("AUTO_ROLLOVER gives the rollover a time in January", async () => {
  await start({ AUTO_ROLLOVER: "true" });
  expect((await jobNamed("rollover")).next_run).toMatch(/^\d{4}-01-\d\dT03:00:00/);
});

test("a backup that was asked for makes proved copies, and /healthz tells of them", async () => {
  const { home } = await start();
  expect((await hub!.json("/healthz")).body.backup).toEqual({ last_success: null, age_hours: null });
  const accepted = await post("backup/run");
  expect(accepted.status).toBe(202);
  expect(accepted.body).toMatchObject({ name: "backup", running: true });

  const job = await ended("backup");
  expect(job).toMatchObject({ last_result: "ok", last_message: expect.stringContaining("Backed up 3 files") });
  for (const time of [job.last_started, job.last_finished, job.last_success]) expect(time).toMatch(timestamp);
  const names = backupNames(home);
  expect(names.map((name) => name.replace(/_\d{8}_\d{6}\.db$/, ""))).toEqual(["archive_2025", "hub", "production"]);
  for (const name of names) expect([name, integrityOf(backupPath(home, name))]).toEqual([name, "ok"]);
  expect(contentOf(backupPath(home, names[2] ?? ""))).toBe(contentOf(livePath(home)));
  expect(contentOf(backupPath(home, names[0] ?? ""))).toBe(contentOf(archivePath(home, 2025)));

  const { backup, alerts } = await eventually("/healthz tells of the backup", async () => {
    const { body } = await hub!.json("/healthz");
    return body.backup.last_success ? body : undefined;
  });
  expect(backup.last_success).toMatch(timestamp);
  expect(backup.age_hours).toBeWithin(0, 1);
  expect(alerts).toEqual([]);

  // What is remembered outlives the hub, but for the lines, which stand in its log.
  await hub!.stop();
  await start({}, home);
  expect(await jobNamed("backup")).toMatchObject({ ...job, said: [], next_run: expect.any(String) });
});

test("each action leaves an AUDIT line with the client and the id of the request", async () => {
  await start();
  const ids: string[] = [];
  for (const action of ["pause", "resume", "run"]) {
    const { headers } = await post(`checkpoint/${action}`);
    ids.push(headers.get("x-request-id") ?? "none");
  }
  await ended("checkpoint");
  await hub!.stop();
  const lines = hub!
    .log()
    .split("\n")
    .filter((line) => line.includes("AUDIT"));
  expect(lines).toHaveLength(3);
  for (const [index, action] of ["pause", "resume", "run"].entries()) {
    expect(lines[index]).toContain(`job checkpoint: ${action} by 127.0.0.1`);
    expect(lines[index]).toContain(ids[index]);
  }
});

test("a job that is under way is not started a second time", async () => {
  // A file that the watcher does not know yet is watched for 15 s at least.
  await start();
  expect((await post("watch/run")).status).toBe(202);
  const second = await post("watch/run");
  expectError(second, 409);
  expect(second.body.detail).toContain("'watch' is running already");
  expect((await jobNamed("watch")).running).toBe(true);
  // Stopped in mid-run, the hub ends as cleanly as ever.
  const { home } = hub!;
  expect(await hub!.stop()).toBe(0);
  expect(hub!.stderr()).toBe("");
  expect(linesOf("ERROR")).toEqual([]);
  await start({}, home);
  expect((await jobNamed("watch")).running).toBe(false);
});

test("backup and drill wait for whoever has the backups, drill and check for the backup, as after holidays when all are due at once", async () => {
  const { home } = await start();
  const old = backupPath(home, "production_20200101_000000.db");
  writeDatabase(old, [row()]);
  utimesSync(old, new Date("2020-01-01"), new Date("2020-01-01"));
  const command = lockHome(join(home, "database", ".mirror"), "operations.lock")!;
  for (const name of ["backup", "drill", "check"]) expect((await post(`${name}/run`)).status).toBe(202);
  await eventually("one waits", () => hub!.log().includes("Waits until another backup") || undefined);
  command.release();
  for (const name of ["backup", "drill", "check"])
    expect([name, (await ended(name)).last_result]).toEqual([name, "ok"]);
  // Neither has found but the backup from 2020.
  expect((await jobNamed("drill")).last_message).not.toContain("production_20200101");
  expect(linesOf("ERROR")).toEqual([]);
});

test("a paused job keeps no time, still runs when it is asked to, and stays paused after a restart", async () => {
  const { home } = await start();
  const paused = await post("checkpoint/pause");
  expect([paused.status, paused.body.paused, paused.body.next_run]).toEqual([200, true, null]);
  expect((await post("checkpoint/run")).status).toBe(202);
  expect(await ended("checkpoint")).toMatchObject({ paused: true, last_result: "ok" });
  await hub!.stop();
  await start({}, home);
  expect((await jobNamed("checkpoint")).paused).toBe(true);
  const resumed = await post("checkpoint/resume");
  expect([resumed.status, resumed.body.paused]).toEqual([200, false]);
  expect(resumed.body.next_run).toMatch(timestamp);
});

test("a job that does not exist is answered with the names of those that do", async () => {
  await start();
  for (const action of ["run", "pause", "resume"]) {
    const answer = await post(`tidy/${action}`);
    expectError(answer, 404);
    expect(answer.body.detail).toStartWith("There is no job 'tidy'. There are: ");
    for (const name of JOBS) expect(answer.body.detail).toContain(name);
  }
  // Names of everything that an object has are no jobs either.
  for (const name of ["constructor", "__proto__", "resume", "restore", "%2e%2e"]) {
    expect([name, (await post(`${name}/run`)).status]).toEqual([name, 404]);
  }
  expect([404, 405]).toContain((await hub!.fetch("/operations/jobs/backup/run")).status);
});

test("without ADMIN_KEY a client behind a trusted proxy may look and not act", async () => {
  const { home } = await start({ TRUSTED_PROXIES: "127.0.0.1" });
  const outside = { "X-Forwarded-For": "203.0.113.5" };
  expect((await hub!.json("/operations/jobs", { headers: outside })).status).toBe(200);
  for (const action of ["run", "pause", "resume"]) expectError(await post(`backup/${action}`, outside), 403);
  expectError(await post("tidy/run", outside), 403);
  expect(await jobNamed("backup")).toMatchObject({ paused: false, running: false, last_started: null });
  expect(backupNames(home)).toEqual([]);
  expect(hub!.log()).not.toContain("AUDIT");
});

test("without ADMIN_KEY a page of another site cannot start a job through the operator's browser", async () => {
  await start();
  expectError(await post("backup/run", { Origin: "https://evil.example" }), 403);
  expect((await jobNamed("backup")).last_started).toBeNull();
});

test("with ADMIN_KEY the key is what counts, from everywhere", async () => {
  await start({ ADMIN_KEY: ADMIN, TRUSTED_PROXIES: "127.0.0.1" });
  const outside = { "X-Forwarded-For": "203.0.113.5" };
  expectError(await post("checkpoint/run"), 401);
  expectError(await post("checkpoint/run", { ...outside, "X-API-Key": "wrong" }), 403);
  expect((await post("checkpoint/run", { ...outside, "X-API-Key": ADMIN })).status).toBe(202);
  expect((await ended("checkpoint")).last_result).toBe("ok");
  await hub!.stop();
  expect(hub!.log()).toContain("job checkpoint: run by 203.0.113.5");
  expect(hub!.log()).not.toContain(ADMIN);
});

test("a backup that fails raises an alert, harms no older backup, and the next good one ends the alert", async () => {
  const { home } = await start();
  await post("backup/run");
  expect((await ended("backup")).last_result).toBe("ok");
  const folder = join(home, "database", "backups");
  const away = join(home, "backups-elsewhere");
  const bytesIn = (of: string) => readdirSync(of).map((name) => [name, Bun.hash(readFileSync(join(of, name)))]);
  renameSync(folder, away);
  const before = bytesIn(away);
  writeFileSync(folder, "not a folder");

  expect((await post("backup/run")).status).toBe(202);
  const job = await ended("backup");
  expect(job.last_result).toBe("failed");
  expect(job.last_message).toMatch(/were not backed up: .*A file stands where the folder is needed.*\.$/s);
  expect(job.last_message).not.toMatch(/\bat \w+ \(|node:|\.ts\b/);
  expect(job.last_success).not.toBeNull();
  const sick = (await hub!.json("/healthz")).body;
  expect(sick.status).toBe("degraded");
  expect(sick.alerts).toEqual([`The last run of the job 'backup' failed: ${job.last_message}`]);
  expect(sick.database).toBe("connected");
  await eventually("the log tells of it", () =>
    linesOf("ERROR").some((line) => line.includes("backup failed: ")) ? true : undefined,
  );
  expect(readFileSync(folder, "utf8")).toBe("not a folder");
  expect(bytesIn(away)).toEqual(before);
  expect((await hub!.json("/records")).body.data.length).toBeGreaterThan(0);

  rmSync(folder);
  mkdirSync(folder);
  await post("backup/run");
  expect((await ended("backup")).last_result).toBe("ok");
  const well = (await hub!.json("/healthz")).body;
  expect([well.status, well.alerts]).toEqual(["ok", []]);
});

test("a drill's outcome stands in /healthz", async () => {
  await start();
  await post("backup/run");
  await ended("backup");
  expect((await hub!.json("/healthz")).body.drill).toEqual({ last_run: null, result: null, message: null });
  await post("drill/run");
  const { last_message } = await ended("drill");
  expect((await hub!.json("/healthz")).body.drill).toEqual({
    last_run: expect.stringMatching(timestamp),
    result: "ok",
    message: last_message,
  });
});
