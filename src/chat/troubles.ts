import type { Language } from "../language.ts";
import type { ModelTrouble } from "./model/model.ts";
import type { ToolError, ToolErrorCode } from "./types.ts";

/** Codes of the stream's `error` (CONTRACT §4). */
export type ChatErrorCode = "ai_disabled" | "timeout" | "model_error" | "rate_limited" | "internal";

type Trouble = "unavailable" | "tooSlow" | "tooManyRows" | "unforeseen";

const sentences: Record<Language, Record<Trouble, string>> = {
  ko: {
    unavailable: "지금은 데이터를 읽을 수 없어 답변하지 못했습니다. 잠시 후 다시 질문해 주세요.",
    tooSlow: "답변하는 데 너무 오래 걸려 중단했습니다. 기간을 줄여 다시 질문해 주세요.",
    tooManyRows: "결과가 너무 많아 답변하지 못했습니다. 기간이나 제품을 좁혀 다시 질문해 주세요.",
    unforeseen: "예상하지 못한 문제로 답변하지 못했습니다. 요청 번호로 로그에서 원인을 찾을 수 있습니다.",
  },
  en: {
    unavailable: "The data cannot be read right now, so there is no answer. Ask again in a moment.",
    tooSlow: "The answer took too long and was stopped. Ask again for a shorter period.",
    tooManyRows: "There are too many results for an answer. Ask again for a shorter period or fewer items.",
    unforeseen: "An unexpected problem kept the answer back. The log tells the cause under the request id.",
  },
};

const troubles: Partial<Record<ToolErrorCode, Trouble>> = {
  UNAVAILABLE: "unavailable",
  QUERY_TIMEOUT: "tooSlow",
  TOO_MANY_ROWS: "tooManyRows",
};

/** What the user is told when a tool failed; null for a failure that a right call cannot have. */
export function troubleWith(code: ToolErrorCode, language: Language): { code: ChatErrorCode; sentence: string } | null {
  const trouble = troubles[code];
  if (!trouble) return null;
  return { code: trouble === "tooSlow" ? "timeout" : "internal", sentence: sentences[language][trouble] };
}

/** What the user is told when something happened that nobody foresaw. */
export const unforeseen = (language: Language): string => sentences[language].unforeseen;

/** A tool gave no result. */
export class FailedCallError extends Error {
  readonly failure: ToolError;
  constructor(failure: ToolError) {
    super(failure.message);
    this.name = "FailedCallError";
    this.failure = failure;
  }
}

/** Why no model answers: none is configured, or the one that is has a trouble. */
export type NoModel = ModelTrouble | "absent";

const causes: Record<Language, Record<NoModel, string>> = {
  ko: {
    absent: "Gemini API 키(GEMINI_API_KEY)가 설정되지 않아 AI가 답변할 수 없습니다.",
    key: "Gemini API 키(GEMINI_API_KEY)가 거부되어 AI가 답변할 수 없습니다.",
    quota: "Gemini 사용량 한도가 모두 소진되어 AI가 답변할 수 없습니다.",
    unstable: "Gemini 서비스가 일시적으로 불안정하여 AI가 답변할 수 없습니다.",
    declined: "Gemini가 이 질문에 대한 답변을 만들지 못했습니다.",
    refused: "Gemini가 요청을 받아들이지 않았습니다. 모델 설정(GEMINI_MODEL)을 확인해 주세요.",
  },
  en: {
    absent: "No Gemini API key (GEMINI_API_KEY) is set, so no AI can answer.",
    key: "The Gemini API key (GEMINI_API_KEY) was refused, so no AI can answer.",
    quota: "The Gemini quota is used up, so no AI can answer now.",
    unstable: "The Gemini service has troubles at the moment, so no AI can answer now.",
    declined: "Gemini gave no answer to this question.",
    refused: "Gemini did not accept the request. See whether the model in the settings (GEMINI_MODEL) is right.",
  },
};
const codes: Partial<Record<NoModel, ChatErrorCode>> = {
  absent: "ai_disabled",
  key: "ai_disabled",
  quota: "rate_limited",
};

const standsIn: Record<Language, string> = {
  ko: "허브가 직접 데이터를 조회해 답변했습니다.",
  en: "The hub looked the answer up by itself.",
};

/** Why the hub's own planner answered in place of the model. */
export const standInSentence = (why: NoModel, language: Language): string =>
  `${causes[language][why]} ${standsIn[language]}`;

/** What the user is told when there is no model, and the planner cannot answer either; `help` says which questions it can. */
export function helpless(why: NoModel, help: string, language: Language): { code: ChatErrorCode; answer: string } {
  return { code: codes[why] ?? "model_error", answer: `${causes[language][why]}\n\n${help}` };
}
