import type { Content, GenerateContentResponse, GoogleGenAI } from "@google/genai";
import { GeminiAnswer } from "./gemini-answer.ts";
import { type Failure, type FailureKind, failureOf } from "./gemini-failure.ts";
import type { Round } from "./model.ts";

/** How long an answer may keep one waiting, ms. */
export interface Limits {
  /** Until it is looked whether the service is there at all. */
  doubtAfterMs: number;
  /** For that look. */
  lookMs: number;
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
  const stop = new Stop(question.signal);
  const stream = client.models.generateContentStream(asSent(question, stop.signal));
  const doubt = setTimeout(async () => {
    const failure = await lookUp(client, question.model, limits.lookMs, stop.signal).catch(() => null);
    if (failure?.kind === "unreachable" || failure?.kind === "noConnection") stop.fail(failure);
  }, limits.doubtAfterMs);
  stop.after(limits.firstChunkMs);
  try {
    for await (const chunk of chunksOf(stream, question.signal, stop)) {
      clearTimeout(doubt);
      const text = answer.add(chunk);
      if (text !== "") question.onText(text);
      stop.after(answer.finished ? limits.afterEndMs : limits.nextChunkMs);
    }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (!answer.finished) return { answer, failure: error.failure };
  } finally {
    clearTimeout(doubt);
    stop.end();
  }
  return { answer, failure: null };
}

/** Looks a model up, which costs no tokens. Returns what is wrong, `noConnection` where nothing comes; rejects with the signal's reason. */
export async function lookUp(
  client: GoogleGenAI,
  model: string,
  limitMs: number,
  signal?: AbortSignal,
): Promise<Failure | null> {
  const stop = new Stop(signal);
  try {
    stop.after(limitMs, "noConnection");
    await stop.orResult(client.models.get({ model, config: { abortSignal: stop.signal } }));
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    return stop.failure ?? failureOf(error, false);
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

/** The chunks of an answer. Throws RequestError, or the signal's reason. */
async function* chunksOf(
  asked: Promise<AsyncGenerator<GenerateContentResponse>>,
  signal: AbortSignal,
  stop: Stop,
): AsyncGenerator<GenerateContentResponse> {
  let begun = false;
  const result = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await stop.orResult(work);
    } catch (error) {
      signal.throwIfAborted();
      throw new RequestError(stop.failure ?? failureOf(error, begun));
    }
  };
  const stream = await result(asked);
  begun = true;
  for (let next = await result(stream.next()); !next.done; next = await result(stream.next())) yield next.value;
}

/** Ends a request: because whoever asked has left, because nothing comes, or because it is done. */
class Stop {
  readonly #controller = new AbortController();
  readonly #stopped = Promise.withResolvers<never>();
  readonly #from: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failure: Failure | null = null;

  constructor(from: AbortSignal | undefined) {
    this.#from = from;
    this.#stopped.promise.catch(() => {});
    if (from?.aborted) this.#leave();
    else from?.addEventListener("abort", this.#leave);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What was wrong when the request was ended from here. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Ends the request unless something comes within this time. */
  after(ms: number, kind: FailureKind = "silence"): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.fail({ kind, message: `Nothing came for ${ms / 1000} s.` }), ms);
  }

  fail(failure: Failure): void {
    this.#failure = failure;
    this.#leave();
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
