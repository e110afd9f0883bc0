import type { Bench, Measurement, Outcome } from "../claim.ts";
import { forgetDerived } from "../data.ts";
import { latencyOf } from "../latency.ts";
import { untilIdle } from "../process-tree.ts";
import type { Server } from "../server.ts";
import { startBaseline, startHub, withServers } from "../server.ts";
import { percentile } from "../statistics.ts";

const SUMMARY = "/summary/monthly_total";
const RATE = 200;
const LEAST_SAMPLES = 600;
const LIMIT_MS = 50;
const PREPARED = `/healthz p99 while an uncached ${SUMMARY} of all the history runs`;
const UNPREPARED = `${PREPARED}, right after the very first start`;

/**
 * Asks `url` `RATE` times a second, one request after the other, at least `LEAST_SAMPLES` times and until `enough`.
 * A latency counts from the time at which the request was due: a stall counts for all the requests that it holds up.
 */
export async function probe(url: string, enough: () => boolean): Promise<number[]> {
  const latencies: number[] = [];
  const begin = performance.now();
  while (latencies.length < LEAST_SAMPLES || !enough()) {
    const due = begin + (latencies.length * 1000) / RATE;
    const early = due - performance.now();
    if (early > 0) await Bun.sleep(early);
    // A timer that fires late is the client's fault, not the server's.
    const overdue = early > 0 ? 0 : performance.now() - due;
    latencies.push(overdue + (await latencyOf(url)));
  }
  return latencies;
}

/** Durations of the summaries computed one after the other until `finished` answers true. */
async function summarise(hub: Server, durations: number[], finished: () => boolean): Promise<void> {
  while (!finished()) durations.push(await latencyOf(hub.url + SUMMARY));
}

async function measure(bench: Bench, claim: string, before: (hub: Server) => Promise<void>): Promise<Outcome> {
  const servers = [
    // Without daily totals, because with them there is no summary that takes long.
    startHub(bench.hub, bench.big.path, { CACHE_MAX: "0", ROLLUP: "false" }),
    startBaseline("baseline-bytes.ts", "200", "text/plain", import.meta.path),
  ];
  return await withServers(servers, async (hub, bare) => {
    await before(hub!);
    const summariesMs: number[] = [];
    let finished = false;
    const enough = () => summariesMs.length > 0;
    // A summary that fails rejects at once: the probes would otherwise wait for it for ever.
    const summaries = summarise(hub!, summariesMs, () => finished);
    const probes = Promise.all([probe(`${hub!.url}/healthz`, enough), probe(bare!.url, enough)]);
    const [latencies, bareLatencies] = await Promise.race([
      probes,
      summaries.then((): never => {
        throw new Error("The summaries ended before the measurement.");
      }),
    ]);
    finished = true;
    await summaries;

    const p99 = percentile(latencies, 0.99);
    const bareP99 = percentile(bareLatencies, 0.99);
    const largest = Math.max(...latencies).toFixed(1);
    const longest = Math.round(Math.max(...summariesMs));
    return {
      claim,
      measured: `${p99.toFixed(1)} ms (largest ${largest} ms of ${latencies.length}; ${summariesMs.length} summaries, longest ${longest} ms)`,
      baseline: `${bareP99.toFixed(1)} ms bare server at the same time`,
      ratio: null,
      required: `< ${LIMIT_MS} ms`,
      pass: p99 < LIMIT_MS,
      details: { p99, bareP99, median: percentile(latencies, 0.5), samples: latencies.length, summariesMs },
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
