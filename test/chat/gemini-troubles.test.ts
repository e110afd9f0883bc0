import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { resolve } from "node:path";
import { asked, failureOf, first, key, quickModel, round, second } from "../support/gemini-model.ts";
import {
  calls,
  cutOff,
  fails,
  type GeminiServer,
  neverEnds,
  type Step,
  says,
  slowly,
  startGeminiServer,
} from "../support/gemini-server.ts";
import { eventually } from "../support/hub.ts";
import { tied } from "../support/processes.ts";
import { startReceiver } from "../support/receiver.ts";

let server: GeminiServer;
beforeAll(async () => {
  server = await startGeminiServer();
});
afterAll(() => server.stop());

afterEach(async () => {
  expect(server.unforeseen).toEqual([]);
  await eventually("nobody waits for an answer any more", () => (server.open === 0 ? true : undefined));
  server.reset();
});

const minute = 60_000;
/** Noon of a winter's day in California. */
const noon = Date.parse("2026-01-15T12:00:00-08:00");
const threeTimes = (step: Step): Step[] => [step, step, step];
const askedModels = (): string[] => server.requests.map(({ model }) => model);

/** A model with a clock that the test turns. */
function clocked(start = noon, patience = {}) {
  const clock = { at: start };
  return { clock, ...quickModel(server.url, { now: () => clock.at, patience }) };
}

test("a used up quota of the day leaves its model alone for ten minutes, while the other one answers", async () => {
  const { model, clock } = clocked();
  server.script(fails.quotaOfTheDay(), says("1"), says("2"), says("3"));
  expect(model.name).toBe(first);
  expect((await model.round(round())).model).toBe(second);
  expect([model.trouble(), model.name]).toEqual([null, second]);
  clock.at += 9 * minute;
  expect((await model.round(round())).text).toBe("2");
  clock.at += 2 * minute;
  expect(model.name).toBe(first);
  expect((await model.round(round())).model).toBe(first);
  expect(askedModels()).toEqual([first, second, second, first]);
});

test("when both quotas are used up nothing is asked for ten minutes", async () => {
  const { model, clock } = clocked();
  server.script(fails.quotaOfTheDay(), fails.quotaOfTheDay(), says("again"));
  await failureOf(model.round(round()));
  expect(model.trouble()).toBe("quota");
  expect((await failureOf(model.round(round()))).trouble).toBe("quota");
  expect(server.requests.length).toBe(2);
  clock.at += 10 * minute + 1;
  expect(model.trouble()).toBeNull();
  expect((await model.round(round())).text).toBe("again");
});

test("a quota of the day is tried again as soon as it begins anew, at midnight in California", async () => {
  const { model, clock } = clocked(Date.parse("2026-07-15T23:58:00-07:00"));
  server.script(fails.quotaOfTheDay(), fails.quotaOfTheDay());
  await failureOf(model.round(round()));
  clock.at += 1.9 * minute;
  expect(model.trouble()).toBe("quota");
  clock.at += 0.2 * minute;
  expect(model.trouble()).toBeNull();
});

test("a quota of the minute is respected for as long as the service says", async () => {
  const { model, clock } = clocked();
  server.script(fails.quotaOfTheMinute("20.5s"), fails.quotaOfTheMinute("41s"));
  await failureOf(model.round(round()));
  expect(model.trouble()).toBe("quota");
  clock.at += 20_600;
  expect([model.trouble(), model.name]).toEqual([null, first]);
});

test("a refused key is not shown again for ten minutes, to no model", async () => {
  const { model, clock } = clocked();
  server.script(fails.keyInvalid());
  await failureOf(model.round(round()));
  expect(model.trouble()).toBe("key");
  expect((await failureOf(model.round(round()))).trouble).toBe("key");
  expect(server.requests.length).toBe(1);
  clock.at += 10 * minute + 1;
  expect(model.trouble()).toBeNull();
});

test("a lookup that succeeds shows that the key is accepted again", async () => {
  const { model, clock } = clocked(noon, { checkEveryMs: minute });
  server.script(fails.forbidden());
  await failureOf(model.round(round()));
  clock.at += minute - 1;
  model.health({ check: true });
  expect([server.lookups, model.trouble()]).toEqual([[], "key"]);
  clock.at += 1;
  model.health({ check: true });
  await eventually("the key is taken for good", () => (model.trouble() === null ? true : undefined));
  expect(server.lookups).toEqual([first]);
});

