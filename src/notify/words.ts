import type { Language } from "../language.ts";
import type { Message, MessageKind } from "./message.ts";

/** What channels put around a message. */
interface ChannelWords {
  hub: string;
  open: string;
  critical: string;
  warning: string;
  info: string;
  resolved: string;
  test: string;
}

export const channelWords: Record<Language, ChannelWords> = {
  ko: {
    hub: "생산 데이터 허브",
    open: "허브에서 보기",
    critical: "위험",
    warning: "경고",
    info: "안내",
    resolved: "해결",
    test: "시험",
  },
  en: {
    hub: "Production Data Hub",
    open: "Open in the hub",
    critical: "Critical",
    warning: "Warning",
    info: "Notice",
    resolved: "Resolved",
    test: "Test",
  },
};

/** The language of a message, and the words in it. */
export const wordsOf = ({ language = "ko" }: Message): ChannelWords => channelWords[language];

/** What a look at a message should tell first: how bad it is, or that it is over. Reports and summaries are neither. */
export function toneOf({ kind, severity }: Message): Message["severity"] | "resolved" | "test" | "plain" {
  if (kind === "resolved" || kind === "test") return kind;
  const neutral: readonly MessageKind[] = ["report", "summary"];
  return neutral.includes(kind) ? "plain" : severity;
}

/** A subject with a word for its tone before it, such as `[위험] 디스크 부족`; of what is over the subject itself says so. */
export function markedSubject(message: Message): string {
  const tone = toneOf(message);
  return tone === "plain" || tone === "resolved" ? message.subject : `[${wordsOf(message)[tone]}] ${message.subject}`;
}
