import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { factoryClock } from "../../../src/observe/clock.ts";
import {
  alertLimitMs,
  alertsOf,
  eventually,
  fastAlerts,
  fires,
  isOver,
  ofLoad,
  ofMachine,
  runJob,
} from "../../support/alerts.ts";
import {
  archivePath,
  INSERT_ROW,
  livePath,
  openBeside,
  type Row,
  row,
  rowValues,
  temporaryHome,
  writeDatabase,
} from "../../support/files.ts";
import { fails, startGeminiServer } from "../../support/gemini-server.ts";
import { type Hub, hubDbOf, type Json, startHub } from "../../support/hub.ts";

/**
 * Each rule against the trouble itself: a hub of its own, files that are taken away, damaged and locked, jobs that fail. Its alerts wait 20,000 times
 * less than usual: a minute is 3 ms, a day 4 s.
 */
const fast = {
  ...fastAlerts,
  // How busy this machine is has nothing to do with it, and messages about it would be in the way.
  ALERT_OFF: ofLoad,
  // Nor is a backup to come by the clock.
  BACKUP_CRON: "0 0 29 2 *",
};
const dayMs = 86_400_000;
/** The factory's day, which may be the one after the server's. */
const factory = factoryClock("Asia/Seoul");
const dayOf = (date: Date): string => factory.timestamp(date).slice(0, 10);
const dayText = (daysAgo: number): string => dayOf(new Date(Date.now() - daysAgo * dayMs));
const thisYear = Number(dayText(0).slice(0, 4));

const running: { stop(): unknown }[] = [];
afterAll(() => Promise.all(running.map((one) => one.stop())));

async function start(home: string, env: Record<string, string> = {}): Promise<Hub> {
  const hub = await startHub({ home, env: { ...fast, ...env } });
  running.push(hub);
  return hub;
}

const live = "production_analysis.db";
const weekdays = (from: number, to: number): Row[] =>
  Array.from({ length: from - to + 1 }, (_, at) => dayText(from - at))
    .filter((day) => ![0, 6].includes(new Date(day).getUTCDay()))
    .map((production_date) => row({ production_date }));

/** Takes what the hub sends by webhook; while `refuses` is true it wants none of it. */
function startReceiver() {
  const [received, refused]: [Json[], Json[]] = [[], []];
  const receiver = {
    refuses: false,
    env: {},
    summaries: (): Json[] => received.filter(({ kind }) => kind === "summary"),
    /** What was told of a rule, as `ID state`; of many messages within a minute, those after the tenth come together. */
    told: (rule: string): string[] =>
      received
        .flatMap(alertsIn)
        // Six hours are a second here.
        .filter((one) => one.rule === rule && one.state !== "reminder")
        .map(({ state, id }) => `${id} ${state}`),
    hasRefused: (rule: string): boolean => refused.flatMap(alertsIn).some((one) => one.rule === rule),
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const message = await request.json();
      (receiver.refuses ? refused : received).push(message);
      return receiver.refuses ? new Response("no", { status: 400 }) : new Response("ok");
    },
  });
  running.push({ stop: () => server.stop(true) });
  receiver.env = { ALERT_WEBHOOK_URL: `http://127.0.0.1:${server.port}/hook` };
  return receiver;
}

const alertsIn = ({ data }: Json): Json[] => data?.alerts ?? (data?.messages ?? []).flatMap(alertsIn);

