import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import { type Server, startHub, withServers } from "../server.ts";
import { median } from "../statistics.ts";
import { load } from "../wrk.ts";

const CONNECTIONS = 32;
const PATH = "/records?limit=100";
const LEAST_RATIO = 0.97;
/** How often /metrics is asked for in the measurement, ms; Prometheus usually does it every 15 s. */
const SCRAPE_EVERY_MS = 1_000;
/** Differences of some percent need more, shorter runs than other claims: what else the machine does changes by the second. */
const TURNS_A_ROUND = 4;
const MS_PER_TICK = 10;

const claimOf = (kind: string): string => `Measuring itself, ${kind} ${PATH}, ${CONNECTIONS} connections`;
const CACHED = claimOf("cached");
const UNCACHED = claimOf("uncached");

/** From source, whatever --binary says: the executable cannot be told to measure nothing. */
const SWITCHABLE = { command: [process.execPath, join(import.meta.dir, "../switchable-hub.ts")] };
const KINDS = ["measured", "without"] as const;
type Kind = (typeof KINDS)[number];

/** One run under load. */
interface Run {
  requestsPerSecond: number;
  /** Processor time of the server's process for each request, µs: says more than the rate where other work shares the machine. */
  cpuUs: number;
}

/** A hub that measures itself and is scraped every second against itself when it does not, in turns. */
async function compare(bench: Bench, claim: string, env: Record<string, string>): Promise<Outcome> {
  return await withServers([startHub(SWITCHABLE, bench.small.path, env)], async (server) => {
    const runs: Record<Kind, Run[]> = { measured: [], without: [] };
    for (let turn = -1; turn < bench.rounds * TURNS_A_ROUND; turn++) {
      for (const kind of KINDS) {
        const measured = await run(server!, kind, bench.seconds);
        // The first turn warms up.
        if (turn >= 0) runs[kind].push(measured);
        process.kill(server!.pid, "SIGUSR2");
      }
    }
    return outcome(claim, runs);
  });
}

async function run({ url, pid }: Server, kind: Kind, seconds: number): Promise<Run> {
  const scrape = (): unknown => fetch(`${url}/metrics`).then((answer) => answer.text());
  const scraping = kind === "measured" ? setInterval(scrape, SCRAPE_EVERY_MS) : undefined;
  const before = cpuMs(pid);
  const { requestsPerSecond } = await load({ url: url + PATH, connections: CONNECTIONS, seconds });
  const cpuUs = ((cpuMs(pid) - before) * 1000) / (requestsPerSecond * seconds);
  clearInterval(scraping);
  return { requestsPerSecond, cpuUs };
}

function outcome(claim: string, runs: Record<Kind, Run[]>): Outcome {
  const middle = (kind: Kind, figure: keyof Run): number => median(runs[kind].map((each) => each[figure]));
  const ratio = middle("measured", "requestsPerSecond") / middle("without", "requestsPerSecond");
  const cpu = { without: middle("without", "cpuUs"), measured: middle("measured", "cpuUs") };
  return {
    claim,
    measured: `${Math.round(middle("measured", "requestsPerSecond"))} req/s`,
    baseline: `${Math.round(middle("without", "requestsPerSecond"))} req/s`,
    ratio,
    required: `≥ ${LEAST_RATIO * 100} %`,
    pass: ratio >= LEAST_RATIO,
    details: { cpuUsPerRequest: cpu, cpuRatio: cpu.measured / cpu.without, runs },
  };
}

/** Processor time of a process so far, user and system (proc_pid_stat(5), fields 14 and 15). */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(utime) + Number(stime)) * MS_PER_TICK;
}

/** What counting, the monitoring page's samples and Prometheus together cost the requests per second. */
export const measuringItself: Measurement = {
  name: "measuring",
  claims: [CACHED, UNCACHED],
  run: async (bench) => [await compare(bench, CACHED, {}), await compare(bench, UNCACHED, { CACHE_MAX: "0" })],
};
