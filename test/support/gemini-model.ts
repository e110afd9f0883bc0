import { expect } from "bun:test";
import type { Content } from "@google/genai";
import { GeminiModel, type GeminiOptions } from "../../src/chat/model/gemini.ts";
import { ModelError, type Reply, type Round } from "../../src/chat/model/model.ts";
import { toolDeclarations } from "../../src/chat/tools/declarations.ts";

/** A key that must stand nowhere but in the header of a request. */
export const key = "AIza-a-key-of-nobody-that-must-not-be-seen";
/** The models that a GeminiServer knows, and that are asked first and second. */
export const first = "gemini-flash-latest";
export const second = "gemini-flash-lite-latest";

/** A model as the hub has it, but for how long it waits: milliseconds in place of seconds. `lines`: what it has logged. */
export function quickModel(
  baseUrl: string,
  { patience, ...options }: Partial<GeminiOptions> = {},
): { model: GeminiModel; lines: string[] } {
  const lines: string[] = [];
  const note = (logger: string, message: string, id = "-") => void lines.push(`${id} ${logger} ${message}`);
  const model = new GeminiModel({
    apiKey: key,
    model: first,
    fallbackModel: second,
    baseUrl,
    log: { info: note, warn: note },
    ...options,
    patience: {
      doubtAfterMs: 20_000,
      firstChunkMs: 20_000,
      nextChunkMs: 20_000,
      afterEndMs: 50,
      retryForMs: 4000,
      firstPauseMs: 10,
      lookMs: 20_000,
      checkMs: 20_000,
      ...patience,
    },
  });
  return { model, lines };
}

/** The question of every round that says nothing else. */
export const asked: Content[] = [{ role: "user", parts: [{ text: "이번 달 BW0021 총 생산량은?" }] }];

/** A round, with the text that was heard of it; each restart is the end of a line. */
export function round(options: Partial<Round> = {}): Round & { heard: string } {
  const made = {
    system: "You answer questions about a factory.",
    contents: asked,
    tools: toolDeclarations,
    signal: new AbortController().signal,
    requestId: "abcd1234",
    onText: (text: string) => {
      made.heard += text;
    },
    onRestart: () => {
      made.heard += "\n";
    },
    ...options,
    heard: "",
  };
  return made;
}

/** The ModelError that the work ends in, which does not tell the key. */
export async function failureOf(work: Promise<Reply>): Promise<ModelError> {
  const outcome = await work.then(
    (reply) => reply,
    (error) => error,
  );
  expect(outcome).toBeInstanceOf(ModelError);
  expect(Bun.inspect(outcome)).not.toContain(key);
  return outcome as ModelError;
}
