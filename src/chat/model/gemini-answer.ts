import type { Content, GenerateContentResponse, GenerateContentResponseUsageMetadata, Part } from "@google/genai";
import type { Failure, FailureKind } from "./gemini-failure.ts";
import type { Reply } from "./model.ts";

/** Tokens of one answer or of many. `thoughts` are paid for like `output`, and not in it. */
export interface Tokens {
  prompt: number;
  output: number;
  thoughts: number;
  total: number;
}

export const noTokens: Readonly<Tokens> = { prompt: 0, output: 0, thoughts: 0, total: 0 };

export function sumOfTokens(a: Tokens, b: Tokens): Tokens {
  return {
    prompt: a.prompt + b.prompt,
    output: a.output + b.output,
    thoughts: a.thoughts + b.thoughts,
    total: a.total + b.total,
  };
}

/** Reasons to end (`FinishReason`) after which the model may do better when asked again. */
const slips = new Set(["MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"]);
/** Reasons to end whose content counts; after the others it was taken back by the service. */
const sound = new Set(["STOP", "MAX_TOKENS"]);

/** One streamed answer, put together from its chunks. */
export class GeminiAnswer {
  readonly #parts: Part[] = [];
  #usage: GenerateContentResponseUsageMetadata = {};
  #chunks = 0;
  #finishReason: string | undefined;
  #blockReason: string | undefined;

  /** Whether the model has come to its end, after which nothing that counts can follow. */
  get finished(): boolean {
    return this.#finishReason !== undefined || this.#blockReason !== undefined;
  }

  /** Adds a chunk; returns the text for the user that it brought. */
  add({ candidates, promptFeedback, usageMetadata }: GenerateContentResponse): string {
    this.#chunks++;
    const [candidate] = candidates ?? [];
    const parts = candidate?.content?.parts ?? [];
    for (const part of parts) this.#addPart(part);
    // Each chunk has the figures so far.
    if (usageMetadata) this.#usage = usageMetadata;
    this.#finishReason = candidate?.finishReason ?? this.#finishReason;
    this.#blockReason = promptFeedback?.blockReason ?? this.#blockReason;
    return textOf(parts);
  }

  /**
   * Plain texts that follow each other become one part. A part with a thought signature stays as it is and where it is: signatures are only
   * accepted in the very part they came in (https://ai.google.dev/gemini-api/docs/thought-signatures).
   */
  #addPart(part: Part): void {
    const last = this.#parts.at(-1);
    if (isPlain(part) && part.text === "") return;
    if (last && isPlain(part) && isPlain(last) && last.thought === part.thought) {
      this.#parts[this.#parts.length - 1] = { ...last, text: `${last.text}${part.text}` };
    } else {
      this.#parts.push(part);
    }
  }

  get tokens(): Tokens {
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = this.#usage;
    const [prompt, output, thoughts] = [promptTokenCount ?? 0, candidatesTokenCount ?? 0, thoughtsTokenCount ?? 0];
    return { prompt, output, thoughts, total: totalTokenCount ?? prompt + output + thoughts };
  }

  /** What the model said, or what is wrong with it. */
  outcome(model: string): Reply | Failure {
    const reason = this.#finishReason;
    const failure = (kind: FailureKind, message: string): Failure => ({ kind, message });
    if (this.#blockReason) return failure("blocked", `The prompt was blocked (${this.#blockReason}).`);
    if (this.#chunks === 0) return failure("broken", "The answer ended before it had begun.");
    const text = textOf(this.#parts);
    const calls = this.#parts.flatMap(({ functionCall }) => functionCall ?? []);
    const isEmpty = text === "" && calls.length === 0;
    if (reason !== undefined && slips.has(reason)) return failure("malformed", `The answer ended with ${reason}.`);
    if (reason !== undefined && !sound.has(reason)) return failure("blocked", `The answer ended with ${reason}.`);
    if (reason === undefined && this.#parts.length > 0) return failure("broken", "The answer ended in the middle.");
    if (isEmpty) return failure("empty", `There was nothing in the answer (${reason ?? "no reason given"}).`);
    return { content: { role: "model", parts: this.#parts }, text, calls, model };
  }
}

/** A text without anything else to it, but that it may be a thought. */
function isPlain(part: Part): boolean {
  return typeof part.text === "string" && Object.keys(part).every((key) => key === "text" || key === "thought");
}

/** What is meant for the user; thoughts are not. */
function textOf(parts: readonly Part[]): string {
  return parts.map(({ text, thought }) => (thought ? "" : (text ?? ""))).join("");
}

/**
 * The conversation without the signatures of its thoughts, for a model that does not accept those of another one. Calls get the value that the
 * service provides for it (https://ai.google.dev/gemini-api/docs/thought-signatures, FAQ); without any, Gemini 3 refuses them.
 */
export function withoutSignatures(contents: readonly Content[]): Content[] {
  return contents.map((content) => ({
    ...content,
    parts: (content.parts ?? []).map(({ thoughtSignature, ...part }) =>
      part.functionCall ? { ...part, thoughtSignature: "skip_thought_signature_validator" } : part,
    ),
  }));
}
