import { Reader } from "../segments/reader.ts";
import type { Snapshot } from "../segments/types.ts";
import { JsonText } from "../workers/serve.ts";
import type { Context } from "./context.ts";
import { type QuestionName, type Questions, questions } from "./questions.ts";

/** What the desk sends to a worker; the snapshot only where the worker does not hold it yet. */
export interface QuestionOrder<Name extends QuestionName = QuestionName> {
  name: Name;
  parameters: Questions[Name];
  serial: number;
  snapshot: Snapshot | null;
}

/** Answers a question as JSON text. */
export function answerQuestion<Name extends QuestionName>(
  context: Context,
  name: Name,
  parameters: Questions[Name],
): { text: string; rows: number } {
  const { body, rows } = questions[name].answer(context, parameters);
  return { text: JSON.stringify(body), rows };
}

/** The worker's side of the desk: answers one question after the other from the snapshot it was given last. */
export function questionTasks() {
  const reader = new Reader();
  let held: Snapshot | null = null;
  return {
    question: (order: QuestionOrder): JsonText => {
      held = order.snapshot ?? held;
      if (held?.serial !== order.serial) throw new Error("The worker was asked about a snapshot it does not hold.");
      const { text, rows } = answerQuestion({ snapshot: held, reader }, order.name, order.parameters);
      return new JsonText(text, rows);
    },
  };
}
