import type { Bench, Measurement, Outcome } from "../claim.ts";
import { forgetDerived } from "../data.ts";
import { untilIdle } from "../process-tree.ts";
import type { Server } from "../server.ts";
import { startHub, withServers } from "../server.ts";
import { median } from "../statistics.ts";

const LIMIT_MS = 300;
const FIRST_LIMIT_MS = 300_000;
const SECOND = "Start to first answer of /records?limit=100 on the big data, second start";

/** Milliseconds from starting the process until it listens and until it has answered in full with status 200. */
interface StartTimes {
  readonly listening: number;
  readonly answered: number;
}

async function timeStart(bench: Bench, afterwards: (hub: Server) => Promise<void>): Promise<StartTimes> {
  const begin = performance.now();
  return await withServers([startHub(bench.hub, bench.big.path)], async (hub) => {
    const listening = performance.now() - begin;
    for (;;) {
      const response = await fetch(`${hub!.url}/records?limit=100`);
      await response.arrayBuffer();
      const answered = performance.now() - begin;
      if (response.ok) {
        await afterwards(hub!);
        return { listening, answered };
      }
      if (answered > FIRST_LIMIT_MS) throw new Error(`The hub still answered ${response.status} after ${answered} ms.`);
      await Bun.sleep(2);
    }
  });
}

async function run(bench: Bench): Promise<readonly Outcome[]> {
  forgetDerived(bench.big);
  let idleAfter = 0;
  const first = await timeStart(bench, async (hub) => {
    bench.say("waiting until the hub has prepared what it derives from the files");
    const begin = performance.now();
    await untilIdle(hub.pid);
    idleAfter = performance.now() - begin;
  });
  const seconds: StartTimes[] = [];
  for (let round = 0; round < Math.max(5, bench.rounds); round++) seconds.push(await timeStart(bench, async () => {}));
  const answered = median(seconds.map((times) => times.answered));
  return [
    {
      claim: SECOND,
      measured: `${Math.round(answered)} ms`,
      baseline: `${Math.round(first.answered)} ms very first start`,
      ratio: null,
      required: `< ${LIMIT_MS} ms`,
      pass: answered < LIMIT_MS,
      details: { first, seconds, firstIdleAfterMs: Math.round(idleAfter) },
    },
  ];
}

/** A hub that is restarted answers at once, however many rows there are. */
export const startTime: Measurement = { name: "start", claims: [SECOND], run };