describe("the ERP's files", () => {
  test.concurrent(
    "missing, broken, locked, and an archive that went away",
    async () => {
      const home = temporaryHome();
      const rows = weekdays(20, 1);
      writeDatabase(livePath(home), rows);
      writeDatabase(archivePath(home, 2020), [row({ production_date: "2020-05-04" })]);
      let hub = await start(home);
      await hub.json("/items");
      const aside = join(home, "aside.db");

      renameSync(livePath(home), aside);
      const missing = await fires(hub, "file-missing", live);
      expect(missing.severity).toBe("critical");
      expect(missing.words.ko.what).toContain(live);
      // A check finds Live missing, and fails: that is a job's matter as well.
      await runJob(hub, "check");
      await fires(hub, "job-failed", "check");
      renameSync(aside, livePath(home));
      await isOver(hub, "file-missing", live);
      await runJob(hub, "check");
      await isOver(hub, "job-failed", "check");

      copyFileSync(livePath(home), aside);
      writeFileSync(livePath(home), "this is no database, and was none before".repeat(300));
      await fires(hub, "file-broken", live);
      renameSync(aside, livePath(home));
      await isOver(hub, "file-broken", live);

      writeDatabase(aside, [...rows, row({ production_date: dayText(1) })]);
      const holder = new Database(aside);
      holder.run("BEGIN EXCLUSIVE");
      renameSync(aside, livePath(home));
      await fires(hub, "file-locked", live);
      holder.run("COMMIT");
      holder.close();
      await isOver(hub, "file-locked", live);

      // Gone while no hub was running: nothing but its own memory tells a hub that it was there.
      await hub.stop();
      const archive = archivePath(home, 2020);
      renameSync(archive, aside);
      hub = await start(home);
      await fires(hub, "file-missing", "archive_2020.db");
      renameSync(aside, archive);
      await isOver(hub, "file-missing", "archive_2020.db");
    },
    4 * alertLimitMs,
  );

  test.concurrent(
    "unchanged for too long, a -wal that grows, rows out of place and without a date, a rollover that is due, missing indexes",
    async () => {
      const home = temporaryHome();
      const archive = thisYear - 3;
      const lastYear = row({ production_date: `${thisYear - 1}-12-01` });
      const strays = [row({ production_date: `${archive}-03-02` }), row({ production_date: "N/A" })];
      const rows = [lastYear, ...weekdays(120, 14)];
      writeDatabase(livePath(home), [...rows, ...strays], "wal");
      writeDatabase(archivePath(home, archive), [row({ production_date: `${archive}-01-04` })]);
      const twoWeeksAgo = new Date(Date.now() - 14 * dayMs);
      utimesSync(livePath(home), twoWeeksAgo, twoWeeksAgo);
      const hub = await start(home, { WAL_LIMIT_MB: "1", HEAL_INDEXES: "false", ALERT_SPEED: "60000" });
      const unchanged = await fires(hub, "file-unchanged", live);
      expect(unchanged.words.en.what).toContain(dayOf(twoWeeksAgo));
      await Promise.all([fires(hub, "misplaced-rows", live), fires(hub, "undated-rows", live)]);
      // In the first days of January nobody is late.
      const isDue = dayText(0).slice(5) > "01-15";
      if (isDue) await fires(hub, "rollover-due");

      const [reader, writer] = [openBeside(livePath(home)), openBeside(livePath(home))];
      reader.run("BEGIN");
      reader.query("SELECT count(*) FROM production_records").get();
      for (let at = 0; at < 6; at++) {
        writer.run(INSERT_ROW, rowValues(row({ production_date: dayText(0), lot_number: "x".repeat(400_000) })));
      }
      await Promise.all([fires(hub, "wal-growing", live), isOver(hub, "file-unchanged", live)]);
      reader.close();
      writer.run("DELETE FROM production_records WHERE length(lot_number) > 1000");
      writer.run("PRAGMA wal_checkpoint(TRUNCATE)");
      await isOver(hub, "wal-growing", live);
      for (const { id } of strays) writer.run("DELETE FROM production_records WHERE id = ?", [id]);
      await Promise.all([isOver(hub, "misplaced-rows", live), isOver(hub, "undated-rows", live)]);
      writer.run("DELETE FROM production_records WHERE production_date < ?", [`${thisYear}-01-01`]);
      if (isDue) await isOver(hub, "rollover-due");

      // Two days are three seconds here, and have begun with the hub.
      await fires(hub, "indexes-missing", live);
      writer.run("CREATE INDEX a ON production_records(production_date)");
      for (const { columns } of await lacking())
        writer.run(`CREATE INDEX "i ${columns}" ON production_records(${columns})`);
      writer.close();
      await isOver(hub, "indexes-missing", live);
    },
    4 * alertLimitMs,
  );
});

