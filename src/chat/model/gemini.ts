import { setTimeout as sleep } from "node:timers/promises";
import type { Content, GoogleGenAI } from "@google/genai";
import type { Log } from "../../observe/log.ts";
import { redactor } from "../../observe/redact.ts";
import { noTokens, sumOfTokens, type Tokens, withoutSignatures } from "./gemini-answer.ts";
import { type Failure, policies } from "./gemini-failure.ts";
import { askOnce, type Limits, lookUp } from "./gemini-request.ts";
import { GeminiState, type ModelHealth } from "./gemini-state.ts";
import { type Model, ModelError, type ModelTrouble, type Reply, type Round } from "./model.ts";
import { type ModelCounters, newModelCounters } from "./model-counters.ts";

/** How long the service is waited for, ms. */
export interface Patience extends Limits {
  /** From the begin of a round, for trying again (CONTRACT §4: "15 s in all"). */
  retryForMs: number;
  /** At the most before the second try, twice as long before the third. */
  firstPauseMs: number;
  /** For a check of `/healthz/ai`, which nobody waits for. */
  checkMs: number;
  /** How long what a check found out holds (CONTRACT §3: 600 s). */
  checkEveryMs: number;
}

/**
 * An answer has 100 s (the engine keeps 20 of 120 for the planner): enough for one silence and for the stand-in model after it. A
 * firewall that drops everything is found out after 8 s, and from then on by one look of 3 s in half a minute.
 */
const usualPatience: Patience = {
  doubtAfterMs: 5_000,
  lookMs: 3_000,
  firstChunkMs: 40_000,
  nextChunkMs: 20_000,
  afterEndMs: 1_000,
  retryForMs: 15_000,
  firstPauseMs: 1_000,
  checkMs: 10_000,
  checkEveryMs: 600_000,
};

export interface GeminiOptions {
  apiKey: string;
  /** The model that is asked first. */
  model: string;
  /** Asked when the first one does not answer; the same for none. */
  fallbackModel: string;
  /** Where the service is; Google's own address unless told. */
  baseUrl?: string | undefined;
  log: Pick<Log, "info" | "warn">;
  patience?: Partial<Patience>;
  /** ms since 1970, for how long a model is left alone. */
  now?: () => number;
}

/** What a round came to on its way. */
interface Spent {
  began: number;
  tries: number;
  tokens: Tokens;
  /** Text was handed on that does not count unless the request that brought it succeeds. */
  spoke: boolean;
}

const googlesAddress = "https://generativelanguage.googleapis.com";

/** Without following redirects: elsewhere the key and the question would go along. */
const fetchHere = (...[url, init]: Parameters<typeof fetch>): Promise<Response> =>
  fetch(url, { ...init, redirect: "manual" });

/**
 * Gemini over the official SDK. A request that fails is sent again where that may help, to the same model first and then to the one that stands in for it, and
 * what cannot be helped is remembered, so that the next question is not kept waiting for it.
 */
export class GeminiModel implements Model {
  /** The models in the order in which they are asked: the one of the settings, and the one that stands in for it. */
  readonly models: readonly [string, ...string[]];
  readonly counters: ModelCounters = newModelCounters();
  readonly #options: GeminiOptions;
  readonly #patience: Patience;
  readonly #state: GeminiState;
  readonly #now: () => number;
  readonly #redact: (text: string) => string;
  #client: Promise<GoogleGenAI> | null = null;
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(options: GeminiOptions) {
    const { model, fallbackModel, apiKey, now = Date.now } = options;
    this.#options = options;
    this.#patience = { ...usualPatience, ...options.patience };
    this.models = fallbackModel === model ? [model] : [model, fallbackModel];
    this.#now = now;
    this.#state = new GeminiState(this.models, now);
    // The service names the key in some of its errors ("Consumer 'api_key:…' has been suspended").
    this.#redact = redactor([apiKey]);
  }

