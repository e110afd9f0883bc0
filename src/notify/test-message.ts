import type { Language } from "../language.ts";
import type { ChannelName } from "./channel.ts";
import type { Message } from "./message.ts";
import type { Outbox, TestResult } from "./outbox.ts";

const words: Record<Language, Pick<Message, "subject" | "text">> = {
  ko: {
    subject: "알림 채널 시험",
    text: "이 메시지가 보이면 허브의 알림이 이 채널로 도착합니다. 조치할 일은 없습니다.",
  },
  en: {
    subject: "Test of this channel",
    text: "If you read this, the hub's alerts arrive here. There is nothing to do.",
  },
};

/** Sends a message on one channel that says that it works. Resolves when it has arrived, or to why it has not. */
export const sendTest = (outbox: Pick<Outbox, "test">, channel: ChannelName, language: Language): Promise<TestResult> =>
  outbox.test(channel, { kind: "test", severity: "info", ...words[language], page: "/dashboard/alerts", language });
