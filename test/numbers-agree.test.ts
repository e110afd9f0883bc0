import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import fc from "fast-check";
import { Oracle } from "./oracle.ts";
import { posted } from "./support/chat.ts";
import { archivePath, livePath, temporaryHome, writeDatabase } from "./support/files.ts";
import { calls, type GeminiServer, says, startGeminiServer } from "./support/gemini-server.ts";
import { type Hub, type Json, newest, startHub } from "./support/hub.ts";
import { difference } from "./support/match.ts";
import { expectedAnswers, month, type Question, type Sample, sampleArbitrary } from "./support/numbers/sample.ts";
import { type Caller, forget, plainWays, throughQueries, throughTools, type Way } from "./support/numbers/ways.ts";

/** Data sets that all ways are asked about; more of them with HUB_TEST_CASES. */
const CASES = Number(process.env.HUB_TEST_CASES ?? 2);
setDefaultTimeout(180_000 + 30_000 * CASES);

const SEED = Number(process.env.HUB_TEST_SEED ?? Date.now() % 2 ** 31);

let hub: Hub;
let client: Client;
let gemini: GeminiServer;
let modelHub: Hub;
const home = temporaryHome();
const modelHome = temporaryHome();
beforeAll(async () => {
  const [sample] = fc.sample(sampleArbitrary, { seed: SEED, numRuns: 1 }) as [Sample];
  for (const one of [home, modelHome]) write(one, sample);
  gemini = await startGeminiServer();
  const env = { GEMINI_API_KEY: "any", GEMINI_BASE_URL: gemini.url };
  [hub, modelHub] = await Promise.all([startHub({ home }), startHub({ home: modelHome, env })]);
  client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${hub.url}/mcp`)));
});
afterAll(async () => {
  await client?.close();
  await Promise.all([hub?.stop(), modelHub?.stop(), gemini?.stop()]);
});

function write(to: string, { factory }: Sample): void {
  for (const [year, rows] of factory.archives) writeDatabase(archivePath(to, year), rows);
  writeDatabase(livePath(to), factory.live!);
}

const byMcp: Caller = async (_, wanted) => {
  const found: Json[] = [];
  for (const { name, args } of wanted) {
    const result = (await client.callTool({ name, arguments: { ...args } })) as CallToolResult;
    if (result.isError) throw new Error(`${name} ${JSON.stringify(args)}: ${JSON.stringify(result.content)}`);
    found.push(result.structuredContent);
  }
  return found;
};

/** What a model is given: a local server in the place of Gemini calls the tools, and hears what they found. */
const byModel: Caller = async (to, wanted) => {
  gemini.reset();
  gemini.script(
    calls(...wanted.map(({ name, args }, at) => ({ id: `c${at}`, name, args: { ...args } }))),
    says("확인했습니다."),
  );
  const { status, body } = await to.json("/chat", posted({ query: "생산량은?" }));
  const parts = gemini.requests[1]?.body.contents.at(-1)?.parts;
  if (!parts) throw new Error(`The model was not asked again: ${status} ${JSON.stringify(body)}`);
  return parts.map(({ functionResponse }) => functionResponse?.response);
};

const ways: readonly Way[] = [...plainWays, throughTools("MCP", byMcp), throughQueries("SQL by MCP", byMcp)];
const modelWays: readonly Way[] = [throughTools("model's tools", byModel), throughQueries("SQL by a model", byModel)];

/** Which questions are answered in which way, and which are not to be asked there. */
function overview(): string {
  const questions = Object.keys(ways[0]!.asks) as Question[];
  const mark = ({ asks }: Way, question: Question): string => (typeof asks[question] === "string" ? "–" : "x");
  const lines = [...ways, ...modelWays].map((way) => [way.name, ...questions.map((one) => mark(way, one))]);
  const reasons = [...ways, ...modelWays].flatMap(({ name, asks }) =>
    Object.entries(asks).flatMap(([question, ask]) =>
      typeof ask === "string" ? [`${name}: no ${question}, ${ask}`] : [],
    ),
  );
  return [...[["", ...questions], ...lines].map((cells) => cells.join(" | ")), ...reasons].join("\n");
}

/** Asks every question in every way, and tells each disagreement with plain arithmetic over the rows. */
async function disagreements(at: Hub, asked: readonly Way[], sample: Sample): Promise<string[]> {
  const told: string[] = [];
  forget();
  await (await newest(at, "/records?limit=1")).bytes();
  const oracle = new Oracle(sample.factory);
  const targets = Object.entries(sample.targets).map(([item_code, target]) => ({
    month: month.name,
    item_code,
    target,
  }));
  const set = await at.json("/targets?allow_unknown=true", posted({ targets }));
  if (set.status !== 200) throw new Error(`The targets were refused: ${JSON.stringify(set.body)}`);
  for (const { name, steps, asks } of asked) {
    const expected = expectedAnswers(oracle, sample, steps);
    for (const [question, ask] of Object.entries(asks) as [Question, Way["asks"][Question]][]) {
      if (typeof ask === "string") continue;
      const answer = await ask(at, sample).catch((error: Error) => error.message);
      const sentence = difference(answer, expected[question], `${name}: ${question}`);
      if (sentence) told.push(sentence);
    }
  }
  return told;
}

test("every way in which people and programs get figures gives the same ones", async () => {
  console.log(`numbers agree: ${CASES} data sets, HUB_TEST_SEED=${SEED}\n${overview()}`);
  let first: Sample | null = null;
  await fc.assert(
    fc.asyncProperty(sampleArbitrary, async (sample) => {
      first ??= sample;
      write(home, sample);
      expect(await disagreements(hub, ways, sample)).toEqual([]);
    }),
    { seed: SEED, numRuns: CASES, endOnFailure: true },
  );
  write(modelHome, first!);
  expect(await disagreements(modelHub, modelWays, first!)).toEqual([]);
});
