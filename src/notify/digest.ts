import type { Language } from "../language.ts";
import type { OpenDelivery } from "./deliveries.ts";
import type { Message } from "./message.ts";
import { markedSubject } from "./words.ts";

/** Messages that a digest takes at the most, and those that it lists by name. */
export const mostMerged = 200;
const mostListed = 30;

const order = ["info", "warning", "critical"] as const;

interface DigestWords {
  subject: (first: string, others: number) => string;
  more: (count: number) => string;
  lead: string;
}

const words: Record<Language, DigestWords> = {
  ko: {
    subject: (first, others) => `${first} 외 ${others}건`,
    more: (count) => `그 밖에 ${count}건이 더 있습니다.`,
    lead: "짧은 시간에 알림이 많아 하나로 묶었습니다.",
  },
  en: {
    subject: (first, others) => `${first} (and ${others} more)`,
    more: (count) => `And ${count} more.`,
    lead: "These alerts came within a short time and were put together.",
  },
};

/** How bad a part is now: what is over is not bad any more. */
const badnessOf = ({ kind, severity }: OpenDelivery): number => (kind === "resolved" ? 0 : order.indexOf(severity));

/**
 * One message in place of many that would come within a minute: as severe as the worst of them that is not over, whose subject it has, and all of them line by line.
 * @param time how a time is written for people
 */
export function digestOf(parts: readonly OpenDelivery[], time: (ms: number) => string): Message {
  const language = parts.at(-1)!.message.language ?? "ko";
  const { subject, more, lead } = words[language];
  const worst = parts.reduce((one, other) => (badnessOf(other) > badnessOf(one) ? other : one));
  const lines = parts.slice(0, mostListed).map((part) => `• ${time(part.created_at)} ${markedSubject(part.message)}`);
  if (parts.length > mostListed) lines.push(more(parts.length - mostListed));
  return {
    kind: "digest",
    severity: order[badnessOf(worst)]!,
    subject: subject(worst.subject, parts.length - 1),
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
