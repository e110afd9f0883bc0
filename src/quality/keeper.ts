import type { FactoryClock } from "../observe/clock.ts";
import type { Events, HubEvents } from "../observe/events.ts";
import type { Catalog } from "../segments/catalog.ts";
import { WorkShare } from "../segments/work-share.ts";
import { TaskError, WorkerProcess } from "../workers/process.ts";
import type { Checked } from "./check.ts";
import type { FindingsStore } from "./findings-store.ts";
import type { Looked, QualityOrder } from "./tasks.ts";

/** How long after a change of the data is waited, ms: an ERP writes in several commits, and daily totals come first. */
const settleMs = 1_000;
/** How long after the start nothing is looked at, ms: then there is more to do that people wait for. */
const startMs = 4_000;
/**
 * A check rests for this many times as long as it took, so that it takes at most a twentieth of one processor while the ERP writes all day; less what
 * was not used in the last minute, so that a few changes in a row are looked at at once each.
 */
const restTimes = 20;
const burstMs = 60_000;
/** When what could not be looked at is tried again, ms. */
const retryMs = 15_000;
/** When it is looked whether a day has ended, ms. */
const dayMs = 60_000;
const processRestMs = 5_000;
const timeoutMs = 20 * 60_000;

/** How far the looking is. */
export interface QualityStatus {
  /** `off`: the setting says so. `waiting`: nothing was looked at yet. `checking`: under way, or days are still to be read. `ready`: up to date. */
  state: "off" | "waiting" | "checking" | "ready";
  checked: Omit<Checked, "findings"> | null;
  /** When the last check ended, ms since 1970. */
  checkedAt: number | null;
  /** Why the last one failed or could not begin, a sentence. */
  trouble: string | null;
  /** Name of the data file that must be readable before the next check. */
  waitsFor: string | null;
}

export interface QualityKeeperOptions {
  catalog: Catalog;
  store: FindingsStore;
  events: Events;
  clock: FactoryClock;
  databaseDir: string;
  /** The settings of the same names. */
  rollup: boolean;
  qualityDays: number;
  timezone: string;
  report: (level: "info" | "warn", message: string) => void;
}

/** Looks through each new version of the data, and again when a day has ended: begun by the event of new data, carried out by a process of its own. */
export class QualityKeeper {
  readonly #options: QualityKeeperOptions;
  readonly #worker = new WorkerProcess(processRestMs);
  readonly #share = new WorkShare(restTimes, burstMs);
  readonly #stopListening: () => void;
  readonly #dayTimer: ReturnType<typeof setInterval>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #dueAt = 0;
  #isWorking = false;
  #isAsked = false;
  #restUntil = performance.now() + startMs;
  #closed = false;
  #checked: Omit<Checked, "findings"> | null = null;
  #checkedAt: number | null = null;
  #trouble: string | null = null;
  #waitsFor: string | null = null;

  constructor(options: QualityKeeperOptions) {
    this.#options = options;
    this.#stopListening = options.events.listen((name, data) => {
      if (name === "data") this.#ask(settleMs);
      if (name === "rollup" && (data as { state?: unknown }).state === "ready" && this.#isLacking) this.#ask(0);
    });
    this.#dayTimer = setInterval(() => {
      if (this.#checked && this.#checked.today !== options.clock.today()) this.#ask(0);
    }, dayMs);
    this.#dayTimer.unref();
    options.events.ended.addEventListener("abort", () => this.close(), { once: true });
    if (options.catalog.lastPublished) this.#ask(settleMs);
  }

  status(): QualityStatus {
    const isBusy = this.#isWorking || this.#timer !== null || (this.#checked?.pending ?? 0) > 0;
    const state = isBusy ? "checking" : this.#checked ? "ready" : "waiting";
    return {
      state,
      checked: this.#checked,
      checkedAt: this.#checkedAt,
      trouble: this.#trouble,
      waitsFor: this.#waitsFor,
    };
  }

  close(): void {
    this.#closed = true;
    this.#stopListening();
    clearInterval(this.#dayTimer);
    if (this.#timer) clearTimeout(this.#timer);
    this.#worker.close();
  }

  get #isLacking(): boolean {
    return this.#checked === null || this.#checked.version !== this.#options.catalog.lastPublished?.version;
  }

  #ask(delay: number): void {
    if (this.#closed) return;
    if (this.#isWorking) {
      this.#isAsked = true;
      return;
    }
    const at = Math.max(performance.now() + delay, this.#restUntil);
    if (this.#timer && at >= this.#dueAt) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        void this.#check();
      },
      Math.max(0, at - performance.now()),
    );
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const { catalog, clock, databaseDir, rollup, qualityDays, timezone, report } = this.#options;
    const snapshot = catalog.lastPublished;
    if (!snapshot || this.#closed) return;
    const [gap] = snapshot.missing;
    this.#waitsFor = gap?.name ?? null;
    if (gap) {
      // Without its days what was found in them would be told as gone, and every item of its own as new. Its publication asks again.
      this.#trouble = `${gap.name} cannot be read. The data are looked through when it can: ${gap.reason}`;
      return;
    }
    this.#isWorking = true;
    const started = performance.now();
    const release = catalog.pin(snapshot);
    let again: number | null = null;
    /** Processor time: on a busy machine a check waits more than it works. */
    let took: number | null = null;
    try {
      const order: QualityOrder = {
        snapshot,
        today: clock.today(),
        days: qualityDays,
        holidays: timezone === "Asia/Seoul",
        databaseDir,
        hasRollups: rollup,
      };
      const { payload } = await this.#worker.call("quality.check", order, timeoutMs);
      const { checked, cpuMs } = JSON.parse(new TextDecoder().decode(payload)) as Looked;
      took = cpuMs;
      if (this.#closed) return;
      if (checked) this.#take(checked);
      // Some daily totals are being made; their event asks again.
      else again = retryMs;
      if (checked && checked.pending > 0) again = 0;
    } catch (error) {
      if (this.#closed) return;
      again = retryMs;
      const { message } = error as Error;
      const isPassing = error instanceof TaskError && error.name === "SourceError";
      if (!isPassing && this.#trouble !== message) report("warn", `The data could not be looked through: ${message}`);
      this.#trouble = message;
    } finally {
      release();
      this.#isWorking = false;
      this.#restUntil = this.#share.spent(took ?? performance.now() - started, performance.now());
      if (again !== null) this.#ask(again);
      else if (this.#isAsked && this.#isLacking) this.#ask(settleMs);
      this.#isAsked = false;
    }
  }

  #take({ findings, ...checked }: Checked): void {
    const { store, events, report } = this.#options;
    const { found, gone } = store.put(findings, Date.now());
    this.#checked = checked;
    this.#checkedAt = Date.now();
    events.emit("quality", summaryOf(store, this.#checkedAt));
    this.#trouble = null;
    if (found > 0 || gone > 0) {
      report("info", `Data quality: ${found} new findings, ${gone} gone, ${findings.length} in all`);
    }
  }
}

/** How many findings somebody should look at, and when they were last looked for. */
export function summaryOf(store: FindingsStore, checkedAt: number | null): HubEvents["quality"] {
  const open = { warning: 0, info: 0 };
  for (const { state, severity } of store.list()) if (state === "open") open[severity] += 1;
  return { open, checked_at: checkedAt };
}
