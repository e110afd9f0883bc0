import { Cron } from "croner";
import type { SummaryKind } from "./summary.ts";

/** A summary that was missed while the PC was off is sent when it is this late at the most; later, the next one is near. */
const lateMs = 12 * 3_600_000;

/** Where it is kept when summaries were sent last. */
export interface SummaryMemory {
  recall(name: string): unknown;
  remember(name: string, value: unknown): void;
}

/** Says when a summary is due: once for each time of its pattern, also across restarts. */
export class SummaryClock {
  readonly #kind: SummaryKind;
  readonly #memory: SummaryMemory;
  readonly #cron: Cron | null;
  #nextAt: number | null = null;
  #lookedAt = 0;

  /** `pattern`: a cron pattern in the time zone, or `off`. */
  constructor(kind: SummaryKind, pattern: string, timezone: string, memory: SummaryMemory) {
    this.#kind = kind;
    this.#memory = memory;
    this.#cron = pattern === "off" ? null : new Cron(pattern, { timezone, paused: true });
  }

  get #name(): string {
    return `summary-${this.#kind}`;
  }

  /** Whether one is to be sent now. The first look alone begins to count. */
  isDue(now: number): boolean {
    if (!this.#cron) return false;
    // The clock was put back.
    if (now < this.#lookedAt) this.#nextAt = null;
    this.#lookedAt = now;
    this.#nextAt ??= this.#after(this.#last(now));
    if (this.#nextAt === null || now < this.#nextAt) return false;
    const due = this.#cron.previousRuns(1, new Date(now + 1))[0]?.getTime() ?? 0;
    if (now - due <= lateMs) return true;
    this.done(now);
    return false;
  }

  /** Notes that it was sent, or is not worth it any more. */
  done(now: number): void {
    if (!this.#cron) return;
    this.#memory.remember(this.#name, now);
    this.#nextAt = this.#after(now);
  }

  #last(now: number): number {
    const last = this.#memory.recall(this.#name);
    // A time to come: the clock was put back.
    if (typeof last === "number" && last <= now) return last;
    this.#memory.remember(this.#name, now);
    return now;
  }

  #after(ms: number): number | null {
    return this.#cron?.nextRun(new Date(ms))?.getTime() ?? null;
  }
}
