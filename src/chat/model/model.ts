import type { Content, FunctionCall, FunctionDeclaration } from "@google/genai";

/** One round of a conversation with a model: it is shown everything so far, and answers with text, with calls of tools, or with both. */
export interface Round {
  system: string;
  /** The conversation so far, oldest first. What the model said in it is given back as it came, thought signatures and all. */
  contents: readonly Content[];
  tools: readonly FunctionDeclaration[];
  /** Ends the round at once; the promise then rejects with the signal's reason. */
  signal: AbortSignal;
  requestId: string;
  /** Hears text as it arrives. */
  onText: (text: string) => void;
  /** Hears that the text of this round so far does not count: the connection broke, and the round is asked again. */
  onRestart: () => void;
}

/** What the model said in a round. */
export interface Reply {
  /** To be added to the conversation as it is. */
  content: Content;
  text: string;
  calls: readonly FunctionCall[];
  /** Name of the model that answered: the one from the settings, or the one that stands in for it. */
  model: string;
}

/** A model that calls tools. */
export interface Model {
  /** The model that is asked first. */
  readonly name: string;
  /** Why the model would not answer now, known from a moment ago (a quota that is used up, a key that is refused); null where nothing is known against it. */
  trouble(): ModelTrouble | null;
  /** Asks for one round, again where that may help, and of the stand-in model at last. Throws ModelError when there is no answer to be had. */
  round(round: Round): Promise<Reply>;
}

/** Why a model gave no answer. */
export type ModelTrouble =
  /** The key is refused (400 API_KEY_INVALID, 401, 403). */
  | "key"
  /** The quota is used up (429). */
  | "quota"
  /** The service has troubles, or cannot be reached (500, 503, no connection, a stream that breaks off). */
  | "unstable"
  /** The model declined: blocked prompt or answer, or nothing at all in it. */
  | "declined"
  /** What was asked of the model is not accepted (400): a fault in the settings or in the hub. */
  | "refused";

/** The model gave no answer; the message is for the log, and never for the user. */
export class ModelError extends Error {
  readonly trouble: ModelTrouble;
  constructor(trouble: ModelTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ModelError";
    this.trouble = trouble;
  }
}
