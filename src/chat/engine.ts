import type { Log } from "../observe/log.ts";
import { readAnswer } from "../production/desk.ts";
import type { Item } from "../production/items.ts";
import type { Catalog } from "../segments/catalog.ts";
import { ChatCounters } from "./counters.ts";
import { focusOf } from "./focus.ts";
import { type Model, ModelError, type ModelTrouble } from "./model/model.ts";
import { answerOffline, type OfflineServices } from "./offline.ts";
import { languageOf } from "./planner/text.ts";
import type { SessionKey, Sessions, Turn } from "./sessions.ts";
import { asToolError } from "./tools/toolbox.ts";
import { everyItem } from "./tools/tools.ts";
import {
  type ChatErrorCode,
  FailedCallError,
  helpless,
  type NoModel,
  standInSentence,
  troubleWith,
  unforeseen,
} from "./troubles.ts";
import type { Evidence, Focus, OnCall, ToolName, ToolRun } from "./types.ts";

/** Characters of an answer that a conversation remembers: a table of a thousand rows is not what follow-ups are about. */
const mostRemembered = 4_000;
/** Seconds that are left for the offline planner when a model takes all the time there is. */
const keptForOfflineSec = 20;

export interface ChatServices extends OfflineServices {
  /** The model that is asked first; null without a key. */
  model: Model | null;
  catalog: Catalog;
  sessions: Sessions;
  log: Pick<Log, "info" | "warn" | "error">;
  /** Seconds that an answer may take in all; 120 unless told (CONTRACT §4). */
  patienceSec?: number;
}

export interface ChatQuestion {
  query: string;
  /** The conversation it belongs to; null for a question by itself. */
  sessionId: string | null;
  /** Address of who asks. */
  client: string;
  requestId: string;
  /** Ends the work on the answer: whoever asked is gone. */
  signal?: AbortSignal | undefined;
}

/** An answer with what it rests on, or the sentence that says why there is none. */
export type ChatAnswer = {
  answer: string;
  toolsUsed: ToolName[];
  evidence: Evidence[];
  /** Which model answered; `offline` for the hub's own planner. */
  model: string;
  /** Why the planner stood in for a model that is configured, as a sentence; null where it did not. */
  standIn: string | null;
} & ({ status: "success" } | { status: "error"; code: ChatErrorCode });

/** Hears of an answer as it comes about. */
export interface ChatListener {
  /** Each tool, before it is called. */
  onCall?: OnCall;
  /** The parts of the text. */
  onText?: (text: string) => void;
}

/** `model_used` of what the hub's own planner answered. */
const offline = "offline";

/** One question on its way: what is known of it, and what it came to so far. */
interface Asked extends Omit<ChatQuestion, "signal"> {
  session: SessionKey | null;
  turns: Turn[];
  signal: AbortSignal;
  onCall: OnCall;
  onText: (text: string) => void;
}

interface Given {
  answer: string;
  runs: ToolRun[];
  focus: Focus | null;
  model: string;
  standIn: string | null;
  status?: "error";
  code?: ChatErrorCode;
}

/**
 * Answers questions in words. A model chooses the tools where one is configured and answers, the hub's own planner does otherwise; the
 * tools ask production, and every figure of an answer rests on what they found.
 */
export class ChatEngine {
  readonly counters = new ChatCounters();
  readonly #services: ChatServices;

  constructor(services: ChatServices) {
    this.#services = services;
  }

  /** What will answer as far as is known now, and whether it stands in for a model that does not. */
  expected(): { model: string; fallback: boolean } {
    const { model } = this.#services;
    if (!model) return { model: offline, fallback: false };
    return model.trouble() === null ? { model: model.name, fallback: false } : { model: offline, fallback: true };
  }

  /** Answers a question in the time allowed. Never rejects: what went wrong is in the answer, as a sentence. */
  async answer(question: ChatQuestion, listener: ChatListener = {}): Promise<ChatAnswer> {
    const started = performance.now();
    const given = await this.#given(question, listener);
    const outcome = given.status === "success" ? "success" : given.code;
    this.counters.answers.note({ model: given.model, outcome }, performance.now() - started);
    if (given.standIn !== null) this.counters.standIns++;
    return given;
  }

