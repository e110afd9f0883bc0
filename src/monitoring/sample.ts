import { addLatency, type Latency, noLatency } from "../observe/latency.ts";

/** What adds up over time. `hubCpuMs`: processor time of the hub and what it started; `machineBusyMs` of `machineCpuMs`: that of all processors together. */
export const sums = [
  "requests",
  "clientErrors",
  "serverErrors",
  "rateLimited",
  "tokens",
  "questions",
  "cacheHits",
  "cacheMisses",
  "hubCpuMs",
  "machineBusyMs",
  "machineCpuMs",
] as const;
export type Sum = (typeof sums)[number];

/** What is looked at from time to time. Memory of the hub and of what it started in bytes; of the machine and of the disk in percent; the others are counts. */
export const gauges = ["hubMemory", "machineMemory", "disk", "clients", "connections"] as const;
export type GaugeName = (typeof gauges)[number];

/** What several looks at something came to: their mean is `sum / count`. */
export interface Gauge {
  sum: number;
  count: number;
  max: number;
}

/**
 * How the hub did in a span of time. Everything in it adds up, response times as counts in buckets, so that the samples of an hour make the sample of
 * the hour: its percentiles are those of all its requests and no averages of percentiles.
 */
export interface Sample {
  /** Start of the span, ms since 1970. */
  at: number;
  /** How long of the span the hub looked at itself, ms. */
  coveredMs: number;
  sums: Record<Sum, number>;
  gauges: Record<GaugeName, Gauge>;
  responses: Latency;
  /** How long the event loop kept waiting what was due. */
  delays: Latency;
}

/** A sample of nothing, to add others to. */
export function emptySample(at: number): Sample {
  return {
    at,
    coveredMs: 0,
    sums: Object.fromEntries(sums.map((name) => [name, 0])) as Sample["sums"],
    gauges: Object.fromEntries(gauges.map((name) => [name, { sum: 0, count: 0, max: 0 }])) as Sample["gauges"],
    responses: noLatency(),
    delays: noLatency(),
  };
}

/** Adds what another sample came to. */
export function addSample(to: Sample, other: Sample): void {
  to.coveredMs += other.coveredMs;
  for (const name of sums) to.sums[name] += other.sums[name];
  for (const name of gauges) {
    const [gauge, more] = [to.gauges[name], other.gauges[name]];
    gauge.max = gauge.count === 0 ? more.max : more.count === 0 ? gauge.max : Math.max(gauge.max, more.max);
    gauge.sum += more.sum;
    gauge.count += more.count;
  }
  addLatency(to.responses, other.responses);
  addLatency(to.delays, other.delays);
}

/** The samples of each span of `spanMs` as one, in the order of time. */
export function bySpan(samples: Iterable<Sample>, spanMs: number): Sample[] {
  const spans = new Map<number, Sample>();
  for (const sample of samples) {
    const at = Math.floor(sample.at / spanMs) * spanMs;
    let whole = spans.get(at);
    if (!whole) {
      whole = emptySample(at);
      spans.set(at, whole);
    }
    addSample(whole, sample);
  }
  return [...spans.values()].sort((a, b) => a.at - b.at);
}

/** All samples as one, from a time on. */
export function asOne(at: number, samples: Iterable<Sample>): Sample {
  const whole = emptySample(at);
  for (const sample of samples) addSample(whole, sample);
  return whole;
}
