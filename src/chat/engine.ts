import type { FactoryClock } from "../observe/clock.ts";
import type { Log } from "../observe/log.ts";
import { type Desk, readAnswer } from "../production/desk.ts";
import type { Item } from "../production/items.ts";
import type { coverage } from "../production/series.ts";
import { languageOf } from "./planner/text.ts";
import type { SessionKey, Sessions, Turn } from "./sessions.ts";
import { asToolError, type Toolbox } from "./tools/toolbox.ts";
import { type ChatErrorCode, troubleWith, unforeseen } from "./troubles.ts";
import type {
  Evidence,
  Focus,
  PlanContext,
  Planner,
  Renderer,
  ToolCall,
  ToolError,
  ToolName,
  ToolRun,
} from "./types.ts";

/** Items that a part of a name may stand for: a rarely made one must not be missed behind fifty others that share a syllable with it. */
const mostMatches = 2_000;
/** Characters of an answer that a conversation remembers: a table of a thousand rows is not what follow-ups are about. */
const mostRemembered = 4_000;

export interface ChatServices {
  desk: Desk;
  toolbox: Toolbox;
  sessions: Sessions;
  plan: Planner;
  render: Renderer;
  clock: FactoryClock;
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
}

/** An answer with what it rests on, or the sentence that says why there is none. */
export type ChatAnswer = {
  answer: string;
  toolsUsed: ToolName[];
  evidence: Evidence[];
} & ({ status: "success" } | { status: "error"; code: ChatErrorCode });

/** Hears of each tool before it is called. */
export type OnCall = (call: ToolCall) => unknown;

/** A tool gave no result. */
class FailedCallError extends Error {
  readonly failure: ToolError;
  constructor(failure: ToolError) {
    super(failure.message);
    this.name = "FailedCallError";
    this.failure = failure;
  }
}

/** Answers questions in words: a plan chooses tools, the tools ask production, and what they find is put into words. */
export class ChatEngine {
  readonly #services: ChatServices;

  constructor(services: ChatServices) {
    this.#services = services;
  }

  /** What answers, as `model_used` names it. */
  readonly model = "offline";

  /** Answers a question in the time allowed. Never rejects: what went wrong is in the answer, as a sentence. */
  async answer(question: ChatQuestion, onCall: OnCall = () => {}): Promise<ChatAnswer> {
    const { patienceSec = 120 } = this.#services;
    const runs: ToolRun[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<never>((_, reject) => {
      const message = `No answer within ${patienceSec} s.`;
      const late = () => reject(new FailedCallError({ status: "error", code: "QUERY_TIMEOUT", message }));
      timer = setTimeout(late, patienceSec * 1000);
    });
    try {
      const answer = await Promise.race([this.#answer(question, runs, onCall), patience]);
      return { status: "success", answer, ...restingOn(runs) };
    } catch (error) {
      return { ...this.#failed(question, error), ...restingOn(runs) };
    } finally {
      clearTimeout(timer);
    }
  }

  async #answer(question: ChatQuestion, runs: ToolRun[], onCall: OnCall): Promise<string> {
    const { toolbox, sessions, plan: planFor, render, log } = this.#services;
    const { query, sessionId, client, requestId } = question;
    const session = sessionId === null ? null : { address: client, id: sessionId };
    const previous = session ? (sessions.turns(session).at(-1)?.focus ?? null) : null;
    const plan = await planFor(query, await this.#contextOf(previous, requestId));
    const calls = plan.kind === "calls" ? plan.calls : [];
    for (const call of calls) {
      await onCall(call);
      const outcome = await toolbox.call(call, requestId);
      if ("status" in outcome) throw new FailedCallError(outcome);
      runs.push(outcome);
    }
    const answer = render(plan, runs);
    log.info("chat", [JSON.stringify(query), plan.kind, ...runs.map(inOneLine)].join("; "), requestId);
    const focus = plan.kind === "help" ? previous : plan.focus;
    if (session) this.#remember(session, { query, answer: answer.slice(0, mostRemembered), focus }, requestId);
    return answer;
  }

  /** A full disk keeps a conversation from being remembered, but nobody from an answer. */
  #remember(session: SessionKey, turn: Turn, requestId: string): void {
    const { sessions, log } = this.#services;
    try {
      sessions.add(session, turn);
    } catch (error) {
      log.warn("chat", `The conversation could not be kept: ${(error as Error).message}`, requestId);
    }
  }

  async #contextOf(previous: Focus | null, requestId: string): Promise<PlanContext> {
    const { desk, clock } = this.#services;
    const today = clock.today();
    const { newest } = readAnswer(await desk.ask("coverage", { today }, requestId)) as ReturnType<typeof coverage>;
    return {
      today,
      newestDay: newest,
      findItems: async (q) => readAnswer(await desk.ask("items", { q, limit: mostMatches }, requestId)) as Item[],
      previous,
    };
  }

  #failed(
    { query, requestId }: ChatQuestion,
    error: unknown,
  ): { status: "error"; code: ChatErrorCode; answer: string } {
    const { log } = this.#services;
    const language = languageOf(query);
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

function restingOn(runs: readonly ToolRun[]): { toolsUsed: ToolName[]; evidence: Evidence[] } {
  return { toolsUsed: runs.map(({ name }) => name), evidence: runs.map(({ evidence }) => evidence) };
}

function inOneLine({ name, arguments: given, evidence }: ToolRun): string {
  return `${name} ${JSON.stringify(given)} rows=${evidence.row_count}`;
}
