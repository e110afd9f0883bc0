import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Part } from "@google/genai";
import type { ModelTrouble } from "../../src/chat/model/model.ts";
import { toolDeclarations } from "../../src/chat/tools/declarations.ts";
import { asked, failureOf, first, key, quickModel, round, second } from "../support/gemini-model.ts";
import {
  blocked,
  calls,
  cutOff,
  empty,
  endsFor,
  fails,
  failsWithin,
  type GeminiServer,
  garbled,
  neverEnds,
  type Step,
  says,
  slowly,
  startGeminiServer,
  streams,
} from "../support/gemini-server.ts";
import { eventually } from "../support/hub.ts";

let server: GeminiServer;
beforeAll(async () => {
  server = await startGeminiServer();
});
afterAll(() => server.stop());

afterEach(async () => {
  expect(server.unforeseen).toEqual([]);
  // Nothing leaks: no answer is still being waited for.
  await eventually("nobody waits for an answer any more", () => (server.open === 0 ? true : undefined));
  server.reset();
});

const askedModels = (): string[] => server.requests.map((request) => request.model);

test("what is sent is the conversation, the system prompt and the tools, with the key in a header alone", async () => {
  server.script(says("안녕", "하세요"));
  const asking = round();
  const reply = await quickModel(server.url).model.round(asking);
  expect(reply).toEqual({
    content: { role: "model", parts: [{ text: "안녕하세요" }] },
    text: "안녕하세요",
    calls: [],
    model: first,
  });
  expect(asking.heard).toBe("안녕하세요");
  const [{ method, headers, body }] = server.requests as [GeminiServer["requests"][number]];
  expect(method).toBe("streamGenerateContent");
  expect(headers["x-goog-api-key"]).toBe(key);
  expect(JSON.stringify(body)).not.toContain(key);
  expect(body.contents).toEqual(asked);
  expect(body.systemInstruction?.parts).toEqual([{ text: "You answer questions about a factory." }]);
  expect(body.tools).toEqual([{ functionDeclarations: toolDeclarations as never }]);
});

test("text is heard when it arrives, not when the answer is complete", async () => {
  server.script(slowly(says("하나", "둘"), { betweenMs: 300 }));
  const { promise: first, resolve: hear } = Promise.withResolvers<string>();
  const reply = quickModel(server.url).model.round(round({ onText: hear }));
  expect(await Promise.race([first, reply])).toBe("하나");
  expect((await reply).text).toBe("하나둘");
});

test("thought signatures, ids and thoughts come back in the next request as they came", async () => {
  const parts: Part[] = [
    { text: "생각 1 ", thought: true },
    { text: "생각 2", thought: true },
    { text: "확인해 " },
    { text: "보겠습니다." },
    { text: "", thoughtSignature: "c2lnMA==" },
    { functionCall: { id: "call-1", name: "get_top_items", args: { limit: 3 } }, thoughtSignature: "c2lnMQ==" },
    { functionCall: { name: "get_item_history", args: { item_code: "C1/%" } } },
    { text: "끝", thoughtSignature: "c2lnMg==" },
    { text: "." },
  ];
  // The service sends a part in a chunk of its own.
  server.script(streams(parts.map((part) => [part])), says("네."));
  const asking = round();
  const gemini = quickModel(server.url).model;
  const reply = await gemini.round(asking);
  const kept = [{ text: "생각 1 생각 2", thought: true }, { text: "확인해 보겠습니다." }, ...parts.slice(4)];
  expect(reply.content).toEqual({ role: "model", parts: kept });
  expect(reply.calls).toEqual([
    { id: "call-1", name: "get_top_items", args: { limit: 3 } },
    { name: "get_item_history", args: { item_code: "C1/%" } },
  ]);
  expect([reply.text, asking.heard]).toEqual(["확인해 보겠습니다.끝.", "확인해 보겠습니다.끝."]);
  const response = { functionResponse: { id: "call-1", name: "get_top_items", response: { status: "success" } } };
  await gemini.round(round({ contents: [...asked, reply.content, { role: "user", parts: [response] }] }));
  expect(server.requests[1]?.body.contents.slice(1)).toEqual([
    { role: "model", parts: kept },
    { role: "user", parts: [response] },
  ]);
});

test("ten calls at once are all there, in their order", async () => {
  const ten = Array.from({ length: 10 }, (_, at) => ({
    id: `c${at}`,
    name: "get_item_history",
    args: { limit: at + 1 },
  }));
  server.script(calls(...ten.map((call, at) => (at === 0 ? { ...call, thoughtSignature: "c2ln" } : call))));
  const reply = await quickModel(server.url).model.round(round());
  expect(reply.calls).toEqual(ten);
  expect(reply.content.parts?.[0]?.thoughtSignature).toBe("c2ln");
});

test("a call of a tool that there is not is handed on like any other", async () => {
  server.script(calls({ name: "delete_everything", args: {} }));
  expect((await quickModel(server.url).model.round(round())).calls).toEqual([{ name: "delete_everything", args: {} }]);
});

/** How a script ends: in an answer by one of the models, or in a trouble; and which models were asked on the way. */
type Ending = [what: string, steps: Step[], ending: string | ModelTrouble, models: string[], heard?: string];

