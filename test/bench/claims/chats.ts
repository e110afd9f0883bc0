import { pages } from "../../../src/dashboard/pages/index.ts";
import { posted } from "../../support/chat.ts";
import type { Bench, Measurement, Outcome } from "../claim.ts";
import { derivedReady } from "../derived.ts";
import { untilIdle } from "../process-tree.ts";
import { startBaseline, startHub, withServers } from "../server.ts";
import { percentile } from "../statistics.ts";
import { probe } from "./health.ts";

const CHATS = 20;
const SECONDS = 20;
const HEALTH = `/healthz p99 with ${CHATS} chats at once and the dashboard in use`;
const FIRST = "The model's first words until the user's stream has them, p99";
const HEALTH_LIMIT_MS = 50;
const FIRST_LIMIT_MS = 300;
/** Pages that are opened one after the other meanwhile, as by somebody who looks around. */
const paths = pages.map(({ path }) => path);

/** Asks until `until`; puts in `heard`, by question, when the first part of the answer's text came, in ms since the epoch. */
async function chat(hub: string, name: string, heard: Record<string, number>, until: number): Promise<void> {
  for (let turn = 0; Date.now() < until; turn++) {
    const query = `${name}, ${turn}: 이번 달 생산은?`;
    const response = await fetch(`${hub}/chat/stream`, posted({ query }));
    let text = "";
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      if (heard[query] === undefined && (text + part).includes("event: token")) heard[query] = Date.now();
      text += part;
    }
    if (!text.includes('"fallback":false,"fallback_reason"'))
      throw new Error(`The model did not answer: ${text.slice(-500)}`);
  }
}

async function lookAround(hub: string, until: number): Promise<void> {
  for (let at = 0; Date.now() < until; at++) {
    const response = await fetch(hub + paths[at % paths.length]!, { headers: { Accept: "text/html" } });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}.`);
    await Bun.sleep(200);
  }
}

async function run(bench: Bench): Promise<readonly Outcome[]> {
  return await withServers([startBaseline("chat-model.ts")], async (model) => {
    const { url } = (await (await fetch(model!.url)).json()) as { url: string };
    const env = { GEMINI_API_KEY: "AIza-of-the-bench", GEMINI_BASE_URL: url, RATE_LIMIT_CHAT: "0" };
    return await withServers([startHub(bench.hub, bench.big.path, env)], async (hub) => {
      await derivedReady(hub!.url);
      await untilIdle(hub!.pid);
      const heard: Record<string, number> = {};
      const until = Date.now() + SECONDS * 1000;
      const [latencies] = await Promise.all([
        probe(`${hub!.url}/healthz`, () => Date.now() >= until),
        lookAround(hub!.url, until),
        ...Array.from({ length: CHATS }, (_, at) => chat(hub!.url, `Chat ${at}`, heard, until)),
      ]);
      const { times } = (await (await fetch(model!.url)).json()) as { times: Record<string, number> };
      const waits = Object.entries(heard).map(([query, at]) => at - times[query]!);
      const [health, first] = [percentile(latencies, 0.99), percentile(waits, 0.99)];
      return [
        {
          claim: HEALTH,
          measured: `${health.toFixed(1)} ms (largest ${Math.max(...latencies).toFixed(1)} ms of ${latencies.length})`,
          baseline: "–",
          ratio: null,
          required: `< ${HEALTH_LIMIT_MS} ms`,
          pass: health < HEALTH_LIMIT_MS,
          details: { health, median: percentile(latencies, 0.5), answers: waits.length },
        },
        {
          claim: FIRST,
          measured: `${first} ms (largest ${Math.max(...waits)} ms of ${waits.length} answers)`,
          baseline: "–",
          ratio: null,
          required: `< ${FIRST_LIMIT_MS} ms`,
          pass: first < FIRST_LIMIT_MS,
          details: { first, median: percentile(waits, 0.5) },
        },
      ];
    });
  });
}

/** The hub stays quick for everybody while many ask the chat. */
export const chats: Measurement = { name: "chats", claims: [HEALTH, FIRST], run };
