import type { ToolErrorCode } from "../types.ts";

/** A custom query is not carried out, or not to its end; the message is a sentence for whoever wrote it. */
export class Refusal extends Error {
  readonly code: ToolErrorCode;
  constructor(code: ToolErrorCode, message: string) {
    super(message);
    this.name = "Refusal";
    this.code = code;
  }
}

/** What is said of a query that needs more memory or disk than it may have. */
export const tooMuch = "The query needs too much memory. Ask for a shorter period, or add up earlier.";
