import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { addDays } from "../../../src/production/calendar.ts";
import { alertLimitMs, alertsOf, eventually, fastAlerts, fires, isOver, ofLoad } from "../../support/alerts.ts";
import { faketimeLibrary, movableClock } from "../../support/faketime.ts";
import { livePath, row, temporaryHome, writeDatabase } from "../../support/files.ts";
import { fails, startGeminiServer } from "../../support/gemini-server.ts";
import { type Hub, startHub } from "../../support/hub.ts";
import { tied } from "../../support/processes.ts";

/**
 * Trouble that lasts, grows or needs hours, made for real: files that are replaced without a pause, processors and memory in use, and, under a clock
 * that libfaketime moves while the hub runs, a job that hangs, a key that is refused, a clock that jumps, targets, a disk that fills up and a hub
 * that leaks. A minute of the alerts is 3 ms.
 */
const hourMs = 3_600_000;
const mb = 1024 * 1024;
const live = "production_analysis.db";

const running: { stop(): unknown }[] = [];
afterAll(() => Promise.all(running.map((one) => one.stop())));

/** Starts a hub that has all rules but those named turned on; how busy and full this machine is, is the matter of two tests alone. */
async function start(home: string, env: Record<string, string> = {}): Promise<Hub> {
  const hub = await startHub({ home, env: { ...fastAlerts, ALERT_OFF: ofLoad, ...env } });
  running.push(hub);
  return hub;
}

