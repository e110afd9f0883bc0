import { Database } from "bun:sqlite";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import { derivedReady } from "../derived.ts";
import { latencyOf } from "../latency.ts";
import { totalRss, untilIdle } from "../process-tree.ts";
import { draw, mix, randomMonths, summaries } from "../questions.ts";
import { startHub, withServers } from "../server.ts";
import { median, percentile } from "../statistics.ts";
import { load } from "../wrk.ts";

const uncached = { CACHE_MAX: "0" };
const SAMPLES = 300;
const LIMIT_MS = 10;
const FASTER = 100;

const latencyClaim = (name: string): string => `${name}, uncached, one client: p99, and median against the same SQL`;

/** Milliseconds that a statement takes over all files of the big data, one after the other. */
function timeSql({ big }: Bench, sql: string): number {
  const begin = performance.now();
  for (const file of [...big.archives, big.live]) {
    const db = new Database(file, { readonly: true });
    db.query(sql).values();
    db.close();
  }
  return performance.now() - begin;
}

async function latencies(bench: Bench): Promise<readonly Outcome[]> {
  return await withServers([startHub(bench.hub, bench.big.path, uncached)], async (hub) => {
    await derivedReady(hub!.url);
    await untilIdle(hub!.pid);
    const outcomes: Outcome[] = [];
    for (const [name, { path, sql }] of Object.entries(summaries)) {
      const times: number[] = [];
      for (let sample = 0; sample < SAMPLES; sample++) times.push(await latencyOf(hub!.url + path()));
      const sqlMs = timeSql(bench, sql);
      const [p99, middle] = [percentile(times, 0.99), median(times)];
      bench.say(`${name}: ${middle.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, SQL ${sqlMs.toFixed(0)} ms`);
      outcomes.push({
        claim: latencyClaim(name),
        measured: `p99 ${p99.toFixed(1)} ms, median ${middle.toFixed(2)} ms`,
        baseline: `${sqlMs.toFixed(0)} ms`,
        ratio: sqlMs / middle,
        required: `p99 < ${LIMIT_MS} ms, ≥ ${FASTER} ×`,
        pass: p99 < LIMIT_MS && sqlMs >= FASTER * middle,
        details: { p99, median: middle, sqlMs },
      });
    }
    return outcomes;
  });
}

const THROUGHPUT = "monthly_total of random periods, uncached, 32 clients";

async function throughput(bench: Bench): Promise<readonly Outcome[]> {
  return await withServers([startHub(bench.hub, bench.big.path, uncached)], async (hub) => {
    await derivedReady(hub!.url);
    const paths = draw([randomMonths], 5000);
    const loads = [];
    for (let round = 0; round < bench.rounds; round++) {
      loads.push(await load({ url: hub!.url, paths, connections: 32, seconds: bench.seconds }));
    }
    const rate = median(loads.map(({ requestsPerSecond }) => requestsPerSecond));
    const p99 = median(loads.map(({ p99Ms }) => p99Ms));
    return [
      {
        claim: THROUGHPUT,
        measured: `${rate.toFixed(0)} req/s, p99 ${p99.toFixed(1)} ms`,
        baseline: "–",
        ratio: null,
        required: "≥ 1000 req/s, p99 < 100 ms",
        pass: rate >= 1000 && p99 < 100,
        details: { loads },
      },
    ];
  });
}

const CLIENTS = "400 clients asking a mix of questions: p99, and memory a minute later against its start";
const CLIENT_SECONDS = 30;
const AFTER_MS = 65_000;
/** Memory counts as back at its start within this factor: the runtime keeps some of its heap for the next load. */
const BACK = 1.25;

async function manyClients(bench: Bench): Promise<readonly Outcome[]> {
  return await withServers([startHub(bench.hub, bench.big.path)], async (hub) => {
    await derivedReady(hub!.url);
    const paths = draw(mix, 6000);
    // The caches fill during the first seconds of any day: the start is that of a hub that has worked before.
    await load({ url: hub!.url, paths, connections: 32, seconds: bench.seconds });
    await Bun.sleep(AFTER_MS);
    const before = totalRss(hub!.pid);
    const { p99Ms, requestsPerSecond } = await load({
      url: hub!.url,
      paths,
      connections: 400,
      seconds: CLIENT_SECONDS,
      threads: 2,
    });
    await Bun.sleep(AFTER_MS);
    const after = totalRss(hub!.pid);
    const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
    return [
      {
        claim: CLIENTS,
        measured: `p99 ${p99Ms.toFixed(0)} ms at ${requestsPerSecond.toFixed(0)} req/s, no error, ${mb(after)}`,
        baseline: mb(before),
        ratio: after / before,
        required: `p99 < 1 s, ≤ ${BACK} ×`,
        pass: p99Ms < 1000 && after <= BACK * before,
        details: { p99Ms, requestsPerSecond, before, after },
      },
    ];
  });
}

/** Summaries over 25 million rows take milliseconds. */
export const summaryLatency: Measurement = {
  name: "summaries",
  claims: Object.keys(summaries).map(latencyClaim),
  run: latencies,
};

/** Many ask for different periods at once. */
export const summaryThroughput: Measurement = { name: "summary-load", claims: [THROUGHPUT], run: throughput };

/** Four hundred clients at once. */
export const clientCrowd: Measurement = { name: "crowd", claims: [CLIENTS], run: manyClients };
