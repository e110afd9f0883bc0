import type { Database } from "bun:sqlite";
import { loadSettings } from "../../src/config.ts";
import { Monitor } from "../../src/monitoring/monitor.ts";
import type { Readings } from "../../src/monitoring/readings.ts";
import { readEveryMs } from "../../src/monitoring/sampler.ts";
import { SampleStore } from "../../src/monitoring/store.ts";
import { LatencyCounter, latencyBounds } from "../../src/observe/latency.ts";
import { Traffic } from "../../src/observe/traffic.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { temporaryHome } from "../support/files.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
const megabyte = 1024 * 1024;

/** A hub whose time goes as fast as a test likes: real counters, a real hub.db and a real monitor under clocks that a test sets. */
export class VirtualHub {
  /** Time since 1970, which a test may set, and the time that goes on whatever the clock says. */
  wall = Date.UTC(2026, 0, 5);
  steady = 0;
  traffic = new Traffic();
  delays = new LatencyCounter();
  /** What is read of the machine. */
  cpuPercent = 10;
  memoryPercent: number | null = 40;
  hubMemory = 100 * megabyte;
  connections = 0;
  tokens = 0;
  readonly db: Database;
  readonly reported: string[] = [];
  monitor: Monitor;
  #cpu = { hub: 0, busy: 0, all: 0 };
  #lookedAt = 0;

  readonly #env: Record<string, string>;

  /** `env` are settings that differ from their defaults. */
  constructor(env: Record<string, string> = {}) {
    this.#env = env;
    this.db = openHubDb(temporaryHome());
    this.monitor = this.#begin();
  }

  /** Lets time pass with a look every 15 s; `during` happens once before each. */
  pass(ms: number, during: () => void = () => {}): void {
    for (let left = ms; left > 0; left -= readEveryMs) {
      during();
      this.wall += readEveryMs;
      this.steady += readEveryMs;
      this.monitor.look();
    }
  }

  /** Answers a request. */
  answer(ms: number, status = 200): void {
    this.traffic.note("GET /records", status, ms);
  }

  /** Ends the hub and starts it again after `ms`; `crash` ends it without a word. */
  restart(ms: number, { crash = false } = {}): void {
    if (!crash) this.monitor.stop();
    this.wall += ms;
    this.steady += ms;
    this.traffic = new Traffic();
    this.delays = new LatencyCounter();
    this.tokens = 0;
    this.#cpu = { hub: 0, busy: this.#cpu.busy, all: this.#cpu.all };
    this.#lookedAt = this.steady;
    this.monitor = this.#begin();
  }

  #begin(): Monitor {
    return new Monitor({
      read: () => this.#read(),
      store: new SampleStore(this.db),
      settings: loadSettings({ home: temporaryHome(), env: this.#env }),
      machineMemory: () => ({ total: 8000 * megabyte, used: 4000 * megabyte }),
      report: (message) => this.reported.push(message),
      clocks: { wall: () => this.wall, steady: () => this.steady },
    });
  }

  #read(): Readings {
    const passed = this.steady - this.#lookedAt;
    this.#lookedAt = this.steady;
    this.#cpu.hub += passed * 0.02;
    this.#cpu.busy += (passed * this.cpuPercent) / 100;
    this.#cpu.all += passed;
    return {
      sums: {
        ...this.traffic.totals(),
        tokens: this.tokens,
        questions: 0,
        cacheHits: 0,
        cacheMisses: 0,
        hubCpuMs: this.#cpu.hub,
        machineBusyMs: this.#cpu.busy,
        machineCpuMs: this.#cpu.all,
      },
      responses: this.traffic.latency(),
      delays: this.delays.read(),
      gauges: {
        hubMemory: this.hubMemory,
        machineMemory: this.memoryPercent,
        disk: 50,
        clients: 1,
        connections: this.connections,
      },
    };
  }
}

/** The bounds of the bucket in which a time is counted. */
export function bucketAround(ms: number): [from: number, to: number] {
  const bucket = latencyBounds.findIndex((bound) => ms <= bound);
  return [latencyBounds[bucket - 1] ?? 0, latencyBounds[bucket]!];
}
