import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type {
  Candidate,
  Content,
  FunctionCall,
  FunctionDeclaration,
  GenerateContentResponseUsageMetadata,
  Part,
} from "@google/genai";

/**
 * A server on this machine that speaks the Gemini REST protocol as the real SDK uses it, and answers by a script.
 *
 * @example
 * const gemini = await startGeminiServer();
 * gemini.script(calls({ name: "get_top_items", args: { date_from: "2026-01-01", date_to: "2026-01-31" } }), says("가장 많은 ", "제품은 …"));
 * // … a hub with GEMINI_BASE_URL: gemini.url and any GEMINI_API_KEY is asked something …
 * expect(gemini.requests[1].body.contents.at(-1).parts[0].functionResponse.name).toBe("get_top_items");
 * await gemini.stop();
 *
 * Steps are used up in the order of the requests, whichever model they ask for; a step may be a function of the request, and
 * `otherwise` answers what the script does not. A request for which there is no step is answered 400, and listed in `unforeseen`.
 */
export interface GeminiServer {
  /** What GEMINI_BASE_URL is set to. */
  readonly url: string;
  /** Every request for content so far, oldest first. */
  readonly requests: readonly GeminiRequest[];
  /** The models that were looked up (`GET /models/NAME`), oldest first. */
  readonly lookups: readonly string[];
  /** Requests that no step was left for. */
  readonly unforeseen: readonly GeminiRequest[];
  /** Steps that no request has used yet. */
  readonly left: number;
  /** Answers that are still being written, or waited for. */
  readonly open: number;
  /** Connections that clients hold open. */
  readonly connections: number;
  /** Adds steps to the end of the script. */
  script(...steps: readonly Scripted[]): void;
  /** Steps for lookups of models, which are answered as the service answers them while there are none. */
  scriptLookups(...steps: readonly Step[]): void;
  /** Forgets the script and what was asked. */
  reset(): void;
  /** Ends every connection. */
  stop(): Promise<void>;
}

/** What was asked. */
export interface GeminiRequest {
  /** As in the address, such as `gemini-flash-latest`. */
  readonly model: string;
  readonly method: "generateContent" | "streamGenerateContent";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    contents: Content[];
    systemInstruction?: Content;
    tools?: { functionDeclarations?: FunctionDeclaration[] }[];
    toolConfig?: object;
    generationConfig?: Record<string, unknown>;
  };
  /** Milliseconds of `performance.now()` when it came. */
  readonly at: number;
  /** What became of it: still being answered, answered, ended by the client, or broken off by the script. */
  outcome: "open" | "answered" | "left" | "cut";
}

/** One answer to one request. Use the functions below to make it. */
export interface Step {
  /** Anything but 200 has `error` as its body. */
  readonly status?: number;
  /** JSON, or a text as a proxy may put before the service. */
  readonly error?: object | string;
  /** Sent one by one as events; a string as it is, for what is no JSON. */
  readonly chunks?: readonly (Chunk | string)[];
  /** Before anything is answered, ms; Infinity: never. */
  readonly beforeHeadersMs?: number;
  /** Between the headers and the first chunk, ms; Infinity: never. */
  readonly beforeFirstMs?: number;
  /** Between two chunks, ms. */
  readonly betweenMs?: number;
  /** After the last chunk: the stream ends, the socket is destroyed, or nothing more ever comes. */
  readonly end?: "finish" | "cut" | "hang";
}

export type Scripted = Step | ((request: GeminiRequest) => Step);

/** One event of a streamed answer. */
export interface Chunk {
  candidates?: Candidate[];
  usageMetadata?: GenerateContentResponseUsageMetadata;
  promptFeedback?: { blockReason: string };
  error?: object;
}

export interface GeminiServerOptions {
  /** Models that exist; others get 404. */
  readonly models?: readonly string[];
  /** The key that is accepted; any unless told. */
  readonly key?: string;
  /** Answers what the script does not. */
  readonly otherwise?: Scripted;
}