/** Has a process do something until `stop`. */
function startProcess(...command: string[]): { pid: number; stop(): Promise<unknown> } {
  const child = tied(Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" }));
  const process = {
    pid: child.pid,
    stop: () => {
      child.kill("SIGKILL");
      return child.exited;
    },
  };
  running.push(process);
  return process;
}

test.concurrent(
  "a file that is replaced without a pause",
  async () => {
    const home = temporaryHome();
    // 32 MB: a copy that goes on while the writer has to wait for a processor is not done before the writer has its turn.
    const rows = Array.from({ length: 80 }, () => row({ lot_number: "x".repeat(400_000) }));
    writeDatabase(livePath(home), rows);
    const hub = await start(home);
    await hub.json("/items");
    const versions = [1, 2].map((quantity) => {
      const file = join(home, `version ${quantity}`);
      writeDatabase(file, [...rows, row({ good_quantity: quantity })]);
      return file;
    });
    const writer = startProcess(
      process.execPath,
      "-e",
      `const { linkSync, renameSync } = require("node:fs");
       const [live, next, ...versions] = ${JSON.stringify([livePath(home), join(home, "next"), ...versions])};
       for (let at = 0; ; at++) { linkSync(versions[at % 2], next); renameSync(next, live); Bun.sleepSync(1); }`,
    );
    const asked = setInterval(() => void hub.fetch("/items").catch(() => {}), 100);
    const changing = await fires(hub, "file-changing", live).finally(() => clearInterval(asked));
    expect(changing.words.en.meaning).toContain("what was read last answers");
    await writer.stop();
    await hub.json("/items");
    await isOver(hub, "file-changing", live);
  },
  4 * alertLimitMs,
);

describe("the machine", () => {
  const home = (): string => {
    const folder = temporaryHome();
    writeDatabase(livePath(folder), [row()]);
    return folder;
  };

  // Where the hub may use some of the processors alone, these cannot be kept busy all together.
  test.skipIf(availableParallelism() < cpus().length).concurrent(
    "processors that are busy all the time",
    async () => {
      // Others share them: every one without a moment's rest is what nobody but this test does for long.
      const hub = await start(home(), { MONITOR_CPU_PERCENT: "99,99.9", ALERT_OFF: "memory-full,response-time" });
      const burners = cpus().map(() => startProcess("sh", "-c", "while :; do :; done"));
      const busy = await fires(hub, "cpu-load");
      expect(busy.words.ko.what).toContain("CPU");
      await Promise.all(burners.map((burner) => burner.stop()));
      await isOver(hub, "cpu-load");
    },
    4 * alertLimitMs,
  );

  test.skipIf(freemem() < 6_000 * mb).concurrent(
    "memory that is taken and given back",
    async () => {
      const used = totalmem() - freemem();
      // Farther from what is used now than the other tests of this file take, 600 MB, and another test run beside them, 900 MB.
      const warning = (100 * (used + 1_600 * mb)) / totalmem();
      const hub = await start(home(), {
        MONITOR_MEMORY_PERCENT: `${warning.toFixed(3)},99.99`,
        ALERT_OFF: "cpu-load,response-time",
      });
      const hungry = startProcess(
        process.execPath,
        "-e",
        `const held = []; setInterval(() => held.length < 20 && held.push(Buffer.alloc(${200 * mb}, 1)), 50)`,
      );
      const full = await fires(hub, "memory-full");
      expect(full.severity).toBe("info");
      await hungry.stop();
      await isOver(hub, "memory-full");
    },
    4 * alertLimitMs,
  );
});

/** What a process was started with; empty for one that has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

/** Processes that the hub started and that carry an operation out. */
const operationsOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .map(Number)
    .filter((child) => child > 0 && commandOf(child).includes("operation"));

describe.skipIf(faketimeLibrary === null)("under a clock that is moved", () => {
  test.concurrent(
    "targets out of reach, a key that is refused, a job that hangs for hours, a clock that jumps, and a crash report that is moved",
    async () => {
      const home = temporaryHome();
      // A week into the month, so that there are working days left whenever this runs.
      const begin = `${new Date().toISOString().slice(0, 7)}-08`;
      const clock = movableClock(Date.parse(`${begin}T03:00:00Z`) - Date.now());
      const days = Array.from({ length: 240 }, (_, at) => addDays(begin, -1 - at));
      writeDatabase(
        livePath(home),
        days.map((production_date, at) => row({ production_date, good_quantity: 1_000 + (at % 7) })),
      );
      const gemini = await startGeminiServer();
      running.push(gemini);
      const env = {
        ...clock.env,
        GEMINI_API_KEY: "test-key",
        GEMINI_BASE_URL: gemini.url,
        ARCHIVE_CUTOFF_YEAR: "2000",
      };
      let hub = await start(home, env);
      const post = (path: string, body: unknown) =>
        hub.json(path, {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "Content-Type": "application/json" },
        });
      const aim = (target: number) =>
        post("/targets", { targets: [{ month: begin.slice(0, 7), item_code: "BW0021", target }] });

      expect((await aim(10_000_000)).status).toBe(200);
      gemini.script(fails.keyInvalid());
      await post("/chat", { query: "이번 달 생산량을 자세히 설명해줘" });
      const [refused] = await Promise.all([
        fires(hub, "chat-unusable"),
        fires(hub, "target-unlikely", begin.slice(0, 7)),
      ]);
      expect(refused.words.en.what).toContain("refuses the key");
      expect((await aim(100)).status).toBe(200);
      await isOver(hub, "target-unlikely", begin.slice(0, 7));

      const act = (job: string, action: string) => hub.json(`/operations/jobs/${job}/${action}`, { method: "POST" });
      // No other operation is to be taken for the backup.
      await act("watch", "pause");
      await eventually("none is under way", () => operationsOf(hub.pid).length === 0 || undefined);
      const stopped = await eventually("the backup runs", async () => {
        // One that was over before it was seen begins again.
        await act("backup", "run");
        const found = operationsOf(hub.pid);
        for (const pid of found) process.kill(pid, "SIGSTOP");
        return found.length > 0 ? found : undefined;
      });
      clock.move(7 * hourMs);
      const [jump, hanging] = await Promise.all([fires(hub, "clock-jump"), fires(hub, "job-overdue", "backup")]);
      expect(jump.words.en.what).toContain("forward by 420 minutes");
      expect(hanging.words.en.what).toContain("has not ended for 7 hours");
      // The key is looked at again after ten minutes, and was accepted meanwhile.
      await isOver(hub, "chat-unusable");
      for (const pid of stopped) process.kill(pid, "SIGCONT");
      await isOver(hub, "job-overdue", "backup");

      process.kill(hub.pid, "SIGKILL");
      hub = await start(home, env);
      const crash = await fires(hub, "crash");
      // What was over when it was told ends in the history: the jump with the run that saw it, the crash when its report is moved.
      await isOver(hub, "clock-jump");
      renameSync(join(home, "logs", crash.subject), join(home, "read.txt"));
      // Reports are looked for every half minute, also by a clock that was put back.
      clock.move(-hourMs);
      const [back] = await Promise.all([fires(hub, "clock-jump"), isOver(hub, "crash")]);
      expect(back.words.en.what).toContain("back by 60 minutes");
      expect((await alertsOf(hub, "clock-jump")).length).toBe(2);
    },
    4 * alertLimitMs,
  );

  /** Mounting needs root; elsewhere this is skipped. */
  const small = join(temporaryHome(), "small");
  mkdirSync(small);
  const isMounted =
    faketimeLibrary !== null &&
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=512m", "none", small], { stderr: "ignore" }).exitCode === 0;
  afterAll(() => {
    if (isMounted) Bun.spawnSync(["umount", "-l", small]);
  });

  test.skipIf(!isMounted).concurrent(
    "a disk that fills up day by day, and a hub whose memory grows all the time",
    async () => {
      writeDatabase(livePath(small), [row()]);
      const clock = movableClock();
      // What is not real is the hours and why it leaks: the memory is taken by the hub's own process, and read from the system.
      const leak = join(temporaryHome(), "leak.ts");
      writeFileSync(
        leak,
        `const [start, kept] = [Date.now(), []];
         const isHub = process.argv.length === 2;
         const grow = () => { while (kept.length < (Date.now() - start) / ${hourMs}) kept.push(Buffer.alloc(${8 * mb}, 1)); };
         if (isHub) setInterval(grow, 50).unref();`,
      );
      const hub = await start(small, {
        ...clock.env,
        BUN_OPTIONS: `--preload ${leak}`,
        ALERT_OFF: `clock-jump,job-overdue,${ofLoad}`,
      });
      const others = join(small, "others");
      mkdirSync(others);
      const fill = (name: string, bytes: number): void => writeFileSync(join(others, name), Buffer.alloc(bytes, 1));
      fill("old", 150 * mb);
      const isFiring = async (rule: string): Promise<boolean> => (await alertsOf(hub, rule)).length > 0;
      for (let hours = 0; !((await isFiring("disk-filling")) && (await isFiring("memory-growth"))); hours += 4) {
        if (hours > 100) throw new Error("Nothing was noticed in a hundred hours.");
        fill(`${hours}`, 6 * mb);
        clock.move(4 * hourMs);
        // The hub looks at itself four times a second.
        await Bun.sleep(300);
      }
      const [filling, growing] = await Promise.all([fires(hub, "disk-filling"), fires(hub, "memory-growth")]);
      expect(filling.words.en.what).toContain("the disk runs out in about");
      expect(growing.words.en.what).toContain("has grown steadily");
      rmSync(others, { recursive: true });
      await isOver(hub, "disk-filling");
      // As the alert says: a restart.
      await hub.stop();
      await isOver(await start(small, clock.env), "memory-growth");
    },
    4 * alertLimitMs,
  );
});
