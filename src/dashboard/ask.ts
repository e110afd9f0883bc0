import { type Desk, readAnswer } from "../production/desk.ts";
import type { Answers, QuestionName, Questions } from "../production/questions.ts";

/** A question with its parameters; null for one that this page need not ask. */
export type Asking = { [Name in QuestionName]: readonly [Name, Questions[Name]] }[QuestionName] | null;
type AnswerTo<Asked> = Asked extends readonly [infer Name extends QuestionName, unknown] ? Answers[Name] : null;

/** How often questions are asked anew when the data change between their answers; then the page shows what it has. */
const attempts = 3;

/** Asks the desk for pages, which need the answers of one version of the data as values rather than as JSON to send on. */
export class PageDesk {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Answers to several questions from the same version of the data. Throws what `Desk.ask` throws. */
  async ask<const Asked extends Record<string, Asking>>(
    asked: Asked,
    requestId: string,
  ): Promise<{ version: string; answers: { [Key in keyof Asked]: AnswerTo<Asked[Key]> } }> {
    const wanted = Object.entries(asked).filter((entry): entry is [string, NonNullable<Asking>] => entry[1] !== null);
    for (let attempt = 1; ; attempt++) {
      const answers = await Promise.all(
        wanted.map(([, [name, parameters]]) => this.#desk.ask(name, parameters as never, requestId)),
      );
      const version = answers[0]?.version ?? "";
      if (attempt < attempts && answers.some((answer) => answer.version !== version)) continue;
      const values = wanted.map(([key], at) => [key, readAnswer(answers[at]!)] as const);
      const all = Object.fromEntries([...Object.keys(asked).map((key) => [key, null] as const), ...values]);
      return { version, answers: all as { [Key in keyof Asked]: AnswerTo<Asked[Key]> } };
    }
  }
}