async function lacking(): Promise<readonly { columns: string }[]> {
  return (await import("../../../src/segments/schema.ts")).requiredIndexes;
}

test.concurrent(
  "findings in the production data, which a summary tells as well",
  async () => {
    const home = temporaryHome();
    const stray = row({ production_date: "N/A" });
    writeDatabase(livePath(home), [...weekdays(20, 1), stray]);
    const receiver = startReceiver();
    // A channel takes ten messages a minute, and the alerts are among them.
    const hub = await start(home, { QUALITY: "true", ALERT_DAILY_SUMMARY: "*/10 * * * * *", ...receiver.env });
    await fires(hub, "quality-undated-rows");
    const summary = await eventually("a summary tells of it", () =>
      receiver.summaries().find(({ text }) => text.includes("생산일자")),
    );
    expect(summary.subject).toContain("일일 요약");
    for (const part of [`${live}: 없음`, "배치 1건", "여유 "]) expect(summary.text).toContain(part);
    const [finding] = (await hub.json("/quality?kind=undated-rows")).body.data;
    const headers = { "Content-Type": "application/json" };
    const say = (what: string) => hub.json(`/quality/${finding.id}/${what}`, { method: "POST", headers, body: "{}" });
    await say("accept");
    await isOver(hub, "quality-undated-rows");
    await say("reopen");
    await fires(hub, "quality-undated-rows");
    const erp = openBeside(livePath(home));
    erp.run("DELETE FROM production_records WHERE id = ?", [stray.id]);
    erp.close();
    await isOver(hub, "quality-undated-rows");
    expect(await alertsOf(hub, "undated-rows")).toEqual([]);
  },
  4 * alertLimitMs,
);

