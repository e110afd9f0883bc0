import { latencyBetween } from "../observe/latency.ts";
import type { Readings } from "./readings.ts";
import { addSample, asOne, emptySample, gauges, type Sample, sums } from "./sample.ts";

const minute = 60_000;
/** Between two readings, ms, unless told otherwise. */
export const readEveryMs = 15_000;
/** More time between two readings was a PC that slept: nobody looked. */
const longestMs = minute;
/** Pieces that are kept for `recent`: 15 minutes of them. */
const piecesKept = 60;

/** The clocks that a sampler goes by, ms: `wall` since 1970, which people set; `steady` from any time on, which nobody does. */
export interface Clocks {
  wall: () => number;
  steady: () => number;
}

/** Makes samples of minutes out of readings. */
export class Sampler {
  readonly #read: () => Readings;
  readonly #clocks: Clocks;
  readonly #everyMs: number;
  readonly #pieces: Sample[] = [];
  #before: Readings | null = null;
  #readAt: number;
  #minute: Sample | null = null;
  #closed: Sample[] = [];

  /** Begins to look when it is made; what the readings add up is taken to have begun at 0 then. `everyMs` lies between two looks. */
  constructor(read: () => Readings, clocks: Clocks, everyMs = readEveryMs) {
    this.#read = read;
    this.#clocks = clocks;
    this.#everyMs = everyMs;
    this.#readAt = clocks.steady();
  }

  /** Takes a reading. What came since the one before belongs to the minute in which the middle of that time lies. */
  look(): void {
    const steady = this.#clocks.steady();
    const wall = this.#clocks.wall();
    const elapsed = steady - this.#readAt;
    this.#readAt = steady;
    const now = this.#read();
    const slept = elapsed > longestMs;
    const at = Math.floor((wall - (slept ? 0 : elapsed / 2)) / minute) * minute;
    const piece = pieceOf(this.#before, now, slept ? longestMs : elapsed, at);
    this.#before = now;
    this.#pieces.push(piece);
    if (this.#pieces.length > piecesKept) this.#pieces.shift();
    if (this.#minute?.at !== at) {
      if (this.#minute) this.#closed.push(this.#minute);
      this.#minute = emptySample(at);
    }
    addSample(this.#minute, piece);
  }

  /** The last `ms` as one sample, 60 looks at the most. */
  recent(ms: number): Sample {
    return asOne(0, this.#pieces.slice(-Math.max(1, Math.round(ms / this.#everyMs))));
  }

  /** Minutes that `taken` has not handed over yet, with the present one. */
  get pending(): Sample[] {
    return this.#minute ? [...this.#closed, this.#minute] : this.#closed;
  }

  /** Hands the finished minutes over, and with `all` the present one as well. */
  take(all: boolean): Sample[] {
    const taken = all ? this.pending : this.#closed;
    this.#closed = [];
    if (all) this.#minute = null;
    return taken;
  }

  /** Takes minutes back that could not be kept, the newest `most` of them. */
  giveBack(minutes: readonly Sample[], most: number): void {
    this.#closed = [...minutes, ...this.#closed].slice(-most);
  }
}

/** What came between two readings. */
function pieceOf(before: Readings | null, now: Readings, coveredMs: number, at: number): Sample {
  const piece = emptySample(at);
  piece.coveredMs = coveredMs;
  for (const name of sums) {
    // The machine's processors have been running for longer than the hub: what they did before the first reading is not known.
    const since = name === "machineBusyMs" || name === "machineCpuMs" ? null : 0;
    const from = before ? before.sums[name] : since;
    const to = now.sums[name];
    // A count that fell began anew: a suspended virtual machine's, say.
    piece.sums[name] = from === null || to === null ? 0 : Math.max(0, to - from);
  }
  for (const name of gauges) {
    const value = now.gauges[name];
    if (value !== null) piece.gauges[name] = { sum: value, count: 1, max: value };
  }
  piece.responses = latencyBetween(before?.responses ?? null, now.responses);
  piece.delays = latencyBetween(before?.delays ?? null, now.delays);
  return piece;
}
