import { Cron } from "croner";
import { type FactoryClock, factoryClock, isAhead } from "../observe/clock.ts";
import type { Progress } from "../observe/progress.ts";
import type { JobMemory, JobTable } from "./jobs.ts";
import type { OperationContext, OperationLog } from "./operation.ts";

/** One thing that is done again and again. */
export interface Job {
  name: string;
  /** What it does, for people. */
  title: string;
  /** A cron pattern in the factory's time, seconds between two runs, or null for a job that runs when it is asked to. */
  when: string | number | null;
  /** Asked before the clock starts it: a run that is not needed leaves no trace, and is not caught up either. */
  isNeeded?: () => boolean;
  /** Does it and says in a sentence how it went, perhaps beside what it found; an error is a failed run. */
  run: (context: Pick<OperationContext, "log" | "progress">) => Promise<string | JobOutcome>;
}

/** What an operation found, with a sentence that says it. */
export interface JobOutcome {
  summary: string;
}

/** What a run has said on the log; a table is one message of many lines. */
export interface Said {
  level: keyof OperationLog;
  message: string;
}

/** A job as the API and the pages show it. */
export interface JobStatus extends JobMemory {
  title: string;
  when: string;
  next_at: number | null;
  running: boolean;
  progress: Progress | null;
  /** What the run under way has said, or the last one since the hub started. */
  said: readonly Said[];
  /** What the last run found since the hub started; null while none did, or where it said a sentence alone. */
  outcome: JobOutcome | null;
}

interface Planned {
  job: Job;
  cron: Cron | null;
  /** When it begins next, ms since 1970, as found out last; null where that was never asked or there is no next time. */
  nextAt: number | null;
  running: Promise<void> | null;
  progress: Progress | null;
  said: Said[];
  outcome: JobOutcome | null;
}

/** A rollover says two tables and some sentences; what goes beyond stands in the log alone. */
const saidMessages = 100;

/** How often missed runs are looked for: after the PC slept, timers fire late or not at all. */
const catchUpEveryMs = 60_000;
/** A run counts as missed when it should have begun this long ago. */
const missedAfterMs = 30_000;

/**
 * Runs jobs by the clock, one run of each at a time. A run that was missed while the PC slept or the hub was off is caught up once, and one that
 * was cut off is run again.
 * What became of each run is remembered in the table of jobs.
 */
export class Schedule {
  readonly #planned = new Map<string, Planned>();
  readonly #table: JobTable;
  readonly #log: OperationLog;
  readonly #factory: FactoryClock;
  readonly #onChange: () => void;
  readonly #timezone: string;
  #stopped = false;
  #toldBehind = false;
  /** What the clock said when it was last looked at, ms since the epoch. */
  #lookedAt = Date.now();
  readonly #catchingUp: ReturnType<typeof setInterval>;

  /** `onChange` hears whenever a run begins, goes on or ends, and when a job is paused or resumed. */
  constructor(
    jobs: readonly Job[],
    table: JobTable,
    log: OperationLog,
    timezone: string,
    onChange: () => void = () => {},
  ) {
    this.#onChange = onChange;
    this.#table = table;
    this.#log = log;
    this.#factory = factoryClock(timezone);
    this.#timezone = timezone;
    for (const job of jobs) {
      const cron = this.#clock(job);
      if (cron) table.seenAt(job.name, Date.now());
      else table.forgetSeen(job.name);
      this.#planned.set(job.name, { job, cron, nextAt: null, running: null, progress: null, said: [], outcome: null });
    }
    this.#catchingUp = setInterval(() => this.catchUp(), catchUpEveryMs);
    this.#catchingUp.unref();
  }