  async #given(question: ChatQuestion, { onCall = () => {}, onText = () => {} }: ChatListener): Promise<ChatAnswer> {
    const { patienceSec = 120, sessions } = this.#services;
    const { sessionId, client } = question;
    const session = sessionId === null ? null : { address: client, id: sessionId };
    const patience = AbortSignal.timeout(patienceSec * 1000);
    const signal = question.signal ? AbortSignal.any([question.signal, patience]) : patience;
    const runs: ToolRun[] = [];
    let text = "";
    const hear = (part: string): void => {
      text += part;
      onText(part);
    };
    try {
      const turns = session ? sessions.turns(session) : [];
      const asked: Asked = { ...question, session, turns, signal, onCall, onText: hear };
      const given = await endedBy(signal, this.#answer(asked, runs));
      // What was said before, and does not count, stands apart from what does.
      if (!given.status && !text.endsWith(given.answer))
        hear(text === "" ? given.answer : `\n\n---\n\n${given.answer}`);
      return { ...outcomeOf(given), ...restingOn(given.runs), model: given.model, standIn: given.standIn };
    } catch (error) {
      const failed = this.#failed(question, patience.aborted ? tooLate(patienceSec) : error);
      return { ...failed, ...restingOn(runs), model: offline, standIn: null };
    }
  }

  async #answer(asked: Asked, runs: ToolRun[]): Promise<Given> {
    const { model } = this.#services;
    let why: NoModel = "absent";
    if (model) {
      const trouble = model.trouble() ?? (await this.#answerByModel(model, asked, runs));
      if (typeof trouble !== "string") return trouble;
      why = trouble;
      // What a model found before it failed is no ground of the planner's answer.
      runs.length = 0;
    }
    return this.#answerOffline(asked, runs, why);
  }