test("a service in troubles is left alone for half a minute", async () => {
  const { model, clock } = clocked();
  server.script(...threeTimes(fails.overloaded()), ...threeTimes(fails.internal()), says("again"));
  await failureOf(model.round(round()));
  expect(model.trouble()).toBe("unstable");
  clock.at += 30_001;
  expect(model.trouble()).toBeNull();
  expect((await model.round(round())).text).toBe("again");
});

test("what a model declines says nothing about the next question", async () => {
  const { model } = clocked();
  server.script({ chunks: [{ promptFeedback: { blockReason: "SAFETY" } }] }, says("ok"));
  await failureOf(model.round(round()));
  expect(model.trouble()).toBeNull();
  expect((await model.round(round())).text).toBe("ok");
});

test("without a connection one waits for three tries, asks no other model, and later only for one look", async () => {
  const gone = await startGeminiServer();
  await gone.stop();
  const clock = { at: noon };
  const { model, lines } = quickModel(gone.url, { now: () => clock.at });
  expect((await failureOf(model.round(round()))).trouble).toBe("unstable");
  expect(model.counters).toMatchObject({ requests: 3, fallbacks: 0 });
  expect(model.trouble()).toBe("unstable");
  clock.at += 30_001;
  expect(model.trouble()).toBeNull();
  await failureOf(model.round(round()));
  expect(model.counters).toMatchObject({ requests: 3, rounds: 2 });
  expect(model.trouble()).toBe("unstable");
  expect(lines.filter((line) => line.includes("unreachable")).length).toBe(3);
});

test("a connection that lets nothing through is found out before the time for an answer is over, and then not waited for", async () => {
  // Longer than the rounds take that are answered.
  const { model, clock } = clocked(noon, { doubtAfterMs: 2_000, lookMs: 4_000 });
  const never = { beforeHeadersMs: Infinity };
  server.script(never);
  server.scriptLookups(never);
  const { trouble, message } = await failureOf(model.round(round()));
  expect([trouble, message]).toEqual(["unstable", `${first}: Nothing came for 4 s.`]);
  expect([askedModels(), server.lookups]).toEqual([[first], [first]]);
  expect(model.trouble()).toBe("unstable");
  clock.at += 30_001;
  server.scriptLookups(never);
  expect((await failureOf(model.round(round()))).message).toContain("left alone for now (noConnection)");
  expect(server.requests.length).toBe(1);
  clock.at += 30_001;
  server.script(says("back"), says("again"));
  expect((await model.round(round())).text).toBe("back");
  const looked = server.lookups.length;
  await model.round(round());
  expect(server.lookups.length).toBe(looked);
}, 180_000);

test("a model that thinks for long is looked up once, and waited for", async () => {
  const { model } = clocked(noon, { doubtAfterMs: 50 });
  server.script(slowly(says("네"), { beforeHeadersMs: 1_500 }));
  expect((await model.round(round())).text).toBe("네");
  expect([server.lookups, model.counters.requests]).toEqual([[first], 1]);
});

test("tries end when there is no time left for them, and the stand-in model still gets one", async () => {
  const { model } = clocked(noon, { retryForMs: 60, firstPauseMs: 1 });
  const late = slowly(fails.overloaded(), { beforeHeadersMs: 50 });
  const step = ({ model: name }: { model: string }) => (name === first ? late : says("ok"));
  server.script(step, step, step);
  expect((await model.round(round())).text).toBe("ok");
  // The second try ends after 100 ms at the earliest.
  expect(askedModels().filter((name) => name === first).length).toBeLessThan(3);
  expect(askedModels().at(-1)).toBe(second);
});

