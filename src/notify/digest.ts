import type { Language } from "../language.ts";
import type { OpenDelivery } from "./deliveries.ts";
import type { Message } from "./message.ts";

/** Messages that a digest takes at the most, and those that it lists by name. */
export const mostMerged = 200;
const mostListed = 30;

const order = ["info", "warning", "critical"] as const;

const words: Record<Language, { subject: (count: number) => string; more: (count: number) => string; lead: string }> = {
  ko: {
    subject: (count) => `알림 ${count}건`,
    more: (count) => `그 밖에 ${count}건이 더 있습니다.`,
    lead: "짧은 시간에 알림이 많아 하나로 묶었습니다.",
  },
  en: {
    subject: (count) => `${count} alerts`,
    more: (count) => `And ${count} more.`,
    lead: "These alerts came within a short time and were put together.",
  },
};

/**
 * One message in place of many that would come within a minute: as severe as the worst of them, each with its subject.
 * @param time how a time is written for people
 */
export function digestOf(parts: readonly OpenDelivery[], time: (ms: number) => string): Message {
  const language = parts.at(-1)!.message.language ?? "ko";
  const { subject, more, lead } = words[language];
  const severity = order[Math.max(...parts.map((part) => order.indexOf(part.severity)))]!;
  const lines = parts.slice(0, mostListed).map((part) => `• ${time(part.created_at)} ${part.subject}`);
  if (parts.length > mostListed) lines.push(more(parts.length - mostListed));
  return {
    kind: "digest",
    severity,
    subject: subject(parts.length),
    text: `${lead}\n\n${lines.join("\n")}`,
    language,
    page: "/dashboard/alerts",
    data: {
      messages: parts.map(({ id, created_at, message: { kind, severity, subject, text, data } }) => ({
        delivery: id,
        created_at: new Date(created_at).toISOString(),
        kind,
        severity,
        subject,
        text,
        data: data ?? null,
      })),
    },
  };
}