  get name(): string {
    return this.models.find((model) => this.#state.restOf(model) === null) ?? this.models[0];
  }

  /** How long holds what a check found out, seconds. */
  get checkEverySec(): number {
    return this.#patience.checkEveryMs / 1000;
  }

  trouble(): ModelTrouble | null {
    return this.#state.trouble();
  }

  /** How the models are doing, from what is known; `check`: have it looked at in the background when that is long ago. Never waits. */
  health({ check = false } = {}): ModelHealth {
    const { checkEveryMs } = this.#patience;
    const due = Math.max(this.#checkedAt, this.#state.foundAt) + checkEveryMs;
    if (check && this.#now() >= due) {
      this.#checkedAt = this.#now();
      this.#check().catch((error: Error) =>
        this.#options.log.warn("chat", `The check of the model failed: ${error.message}`),
      );
    }
    return this.#state.health();
  }

  async round(round: Round): Promise<Reply> {
    const { signal, requestId } = round;
    signal.throwIfAborted();
    this.counters.rounds++;
    const spent: Spent = {
      began: performance.now(),
      tries: 0,
      tokens: noTokens,
      spoke: false,
    };
    const outcome = await this.#askModels(round, spent).finally(() => {
      this.counters.tokens = sumOfTokens(this.counters.tokens, spent.tokens);
    });
    const answered = "content" in outcome;
    if (answered || spent.tokens.total > 0) {
      this.#logTokens(answered ? outcome.model : "none", spent, requestId);
    }
    if (answered) return outcome;
    this.counters.failures[outcome.trouble]++;
    throw outcome;
  }

  /** Asks the models one after the other. */
  async #askModels(round: Round, spent: Spent): Promise<Reply | ModelError> {
    const { signal } = round;
    const client = await this.#connect();
    const failed: { trouble: ModelTrouble; sentence: string }[] = [];
    if (this.#state.doubtful && this.#state.trouble() === null) await this.#look(client, signal);
    for (const [at, model] of this.models.entries()) {
      const resting = this.#state.restOf(model);
      if (resting) {
        failed.push({ trouble: policies[resting].trouble, sentence: `${model} is left alone for now (${resting}).` });
        continue;
      }
      if (at > 0) this.counters.fallbacks++;
      const outcome = await this.#ask(client, model, round, spent);
      if ("content" in outcome) {
        this.#state.answered(model);
        return outcome;
      }
      this.#state.failed(model, outcome);
      const { trouble, standIn } = policies[outcome.kind];
      failed.push({ trouble, sentence: `${model}: ${this.#redact(outcome.message)}` });
      if (!standIn) break;
    }
    const trouble = gravest.find((each) => failed.some((failure) => failure.trouble === each)) ?? "unstable";
    return new ModelError(trouble, failed.map(({ sentence }) => sentence).join(" "));
  }

  /** Asks one model, as often as it may help and the time allows. */
  async #ask(client: GoogleGenAI, model: string, round: Round, spent: Spent): Promise<Reply | Failure> {
    const { signal, requestId } = round;
    let contents: readonly Content[] = round.contents;
    for (let tried = 1; ; tried++) {
      if (spent.spoke) {
        spent.spoke = false;
        round.onRestart();
      }
      const outcome = await this.#try(client, model, { ...round, contents }, spent);
      if ("content" in outcome) return outcome;
      const { tries } = policies[outcome.kind];
      const pause = this.#pauseAfter(tried, outcome);
      const late = performance.now() - spent.began + pause > this.#patience.retryForMs;
      const more = tried < tries && !late;
      const next = more ? `asked again in ${Math.round(pause)} ms` : "not asked again";
      const message = `${model} gave no answer (${outcome.kind}), try ${tried}, ${next}: ${this.#redact(outcome.message)}`;
      this.#options.log.warn("chat", message, requestId);
      if (!more) return outcome;
      if (outcome.kind === "signature") contents = withoutSignatures(contents);
      this.counters.retries++;
      await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  async #try(client: GoogleGenAI, model: string, round: Round, spent: Spent): Promise<Reply | Failure> {
    spent.tries++;
    this.counters.requests++;
    const onText = (text: string): void => {
      spent.spoke = true;
      round.onText(text);
    };
    const { answer, failure } = await askOnce(client, { ...round, model, onText }, this.#patience);
    spent.tokens = sumOfTokens(spent.tokens, answer.tokens);
    return failure ?? answer.outcome(model);
  }

  /**
   * Exponential with full jitter (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/), but not before the
   * service says one may come back, ms.
   */
  #pauseAfter(tried: number, { kind, retryAfterMs = 0 }: Failure): number {
    if (kind === "signature") return 0;
    return Math.max(retryAfterMs, Math.random() * this.#patience.firstPauseMs * 2 ** (tried - 1));
  }

  /** Sees whether the service is there at all, while a question waits. */
  async #look(client: GoogleGenAI, signal: AbortSignal): Promise<void> {
    this.#state.lookedUp(this.models[0], await lookUp(client, this.models[0], this.#patience.lookMs, signal));
  }

  async #check(): Promise<void> {
    this.#state.lookedUp(this.models[0], await lookUp(await this.#connect(), this.models[0], this.#patience.checkMs));
  }

  #logTokens(model: string, { tokens, began, tries }: Spent, requestId: string): void {
    const counts = Object.entries(tokens).map(([name, count]) => `${name}_tokens=${count}`);
    const ms = Math.round(performance.now() - began);
    this.#options.log.info(
      "chat",
      ["Token Usage", `model=${model}`, ...counts, `ms=${ms}`, `tries=${tries}`].join(" "),
      requestId,
    );
  }

  /** The SDK takes 20 ms to load (57 ms from source), which the start of the hub does not wait for. */
  #connect(): Promise<GoogleGenAI> {
    this.#client ??= import("@google/genai").then(({ GoogleGenAI }) => {
      const { apiKey, baseUrl = googlesAddress } = this.#options;
      // All that the SDK would otherwise take from the environment is said, for config.ts alone reads that. Models under an alias, such as
      // gemini-flash-latest, are in v1beta alone. Without retryOptions the SDK sends nothing twice.
      const httpOptions = { baseUrl, fetch: fetchHere };
      return new GoogleGenAI({ apiKey, vertexai: false, apiVersion: "v1beta", httpOptions });
    });
    return this.#client;
  }
}

/** What whoever asked is told when the models failed for different reasons. */
const gravest: readonly ModelTrouble[] = ["key", "quota", "unstable", "declined", "refused"];
