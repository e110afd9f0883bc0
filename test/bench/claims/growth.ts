import { join } from "node:path";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import { prepareHome } from "../data.ts";
import { derivedReady } from "../derived.ts";
import { latencyOf } from "../latency.ts";
import { untilIdle } from "../process-tree.ts";
import { summaries } from "../questions.ts";
import { startHub, withServers } from "../server.ts";
import { median } from "../statistics.ts";

const SAMPLES = 200;
/** A tenth and a hundredth of the big data; a fifth of each is Live. */
const SHARES = [100, 10];
const LIVE_SHARE = 0.2;

const asked: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(Object.entries(summaries).map(([name, { path }]) => [name, path])),
  "newest page of /records": () => "/records?limit=100",
  "a page in the middle of the history": () => "/records?limit=100&date_to=2024-08-15",
  "one item's newest rows": () => "/records?limit=100&item_code=BW0021",
  "q, frequent": () => "/records?limit=100&q=monthly",
  "q, rare": () => "/records?limit=100&q=240815-123",
  "q, no match": () => "/records?limit=100&q=zzzz",
};

const claimOf = (name: string): string => `Growth of ${name}: median over 1 %, 10 % and all of the big data`;

async function run(bench: Bench): Promise<readonly Outcome[]> {
  const homes = SHARES.map((share) => {
    const rows = Math.round(bench.big.rows / share);
    return prepareHome(join(bench.big.path, "..", `rows-${rows}`), rows, LIVE_SHARE);
  });
  const columns: Record<string, number>[] = [];
  for (const home of [...homes, bench.big]) {
    columns.push(
      await withServers([startHub(bench.hub, home.path, { CACHE_MAX: "0" })], async (hub) => {
        await derivedReady(hub!.url);
        await untilIdle(hub!.pid);
        const medians: Record<string, number> = {};
        for (const [name, path] of Object.entries(asked)) {
          const times: number[] = [];
          for (let sample = 0; sample < SAMPLES; sample++) times.push(await latencyOf(hub!.url + path()));
          medians[name] = median(times);
        }
        return medians;
      }),
    );
    bench.say(`${home.rows.toLocaleString("en-US")} rows asked`);
  }
  return Object.keys(asked).map((name) => {
    const times = columns.map((medians) => medians[name]!);
    const growth = times.at(-1)! / times[0]!;
    return {
      claim: claimOf(name),
      measured: `${times.map((ms) => ms.toFixed(2)).join(" / ")} ms`,
      baseline: `${times[0]!.toFixed(2)} ms`,
      ratio: growth,
      required: "far less than the 100 × of the rows",
      pass: growth < 10,
      details: { times },
    };
  });
}

/** How the cost of each question grows with the number of rows. */
export const growth: Measurement = { name: "growth", claims: Object.keys(asked).map(claimOf), run };
