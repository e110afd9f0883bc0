import type { Bench, Measurement, Outcome } from "../claim.ts";
import { startHub, withServers } from "../server.ts";
import { median } from "../statistics.ts";
import { load } from "../wrk.ts";

const DEEP_PAGE = 10_000;
const DEEP = `Page ${DEEP_PAGE} of a cursor walk against page 1, uncached, median latency`;
const NEWEST = "Newest page of /records on the big data against the small data, uncached, median latency";

interface Page {
  readonly data: readonly { readonly source: string; readonly id: number }[];
  readonly next_cursor: string | null;
}

/** Walks to page `DEEP_PAGE` and gives the cursor that leads there; throws if a page is short or begins as one before. */
async function walk(bench: Bench, url: string): Promise<string> {
  const firsts = new Set<string>();
  let cursor = "";
  for (let page = 1; page < DEEP_PAGE; page++) {
    const response = await fetch(url + cursor);
    const { data, next_cursor } = (await response.json()) as Page;
    const first = `${data[0]?.source} ${data[0]?.id}`;
    if (!response.ok || !next_cursor || firsts.has(first)) {
      throw new Error(
        `Page ${page} of the walk answered ${response.status}, begins with '${first}', leads to '${next_cursor}'.`,
      );
    }
    firsts.add(first);
    cursor = `&cursor=${encodeURIComponent(next_cursor)}`;
    if (page % 1000 === 0) bench.say(`walked to page ${page}`);
  }
  return cursor;
}

/** Median latencies of two addresses, measured in turns with one connection. */
async function alternate(
  bench: Bench,
  measured: string,
  baseline: string,
): Promise<{ measured: number[]; baseline: number[] }> {
  const latencies = { measured: [] as number[], baseline: [] as number[] };
  for (const url of [baseline, measured]) await load({ url, connections: 1, seconds: 1 });
  for (let round = 0; round < bench.rounds; round++) {
    latencies.baseline.push((await load({ url: baseline, connections: 1, seconds: bench.seconds })).medianMs);
    latencies.measured.push((await load({ url: measured, connections: 1, seconds: bench.seconds })).medianMs);
  }
  return latencies;
}

function outcome(claim: string, required: number, latencies: { measured: number[]; baseline: number[] }): Outcome {
  const measured = median(latencies.measured);
  const baseline = median(latencies.baseline);
  return {
    claim,
    measured: `${measured.toFixed(2)} ms`,
    baseline: `${baseline.toFixed(2)} ms`,
    ratio: measured / baseline,
    required: `< ${required} ×`,
    pass: measured < required * baseline,
    details: { latenciesMs: latencies },
  };
}

async function deepPage(bench: Bench): Promise<readonly Outcome[]> {
  return await withServers([startHub(bench.hub, bench.big.path, { CACHE_MAX: "0" })], async (hub) => {
    // Pages of 1000 rows reach 10 million rows deep into 25 million.
    const first = `${hub!.url}/records?limit=${Math.floor(bench.big.rows / 25_000)}`;
    const deep = first + (await walk(bench, first));
    return [outcome(DEEP, 2, await alternate(bench, deep, first))];
  });
}

async function newestPage(bench: Bench): Promise<readonly Outcome[]> {
  const uncached = { CACHE_MAX: "0" };
  return await withServers(
    [startHub(bench.hub, bench.big.path, uncached), startHub(bench.hub, bench.small.path, uncached)],
    async (big, small) => [outcome(NEWEST, 3, await alternate(bench, `${big!.url}/records`, `${small!.url}/records`))],
  );
}

/** A page deep in the history costs about what the first one costs. */
export const deepPages: Measurement = { name: "deep-page", claims: [DEEP], run: deepPage };

/** The newest page hardly depends on how many rows there are. */
export const newestPages: Measurement = { name: "newest-page", claims: [NEWEST], run: newestPage };
