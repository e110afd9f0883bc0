import type { Condition } from "../alerts/condition.ts";
import type { Targets } from "./targets.ts";

/** How often it is looked whether data or targets have changed: a target does not become unlikely within minutes. */
const lookEveryMs = 5 * 60_000;
/** After the start others have more urgent work. */
const firstLookMs = 60_000;
/** However much faster a test has it. */
const leastMs = 500;

/** Keeps in mind which targets of the present month are unlikely, so that whoever asks several times a minute costs nothing. */
export class TargetWatch {
  readonly #targets: Targets;
  readonly #report: (message: string) => void;
  readonly #timers: ReturnType<typeof setTimeout>[];
  #found: Condition[] = [];
  /** The version of the targets that were looked at last; undefined before the first look. */
  #version: number | null | undefined;
  #trouble = "";

  /** `report` hears once of each reason why nothing could be found out; `speed` divides the time between two looks. */
  constructor(targets: Targets, report: (message: string) => void, speed = 1) {
    this.#targets = targets;
    this.#report = report;
    const look = (): void => void this.look();
    const faster = (ms: number): number => Math.max(leastMs, ms / speed);
    this.#timers = [setTimeout(look, faster(firstLookMs)), setInterval(look, faster(lookEveryMs))];
    for (const timer of this.#timers) timer.unref();
  }

  /** What was the matter when it was looked last: a `ConditionSource`. Targets that were replaced since are looked at without waiting for the next time. */
  readonly conditions = (): Condition[] => {
    if (this.#version !== undefined && this.#versionNow() !== this.#version) void this.look();
    return this.#found;
  };

  #versionNow(): number | null {
    return this.#targets.store.present().version?.id ?? null;
  }

  /** Looks now. Where the data cannot be asked, what was found before stays. */
  async look(): Promise<void> {
    try {
      this.#version = this.#versionNow();
      // Without any targets nothing is asked: a hub without them has no work with them.
      if (this.#targets.store.present().version === null) {
        this.#found = [];
        return;
      }
      const month = await this.#targets.presentMonth();
      const { targetConditions } = await import("./conditions.ts");
      this.#found = this.#targets.has(month) ? targetConditions(await this.#targets.achievement(month)) : [];
      this.#trouble = "";
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#trouble)
        this.#report(`Whether targets are likely to be reached cannot be told now: ${message}`);
      this.#trouble = message;
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