  #clock({ name, when }: Job): Cron | null {
    if (when === null) return null;
    const start = () => this.start(name);
    if (typeof when === "string") return new Cron(when, { timezone: this.#timezone, unref: true }, start);
    const startAt = nextStart(this.#table.get(name), when);
    return new Cron("* * * * * *", { interval: when, startAt, unref: true }, start);
  }

  /** Every job with its last and next run. */
  list(): JobStatus[] {
    return [...this.#planned.values()].map((planned) => {
      const { job, running, progress, said, outcome } = planned;
      const memory = this.#table.get(job.name);
      return {
        ...memory,
        title: job.title,
        when: typeof job.when === "number" ? `every ${job.when} s` : (job.when ?? "on demand"),
        next_at: memory.paused ? null : nextOf(planned),
        running: running !== null,
        progress,
        said,
        outcome,
      };
    });
  }

  has(name: string): boolean {
    return this.#planned.has(name);
  }

  /** Starts a run by the clock: not while paused, not while one is under way, not when there is nothing to do. */
  start(name: string): void {
    const isNeeded = this.#planned.get(name)?.job.isNeeded?.() ?? true;
    if (isNeeded && !this.#table.get(name).paused) this.run(name);
  }

  /** Starts a run now, also of a paused job; false when one is under way already. */
  run(name: string): boolean {
    const planned = this.#planned.get(name);
    if (!planned || planned.running) return false;
    planned.running = this.#carryOut(planned).finally(() => {
      planned.running = null;
      planned.progress = null;
      if (!this.#stopped) this.#onChange();
    });
    this.#onChange();
    return true;
  }

  /** Holds a job back from the clock, or lets it go again. */
  pause(name: string, paused: boolean): void {
    this.#table.setPaused(name, paused);
    this.#onChange();
  }

  /** Starts each job that has not run since it was due last, or whose last run the end of the hub cut off; the clock does this every minute. */
  catchUp(): void {
    this.#followClock();
    for (const { job, cron, running } of this.#planned.values()) {
      if (running || !cron) continue;
      const { started_at: started, finished_at: finished, paused } = this.#table.get(job.name);
      // Of a job that is not started it would be said again every minute.
      if (paused || job.isNeeded?.() === false) continue;
      if (started !== null && finished === null) {
        this.#log.warn(
          `${job.name}: the run of ${this.#time(started)} was cut off when the hub ended; it is run again`,
        );
        this.start(job.name);
        continue;
      }
      if (typeof job.when === "number" || job.isNeeded) continue;
      const due = cron.previousRuns(1, new Date())[0]?.getTime();
      // A PC that is off every night would never make its first backup, if only what has run once were caught up.
      const since = started ?? this.#table.seenAt(job.name, Date.now());
      // Of a run that was noted by a clock that was ahead nobody knows how long ago it was.
      const hasRun = due !== undefined && since >= due && !isAhead(since);
      if (due === undefined || hasRun || Date.now() - due < missedAfterMs) continue;
      this.#log.info(`${job.name}: catching up the run of ${this.#time(due)}`);
      this.start(job.name);
    }
  }

  /** Once for each time that hub.db takes no note. */
  #tellIfBehind(): void {
    const { isBehind } = this.#table;
    if (isBehind && !this.#toldBehind) {
      this.#log.warn(
        "hub.db takes no note of the jobs' runs: the disk is full, or the hub may not write there. They run all the same, and what becomes of them is remembered until the hub ends.",
      );
    }
    this.#toldBehind = isBehind;
  }

  /** After the clock was put back, croner would wait until it says again what it said before: years, if it was years ahead. */
  #followClock(): void {
    const now = Date.now();
    const isBack = isAhead(this.#lookedAt);
    this.#lookedAt = now;
    if (!isBack) return;
    for (const planned of this.#planned.values()) {
      planned.cron?.stop();
      planned.cron = this.#clock(planned.job);
      planned.nextAt = null;
    }
    this.#log.info(`The clock was put back to ${this.#time(now)}: the next run of every job is reckoned anew`);
    this.#onChange();
  }

  #time(ms: number): string {
    return this.#factory.logStamp(new Date(ms));
  }

  /** Ends the clock; runs under way are processes of their own, end with the hub, and are run again after its next start. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#catchingUp);
    for (const { cron } of this.#planned.values()) cron?.stop();
  }

  async #carryOut(planned: Planned): Promise<void> {
    const { job } = planned;
    this.#table.setStarted(job.name, Date.now());
    this.#tellIfBehind();
    planned.said = [];
    const hear = (level: Said["level"]) => (message: string) => {
      if (planned.said.length < saidMessages) planned.said = [...planned.said, { level, message }];
      this.#log[level](message);
    };
    const log: OperationLog = { info: hear("info"), warn: hear("warn"), error: hear("error") };
    const progress = (progress: Progress) => {
      planned.progress = progress;
      this.#onChange();
    };
    try {
      const outcome = await job.run({ log, progress });
      if (this.#stopped) return;
      const message = typeof outcome === "string" ? outcome : outcome.summary;
      planned.outcome = typeof outcome === "string" ? null : outcome;
      this.#table.setFinished(job.name, Date.now(), "ok", message);
      this.#log.info(`${job.name}: ${message}`);
    } catch (error) {
      if (this.#stopped) return;
      const { message } = error as Error;
      this.#table.setFinished(job.name, Date.now(), "failed", message);
      this.#log.error(`${job.name} failed: ${message}`);
    }
  }
}

/** An interval goes on where the run before a restart left it, at the earliest half a minute from now. */
function nextStart({ started_at }: JobMemory, everySec: number): Date {
  const soon = Date.now() + 30_000;
  const isKnown = started_at !== null && !isAhead(started_at);
  return new Date(isKnown ? Math.max(soon, started_at + everySec * 1000) : soon);
}

/** When a job begins next. Remembered until then, because croner walks the calendar for it: 0.1 ms each, and `/healthz` names all jobs. */
function nextOf(planned: Planned): number | null {
  if (planned.nextAt === null || planned.nextAt <= Date.now()) {
    planned.nextAt = planned.cron?.nextRun()?.getTime() ?? null;
  }
  return planned.nextAt;
}
