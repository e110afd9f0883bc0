import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import type { Server } from "../server.ts";
import { startBaseline, startHub, withServers } from "../server.ts";
import { median } from "../statistics.ts";
import { load } from "../wrk.ts";

const CONNECTIONS = 32;
const PATH = "/records?limit=100";
const CACHED = `Cached ${PATH}, ${CONNECTIONS} connections`;
const UNMODIFIED = `304 for ${PATH}, ${CONNECTIONS} connections`;
const UNCACHED = `Uncached ${PATH}, ${CONNECTIONS} connections`;

interface Comparison {
  readonly claim: string;
  readonly hub: Server;
  readonly baseline: Server;
  readonly leastRatio: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests a second of the hub against those of a baseline, in turns, because other work may share the machine. */
async function compare(bench: Bench, { claim, hub, baseline, leastRatio, headers = {} }: Comparison): Promise<Outcome> {
  const rates = { baseline: [] as number[], hub: [] as number[] };
  for (const server of [baseline, hub])
    await load({ url: server.url + PATH, connections: CONNECTIONS, seconds: 1, headers });
  for (let round = 0; round < bench.rounds; round++) {
    for (const [name, server] of Object.entries({ baseline, hub }) as [keyof typeof rates, Server][]) {
      const { requestsPerSecond } = await load({
        url: server.url + PATH,
        connections: CONNECTIONS,
        seconds: bench.seconds,
        headers,
      });
      rates[name].push(Math.round(requestsPerSecond));
    }
  }
  const ratio = median(rates.hub) / median(rates.baseline);
  return {
    claim,
    measured: `${Math.round(median(rates.hub))} req/s`,
    baseline: `${Math.round(median(rates.baseline))} req/s`,
    ratio,
    required: `≥ ${leastRatio * 100} %`,
    pass: ratio >= leastRatio,
    details: { rates },
  };
}

/** The answer of the hub, which the baselines repeat; throws unless its status is the one expected. */
async function sample(url: string, status: number, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, { headers: { "accept-encoding": "identity", ...headers } });
  if (response.status !== status) throw new Error(`${url} answered ${response.status} instead of ${status}.`);
  return response;
}

async function ready(bench: Bench): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "hub-bench-body-"));
  try {
    return await withServers([startHub(bench.hub, bench.small.path)], async (hub) => {
      const answer = await sample(hub!.url + PATH, 200);
      const type = answer.headers.get("content-type") ?? "";
      const etag = answer.headers.get("etag") ?? "";
      const body = join(folder, "body");
      await Bun.write(body, await answer.bytes());
      const headers = { "If-None-Match": etag };
      await sample(hub!.url + PATH, 304, headers);
      return await withServers(
        [startBaseline("baseline-bytes.ts", "200", type, body), startBaseline("baseline-bytes.ts", "304", type)],
        async (full, empty) => [
          await compare(bench, { claim: CACHED, hub: hub!, baseline: full!, leastRatio: 0.6 }),
          await compare(bench, { claim: UNMODIFIED, hub: hub!, baseline: empty!, leastRatio: 0.6, headers }),
        ],
      );
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function uncached(bench: Bench): Promise<readonly Outcome[]> {
  return await withServers(
    [
      startHub(bench.hub, bench.small.path, { CACHE_MAX: "0" }),
      startBaseline("baseline-records.ts", bench.small.live, "100"),
    ],
    async (hub, baseline) => {
      await sample(hub!.url + PATH, 200);
      return [await compare(bench, { claim: UNCACHED, hub: hub!, baseline: baseline!, leastRatio: 0.5 })];
    },
  );
}

/** Answers that are ready (cached, not modified) against a server that only returns their bytes. */
export const readyAnswers: Measurement = { name: "cached", claims: [CACHED, UNMODIFIED], run: ready };

/** Answers made anew for each request against a bare statement. */
export const uncachedAnswers: Measurement = { name: "uncached", claims: [UNCACHED], run: uncached };