  /** The model's answer, or why there is none. */
  async #answerByModel(model: Model, asked: Asked, runs: ToolRun[]): Promise<Given | ModelTrouble> {
    const { log, clock, toolbox, patienceSec = 120 } = this.#services;
    const { query, turns, requestId } = asked;
    const late = AbortSignal.timeout(Math.max(patienceSec - keptForOfflineSec, patienceSec / 2) * 1000);
    const signal = AbortSignal.any([asked.signal, late]);
    try {
      // Loaded by the first question that a model is asked, because the hub has to start at once.
      const [{ converse }, { substitute }] = await Promise.all([
        import("./model/conversation.ts"),
        import("./model/substitutes.ts"),
      ]);
      const today = clock.today();
      const system = await this.#systemPrompt(today, requestId);
      const conversed = await converse({
        model,
        toolbox,
        asked: { system, query, turns, ground: { query, today }, signal, requestId },
        listening: { onCall: asked.onCall, onText: asked.onText },
        runs,
      });
      const { outcome, failures, unsupported } = conversed;
      this.counters.conversations.add({ outcome });
      this.counters.unsupportedNumbers += unsupported.length;
      const language = languageOf(query);
      const failure = failures.find(({ code }) => troubleWith(code, language) !== null);
      if (outcome === "groundless" && failure) throw new FailedCallError(failure);
      const answer = outcome === "answered" ? conversed.text : substitute(outcome, runs, language);
      if (unsupported.length > 0) log.warn("chat", `Numbers without ground: ${unsupported.join(", ")}`, requestId);
      log.info("chat", [JSON.stringify(query), conversed.model, outcome, ...runs.map(inOneLine)].join("; "), requestId);
      const focus = runs.length > 0 ? focusOf(runs) : (turns.at(-1)?.focus ?? null);
      this.#remember(asked, answer, focus);
      return { answer, runs, focus, model: conversed.model, standIn: null };
    } catch (error) {
      asked.signal.throwIfAborted();
      if (!(error instanceof ModelError) && !late.aborted) throw error;
      const trouble = error instanceof ModelError ? error.trouble : "unstable";
      log.warn("chat", `No answer by ${model.name} (${trouble}): ${(error as Error).message}`, requestId);
      return trouble;
    }
  }

  async #answerOffline(asked: Asked, runs: ToolRun[], why: NoModel): Promise<Given> {
    const { log, model } = this.#services;
    const { query, turns, requestId, signal } = asked;
    const previous = turns.at(-1)?.focus ?? null;
    const { plan, answer } = await answerOffline(
      this.#services,
      { query, previous, requestId, signal },
      runs,
      asked.onCall,
    );
    log.info("chat", [JSON.stringify(query), plan.kind, ...runs.map(inOneLine)].join("; "), requestId);
    const language = languageOf(query);
    const focus = plan.kind === "help" ? previous : plan.focus;
    this.#remember(asked, answer, focus);
    const standIn = model ? standInSentence(why, language) : null;
    const given: Given = { answer, runs, focus, model: offline, standIn };
    return plan.kind === "help" ? { ...given, status: "error", ...helpless(why, answer, language) } : given;
  }

  async #systemPrompt(today: string, requestId: string): Promise<string> {
    const { systemPrompt } = await import("./model/prompt.ts");
    const { desk, catalog } = this.#services;
    const { segments } = await catalog.current();
    const items = await desk.ask("items", { limit: everyItem }, requestId).then(
      (answer) => readAnswer(answer) as Item[],
      // Of years that cannot be read now no item is known; the tools say so where a question needs them.
      () => null,
    );
    return systemPrompt({ today, segments, items });
  }

  /** A full disk keeps a conversation from being remembered, but nobody from an answer. */
  #remember({ session, query, requestId }: Asked, answer: string, focus: Focus | null): void {
    if (!session) return;
    const { sessions, log } = this.#services;
    try {
      sessions.add(session, { query, answer: answer.slice(0, mostRemembered), focus });
    } catch (error) {
      log.warn("chat", `The conversation could not be kept: ${(error as Error).message}`, requestId);
    }
  }

  #failed(
    { query, requestId, signal }: ChatQuestion,
    error: unknown,
  ): { status: "error"; code: ChatErrorCode; answer: string } {
    const { log } = this.#services;
    const language = languageOf(query);
    if (signal?.aborted) {
      log.info("chat", "Whoever asked is gone; the answer was given up.", requestId);
      return { status: "error", code: "internal", answer: unforeseen(language) };
    }
    const failure = error instanceof FailedCallError ? error.failure : asToolError(error);
    const trouble = failure && troubleWith(failure.code, language);
    if (failure && trouble) {
      log.warn("chat", `${failure.code}: ${failure.message}`, requestId);
      return { status: "error", code: trouble.code, answer: trouble.sentence };
    }
    log.error("chat", (error as Error).stack ?? String(error), requestId);
    return { status: "error", code: "internal", answer: unforeseen(language) };
  }
}

/** What the work comes to, unless the signal ends it first. */
function endedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = (): void => reject(signal.reason);
    if (signal.aborted) return end();
    signal.addEventListener("abort", end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}

function tooLate(seconds: number): FailedCallError {
  return new FailedCallError({ status: "error", code: "QUERY_TIMEOUT", message: `No answer within ${seconds} s.` });
}

function outcomeOf({ answer, status, code }: Given) {
  return status ? ({ status, code: code ?? "internal", answer } as const) : ({ status: "success", answer } as const);
}

function restingOn(runs: readonly ToolRun[]): { toolsUsed: ToolName[]; evidence: Evidence[] } {
  return { toolsUsed: runs.map(({ name }) => name), evidence: runs.map(({ evidence }) => evidence) };
}

function inOneLine({ name, arguments: given, evidence }: ToolRun): string {
  return `${name} ${JSON.stringify(given)} rows=${evidence.row_count}`;
}