test("signatures that a model does not accept are left out, and calls get the value that skips their check", async () => {
  const { model } = clocked();
  const refused = fails.badRequest("Function call `get_top_items` has an invalid thought_signature.");
  server.script(refused, says("ok"));
  const said = {
    role: "model",
    parts: [
      { text: "", thoughtSignature: "YQ==" },
      { functionCall: { id: "c1", name: "get_top_items", args: {} }, thoughtSignature: "Yg==" },
    ],
  };
  expect((await model.round(round({ contents: [...asked, said] }))).text).toBe("ok");
  expect(server.requests.map(({ body }) => body.contents[1])).toEqual([
    said,
    {
      role: "model",
      parts: [
        { text: "" },
        {
          functionCall: { id: "c1", name: "get_top_items", args: {} },
          thoughtSignature: "skip_thought_signature_validator",
        },
      ],
    },
  ]);
  server.script(refused, refused);
  expect((await failureOf(model.round(round()))).trouble).toBe("refused");
});

/** Moments at which whoever asked may leave. */
const moments: [string, Step[]][] = [
  ["before the answer begins", [{ beforeHeadersMs: Infinity }]],
  ["between the headers and the first chunk", [slowly(says("a"), { beforeFirstMs: Infinity })]],
  ["in the middle of the answer", [neverEnds(says("a"))]],
  ["while the next try is waited for", [fails.quotaOfTheMinute("15s")]],
];
for (const [moment, steps] of moments) {
  test(`whoever leaves ${moment} waits for nothing, and the connection is closed`, async () => {
    const { model } = clocked(noon, { retryForMs: 20_000 });
    server.script(...steps);
    const leaving = new AbortController();
    const asking = model.round(round({ signal: leaving.signal }));
    await eventually("the request is there", () => (server.requests.length === 1 ? true : undefined));
    await Bun.sleep(30);
    const reason = new Error("gone");
    const before = performance.now();
    leaving.abort(reason);
    await expect(asking).rejects.toBe(reason);
    // Far below every time limit, so that only the signal can have ended it.
    expect(performance.now() - before).toBeLessThan(5_000);
    await eventually("the connection is closed", () => (server.open === 0 ? true : undefined), 5_000);
    expect(model.trouble()).toBeNull();
    expect(server.requests.length).toBe(1);
  });
}

test("who has left before asking is answered by the signal, and nothing is sent", async () => {
  const { model } = clocked();
  await expect(model.round(round({ signal: AbortSignal.abort(new Error("gone")) }))).rejects.toThrow("gone");
  expect(server.requests).toEqual([]);
});

test("twenty rounds at once get their own answers, and leave no connection half read", async () => {
  const { model } = clocked();
  const busy = await startGeminiServer({
    otherwise: ({ body }) =>
      slowly(says(...(body.contents[0]?.parts?.[0]?.text ?? "").split(/(?<=-)/)), { betweenMs: 10 }),
  });
  const { model: many } = quickModel(busy.url);
  const questions = Array.from({ length: 20 }, (_, at) => `q-${at}-end`);
  const replies = await Promise.all(
    questions.map((text) => many.round(round({ contents: [{ role: "user", parts: [{ text }] }] }))),
  );
  expect(replies.map(({ text }) => text)).toEqual(questions);
  expect(busy.open).toBe(0);
  expect(busy.requests.every(({ outcome }) => outcome === "answered")).toBe(true);
  await busy.stop();
  expect(model.counters.rounds).toBe(0);
});

test("rounds leave neither a timer nor a connection behind, so that the process ends when its work is done", async () => {
  const busy = await startGeminiServer({ models: ["m"] });
  busy.script(says("네"), neverEnds(says("leave")), { ...says("열린"), end: "hang" }, fails.badRequest("no"));
  const script = resolve(import.meta.dir, "gemini-leftovers.ts");
  const child = tied(Bun.spawn([process.execPath, script, busy.url, "4"], { stdout: "pipe" }));
  // Less than the shortest time limit of an answer.
  const late = Bun.sleep(15_000).then(() => "late");
  expect(await Promise.race([child.exited, late])).toBe(0);
  expect((await new Response(child.stdout).text()).trim().split("\n")).toEqual(["네", "left", "열린", "m: 400 no"]);
  await busy.stop();
}, 180_000);

test("an error of who listens is no failure of the service, and the connection is closed", async () => {
  const { model } = clocked();
  server.script(neverEnds(says("a", "b")));
  const deaf = () => {
    throw new Error("deaf");
  };
  await expect(model.round(round({ onText: deaf }))).rejects.toThrow("deaf");
  expect([server.requests.length, model.trouble()]).toEqual([1, null]);
});