/** Tokens of each answer that says nothing else about them: 100 in, 20 out, 7 of thoughts. */
export const usage: GenerateContentResponseUsageMetadata = {
  promptTokenCount: 100,
  candidatesTokenCount: 20,
  thoughtsTokenCount: 7,
  totalTokenCount: 127,
};

/** A text in as many chunks as there are arguments. */
export function says(...texts: readonly string[]): Step {
  return streams(texts.map((text) => [{ text }]));
}

/** Calls of tools, all in one chunk; `thoughtSignature` goes to the part, as the service has it. */
export function calls(...called: readonly (FunctionCall & { thoughtSignature?: string })[]): Step {
  return streams([
    called.map(({ thoughtSignature, ...functionCall }) => ({
      functionCall,
      ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
    })),
  ]);
}

/** Parts as they are, one list for each chunk; the last chunk says why it ended (`STOP` unless told). */
export function streams(parts: readonly (readonly Part[])[], finishReason = "STOP"): Step {
  return {
    chunks: parts.map((some, at) => ({
      candidates: [
        {
          content: { role: "model", parts: [...some] },
          index: 0,
          ...(at === parts.length - 1 ? { finishReason: finishReason as Candidate["finishReason"] & string } : {}),
        },
      ],
      usageMetadata: usage,
    })),
  };
}

/** An answer without content that ends for a reason such as SAFETY, MAX_TOKENS or MALFORMED_FUNCTION_CALL. */
export function endsFor(finishReason: string): Step {
  const candidate = { finishReason, index: 0 } as Candidate;
  return { chunks: [{ candidates: [candidate], usageMetadata: usage }] };
}

/** An answer with no candidate in it. */
export const empty: Step = { chunks: [{ usageMetadata: usage }] };

/** A question that the service does not answer. */
export function blocked(blockReason = "PROHIBITED_CONTENT"): Step {
  return { chunks: [{ promptFeedback: { blockReason }, usageMetadata: usage }] };
}

/** An answer in which something that is no JSON stands between two chunks of text. */
export function garbled(before = "부분 "): Step {
  const [first] = says(before, "").chunks ?? [];
  return { chunks: [first ?? "", '{"candidates": [{"content": {"parts": [{"text": '] };
}

/** The same answer, later or in smaller doses. */
export function slowly(step: Step, waits: Pick<Step, "beforeHeadersMs" | "beforeFirstMs" | "betweenMs">): Step {
  return { ...step, ...waits };
}

/** The same answer, whose socket is destroyed after its chunks. Its last chunk does not say that it is the last. */
export function cutOff(step: Step): Step {
  return { ...unfinished(step), end: "cut" };
}

/** The same answer, after whose chunks nothing more ever comes. */
export function neverEnds(step: Step): Step {
  return { ...unfinished(step), end: "hang" };
}

/** The same answer, in which an error comes as the last event, as the service does it when it fails in mid-stream. */
export function failsWithin(step: Step, failure: Step): Step {
  const { error } = failure;
  return { ...step, chunks: [...(unfinished(step).chunks ?? []), error as Chunk] };
}

function unfinished(step: Step): Step {
  const chunks = step.chunks?.map((chunk) => {
    if (typeof chunk === "string" || !chunk.candidates) return chunk;
    const candidates = chunk.candidates.map(({ finishReason: _, ...candidate }) => candidate);
    return { ...chunk, candidates };
  });
  return { ...step, ...(chunks ? { chunks } : {}) };
}

