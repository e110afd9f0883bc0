import type { Condition } from "../alerts/condition.ts";
import { growthCondition, LastingLights } from "./conditions.ts";
import { type Growth, growthOf, growthWindowMs, warmUpMs } from "./growth.ts";
import { type History, historyOf, type Range } from "./history.ts";
import { type Light, type LightSettings, lightsOf } from "./lights.ts";
import type { Readings } from "./readings.ts";
import { bySpan, type Sample } from "./sample.ts";
import { type Clocks, readEveryMs, Sampler } from "./sampler.ts";
import { grains, type SampleStore, type SpanMs } from "./store.ts";

const minute = 60_000;
const hour = 60 * minute;
/**
 * How often samples are written, ms: seldom while nobody asks the hub anything, because an idle hub is to let the disk sleep. What a crash can lose is
 * the samples of this time, and nothing else.
 */
const writeEveryMs = { used: 10 * minute, idle: hour };
/** Minutes that are held where they cannot be written: as many as the store keeps. */
const mostPending = grains[0].keptMs / grains[0].spanMs;
/** Between two looks at the least, ms, however fast alerts are to be for a test (ALERT_SPEED). */
const leastMs = 250;
/** The first look comes after the first answers, and before anybody has opened the page. */
const firstLookMs = 3_000;
/** How long a judgement of the memory's growth is good for, ms. */
const growthEveryMs = 10 * minute;

export interface MonitorParts {
  read: () => Readings;
  store: SampleStore;
  settings: LightSettings;
  /** Bytes of the machine's memory, and how many of them are in use; null where that is not known. */
  machineMemory: () => { total: number; used: number } | null;
  /** Hears a sentence when samples cannot be written. */
  report: (message: string) => void;
  clocks?: Clocks;
}

/** Watches how the hub is doing: looks every 15 s, keeps samples, judges them. */
export class Monitor {
  readonly #parts: MonitorParts;
  readonly #clocks: Clocks;
  readonly #sampler: Sampler;
  readonly #lasting: LastingLights;
  readonly #everyMs: number;
  readonly #growthEveryMs: number;
  readonly #startedAt: number;
  #lights: Light[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writtenAt: number;
  #isFailing = false;
  #growth: { growth: Growth | null; at: number } | null = null;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    this.#clocks = parts.clocks ?? { wall: Date.now, steady: () => performance.now() };
    const { alertSpeed } = parts.settings;
    this.#everyMs = Math.max(leastMs, readEveryMs / alertSpeed);
    this.#growthEveryMs = growthEveryMs / alertSpeed;
    this.#lasting = new LastingLights(alertSpeed);
    this.#sampler = new Sampler(parts.read, this.#clocks, this.#everyMs);
    this.#startedAt = this.#clocks.wall();
    this.#writtenAt = this.#clocks.steady();
    this.#lights = lightsOf(parts.settings, (ms) => this.#sampler.recent(ms));
  }

  /** Begins to look: soon after the start, then at the quarters of each minute. Holds no process back that has nothing else to do. */
  start(): void {
    this.#lookAfter(Math.min(firstLookMs, this.#everyMs));
  }

  #lookAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      const wait = this.#everyMs - (this.#clocks.wall() % this.#everyMs);
      // A timer may be a moment early, and would come again at once. The next look is arranged first: one that fails is not to be the last.
      this.#lookAfter(wait < this.#everyMs / 10 ? wait + this.#everyMs : wait);
      this.look();
    }, ms);
    this.#timer.unref();
  }

  /** Looks once, and writes what is due. */
  look(): void {
    this.#sampler.look();
    const { steady } = this.#clocks;
    this.#lights = lightsOf(this.#parts.settings, (ms) => this.#sampler.recent(ms));
    this.#lasting.note(this.#lights, steady());
    const isUsed = this.#sampler.pending.some(({ sums }) => sums.requests > 0);
    if (steady() - this.#writtenAt >= (isUsed ? writeEveryMs.used : writeEveryMs.idle)) this.#write(false);
  }

  /** Stops looking and writes what there is. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#sampler.look();
    this.#write(true);
  }

  /** The traffic lights as they were at the last look. */
  lights(): readonly Light[] {
    return this.#lights;
  }

  /** How the hub did in a range up to now; as far as it is known where hub.db cannot be read. */
  history(range: Range): History {
    return historyOf((...span) => this.#between(...span), range, this.#clocks.wall());
  }

  /** True while samples cannot be read or written. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** What is the matter: lights that have been yellow or red for long, and a memory that grows all the time. */
  conditions(): Condition[] {
    const growth = this.#growthNow();
    const { wall, steady } = this.#clocks;
    return [...this.#lasting.conditions(wall(), steady()), ...(growth ? [growthCondition(growth)] : [])];
  }

  #write(all: boolean): void {
    const minutes = this.#sampler.take(all);
    this.#writtenAt = this.#clocks.steady();
    if (minutes.length === 0) return;
    try {
      this.#parts.store.add(minutes);
      this.#isFailing = false;
    } catch (error) {
      this.#sampler.giveBack(minutes, mostPending);
      this.#tell(error as Error);
    }
  }

  /** The samples of one grain from `from` until before `to`: what is stored, and what is not yet. */
  #between(spanMs: SpanMs, from: number, to: number): Sample[] {
    const pending = this.#sampler.pending.filter(({ at }) => at >= from && at < to);
    let stored: Sample[] = [];
    try {
      stored = this.#parts.store.read(spanMs, from, to);
    } catch (error) {
      this.#tell(error as Error);
    }
    return bySpan([...stored, ...pending], spanMs);
  }

  #tell({ message }: Error): void {
    if (!this.#isFailing) {
      this.#parts.report(
        `The samples of the monitoring page cannot be kept in hub.db (${message}). They are held in memory and tried again.`,
      );
    }
    this.#isFailing = true;
  }

  /** Of this run alone: another one began with another memory. */
  #growthNow(): Growth | null {
    const { wall, steady } = this.#clocks;
    if (this.#growth && steady() - this.#growth.at < this.#growthEveryMs) return this.#growth.growth;
    const { machineMemory, settings } = this.#parts;
    const spanMs = grains[1].spanMs;
    const from = Math.max(this.#startedAt + warmUpMs, wall() - growthWindowMs);
    const points = this.#between(spanMs, from, wall()).flatMap(({ at, gauges }) => {
      const { sum, count } = gauges.hubMemory;
      return count > 0 ? [{ at, bytes: sum / count }] : [];
    });
    const machine = machineMemory();
    const room = machine && (machine.total * settings.monitorMemoryPercent[1]) / 100 - machine.used;
    const growth = growthOf(points, room);
    this.#growth = { growth, at: steady() };
    return growth;
  }
}
