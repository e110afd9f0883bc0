import type { Content, GenerateContentResponse, GoogleGenAI } from "@google/genai";
import { GeminiAnswer } from "./gemini-answer.ts";
import { type Failure, failureOf } from "./gemini-failure.ts";
import type { Round } from "./model.ts";

/** How long an answer may keep one waiting, ms. */
export interface Limits {
  /** Until the first chunk: a model thinks before it says anything. */
  firstChunkMs: number;
  /** Between two chunks. */
  nextChunkMs: number;
  /** For what may still follow after a model's end. */
  afterEndMs: number;
}

/** What is asked: a round, of this model, with the conversation as this model takes it. */
export interface Question extends Pick<Round, "system" | "tools" | "signal" | "onText"> {
  model: string;
  contents: readonly Content[];
}

class RequestError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.name = "RequestError";
    this.failure = failure;
  }
}

/**
 * Sends one request and reads its answer. Returns what came, also of an answer that broke off, and what went wrong, if anything did. Rejects with
 * the signal's reason as soon as that ends it; the connection is closed however it ends.
 */
export async function askOnce(
  client: GoogleGenAI,
  question: Question,
  limits: Limits,
): Promise<{ answer: GeminiAnswer; failure: Failure | null }> {
  const answer = new GeminiAnswer();
  const send = (signal: AbortSignal) => client.models.generateContentStream(asSent(question, signal));
  const waits = (begun: boolean): number => {
    if (!begun) return limits.firstChunkMs;
    return answer.finished ? limits.afterEndMs : limits.nextChunkMs;
  };
  try {
    for await (const chunk of chunksOf(send, question.signal, waits)) {
      const text = answer.add(chunk);
      if (text !== "") question.onText(text);
    }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (!answer.finished) return { answer, failure: error.failure };
  }
  return { answer, failure: null };
}

/** Looks a model up, which costs no tokens. Returns what is wrong; rejects with the signal's reason. */
export async function lookUp(
  client: GoogleGenAI,
  model: string,
  limitMs: number,
  signal?: AbortSignal,
): Promise<Failure | null> {
  const stop = new Stop(signal);
  try {
    stop.after(limitMs);
    await stop.orResult(client.models.get({ model, config: { abortSignal: stop.signal } }));
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    return stop.silence ?? failureOf(error, false);
  } finally {
    stop.end();
  }
}

function asSent({ model, contents, system, tools }: Question, abortSignal: AbortSignal) {
  return {
    model,
    contents: [...contents],
    config: {
      systemInstruction: system,
      ...(tools.length > 0 ? { tools: [{ functionDeclarations: [...tools] }] } : {}),
      abortSignal,
      // Either would send requests of its own.
      automaticFunctionCalling: { disable: true },
      automaticContinuation: false,
    },
  };
}

/** The chunks of an answer, each within the time that `waits` gives it. Throws RequestError, or the signal's reason. */
async function* chunksOf(
  send: (signal: AbortSignal) => Promise<AsyncGenerator<GenerateContentResponse>>,
  signal: AbortSignal,
  waits: (begun: boolean) => number,
): AsyncGenerator<GenerateContentResponse> {
  const stop = new Stop(signal);
  let connected = false;
  let begun = false;
  const next = async (stream: AsyncGenerator<GenerateContentResponse>) => {
    try {
      return await stop.orResult(stream.next());
    } catch (error) {
      throw asRequestError(error);
    }
  };
  const asRequestError = (error: unknown): RequestError => {
    signal.throwIfAborted();
    return new RequestError(stop.silence ?? failureOf(error, connected));
  };
  try {
    stop.after(waits(begun));
    const stream = await stop.orResult(send(stop.signal)).catch((error) => {
      throw asRequestError(error);
    });
    connected = true;
    for (let chunk = await next(stream); !chunk.done; chunk = await next(stream)) {
      begun = true;
      yield chunk.value;
      stop.after(waits(begun));
    }
  } finally {
    stop.end();
  }
}

/** Ends a request: because whoever asked has left, because nothing comes, or because it is done. */
class Stop {
  readonly #controller = new AbortController();
  readonly #stopped = Promise.withResolvers<never>();
  readonly #from: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: Failure | null = null;

  constructor(from: AbortSignal | undefined) {
    this.#from = from;
    this.#stopped.promise.catch(() => {});
    if (from?.aborted) this.#leave();
    else from?.addEventListener("abort", this.#leave);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What is wrong when the time was up. */
  get silence(): Failure | null {
    return this.#silence;
  }

  /** Ends the request unless something comes within this time. */
  after(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#silence = { kind: "silence", message: `Nothing came for ${ms / 1000} s.` };
      this.#leave();
    }, ms);
  }

  /** What the work comes to, unless the request ends before: whoever waits is free at once, whatever the connection does. */
  orResult<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#stopped.promise]);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#from?.removeEventListener("abort", this.#leave);
    this.#controller.abort();
  }

  readonly #leave = (): void => {
    this.#stopped.reject(new Error("The request was ended."));
    this.#controller.abort();
  };
}
