import type { Language } from "../language.ts";
import type { Message } from "../notify/message.ts";
import { channelWords } from "../notify/words.ts";
import { type Alert, byUrgency, rankOf, severities } from "./alert.ts";
import type { Notice } from "./engine.ts";
import type { QuietHours } from "./quiet-hours.ts";

/** What a message needs besides the alerts. */
export interface MessageContext {
  language: Language;
  quiet: QuietHours | null;
  /** `YYYY-MM-DD HH:MM:SS` of a moment in the factory's time. */
  stampOf: (date: Date) => string;
  /** How often the same fired within a day, this time included. */
  timesOfDay: (alert: Alert) => number;
}

/** Alerts that a message tells in full; of more it gives the number. */
const mostTold = 20;

const words = {
  ko: {
    over: (subject: string) => `해결: ${subject}`,
    several: (count: number, first: string) => `${first} 외 ${count - 1}건`,
    kinds: { firing: "", escalated: "더 나빠짐 · ", reminder: "계속됨 · ", passed: "지나감 · ", resolved: "" },
    meaning: "뜻",
    action: "할 일",
    since: (time: string, span: string) => `시작 ${time} · ${span}째`,
    lasted: (from: string, to: string, span: string) => `${from}부터 ${to}까지 ${span} 동안`,
    times: (count: number) => `지난 24시간에 ${count}번째`,
    quiet: (hours: string) => `조용한 시간(${hours})에 있었던 알림을 모아서 보냅니다.`,
    more: (count: number) => `그 밖에 ${count}건은 알림 화면에 있습니다.`,
    minutes: (n: number) => `${n}분`,
    hours: (n: number, m: number) => (m > 0 ? `${n}시간 ${m}분` : `${n}시간`),
    days: (n: number, h: number) => (h > 0 ? `${n}일 ${h}시간` : `${n}일`),
    moment: "1분 미만",
  },
  en: {
    over: (subject: string) => `Resolved: ${subject}`,
    several: (count: number, first: string) => `${first} And ${count - 1} more`,
    kinds: { firing: "", escalated: "Worse · ", reminder: "Still there · ", passed: "Over again · ", resolved: "" },
    meaning: "What it means",
    action: "What to do",
    since: (time: string, span: string) => `Since ${time} · for ${span}`,
    lasted: (from: string, to: string, span: string) => `From ${from} to ${to}, ${span}`,
    times: (count: number) => `time ${count} within 24 hours`,
    quiet: (hours: string) => `These alerts are of the quiet hours (${hours}), put together.`,
    more: (count: number) => `${count} more stand on the alerts page.`,
    minutes: (n: number) => `${n} min`,
    hours: (n: number, m: number) => (m > 0 ? `${n} h ${m} min` : `${n} h`),
    days: (n: number, h: number) => (h > 0 ? `${n} d ${h} h` : `${n} d`),
    moment: "less than a minute",
  },
} as const;

/** A span of time in words, in its two largest units. */
export function spanName(ms: number, language: Language): string {
  const { minutes, hours, days, moment } = words[language];
  const all = Math.floor(ms / 60_000);
  if (all < 1) return moment;
  if (all < 60) return minutes(all);
  if (all < 48 * 60) return hours(Math.floor(all / 60), all % 60);
  return days(Math.floor(all / 1440), Math.floor((all % 1440) / 60));
}

/** The messages that tell some notices: one of what is the matter, one of what is over. */
export function messagesOf(notices: readonly Notice[], now: number, context: MessageContext): Message[] {
  const sorted = notices.toSorted((a, b) => byUrgency(a.alert, b.alert));
  const isOver = ({ telling }: Notice): boolean => telling === "resolved";
  return [sorted.filter((notice) => !isOver(notice)), sorted.filter(isOver)]
    .filter((group) => group.length > 0)
    .map((group) => messageOf(group, now, context));
}

function messageOf(notices: readonly Notice[], now: number, context: MessageContext): Message {
  const { language, quiet } = context;
  const { more, quiet: ofQuietHours } = words[language];
  const isHeld = ({ telling, alert }: Notice): boolean =>
    telling !== "reminder" && quiet !== null && quiet.contains(alert.firedAt) && !quiet.contains(now);
  const told = notices.slice(0, mostTold).map((notice) => paragraphOf(notice, now, context));
  const paragraphs = [
    ...(notices.some(isHeld) ? [ofQuietHours(quiet!.text)] : []),
    ...told,
    ...(notices.length > mostTold ? [more(notices.length - mostTold)] : []),
  ];
  return {
    kind: notices[0]!.telling === "resolved" ? "resolved" : "alert",
    severity: severities[Math.max(...notices.map(({ alert }) => rankOf(alert.severity)))]!,
    subject: subjectOf(notices, language),
    text: paragraphs.join("\n\n"),
    data: { alerts: notices.map((notice) => dataOf(notice, now)) },
    page: "/dashboard/alerts",
    language,
  };
}

/** One line: what the worst of them says. The channels put a word for how bad it is before it, and none before what is over. */
function subjectOf(notices: readonly Notice[], language: Language): string {
  const { over, several, kinds } = words[language];
  const { telling, alert } = notices[0]!;
  const first = `${kinds[telling]}${shortened(alert.words[language].what)}`;
  const subject = notices.length === 1 ? first : several(notices.length, first);
  return telling === "resolved" ? over(subject) : subject;
}

function paragraphOf({ telling, alert }: Notice, now: number, context: MessageContext): string {
  const { language, timesOfDay } = context;
  const { kinds, meaning, action, since, lasted, times } = words[language];
  const { what, meaning: means, action: todo } = alert.words[language];
  const { startedAt, resolvedAt } = alert;
  const minute = (ms: number): string => context.stampOf(new Date(ms)).slice(0, 16);
  const tone = channelWords[language][resolvedAt === null ? alert.severity : "resolved"];
  const head = `[${tone}] ${kinds[telling]}${what}`;
  if (resolvedAt !== null) {
    const span = spanName(resolvedAt - startedAt, language);
    return `${head}\n${lasted(minute(startedAt), minute(resolvedAt), span)}`;
  }
  const count = timesOfDay(alert);
  const when = since(minute(startedAt), spanName(now - startedAt, language));
  const again = count > 1 ? ` · ${times(count)}` : "";
  return `${head}\n${meaning}: ${means}\n${action}: ${todo}\n${when}${again}`;
}

/** What a program that receives a webhook learns of an alert. */
function dataOf({ telling, alert }: Notice, now: number): Record<string, unknown> {
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const { id, rule, subject, severity, startedAt, firedAt, resolvedAt } = alert;
  return {
    id,
    state: telling,
    rule,
    subject,
    severity,
    since: iso(startedAt),
    fired_at: iso(firedAt),
    resolved_at: iso(resolvedAt),
    lasted_sec: Math.round(((resolvedAt ?? now) - startedAt) / 1000),
    words: alert.words,
  };
}

/** The first sentence of a text, and the rest of it; a point within a number or a name ends none. */
export function splitSentence(text: string): [first: string, rest: string] {
  const first = /^.*?[.!?](?=\s)/s.exec(text)?.[0] ?? text;
  return [first, text.slice(first.length).trim()];
}

/** The first sentence, on one line and not longer than a subject may be. */
function shortened(text: string): string {
  const [sentence] = splitSentence(text.replace(/\s+/g, " ").trim());
  return sentence.length > 120 ? `${sentence.slice(0, 119)}…` : sentence;
}