const endings: Ending[] = [
  ["503 once", [fails.overloaded(), says("네")], "네", [first, first]],
  ["500 twice", [fails.internal(), fails.internal(), says("네")], "네", [first, first, first]],
  ["502 of a proxy", [fails.proxy(502), says("네")], "네", [first, first]],
  ["429 of the minute", [fails.quotaOfTheMinute("0.02s"), says("네")], "네", [first, first]],
  ["429 without details", [fails.exhausted(), says("네")], "네", [first, first]],
  [
    "503 from the first model three times",
    [...times(3, fails.overloaded()), says("네")],
    "네",
    [first, first, first, second],
  ],
  ["503 from both", times(6, fails.overloaded()), "unstable", [...times(3, first), ...times(3, second)]],
  [
    "a quota of the minute that lasts longer than one waits",
    [fails.quotaOfTheMinute("38s"), says("네")],
    "네",
    [first, second],
  ],
  ["a used up quota of the day", [fails.quotaOfTheDay(), says("네")], "네", [first, second]],
  [
    "a used up quota of the day in a list, as it comes without events",
    [listed(fails.quotaOfTheDay()), says("네")],
    "네",
    [first, second],
  ],
  [
    "a used up quota of the day in a text, as a gateway hands it on",
    [{ ...fails.quotaOfTheDay(), error: JSON.stringify(fails.quotaOfTheDay().error) }, says("네")],
    "네",
    [first, second],
  ],
  ["used up quotas of both", times(2, fails.quotaOfTheDay()), "quota", [first, second]],
  [
    "a used up quota and a model in troubles",
    [fails.quotaOfTheDay(), ...times(3, fails.internal())],
    "quota",
    [first, ...times(3, second)],
  ],
  ["a model that is not there", [fails.noSuchModel(), says("네")], "네", [first, second]],
  ["two models that are not there", times(2, fails.noSuchModel()), "refused", [first, second]],
  ["400 for the key", [fails.keyInvalid()], "key", [first]],
  ["401", [fails.unauthenticated()], "key", [first]],
  ["403", [fails.forbidden()], "key", [first]],
  ["400", [fails.badRequest()], "refused", [first]],
  ["a stream that is cut off", [cutOff(says("절", "반")), says("네")], "네", [first, first], "절반\n네"],
  [
    "a stream that is always cut off",
    times(6, cutOff(says("절"))),
    "unstable",
    [...times(3, first), ...times(3, second)],
    "절\n절\n절\n절\n절\n절",
  ],
  ["a stream that is cut off at once", [cutOff({ chunks: [] }), says("네")], "네", [first, first]],
  [
    "a stream that ends in the middle",
    [{ ...cutOff(says("절")), end: "finish" }, says("네")],
    "네",
    [first, first],
    "절\n네",
  ],
  ["a stream without anything", [{ chunks: [] }, says("네")], "네", [first, first]],
  ["a chunk that is no JSON", [garbled("절"), says("네")], "네", [first, first], "절\n네"],
  [
    "an error within the stream",
    [failsWithin(says("절"), fails.overloaded()), says("네")],
    "네",
    [first, first],
    "절\n네",
  ],
  ["a service that says nothing", [{ beforeHeadersMs: Infinity }, says("네")], "네", [first, second]],
  [
    "a service that says nothing after its headers",
    [slowly(says("네"), { beforeFirstMs: Infinity }), says("네")],
    "네",
    [first, second],
  ],
  ["a stream that stops", [neverEnds(says("절")), says("네")], "네", [first, second], "절\n네"],
  ["an answer that is complete, but not closed", [{ ...says("네"), end: "hang" }], "네", [first]],
  ["an answer that is complete, and then cut", [{ ...says("네"), end: "cut" }], "네", [first]],
  ["no candidates once", [empty, says("네")], "네", [first, first]],
  ["no candidates twice", [empty, empty], "declined", [first, first]],
  ["nothing but thoughts", times(2, streams([[{ text: "음", thought: true }]])), "declined", [first, first]],
  ["a malformed call once", [endsFor("MALFORMED_FUNCTION_CALL"), says("네")], "네", [first, first]],
  ["a malformed call twice", times(2, endsFor("MALFORMED_FUNCTION_CALL")), "declined", [first, first]],
  ["a blocked prompt", [blocked()], "declined", [first]],
  ["a blocked answer", [endsFor("SAFETY")], "declined", [first]],
  ["an answer that was taken back", [streams([[{ text: "절" }]], "RECITATION")], "declined", [first], "절"],
  ["no room for an answer", times(2, endsFor("MAX_TOKENS")), "declined", [first, first]],
  ["an answer that became too long", [streams([[{ text: "네" }]], "MAX_TOKENS")], "네", [first]],
];

function listed(step: Step): Step {
  return { ...step, error: [step.error] };
}

function times<T>(count: number, one: T): T[] {
  return Array.from({ length: count }, () => one);
}

for (const [what, steps, ending, models, heard] of endings) {
  test(`${what}: ${ending}, after asking ${models.length === 1 ? "once" : `${models.length} times`}`, async () => {
    server.script(...steps);
    const asking = round();
    // Three of them wait for what never comes.
    const { model: gemini, lines } = quickModel(server.url, { patience: { firstChunkMs: 2_000, nextChunkMs: 2_000 } });
    const isTrouble = ["key", "quota", "unstable", "declined", "refused"].includes(ending);
    if (isTrouble) {
      expect((await failureOf(gemini.round(asking))).trouble).toBe(ending as ModelTrouble);
      expect(gemini.counters.failures[ending as ModelTrouble]).toBe(1);
    } else {
      const { text, model: name } = await gemini.round(asking);
      expect([text, name]).toEqual([ending, models.at(-1) as string]);
    }
    expect(askedModels()).toEqual(models);
    expect(asking.heard).toBe(heard ?? (isTrouble ? "" : ending));
    expect(server.left).toBe(0);
    expect(lines.join("\n")).not.toContain(key);
    expect(gemini.counters).toMatchObject({
      rounds: 1,
      requests: models.length,
      retries: models.length - new Set(models).size,
      fallbacks: new Set(models).size - 1,
    });
  });
}