test("each round is logged with its tokens under its request id, and counted", async () => {
  const { model, lines } = clocked();
  server.script(fails.overloaded(), cutOff(says("절")), says("네"), calls({ name: "get_top_items", args: {} }));
  await model.round(round());
  await model.round(round({ requestId: "11223344" }));
  const told = lines.filter((line) => line.includes("Token Usage"));
  expect(told).toEqual([
    expect.stringMatching(
      /^abcd1234 chat Token Usage model=gemini-flash-latest prompt_tokens=200 output_tokens=40 thoughts_tokens=14 total_tokens=254 ms=\d+ tries=3$/,
    ),
    expect.stringMatching(/^11223344 chat Token Usage .* prompt_tokens=100 .* total_tokens=127 ms=\d+ tries=1$/),
  ]);
  expect(model.counters).toEqual({
    requests: 4,
    rounds: 2,
    retries: 2,
    fallbacks: 0,
    tokens: { prompt: 300, output: 60, thoughts: 21, total: 381 },
    failures: { key: 0, quota: 0, unstable: 0, declined: 0, refused: 0 },
  });
});

test("how the models are doing is told in a sentence, with what is done about it and how old it is", async () => {
  const { model, clock } = clocked();
  expect(model.health()).toMatchObject({ status: "degraded", ageSec: null });
  server.script(fails.quotaOfTheDay(), says("1"));
  await model.round(round());
  clock.at += 5_000;
  const usedUp = "The quota of gemini-flash-latest for today is used up.";
  expect(model.health()).toEqual({
    status: "degraded",
    message: `${usedUp} gemini-flash-lite-latest is asked instead.`,
    ageSec: 5,
  });
  server.script(fails.quotaOfTheDay());
  await failureOf(model.round(round()));
  expect(model.health()).toEqual({
    status: "rate_limited",
    message: `${usedUp} The hub's own planner answers meanwhile.`,
    ageSec: 0,
  });
  clock.at += 10 * minute + 1;
  expect(model.health()).toMatchObject({
    status: "degraded",
    message: "The quota of gemini-flash-lite-latest for today is used up. The next question asks it again.",
  });
  server.script(says("2"));
  await model.round(round());
  expect(model.health()).toEqual({ status: "ok", message: "gemini-flash-latest answers.", ageSec: 0 });
  expect(server.lookups).toEqual([]);
});

test("an error in which the service names the key is told without it", async () => {
  const { model, lines } = clocked();
  const suspended = `Permission denied: Consumer 'api_key:${key}' has been suspended.`;
  const error = { error: { code: 403, message: suspended, status: "PERMISSION_DENIED" } };
  server.script({ status: 403, error });
  const { message } = await failureOf(model.round(round()));
  expect(message).toContain("api_key:***");
  expect(lines.join("\n")).toContain("has been suspended");
  expect(lines.join("\n")).not.toContain(key);
});

test("what the environment says to the SDK changes nothing: config.ts alone reads it", async () => {
  const before = { ...process.env };
  Object.assign(process.env, {
    GOOGLE_GEMINI_BASE_URL: "http://127.0.0.1:9",
    GOOGLE_GENAI_USE_VERTEXAI: "true",
    GOOGLE_GENAI_API_VERSION: "v9",
    GOOGLE_API_KEY: "another",
  });
  try {
    server.script(says("ok"));
    expect((await quickModel(server.url).model.round(round())).text).toBe("ok");
    expect(server.requests[0]?.headers["x-goog-api-key"]).toBe(key);
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  }
});

test("with the same name for both there is one model", async () => {
  const { model } = quickModel(server.url, { fallbackModel: first });
  server.script(fails.quotaOfTheDay());
  await failureOf(model.round(round()));
  expect([model.models, model.trouble()]).toEqual([[first], "quota"]);
});

test("a redirect is not followed, because the key and the question would go along", async () => {
  using elsewhere = startReceiver();
  using gateway = startReceiver(() => new Response(null, { status: 307, headers: { Location: elsewhere.url } }));
  const { model } = quickModel(new URL(gateway.url).origin);
  const failure = await failureOf(model.round(round()));
  expect([failure.trouble, failure.message]).toEqual(["refused", expect.stringContaining("307")]);
  expect([gateway.received.length, elsewhere.received]).toEqual([1, []]);
});
