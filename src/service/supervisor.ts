import { appendFileSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Subprocess } from "bun";
import { factoryClock } from "../observe/clock.ts";
import { lockHome } from "../segments/home-lock.ts";
import { ownCommand } from "../workers/process.ts";
import { announcedHub } from "./announcement.ts";
import { type ControlAddress, isAlive, requestStop } from "./control.ts";
import {
  clearServiceState,
  isServiceStopRequested,
  mirrorDirOf,
  type ServiceState,
  serviceLock,
  writeServiceState,
} from "./state.ts";

/** Hidden argument of a hub that a supervisor started. */
const supervisedFlag = "--supervised";

/** Seconds before the next start after a crash, by the number of crashes in a row: well within 10 s, and never given up. */
const afterCrashSec = [1, 2, 4, 8];
/** The same after a start that failed with a sentence, a port in use say: it may take long to mend. */
const afterFailedStartSec = [2, 5, 10, 30, 60];
/** A wrong setting does not mend itself: the file is watched, and without a change tried again after this time. */
const wrongSettingSec = 300;
/** A hub that ran this long was well. */
const wellAfterMs = 60_000;
/** How often the hub's event loop is asked for a sign of life, how long it may take, and how many may be missed in a row: 5 minutes. */
const askEveryMs = 15_000;
const askPatienceMs = 10_000;
const mostMissed = 20;
/** How long a hub may take to end when it is asked to: 5 s for its answers, and closing its files. */
const stopPatienceMs = 20_000;
const pollMs = 500;
const evidenceChars = 8_000;

const done = 0;
const failed = 1;
const wrongUsage = 2;

interface SupervisorOptions {
  home: string;
  /** Rejects nothing; resolves when the service is to end. */
  stopSignal: Promise<string>;
}

/**
 * Keeps a hub running in a home folder until it is asked to stop: Task Scheduler's own restart comes after a minute at the earliest, and
 * must come within 10 s. Loads as little as it can, because it stays in memory for years. Returns the exit code.
 */
export async function supervise({ home, stopSignal }: SupervisorOptions): Promise<number> {
  const mirrorDir = mirrorDirOf(home);
  const log = serviceLog(path.join(home, "logs"));
  try {
    mkdirSync(mirrorDir, { recursive: true });
  } catch (error) {
    log("ERROR", `The folder ${mirrorDir} cannot be made (${(error as NodeJS.ErrnoException).code}).`);
  }
  const lock = lockHome(mirrorDir, serviceLock);
  if (!lock) {
    console.error(`A service is running already with the home folder ${home}. Stop it with --stop.`);
    return failed;
  }
  clearServiceState(mirrorDir);
  let stopping = false;
  const asked = stopSignal.then((reason) => {
    stopping = true;
    return reason;
  });
  const state: ServiceState = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    hubPid: null,
    starts: 0,
    lastEnd: null,
    next: null,
  };
  let [crashes, failedStarts] = [0, 0];
  const mustEnd = (): boolean => stopping || isServiceStopRequested(mirrorDir);

  while (!mustEnd()) {
    const startedAt = Date.now();
    // Of before the hub reads it, so that no change is missed.
    const settings = envStamp(home);
    const hub = new SupervisedHub(home, mirrorDir);
    writeServiceState(mirrorDir, Object.assign(state, { hubPid: hub.pid, starts: state.starts + 1, next: null }));
    void asked.then(() => hub.stop());
    const end = await hub.ended;
    if (end.code === done || mustEnd()) break;

    const wasAnnounced = announcedHub(mirrorDir)?.pid === hub.pid;
    let waitSec: number;
    let reason = end.sentence;
    if (Date.now() - startedAt > wellAfterMs) [crashes, failedStarts] = [0, 0];
    if (end.code === wrongUsage) {
      waitSec = wrongSettingSec;
      // One sentence a line for each wrong setting; the log and the status have one line.
      reason = end.evidence.replaceAll(/\s*\n\s*/g, " ") || reason;
    } else if (end.code === failed && !wasAnnounced && end.evidence !== "" && !end.evidence.includes("\n    at ")) {
      waitSec = afterFailedStartSec[Math.min(failedStarts++, afterFailedStartSec.length - 1)]!;
      reason = end.evidence;
    } else {
      waitSec = afterCrashSec[Math.min(crashes++, afterCrashSec.length - 1)]!;
      // The hub reports what it can itself, and takes its word back then.
      if (wasAnnounced || end.code !== failed) reason = await report(home, end, new Date(startedAt));
    }
    const advice = waitSec === wrongSettingSec ? "when the file .env changes, or in 5 minutes" : `in ${waitSec} s`;
    log("ERROR", `${reason} It is started again ${advice}.`);
    const lastEnd = { at: new Date().toISOString(), reason };
    writeServiceState(mirrorDir, Object.assign(state, { hubPid: null, lastEnd, next: advice }));
    const until = Date.now() + waitSec * 1000;
    while (Date.now() < until && !mustEnd() && (end.code !== wrongUsage || envStamp(home) === settings)) {
      await Promise.race([Bun.sleep(pollMs), asked]);
    }
  }
  clearServiceState(mirrorDir);
  lock.release();
  return done;
}