describe("the hub's own work", () => {
  test.concurrent(
    "backups that fail, are too old, or cannot be restored",
    async () => {
      const home = temporaryHome();
      writeDatabase(livePath(home), weekdays(20, 1));
      const receiver = startReceiver();
      const hub = await start(home, receiver.env);
      await hub.json("/items");
      const backups = join(home, "database", "backups");

      rmSync(backups, { recursive: true, force: true });
      writeFileSync(backups, "a file where the folder should be");
      expect((await runJob(hub, "backup")).last_result).toBe("failed");
      await fires(hub, "backup-failed");
      rmSync(backups);
      expect((await runJob(hub, "backup")).last_result).toBe("ok");
      await isOver(hub, "backup-failed");

      const newest = (): string =>
        join(
          backups,
          readdirSync(backups)
            .filter((name) => name.startsWith("production_"))
            .sort()
            .at(-1)!,
        );
      const threeDaysAgo = new Date(Date.now() - 3 * dayMs);
      utimesSync(newest(), threeDaysAgo, threeDaysAgo);
      expect((await fires(hub, "backup-too-old", live)).severity).toBe("warning");
      utimesSync(newest(), new Date(), new Date());
      await isOver(hub, "backup-too-old", live);

      const good = join(home, "good.db");
      copyFileSync(newest(), good);
      truncateSync(newest(), 3000);
      expect((await runJob(hub, "drill")).last_result).toBe("failed");
      await fires(hub, "drill-failed");
      copyFileSync(good, newest());
      expect((await runJob(hub, "drill")).last_result).toBe("ok");
      await isOver(hub, "drill-failed");

      // Each was told once, and told to be over.
      const { told } = receiver;
      for (const rule of ["backup-failed", "backup-too-old", "drill-failed"]) {
        const [{ id }] = await alertsOf(hub, rule);
        await eventually(`the end of ${rule} is told`, () => told(rule).length > 1 || undefined);
        expect([rule, told(rule)]).toEqual([rule, [`${id} firing`, `${id} resolved`]]);
      }
    },
    4 * alertLimitMs,
  );

  test.concurrent(
    "a job that is paused, a channel that refuses, and a crash, after which nothing is said twice",
    async () => {
      const home = temporaryHome();
      writeDatabase(livePath(home), weekdays(20, 1));
      const receiver = startReceiver();
      const { told } = receiver;
      // Nothing but what this test does itself is to be refused.
      const env = { ...receiver.env, ALERT_OFF: `${ofMachine},indexes-missing` };
      let hub = await start(home, env);
      const act = (name: string, action: string) => hub.json(`/operations/jobs/${name}/${action}`, { method: "POST" });
      await act("watch", "pause");
      // A day is four seconds here.
      await fires(hub, "job-paused", "watch");
      const firing = await eventually("the paused job is told", () => told("job-paused")[0]);

      // A message that the receiver refuses is given up on at once; whoever sent a test was told.
      receiver.refuses = true;
      expect((await hub.json("/notify/channels/webhook/test", { method: "POST" })).body.delivered).toBe(false);
      await act("drill", "pause");
      await eventually("the paused drill is refused", () => receiver.hasRefused("job-paused") || undefined);
      const [drill] = await alertsOf(hub, "job-paused", "drill");
      const failing = await fires(hub, "channel-failing", "webhook");
      // Looks are 100 ms apart, and the paused drill was told four seconds after the test.
      expect(Date.parse(failing.fired_at)).toBeGreaterThanOrEqual(Date.parse(drill.fired_at));
      expect(failing.words.ko.what).toStartWith("웹훅으로 알림을 보내지 못하고 있습니다.");
      receiver.refuses = false;
      await hub.json("/notify/channels/webhook/test", { method: "POST" });
      await isOver(hub, "channel-failing", "webhook");

      process.kill(hub.pid, "SIGKILL");
      hub = await start(home, env);
      const crash = await fires(hub, "crash");
      await eventually("the crash is told", () => told("crash")[0]);
      // The paused job still fires, and is neither repeated nor forgotten.
      expect(told("job-paused")).toEqual([firing]);
      expect((await alertsOf(hub, "job-paused", "watch"))[0].state).toBe("firing");
      await act("watch", "resume");
      await isOver(hub, "job-paused", "watch");
      await eventually("its end is told", () => told("job-paused")[1]);
      expect(told("job-paused")).toEqual([firing, firing.replace("firing", "resolved")]);
      renameSync(join(home, "logs", crash.subject), join(home, "read.txt"));
      // Reports are looked for every half minute; a crash has no end that is told.
      expect(told("crash")).toHaveLength(1);
    },
    4 * alertLimitMs,
  );

  test.concurrent(
    "a file that no backup was made of for more than a day",
    async () => {
      const home = temporaryHome();
      writeDatabase(livePath(home), weekdays(20, 1));
      const first = await start(home);
      const hubDb = hubDbOf(home);
      const since = hubDb.query("SELECT value FROM alert_memory WHERE name = 'watching-since'");
      await eventually("it is noted since when the hub watches", () => since.get() ?? undefined);
      await first.stop();
      hubDb.run("UPDATE alert_memory SET value = value - 172800000 WHERE name = 'watching-since'");
      hubDb.close();
      const hub = await start(home);
      await fires(hub, "backup-never", live);
      await runJob(hub, "backup");
      await isOver(hub, "backup-never", live);
    },
    4 * alertLimitMs,
  );

  test.concurrent(
    "a table of hub.db that cannot be read, so that a part of the hub cannot say how it is",
    async () => {
      const home = temporaryHome();
      writeDatabase(livePath(home), weekdays(20, 1));
      const hub = await start(home);
      await hub.json("/items");
      const hubDb = hubDbOf(home);
      hubDb.run("ALTER TABLE delivery RENAME TO lost");
      const failed = await fires(hub, "alert-source", "channels");
      expect(failed.words.en.what).toContain("no such table");
      hubDb.run("ALTER TABLE lost RENAME TO delivery");
      hubDb.close();
      await isOver(hub, "alert-source", "channels");
    },
    4 * alertLimitMs,
  );
});

