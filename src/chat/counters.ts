import { Tally, Timings } from "../observe/tally.ts";
import type { ToolErrorCode, ToolName } from "./types.ts";

/** What questions to the chat came to since the start. */
export class ChatCounters {
  /** Answers by who gave them (a model of the settings, or `offline`) and by what they came to: `success`, or the code of the error. */
  readonly answers = new Timings<"model" | "outcome">();
  /** How the conversations with a model ended (`answered`, `groundless`, `unsupported`, `endless`). */
  readonly conversations = new Tally<"outcome">();
  /** Questions that the hub's own planner answered because the model that is configured did not. */
  standIns = 0;
  /** Numbers of a model that nothing in the data supports, and that the reader was therefore not shown. */
  unsupportedNumbers = 0;
}

/** Calls of tools since the start, whoever called: `success`, the error's code, `cancelled` or `unforeseen`. */
export class ToolCounters {
  readonly #calls = new Timings<"tool" | "outcome">();

  note(tool: ToolName, outcome: "success" | "cancelled" | "unforeseen" | ToolErrorCode, ms: number): void {
    this.#calls.note({ tool, outcome }, ms);
  }

  read(): ReturnType<Timings<"tool" | "outcome">["read"]> {
    return this.#calls.read();
  }
}
