import type { Content, FunctionCall, Part } from "@google/genai";
import { correctionFor } from "../evidence/correction.ts";
import { type Ground, NumberGate, type WrittenNumber } from "../evidence/gate.ts";
import type { Turn } from "../sessions.ts";
import { toolDeclarations } from "../tools/declarations.ts";
import type { Toolbox } from "../tools/toolbox.ts";
import { type ToolCall, type ToolError, type ToolName, type ToolRun, toolNames } from "../types.ts";
import type { Model, Reply } from "./model.ts";

/** Rounds in which a model may call tools (issue: "at most 6 rounds"); a correction is one more. */
const mostRounds = 6;
/** Calls of one question, so that no model keeps the hub busy with one of them. */
const mostCalls = 30;
/** Characters of one result that a model is given: some 25,000 tokens. */
const mostGiven = 100_000;

export interface Asked {
  system: string;
  query: string;
  /** Turns before in the same conversation, oldest first. */
  turns: readonly Turn[];
  ground: Omit<Ground, "runs">;
  signal: AbortSignal;
  requestId: string;
}

export interface Listening {
  /** Hears of each tool before it is called. */
  onCall: (call: ToolCall) => unknown;
  /** Hears the answer as it comes about, with no number that nothing supports. */
  onText: (text: string) => void;
}

/** How a conversation with a model ended. */
export type Conversed = { model: string; failures: ToolError[]; unsupported: string[] } & (
  | { outcome: "answered"; text: string }
  /** The model called no tool, or none of them found anything. */
  | { outcome: "groundless" }
  /** The model insisted on numbers that nothing supports, or came to no end. */
  | { outcome: "unsupported" | "endless" }
);

interface Asking {
  model: Model;
  toolbox: Pick<Toolbox, "call">;
  asked: Asked;
  listening: Listening;
  /** Filled with what the tools found, also when the conversation breaks off. */
  runs: ToolRun[];
}

/**
 * Lets a model answer a question: it calls tools, and what it then says goes on only as far as the results support its numbers. Unsupported
 * ones are sent back to it once. Throws ModelError where the model gives no answer, and the signal's reason when that ends it.
 */
export async function converse({ model, toolbox, asked, listening, runs }: Asking): Promise<Conversed> {
  const { system, query, turns, ground, signal, requestId } = asked;
  const contents: Content[] = [
    ...turns.flatMap((turn) => [said("user", turn.query), said("model", turn.answer)]),
    said("user", query),
  ];
  const before = turns.flatMap((turn) => [turn.query, turn.answer]);
  const failures: ToolError[] = [];
  const unsupported: string[] = [];
  const ended = (outcome: "groundless" | "unsupported" | "endless"): Conversed => ({
    outcome,
    model: reply.model,
    failures,
    unsupported,
  });
  const voice = new Voice(listening.onText);
  let calls = 0;
  let corrected = false;
  let reply: Reply;
  for (let round = 1; ; round++) {
    const roundGround = { ...ground, runs: [...runs], said: before };
    voice.begin(roundGround);
    reply = await model.round({
      system,
      contents,
      tools: toolDeclarations,
      signal,
      requestId,
      onText: (text) => voice.push(text),
      onRestart: () => voice.begin(roundGround),
    });
    contents.push(reply.content);
    if (reply.calls.length > 0) {
      if (round >= mostRounds + (corrected ? 1 : 0)) return ended(hasRows(runs) ? "endless" : "groundless");
      const answers = await Promise.all(
        reply.calls.map(async (call) => {
          const outcome = ++calls > mostCalls ? tooMany : await callTool(toolbox, call, listening, asked);
          return { call, outcome };
        }),
      );
      for (const { outcome } of answers) {
        if (outcome.status === "found") runs.push(outcome.run);
        else failures.push(outcome);
      }
      contents.push({ role: "user", parts: answers.map(({ call, outcome }) => response(call, outcome)) });
      continue;
    }
    if (!hasRows(runs)) return ended("groundless");
    const wrong = voice.end();
    if (wrong.length === 0) return { outcome: "answered", text: voice.text, model: reply.model, failures, unsupported };
    unsupported.push(...wrong.map(({ written }) => written));
    if (corrected) return ended("unsupported");
    corrected = true;
    contents.push(said("user", correctionFor(wrong)));
  }
}

const said = (role: "user" | "model", text: string): Content => ({ role, parts: [{ text }] });
const hasRows = (runs: readonly ToolRun[]): boolean => runs.some(({ evidence }) => evidence.row_count > 0);

/** What a model says, let through as far as the results support it; before there are any, nothing is. */
class Voice {
  readonly #forward: (text: string) => void;
  #gate: NumberGate | null = null;
  #forwarded = false;

  constructor(forward: (text: string) => void) {
    this.#forward = forward;
  }

  /** What was said since `begin`. */
  get text(): string {
    return this.#gate?.text ?? "";
  }

  /** Begins a round, or the same one again. What follows stands apart from what was let through before. */
  begin(ground: Ground): void {
    const silent = !hasRows(ground.runs);
    let apart = this.#forwarded;
    this.#gate = new NumberGate(ground, (text) => {
      if (silent) return;
      this.#forward(apart ? `\n\n---\n\n${text}` : text);
      apart = false;
      this.#forwarded = true;
    });
  }

  push(text: string): void {
    this.#gate?.push(text);
  }

  /** The numbers that nothing supports; without any, everything was let through. */
  end(): WrittenNumber[] {
    return this.#gate?.end() ?? [];
  }
}

type Outcome = { status: "found"; run: ToolRun } | ToolError;

const tooMany: ToolError = {
  status: "error",
  code: "NOT_ALLOWED",
  message: `More than ${mostCalls} calls for one question. Answer with what was found.`,
};

async function callTool(
  toolbox: Pick<Toolbox, "call">,
  { name, args }: FunctionCall,
  { onCall }: Listening,
  { requestId, signal }: Asked,
): Promise<Outcome> {
  if (!toolNames.includes(name as ToolName)) {
    const message = `There is no tool '${name}'. There are ${toolNames.join(", ")}.`;
    return { status: "error", code: "NOT_ALLOWED", message };
  }
  const call = { name, arguments: args ?? {} } as ToolCall;
  await onCall(call);
  const outcome = await toolbox.call(call, requestId, signal);
  return "status" in outcome ? outcome : { status: "found", run: outcome };
}

/** The part that tells a model what a call gave. */
function response({ id, name }: FunctionCall, outcome: Outcome): Part {
  const given = outcome.status === "found" ? shortened(outcome.run) : { ...outcome };
  return { functionResponse: { ...(id === undefined ? {} : { id }), name: name ?? "", response: given } };
}

/** The result without the rows that would be too much to read; how many there are stays said. */
function shortened({ result }: ToolRun): Record<string, unknown> {
  if (!("data" in result) || !Array.isArray(result.data) || JSON.stringify(result).length <= mostGiven) {
    return { ...result };
  }
  let left = mostGiven;
  const data = result.data.filter((row) => {
    left -= JSON.stringify(row).length + 1;
    return left > 0;
  });
  return {
    ...result,
    data,
    note: `Only the first ${data.length} rows are shown. Aggregate in SQL to see all of them.`,
  };
}
