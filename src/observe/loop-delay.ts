import { type Latency, LatencyCounter } from "./latency.ts";

/**
 * Every so many ms the delay is looked at; no round number, so that what the hub does every second does not always come in between.
 * `monitorEventLoopDelay` of node:perf_hooks takes 0.7 % of a core at its usual 10 ms, and each reader that resets it takes the figures from the others.
 */
const everyMs = 1_009;
/** A tick that is later than this was held up by a PC that slept, not by the hub. */
const sleptMs = 60_000;

/**
 * How long what is to happen at a certain time has to wait because the event loop is busy: what a request that comes at any moment waits before
 * anything is done about it.
 */
export class LoopDelay {
  readonly #counter = new LatencyCounter();
  readonly #timer: ReturnType<typeof setInterval>;

  /** Measures until `stop`; holds no process back that has nothing else to do. */
  constructor(intervalMs = everyMs) {
    let due = performance.now() + intervalMs;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const late = Math.max(0, now - due);
      due = now + intervalMs;
      if (late < sleptMs) this.#counter.note(late);
    }, intervalMs);
    this.#timer.unref();
  }

  /** The delays since the start; `latencyBetween` and `latencyPercentile` say what they came to between two read-outs. */
  read(): Latency {
    return this.#counter.read();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
