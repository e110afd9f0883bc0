import { address, geminiKey, geminiModel, type Variable, whole } from "./kinds.ts";

/** The chat and its model. */
export const chatVariables = {
  chatSessionTtlSec: {
    name: "CHAT_SESSION_TTL_SEC",
    kind: whole(60, 86_400),
    default: "1800",
    meaning: "Seconds without a question after which the chat forgets a conversation.",
  },
  geminiApiKey: {
    name: "GEMINI_API_KEY",
    kind: geminiKey,
    default: undefined,
    meaning: "Key of the Gemini API for the chat; without it the hub's own planner answers.",
    secret: true,
  },
  // Names that Google moves to its newest model: those of a version are shut down after a year or so, and a hub runs for longer.
  geminiModel: {
    name: "GEMINI_MODEL",
    kind: geminiModel,
    default: "gemini-flash-latest",
    meaning: "The model that is asked first.",
  },
  geminiFallbackModel: {
    name: "GEMINI_FALLBACK_MODEL",
    kind: geminiModel,
    default: "gemini-flash-lite-latest",
    meaning: "The model that stands in when the first one does not answer; the same as GEMINI_MODEL for none.",
  },
  geminiBaseUrl: {
    name: "GEMINI_BASE_URL",
    kind: address,
    default: undefined,
    meaning: "A gateway to ask in place of Google's own address.",
  },
} satisfies Record<string, Variable<unknown>>;
