import { type Latency, noLatency } from "../observe/latency.ts";
import { emptySample, gauges, type Sample, sums } from "./sample.ts";

/** A sample as hub.db keeps it. */
export interface PackedSample {
  at: number;
  /** JSON, so that SQL can look into it: `covered_ms`, the sums that are not 0, and of each gauge sum, count and maximum. */
  figures: string;
  response_times: Uint8Array;
  loop_delays: Uint8Array;
}

interface Figures {
  covered_ms: number;
  sums: Record<string, number>;
  gauges: Record<string, [sum: number, count: number, max: number]>;
}

export function pack(sample: Sample): PackedSample {
  const figures: Figures = {
    covered_ms: Math.round(sample.coveredMs),
    sums: Object.fromEntries(
      sums.flatMap((name) => (sample.sums[name] === 0 ? [] : [[name, tidy(sample.sums[name])]])),
    ),
    gauges: Object.fromEntries(
      gauges.flatMap((name) => {
        const { sum, count, max } = sample.gauges[name];
        return count === 0 ? [] : [[name, [tidy(sum), count, tidy(max)]]];
      }),
    ),
  };
  return {
    at: sample.at,
    figures: JSON.stringify(figures),
    response_times: packLatency(sample.responses),
    loop_delays: packLatency(sample.delays),
  };
}

/** The sample; null where it is damaged, so that it is missing rather than wrong. */
export function unpack({ at, figures, response_times, loop_delays }: PackedSample): Sample | null {
  try {
    const sample = emptySample(at);
    const known = JSON.parse(figures) as Figures;
    sample.coveredMs = finite(known.covered_ms);
    for (const name of sums) sample.sums[name] = finite(known.sums[name] ?? 0);
    for (const name of gauges) {
      const [sum, count, max] = known.gauges[name] ?? [0, 0, 0];
      sample.gauges[name] = { sum: finite(sum), count: finite(count), max: finite(max) };
    }
    sample.responses = unpackLatency(response_times);
    sample.delays = unpackLatency(loop_delays);
    return sample;
  } catch {
    return null;
  }
}

/** Digits that nobody reads are half of the bytes. */
const tidy = (value: number): number => Math.round(value * 100) / 100;

function finite(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new RangeError("no number");
}

/**
 * The buckets that hold something, each as the step from the one before and its count, in bytes of seven bits (LEB128), behind the sum of the times:
 * some 30 bytes for a minute's requests, where all 72 buckets would be 576.
 */
function packLatency({ counts, sumMs }: Latency): Uint8Array {
  const bytes: number[] = [];
  const put = (value: number): void => {
    let rest = value;
    while (rest > 127) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  };
  put(Math.round(sumMs));
  let before = -1;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    if (counts[bucket] === 0) continue;
    put(bucket - before);
    put(counts[bucket]!);
    before = bucket;
  }
  return Uint8Array.from(bytes);
}

function unpackLatency(bytes: Uint8Array): Latency {
  const latency = noLatency();
  let place = 0;
  const take = (): number => {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = bytes[place++];
      if (byte === undefined) throw new RangeError("cut off");
      value += (byte % 128) * weight;
      if (byte < 128) return value;
    }
  };
  latency.sumMs = take();
  let bucket = -1;
  while (place < bytes.length) {
    bucket += take();
    if (bucket >= latency.counts.length) throw new RangeError("no such bucket");
    const count = take();
    latency.counts[bucket] = count;
    latency.count += count;
  }
  return latency;
}
