import { Database } from "bun:sqlite";
import { afterEach, expect, setDefaultTimeout, setSystemTime, test } from "bun:test";
import { join } from "node:path";
import { JobTable } from "../../src/operations/jobs.ts";
import { type Job, type JobStatus, Schedule } from "../../src/operations/schedule.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { operationFlag, ownCommand } from "../../src/workers/process.ts";
import { closingAfterEach } from "../support/closing.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";

setDefaultTimeout(180_000);

const zone = "Asia/Seoul";
/** The second in the pattern is far away from now, so that the clock itself stays silent in a test. */
const yearly = "0 0 1 1 *";
const hourMs = 3_600_000;

const closeAfterwards = closingAfterEach();
afterEach(() => void setSystemTime());

/** Jobs on the hub.db of a folder, as a hub that starts there has them; `changes` counts how often the schedule told of itself. */
function open(folder: string, ...jobs: Job[]) {
  let changes = 0;
  const said: string[] = [];
  const db = openHubDb(folder);
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`);
  const log = { info: say("INFO"), warn: say("WARN"), error: say("ERROR") };
  const schedule = new Schedule(jobs, new JobTable(db), log, zone, () => {
    changes += 1;
  });
  const close = () => {
    schedule.stop();
    db.close();
  };
  closeAfterwards(close);
  const one = (name: string): JobStatus => schedule.list().find((status) => status.name === name)!;
  return {
    schedule,
    db,
    said,
    changes: () => changes,
    one,
    close,
    ended: (name: string) => eventually(`${name} has ended`, () => (one(name).running ? undefined : one(name))),
  };
}

/** A job that counts its runs and ends each one when the test says so. */
function gatedJob(name: string, when: Job["when"] = yearly) {
  const runs: PromiseWithResolvers<string>[] = [];
  const job: Job = {
    name,
    title: `Does ${name}`,
    when,
    run: () => {
      const run = Promise.withResolvers<string>();
      runs.push(run);
      return run.promise;
    },
  };
  return { job, runs };
}

const quick = (name: string, when: Job["when"], message = "Done."): Job => ({
  name,
  title: `Does ${name}`,
  when,
  run: async () => message,
});

/** Says in hub.db that a job began at a time, as a hub before this one would have. */
function rememberStart(folder: string, name: string, at: number): void {
  const db = openHubDb(folder);
  new JobTable(db).setStarted(name, at);
  new JobTable(db).setFinished(name, at + 1, "ok", "Done.");
  db.close();
}

test("what became of a run is remembered when the hub starts again", async () => {
  const folder = temporaryHome();
  const before = Date.now();
  const first = open(folder, quick("tidy", yearly, "Tidied 3 shelves."));
  expect(first.schedule.run("tidy")).toBe(true);
  const status = await first.ended("tidy");
  expect(status).toMatchObject({ paused: false, running: false, result: "ok", message: "Tidied 3 shelves." });
  expect(status.started_at).toBeGreaterThanOrEqual(before);
  expect(status.finished_at).toBeGreaterThanOrEqual(status.started_at ?? Number.NaN);
  expect(status.succeeded_at).toBe(status.finished_at);
  expect(first.said).toEqual(["INFO tidy: Tidied 3 shelves."]);
  first.close();

  expect(open(folder, quick("tidy", yearly)).one("tidy")).toEqual(status);
});

test("a failed run is remembered with its sentence, and the last success stays known", async () => {
  const folder = temporaryHome();
  let fails = false;
  const { schedule, said, ended, close } = open(folder, {
    ...quick("tidy", yearly),
    run: async () => {
      if (fails) throw new Error("The shelf is full.");
      return "Done.";
    },
  });
  schedule.run("tidy");
  const { succeeded_at: succeeded } = await ended("tidy");
  fails = true;
  schedule.run("tidy");
  const failed = await ended("tidy");
  expect(failed).toMatchObject({ result: "failed", message: "The shelf is full.", succeeded_at: succeeded });
  expect(said.at(-1)).toBe("ERROR tidy failed: The shelf is full.");
  close();
  expect(open(folder, quick("tidy", yearly)).one("tidy")).toMatchObject({
    result: "failed",
    message: "The shelf is full.",
  });
});

test("a run that hub.db takes no note of, because the disk is full say, is carried out and told all the same", async () => {
  const folder = temporaryHome();
  const { schedule, db, said, one, ended } = open(folder, gatedJob("spare").job, quick("tidy", yearly, "All is tidy."));
  db.run("PRAGMA query_only = 1");
  schedule.run("tidy");
  expect((await ended("tidy")).message).toBe("All is tidy.");
  schedule.pause("tidy", true);
  expect(one("tidy")).toMatchObject({ result: "ok", paused: true });
  expect(new JobTable(db).get("tidy").result).toBeNull();
  expect(said.filter((line) => line.startsWith("WARN hub.db takes no note of the jobs' runs"))).toHaveLength(1);
  db.run("PRAGMA query_only = 0");
  schedule.run("tidy");
  await ended("tidy");
  expect(new JobTable(db).get("tidy")).toMatchObject({ result: "ok", message: "All is tidy.", paused: true });
});

test("a job never runs twice at a time, and other jobs do not wait for it", async () => {
  const { job, runs } = gatedJob("slow");
  const { schedule, one, ended } = open(temporaryHome(), job, quick("other", yearly));
  expect(schedule.run("slow")).toBe(true);
  expect(one("slow")).toMatchObject({ running: true, finished_at: null });
  expect(schedule.run("slow")).toBe(false);
  schedule.start("slow");
  schedule.catchUp();
  expect(schedule.run("other")).toBe(true);
  expect((await ended("other")).result).toBe("ok");
  expect(runs).toHaveLength(1);
  runs[0]?.resolve("Done.");
  await ended("slow");
  expect(schedule.run("slow")).toBe(true);
  expect(runs).toHaveLength(2);
  runs[1]?.resolve("Done.");
  await ended("slow");
});

test("progress is shown while a run is under way and gone afterwards, and what it said stays until the next run", async () => {
  const gate = Promise.withResolvers<string>();
  const { schedule, one, ended } = open(temporaryHome(), {
    ...quick("tidy", yearly),
    run: ({ progress, log }) => {
      progress({ done: 2, total: 5, phase: "shelf 2" });
      log.warn("A shelf is full.");
      return gate.promise;
    },
  });
  expect(one("tidy").said).toEqual([]);
  schedule.run("tidy");
  expect(one("tidy").said).toEqual([{ level: "warn", message: "A shelf is full." }]);
  expect(one("tidy").progress).toEqual({ done: 2, total: 5, phase: "shelf 2" });
  gate.resolve("Done.");
  expect(await ended("tidy")).toMatchObject({ progress: null, said: [{ message: "A shelf is full." }] });
  schedule.run("tidy");
  expect(one("tidy").said).toHaveLength(1);
});

test("a paused job is left alone by the clock, runs when it is asked to, and is paused after a restart too", async () => {
  const folder = temporaryHome();
  const { job, runs } = gatedJob("tidy", "* * * * * *");
  const other = gatedJob("clock", "* * * * * *");
  const first = open(folder, job, other.job);
  first.schedule.pause("tidy", true);
  expect(first.one("tidy")).toMatchObject({ paused: true, next_at: null });
  await eventually("the clock has struck", () => (other.runs.length > 0 ? true : undefined));
  expect(runs).toHaveLength(0);
  expect(first.schedule.run("tidy")).toBe(true);
  expect(runs).toHaveLength(1);
  // What the clock began a second later would never end.
  first.schedule.pause("clock", true);
  for (const run of [...runs, ...other.runs]) run.resolve("Done.");
  await first.ended("tidy");
  await first.ended("clock");
  first.close();

  const second = open(folder, job);
  expect(second.one("tidy")).toMatchObject({ paused: true, next_at: null });
  second.schedule.pause("tidy", false);
  expect(second.one("tidy").next_at).toBeNumber();
  await eventually("the clock has started it", () => (runs.length > 1 ? true : undefined));
  second.schedule.pause("tidy", true);
  runs[1]?.resolve("Done.");
  await second.ended("tidy");
});

test("a job with nothing to do is left alone by the clock and not caught up, and runs when it is asked to", async () => {
  const folder = temporaryHome();
  const { job, runs } = gatedJob("tidy");
  let isNeeded = false;
  const hub = open(folder, { ...job, isNeeded: () => isNeeded });
  hub.schedule.start("tidy");
  hub.schedule.catchUp();
  expect([runs.length, hub.said, hub.one("tidy").started_at]).toEqual([0, [], null]);
  isNeeded = true;
  hub.schedule.start("tidy");
  runs[0]?.resolve("tidied");
  expect((await hub.ended("tidy")).message).toBe("tidied");
  isNeeded = false;
  expect(hub.schedule.run("tidy")).toBe(true);
  runs[1]?.resolve("tidied");
  await hub.ended("tidy");
  // Until a run that was cut off is needed again, it is not spoken of.
  hub.close();
  const db = openHubDb(folder);
  new JobTable(db).setStarted("tidy", Date.now() - hourMs);
  db.close();
  const next = open(folder, { ...job, isNeeded: () => isNeeded });
  next.schedule.catchUp();
  expect([runs.length, next.said]).toEqual([2, []]);
});

test("a run that was missed is caught up once", async () => {
  const folder = temporaryHome();
  rememberStart(folder, "tidy", Date.now() - 400 * 24 * hourMs);
  const { job, runs } = gatedJob("tidy");
  const { schedule, said, ended, one } = open(folder, job);
  schedule.catchUp();
  schedule.catchUp();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve("Done.");
  await ended("tidy");
  schedule.catchUp();
  expect(runs).toHaveLength(1);
  expect(one("tidy").running).toBe(false);
  expect(said.filter((line) => line.includes("catching up"))).toHaveLength(1);
});

test("a missed run that fails when it is caught up is not tried again every minute", async () => {
  const folder = temporaryHome();
  rememberStart(folder, "tidy", Date.now() - 400 * 24 * hourMs);
  const { job, runs } = gatedJob("tidy");
  const { schedule, ended } = open(folder, job);
  schedule.catchUp();
  runs[0]?.reject(new Error("The shelf is full."));
  expect((await ended("tidy")).result).toBe("failed");
  schedule.catchUp();
  expect(runs).toHaveLength(1);
});

test("nothing is caught up of a job that is paused, is new, ran in time, or has no clock", () => {
  const folder = temporaryHome();
  const longAgo = Date.now() - 400 * 24 * hourMs;
  for (const name of ["paused", "asked", "every"]) rememberStart(folder, name, longAgo);
  rememberStart(folder, "timely", Date.now());
  const jobs = [
    gatedJob("paused"),
    gatedJob("new"),
    gatedJob("timely"),
    gatedJob("asked", null),
    gatedJob("every", 3_600),
  ];
  const { schedule, said } = open(folder, ...jobs.map(({ job }) => job));
  schedule.pause("paused", true);
  schedule.catchUp();
  expect(jobs.map(({ runs }) => runs.length)).toEqual([0, 0, 0, 0, 0]);
  expect(said).toEqual([]);
});

test("the first run of all is caught up too when its time passed while the hub was off", async () => {
  const folder = temporaryHome();
  open(folder, quick("tidy", yearly)).close();
  const db = openHubDb(folder);
  db.run("UPDATE job SET seen_at = ?", [Date.now() - 400 * 24 * hourMs]);
  db.close();
  const { schedule, said, ended } = open(folder, quick("tidy", yearly));
  schedule.catchUp();
  expect((await ended("tidy")).result).toBe("ok");
  schedule.catchUp();
  expect(said).toEqual([expect.stringContaining("catching up"), "INFO tidy: Done."]);
});

test("a job that lost its time and has one again waits for it, however long ago it was new", () => {
  const folder = temporaryHome();
  open(folder, quick("tidy", yearly)).close();
  const db = openHubDb(folder);
  db.run("UPDATE job SET seen_at = ?", [Date.now() - 400 * 24 * hourMs]);
  db.close();
  open(folder, quick("tidy", null)).close();
  const { schedule, said } = open(folder, quick("tidy", yearly));
  schedule.catchUp();
  expect(said).toEqual([]);
});

test("a run that the end of the hub cut off is run again after the next start, also an interval's", async () => {
  const folder = temporaryHome();
  const jobs = [gatedJob("tidy"), gatedJob("every", 3_600), gatedJob("asked", null)];
  const first = open(folder, ...jobs.map(({ job }) => job));
  for (const { job } of jobs) first.schedule.run(job.name);
  first.schedule.stop();
  // The hub's end takes its processes along, which is no failure of theirs.
  for (const { runs } of jobs) runs[0]?.reject(new Error("The process ended unexpectedly."));
  await first.ended("tidy");
  first.close();
  expect(first.said).toEqual([]);

  const again = [gatedJob("tidy"), gatedJob("every", 3_600), gatedJob("asked", null)];
  const { schedule, said, one, ended } = open(folder, ...again.map(({ job }) => job));
  schedule.catchUp();
  expect(again.map(({ runs }) => runs.length)).toEqual([1, 1, 0]);
  for (const { runs } of again) runs[0]?.resolve("Done.");
  for (const name of ["tidy", "every"]) expect((await ended(name)).result).toBe("ok");
  schedule.catchUp();
  expect(again.map(({ runs }) => runs.length)).toEqual([1, 1, 0]);
  expect(said).toContainEqual(
    expect.stringMatching(
      /^WARN tidy: the run of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d was cut off when the hub ended; it is run again$/,
    ),
  );
  expect(one("asked").finished_at).toBeNull();
});

test("the run that is caught up is named by the factory's time", () => {
  const folder = temporaryHome();
  rememberStart(folder, "tidy", Date.now() - 400 * 24 * hourMs);
  const { schedule, said } = open(folder, gatedJob("tidy").job);
  schedule.catchUp();
  const year = Number(new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric" }).format());
  expect(said).toEqual([`INFO tidy: catching up the run of ${year}-01-01 00:00:00`]);
});

test("Ctrl+C in the hub's window leaves the process of a job to the hub", async () => {
  const home = temporaryHome();
  writeDatabase(livePath(home), [row()]);
  const order = { name: "watch", home, args: {} };
  const child = Bun.spawn(ownCommand(operationFlag), { stdin: Buffer.from(JSON.stringify(order)), stdout: "pipe" });
  // From here on it waits to see whether the file is at rest.
  await child.stdout.getReader().read();
  child.kill("SIGINT");
  child.kill("SIGTERM");
  await Bun.sleep(300);
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  child.kill("SIGKILL");
  await child.exited;
});

test("the next run is that of the pattern in the factory's time; a job on demand has none", () => {
  const { one } = open(temporaryHome(), quick("nightly", "0 2 * * *"), quick("asked", null));
  const next = new Date(one("nightly").next_at ?? Number.NaN);
  expect(next.toLocaleTimeString("en-GB", { timeZone: zone })).toBe("02:00:00");
  expect(next.getTime()).toBeGreaterThan(Date.now());
  expect(next.getTime()).toBeLessThanOrEqual(Date.now() + 24 * hourMs);
  expect(one("nightly").when).toBe("0 2 * * *");
  expect(one("asked")).toMatchObject({ when: "on demand", next_at: null });
});

test("an interval goes on where the hub before this one left it", () => {
  const folder = temporaryHome();
  const halfAnHourAgo = Date.now() - hourMs / 2;
  rememberStart(folder, "lately", halfAnHourAgo);
  rememberStart(folder, "overdue", Date.now() - 9 * hourMs);
  const { one } = open(folder, quick("lately", 3_600), quick("overdue", 3_600), quick("new", 3_600));
  const secondsUntil = (name: string) => ((one(name).next_at ?? Number.NaN) - Date.now()) / 1000;
  // A start is a matter of whole seconds for the clock.
  expect((one("lately").next_at ?? Number.NaN) - (halfAnHourAgo + hourMs)).toBeWithin(-1_001, 1_001);
  for (const name of ["overdue", "new"]) expect(secondsUntil(name)).toBeWithin(1, 32);
  expect(one("new").when).toBe("every 3600 s");
});

test("a clock that was put back by years keeps no job from running, neither in a running hub nor after a start", async () => {
  const folder = temporaryHome();
  const aheadMs = 3 * 365 * 24 * hourMs;
  const jobs = () => [quick("tidy", yearly), quick("every", 3_600)];
  setSystemTime(new Date(Date.now() + aheadMs));
  const ahead = open(folder, ...jobs());
  for (const name of ["tidy", "every"]) {
    ahead.schedule.run(name);
    await ahead.ended(name);
  }
  setSystemTime();
  const started = ahead.one("tidy").started_at ?? 0;
  expect(started).toBeGreaterThan(Date.now() + aheadMs - hourMs);

  const hoursUntil = (of: typeof ahead, name: string) => ((of.one(name).next_at ?? 0) - Date.now()) / hourMs;
  ahead.schedule.catchUp();
  expect(ahead.said).toContainEqual(expect.stringContaining("The clock was put back to "));
  expect(hoursUntil(ahead, "tidy")).toBeWithin(0, 366 * 24);
  expect(hoursUntil(ahead, "every")).toBeWithin(0, 0.1);
  // Nobody knows how long ago that run was.
  expect((await ahead.ended("tidy")).started_at).toBeLessThan(started);
  ahead.schedule.catchUp();
  expect(ahead.said.filter((line) => /put back|catching up/.test(line))).toHaveLength(2);
  ahead.close();

  rememberStart(folder, "every", started);
  const again = open(folder, ...jobs());
  expect(hoursUntil(again, "every")).toBeWithin(0, 0.1);
  expect(hoursUntil(again, "tidy")).toBeWithin(0, 366 * 24);
});

test("a job that nobody knows is not run", () => {
  const { schedule } = open(temporaryHome(), quick("tidy", yearly));
  expect([schedule.has("tidy"), schedule.has("unknown"), schedule.run("unknown")]).toEqual([true, false, false]);
});

test("a job of an earlier version that is gone now stands in hub.db without harm", () => {
  const folder = temporaryHome();
  rememberStart(folder, "retired", Date.now() - hourMs);
  const { schedule } = open(folder, quick("tidy", yearly));
  schedule.catchUp();
  expect(schedule.list().map(({ name }) => name)).toEqual(["tidy"]);
  const db = new Database(join(folder, "hub.db"), { readonly: true });
  expect(db.query("SELECT name FROM job").values()).toEqual([["retired"], ["tidy"]]);
  db.close();
});

test("what a run found is at hand until the next one, and whoever listens hears of each change", async () => {
  const folder = temporaryHome();
  let rows = 3;
  const found: Job = {
    ...quick("count", yearly),
    run: async ({ progress }) => {
      progress({ done: 1, total: 2, phase: "rows" });
      return { summary: `Counted ${rows} rows.`, rows };
    },
  };
  const { schedule, one, ended, changes } = open(folder, found, quick("tidy", yearly));
  expect(one("count").outcome).toBeNull();
  schedule.run("count");
  expect(await ended("count")).toMatchObject({
    message: "Counted 3 rows.",
    outcome: { summary: "Counted 3 rows.", rows: 3 },
  });
  rows = 4;
  schedule.run("count");
  expect((await ended("count")).outcome).toEqual({ summary: "Counted 4 rows.", rows: 4 } as never);
  const before = changes();
  schedule.pause("tidy", true);
  expect(changes()).toBe(before + 1);
  schedule.run("tidy");
  expect((await ended("tidy")).outcome).toBeNull();
  expect(changes()).toBe(before + 3);
});
