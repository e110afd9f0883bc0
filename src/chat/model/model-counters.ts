import { noTokens, type Tokens } from "./gemini-answer.ts";
import type { ModelTrouble } from "./model.ts";

/** What asking models came to since the start. */
export interface ModelCounters {
  /** Requests that were sent. */
  requests: number;
  /** Rounds that were asked for; each takes one request or more. */
  rounds: number;
  /** Requests that repeated one before. */
  retries: number;
  /** Rounds that the stand-in model was asked in the first one's place. */
  fallbacks: number;
  tokens: Tokens;
  /** Rounds without an answer, by what was in the way. */
  failures: Record<ModelTrouble, number>;
}

export function newModelCounters(): ModelCounters {
  return {
    requests: 0,
    rounds: 0,
    retries: 0,
    fallbacks: 0,
    tokens: noTokens,
    failures: { key: 0, quota: 0, unstable: 0, declined: 0, refused: 0 },
  };
}
