import { RollupShelf } from "../rollup/shelf.ts";
import { SearchShelf } from "../search/shelf.ts";
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
  /** The folder of hub.db, where daily totals and search indexes are kept; null to read the rows themselves. */
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
  const shelves = new Map<string, { rollups: RollupShelf; search: SearchShelf }>();
  const shelvesIn = (databaseDir: string): { rollups: RollupShelf; search: SearchShelf } => {
    const found = shelves.get(databaseDir);
    if (found) return found;
    const made = { rollups: new RollupShelf(databaseDir), search: new SearchShelf(databaseDir) };
    shelves.set(databaseDir, made);
    return made;
  };
  return {
    question: (order: QuestionOrder): JsonText => {
      held = order.snapshot ?? held;
      if (held?.serial !== order.serial) throw new Error("The worker was asked about a snapshot it does not hold.");
      const kept = order.rollupDir === null ? null : shelvesIn(order.rollupDir);
      const rollupOf = (segment: Segment) => kept?.rollups.load(segment) ?? null;
      const context = { snapshot: held, reader, rollupOf, search: kept?.search ?? null };
      const { text, rows } = answerQuestion(context, order.name, order.parameters);
      return new JsonText(text, rows);
    },
  };
}
