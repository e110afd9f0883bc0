import { RollupShelf } from "../rollup/shelf.ts";
import { Reader } from "../segments/reader.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import { JsonText } from "../workers/serve.ts";
import type { Context } from "./context.ts";
import { type QuestionName, type Questions, questions } from "./questions.ts";

/** What the desk sends to a worker; the snapshot only where the worker does not hold it yet. */
export interface QuestionOrder<Name extends QuestionName = QuestionName> {
  name: Name;
  parameters: Questions[Name];
  serial: number;
  snapshot: Snapshot | null;
  /** The folder of hub.db, where daily totals are kept; null to add up the rows themselves. */
  rollupDir: string | null;
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
  const shelves = new Map<string, RollupShelf>();
  const shelfIn = (databaseDir: string): RollupShelf => {
    const shelf = shelves.get(databaseDir) ?? new RollupShelf(databaseDir);
    shelves.set(databaseDir, shelf);
    return shelf;
  };
  return {
    question: (order: QuestionOrder): JsonText => {
      held = order.snapshot ?? held;
      if (held?.serial !== order.serial) throw new Error("The worker was asked about a snapshot it does not hold.");
      const shelf = order.rollupDir === null ? null : shelfIn(order.rollupDir);
      const context = { snapshot: held, reader, rollupOf: (segment: Segment) => shelf?.load(segment) ?? null };
      const { text, rows } = answerQuestion(context, order.name, order.parameters);
      return new JsonText(text, rows);
    },
  };
}