interface End {
  code: number;
  /** What happened, in a sentence. */
  sentence: string;
  /** What the hub wrote to stderr last. */
  evidence: string;
}

/** One hub, from its start to its end. */
class SupervisedHub {
  readonly ended: Promise<End>;
  readonly #child: Subprocess<"ignore", "ignore", "pipe">;
  readonly #mirrorDir: string;
  #hung = false;

  constructor(home: string, mirrorDir: string) {
    this.#mirrorDir = mirrorDir;
    this.#child = Bun.spawn(ownCommand(supervisedFlag, "--home", home), {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      windowsHide: true,
    });
    this.ended = this.#follow();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Asks it to end in good order, and ends it when it does not. */
  async stop(): Promise<void> {
    const control = this.#control();
    if (!control || !(await requestStop(control, askPatienceMs))) this.#child.kill("SIGTERM");
    await Promise.race([this.#child.exited, Bun.sleep(stopPatienceMs)]);
    this.#child.kill("SIGKILL");
  }

  async #follow(): Promise<End> {
    const watch = this.#watch();
    const said = { last: "" };
    const whole = keepLast(this.#child.stderr, said);
    const code = await this.#child.exited;
    // What the hub started may hold the pipe for longer than the hub lived.
    await Promise.race([whole, Bun.sleep(pollMs)]);
    const evidence = said.last.trim();
    clearInterval(watch);
    const { signalCode } = this.#child;
    const how = signalCode === null ? `exit code ${code}` : `signal ${signalCode}`;
    const sentence = this.#hung
      ? `The hub was ended, because it gave no sign of life for ${(askEveryMs * mostMissed) / 60_000} minutes.`
      : `The hub's process ended unexpectedly (${how}).`;
    return { code, sentence, evidence };
  }

  /** Ends a hub whose event loop hangs. */
  #watch(): ReturnType<typeof setInterval> {
    let missed = 0;
    return setInterval(async () => {
      const control = this.#control();
      missed = control && (await isAlive(control, askPatienceMs)) ? 0 : missed + 1;
      if (missed < mostMissed) return;
      this.#hung = true;
      this.#child.kill("SIGKILL");
    }, askEveryMs);
  }

  #control(): ControlAddress | null {
    const hub = announcedHub(this.#mirrorDir);
    return hub?.pid === this.pid ? hub.control : null;
  }
}

/** Writes the crash report with what the process left, and returns a sentence about it. Loads the rest of the hub's code only now. */
async function report(home: string, { sentence, evidence }: End, startedAt: Date): Promise<string> {
  try {
    const { loadSettings } = await import("../config.ts");
    const { reportCrash } = await import("./last-run.ts");
    const settings = loadSettings({ home, env: process.env });
    return await reportCrash(settings, { reason: sentence, at: new Date(), startedAt, evidence });
  } catch (error) {
    return `${sentence} No report could be written (${(error as Error).message}).`;
  }
}

/** Keeps the end of what a stream says, until it ends. */
async function keepLast(stream: ReadableStream<Uint8Array>, said: { last: string }): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    said.last = (said.last + decoder.decode(chunk, { stream: true })).slice(-evidenceChars);
  }
}

/** When the settings were changed last. */
function envStamp(home: string): number | null {
  try {
    return statSync(path.join(home, ".env")).mtimeMs;
  } catch {
    return null;
  }
}

/**
 * Lines of app.log and error.log in the hub's own layout, each written at once: few, at times at which there is no hub to write them. In the time zone that
 * the hub has unless told otherwise, because its settings may be what is wrong.
 */
function serviceLog(logsDir: string): (level: "ERROR", message: string) => void {
  const clock = factoryClock("Asia/Seoul");
  return (level, message) => {
    const line = message.replaceAll(/\s*\n\s*/g, " ");
    console.error(line);
    try {
      mkdirSync(logsDir, { recursive: true });
      const text = `${clock.logStamp()} | ${level.padEnd(8)} | - | service | ${line}\n`;
      for (const name of ["app.log", "error.log"]) appendFileSync(path.join(logsDir, name), text);
    } catch {
      // The console has it.
    }
  };
}
