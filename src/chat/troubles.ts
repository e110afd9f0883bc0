import type { Language, ToolErrorCode } from "./types.ts";

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