/** Errors, with bodies as the service sends them. */
export const fails = {
  badRequest: (message = "Request contains an invalid argument."): Step => failure(400, "INVALID_ARGUMENT", message),
  keyInvalid: (): Step =>
    failure(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [
      errorInfo("API_KEY_INVALID"),
      localized("API key not valid. Please pass a valid API key."),
    ]),
  unauthenticated: (): Step =>
    failure(
      401,
      "UNAUTHENTICATED",
      "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
      [errorInfo("ACCESS_TOKEN_TYPE_UNSUPPORTED")],
    ),
  forbidden: (): Step =>
    failure(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."),
  noSuchModel: (model = "gemini-of-nobody"): Step =>
    failure(
      404,
      "NOT_FOUND",
      `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
    ),
  /** The quota of the day; the service still names a short delay with it. */
  quotaOfTheDay: (retryDelay = "30s"): Step =>
    quota(
      ["GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "GenerateRequestsPerDayPerProjectPerModel-FreeTier"],
      retryDelay,
    ),
  /** The quota of the minute, with when to come back. */
  quotaOfTheMinute: (retryDelay?: string): Step =>
    quota(["GenerateRequestsPerMinutePerProjectPerModel-FreeTier"], retryDelay),
  /** What a shared capacity that is used up looks like: nothing but the status. */
  exhausted: (): Step => failure(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
  internal: (): Step =>
    failure(
      500,
      "INTERNAL",
      "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
    ),
  overloaded: (): Step => failure(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
  /** What a proxy answers in the service's place. */
  proxy: (status = 502): Step => ({ status, error: "<html><body><h1>502 Bad Gateway</h1></body></html>" }),
} as const;

function failure(code: number, status: string, message: string, details?: readonly object[]): Step {
  return { status: code, error: { error: { code, message, status, ...(details ? { details } : {}) } } };
}

function quota(quotaIds: readonly string[], retryDelay: string | undefined): Step {
  const quotaMetric = "generativelanguage.googleapis.com/generate_content_free_tier_requests";
  const quotaDimensions = { location: "global", model: "gemini-flash-latest" };
  return failure(
    429,
    "RESOURCE_EXHAUSTED",
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.",
    [
      {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        violations: quotaIds.map((quotaId) => ({ quotaMetric, quotaId, quotaDimensions, quotaValue: "20" })),
      },
      {
        "@type": "type.googleapis.com/google.rpc.Help",
        links: [
          {
            description: "Learn more about Gemini API quotas",
            url: "https://ai.google.dev/gemini-api/docs/rate-limits",
          },
        ],
      },
      ...(retryDelay ? [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }] : []),
    ],
  );
}

function errorInfo(reason: string): object {
  const metadata = { service: "generativelanguage.googleapis.com" };
  return { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "googleapis.com", metadata };
}

function localized(message: string): object {
  return { "@type": "type.googleapis.com/google.rpc.LocalizedMessage", locale: "en-US", message };
}

const addressOfContent = /^\/v1(?:beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;
const addressOfModels = /^\/v1(?:beta)?\/models(?:\/([^/:]+))?$/;

/** Starts the server on a free port. */
export async function startGeminiServer(options: GeminiServerOptions = {}): Promise<GeminiServer> {
  const { models = ["gemini-flash-latest", "gemini-flash-lite-latest"], key, otherwise } = options;
  const steps: Scripted[] = [];
  const lookupSteps: Step[] = [];
  const requests: GeminiRequest[] = [];
  const lookups: string[] = [];
  const unforeseen: GeminiRequest[] = [];
  const sockets = new Set<Socket>();
  const ended = new AbortController();
  let open = 0;

  async function answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(asked.url ?? "/", "http://localhost");
    const content = asked.method === "POST" ? addressOfContent.exec(pathname) : null;
    const lookup = asked.method === "GET" ? addressOfModels.exec(pathname) : null;
    const text = await textOf(asked);
    const shownKey = asked.headers["x-goog-api-key"];
    if (key !== undefined && shownKey !== key) return await send(response, fails.keyInvalid(), "json");
    if (lookup) return await answerLookup(lookup[1], response);
    if (!content) return await send(response, { status: 404, error: "Not Found" }, "json");

    const [, model = "", method = ""] = content;
    const request: GeminiRequest = {
      model,
      method: method as GeminiRequest["method"],
      headers: asked.headers as Record<string, string>,
      body: JSON.parse(text),
      at: performance.now(),
      outcome: "open",
    };
    requests.push(request);
    response.on("close", () => {
      if (request.outcome === "open") request.outcome = response.writableFinished ? "answered" : "left";
    });
    if (!models.includes(model)) return await send(response, fails.noSuchModel(model), "json");
    const step = steps.shift() ?? otherwise;
    if (!step) unforeseen.push(request);
    const chosen = step ?? fails.badRequest("The script has no step for this request.");
    const form = searchParams.get("alt") === "sse" ? "events" : "json";
    await send(response, typeof chosen === "function" ? chosen(request) : chosen, form, () => {
      request.outcome = "cut";
    });
  }

  async function answerLookup(model: string | undefined, response: ServerResponse): Promise<void> {
    if (model !== undefined) lookups.push(model);
    const step = lookupSteps.shift();
    if (step) return await send(response, step, "json");
    if (model !== undefined && !models.includes(model)) return await send(response, fails.noSuchModel(model), "json");
    const found = model === undefined ? { models: models.map(described) } : described(model);
    await send(response, { chunks: [JSON.stringify(found)] }, "json");
  }

  /** Sends a step; `onCut` hears that the socket is about to be destroyed. */
  async function send(response: ServerResponse, step: Step, form: "events" | "json", onCut = () => {}): Promise<void> {
    const { status = 200, error, chunks = [], beforeHeadersMs = 0, beforeFirstMs = 0, betweenMs = 0, end } = step;
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const signal = AbortSignal.any([ended.signal, gone.signal]);
    await wait(beforeHeadersMs, signal);
    if (signal.aborted) return;
    if (status !== 200) {
      const type = typeof error === "string" ? "text/html" : "application/json; charset=UTF-8";
      response.writeHead(status, { "Content-Type": type });
      response.end(typeof error === "string" ? error : JSON.stringify(error));
      return;
    }
    response.writeHead(200, { "Content-Type": form === "events" ? "text/event-stream" : "application/json" });
    response.flushHeaders();
    await wait(beforeFirstMs, signal);
    const texts = form === "events" ? chunks.map(asEvent) : [asOneAnswer(chunks)];
    for (const [at, text] of texts.entries()) {
      if (at > 0) await wait(betweenMs, signal);
      if (signal.aborted) return;
      response.write(text);
    }
    if (end === "hang") return await wait(Infinity, signal);
    if (end !== "cut") return void response.end();
    // A client that finds both the chunks and the end when it looks, hears of the end alone: on a busy machine 10 ms were not enough.
    await wait(500, signal);
    onCut();
    response.destroy();
  }

  const server = createServer((asked, response) => {
    open++;
    response.on("close", () => open--);
    answer(asked, response).catch((error: Error) => {
      response.destroy();
      throw error;
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    lookups,
    unforeseen,
    get left() {
      return steps.length;
    },
    get open() {
      return open;
    },
    get connections() {
      return sockets.size;
    },
    script: (...more) => void steps.push(...more),
    scriptLookups: (...more) => void lookupSteps.push(...more),
    reset() {
      for (const list of [steps, lookupSteps, requests, lookups, unforeseen]) list.length = 0;
    },
    async stop() {
      ended.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const asEvent = (chunk: Chunk | string): string =>
  `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\r\n\r\n`;

/** The answer to a request that does not stream: the parts of all chunks in one. */
function asOneAnswer(chunks: readonly (Chunk | string)[]): string {
  const whole: Chunk = {};
  for (const chunk of chunks) {
    if (typeof chunk === "string") return chunk;
    const parts = [...(whole.candidates?.[0]?.content?.parts ?? []), ...(chunk.candidates?.[0]?.content?.parts ?? [])];
    const [candidate] = chunk.candidates ?? [];
    const merged = candidate && { ...candidate, ...(parts.length > 0 ? { content: { role: "model", parts } } : {}) };
    Object.assign(whole, chunk, merged ? { candidates: [merged] } : {});
  }
  return JSON.stringify(whole);
}

const described = (model: string): object => ({
  name: `models/${model}`,
  version: "001",
  displayName: model,
  inputTokenLimit: 1_048_576,
  outputTokenLimit: 65_536,
  supportedGenerationMethods: ["generateContent", "countTokens"],
});

async function textOf(asked: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of asked) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/** Resolves after a time, or as soon as nobody waits any more. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