describe("those who ask", () => {
  test.concurrent(
    "nothing to answer from, errors, too many requests, slow queries, and a chat without its model",
    async () => {
      const home = temporaryHome();
      mkdirSync(join(home, "database"), { recursive: true });
      const gemini = await startGeminiServer();
      running.push(gemini);
      const hub = await start(home, {
        GEMINI_API_KEY: "test-key",
        GEMINI_BASE_URL: gemini.url,
        SLOW_QUERY_THRESHOLD_MS: "0",
      });
      await fires(hub, "no-data");
      // Five minutes are 15 ms here, so they have to come close together.
      const ask = (path: string, times: number) =>
        Promise.all(Array.from({ length: times }, (_, at) => hub.fetch(path + at)));
      await eventually("errors are noticed", async () => {
        await ask("/records?q=", 10);
        return (await alertsOf(hub, "error-rate")).length > 0 || undefined;
      });
      writeDatabase(livePath(home), weekdays(20, 1));
      await Promise.all([isOver(hub, "no-data"), isOver(hub, "error-rate")]);

      await eventually("slow queries are noticed", async () => {
        await ask("/records?q=slow", 15);
        return (await alertsOf(hub, "slow-queries")).length > 0 || undefined;
      });
      await isOver(hub, "slow-queries");

      // Longer than a question is tried again for: both models rest for as long, from the same moment on.
      gemini.script(fails.quotaOfTheMinute("16s"), fails.quotaOfTheMinute("16s"));
      const chat = {
        method: "POST",
        body: JSON.stringify({ query: "이번 달 생산량을 자세히 설명해줘" }),
        headers: { "Content-Type": "application/json" },
      };
      await hub.json("/chat", chat);
      await fires(hub, "chat-quota");
      await isOver(hub, "chat-quota");

      // Asking too often is refused there, so that its log has to tell.
      const strict = await start(temporaryHome(), { RATE_LIMIT_API: "5" });
      await eventually("refusals are noticed", async () => {
        await Promise.all(Array.from({ length: 150 }, () => strict.fetch("/items")));
        return strict.log().includes("ALERT warning rate-limit-storm") || undefined;
      });
      await eventually("it is over", () => strict.log().includes("ALERT resolved rate-limit-storm") || undefined);
    },
    4 * alertLimitMs,
  );
});

/** Mounting needs root; elsewhere this is skipped. */
const small = join(temporaryHome(), "small");
mkdirSync(small);
const mount = (...args: string[]): boolean =>
  Bun.spawnSync(["mount", ...args, small], { stderr: "ignore" }).exitCode === 0;
const isMounted = mount("-t", "tmpfs", "-o", "size=3g", "none");
afterAll(() => {
  if (isMounted) Bun.spawnSync(["umount", "-l", small]);
});

test.skipIf(!isMounted).concurrent(
  "a disk that is nearly full",
  async () => {
    writeDatabase(livePath(small), weekdays(20, 1));
    const hub = await start(small);
    await hub.json("/items");
    expect(mount("-o", "remount,size=100m")).toBe(true);
    const low = await fires(hub, "disk-low");
    expect(low.severity).toBe("critical");
    appendFileSync(join(small, "logs", "app.log"), "");
    expect(mount("-o", "remount,size=3g")).toBe(true);
    await isOver(hub, "disk-low");
  },
  180_000,
);
