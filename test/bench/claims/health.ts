import type { Bench, Measurement, Outcome } from "../claim.ts";
import { forgetDerived } from "../data.ts";
import { untilIdle } from "../process-tree.ts";
import type { Server } from "../server.ts";
import { startHub, withServers } from "../server.ts";
import { percentile } from "../statistics.ts";

const SUMMARY = "/summary/monthly_total";
const RATE = 200;
const LEAST_SAMPLES = 600;
const LIMIT_MS = 50;
const PREPARED = `/healthz p99 while an uncached ${SUMMARY} of all the history runs`;
const UNPREPARED = `${PREPARED}, right after the very first start`;

/**
 * Asks /healthz `RATE` times a second, one request after the other, at least `LEAST_SAMPLES` times and until `enough`.
 * A latency counts from the time at which the request was due: a stall counts for all the requests that it holds up.
 */
async function probe(hub: Server, enough: () => boolean): Promise<number[]> {
  const latencies: number[] = [];
  const begin = performance.now();
  while (latencies.length < LEAST_SAMPLES || !enough()) {
    const due = begin + (latencies.length * 1000) / RATE;
    const early = due - performance.now();
    if (early > 0) await Bun.sleep(early);
    // A timer that fires late is the client's fault, not the server's.
    const from = early > 0 ? performance.now() : due;
    const response = await fetch(`${hub.url}/healthz`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`/healthz answered ${response.status}.`);
    latencies.push(performance.now() - from);
  }
  return latencies;
}

/** Latencies of /healthz while at least one summary is being computed at every moment, and how long each took. */
async function underSummary(hub: Server): Promise<{ latencies: number[]; summariesMs: number[] }> {
  const summariesMs: number[] = [];
  let finished = false;
  const summaries = (async () => {
    while (!finished) {
      const begin = performance.now();
      const response = await fetch(hub.url + SUMMARY);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${SUMMARY} answered ${response.status}.`);
      summariesMs.push(performance.now() - begin);
    }
  })();
  try {
    // A summary that fails must end the measurement, which would otherwise wait for it for ever.
    const latencies = await Promise.race([
      probe(hub, () => summariesMs.length > 0),
      summaries.then((): never => {
        throw new Error("The summaries ended before the measurement.");
      }),
    ]);
    return { latencies, summariesMs };
  } finally {
    finished = true;
    await summaries.catch(() => {});
  }
}

async function measure(bench: Bench, claim: string, before: (hub: Server) => Promise<void>): Promise<Outcome> {
  return await withServers([startHub(bench.hub, bench.big.path, { CACHE_MAX: "0" })], async (hub) => {
    await before(hub!);
    const { latencies, summariesMs } = await underSummary(hub!);
    await untilIdle(hub!.pid);
    const quiet = percentile(await probe(hub!, () => true), 0.99);
    const p99 = percentile(latencies, 0.99);
    const longest = Math.max(...summariesMs);
    return {
      claim,
      measured: `${p99.toFixed(1)} ms (largest ${Math.max(...latencies).toFixed(1)} ms of ${latencies.length}; ${summariesMs.length} summaries, longest ${Math.round(longest)} ms)`,
      baseline: `${quiet.toFixed(1)} ms idle`,
      ratio: null,
      required: `< ${LIMIT_MS} ms`,
      pass: p99 < LIMIT_MS,
      details: { p99, quiet, median: percentile(latencies, 0.5), samples: latencies.length, summariesMs },
    };
  });
}

async function run(bench: Bench): Promise<readonly Outcome[]> {
  forgetDerived(bench.big);
  const unprepared = await measure(bench, UNPREPARED, async (hub) => {
    while (!(await fetch(`${hub.url}/records?limit=1`)).ok) await Bun.sleep(10);
  });
  const prepared = await measure(bench, PREPARED, (hub) => untilIdle(hub.pid));
  return [unprepared, prepared];
}

/** The event loop stays free while heavy questions are answered. */
export const freeEventLoop: Measurement = { name: "event-loop", claims: [UNPREPARED, PREPARED], run };
