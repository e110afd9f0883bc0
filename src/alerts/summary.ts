import type { Language } from "../language.ts";
import type { Message } from "../notify/message.ts";
import { channelWords } from "../notify/words.ts";
import { type Alert, byUrgency, countBySeverity } from "./alert.ts";
import type { Condition } from "./condition.ts";
import { spanName } from "./messages.ts";
import { sizeOf } from "./rules/words.ts";

/** Which summary it is. */
export type SummaryKind = "daily" | "weekly";

/** What a summary tells. Times in ms since 1970. */
export interface SummaryFacts {
  kind: SummaryKind;
  from: number;
  to: number;
  /** Alerts that began in that time, and those that fire now. */
  alerts: readonly Alert[];
  active: readonly Alert[];
  /** Production of the newest days, oldest first; null where it is not known. */
  days: readonly { day: string; total_production: number; batch_count: number }[] | null;
  backups: readonly { file: string; newestAt: number | null }[];
  /** The last restore drill; null where there was none. */
  drill: { result: "ok" | "failed"; at: number } | null;
  disk: { free: number | null; needed: number };
  /** Findings in the production data, as conditions. */
  quality: readonly Condition[];
}

/** Alerts of the time and active ones that are named. */
const mostNamed = 15;

const words = {
  ko: {
    subject: {
      daily: (period: string) => `일일 요약 ${period}`,
      weekly: (period: string) => `주간 요약 ${period}`,
    },
    verdict: (active: number) => (active === 0 ? "이상 없음" : `진행 중인 알림 ${active}건`),
    active: "진행 중인 알림",
    none: "없음",
    times: "이 기간에 생긴 알림",
    counts: (critical: number, warning: number, info: number) =>
      `위험 ${critical}건, 경고 ${warning}건, 안내 ${info}건`,
    data: "생산 데이터",
    day: (day: string, batches: string, total: string) => `${day}: 배치 ${batches}건, 양품 ${total}개`,
    noData: "데이터를 읽지 못했습니다.",
    backups: "백업",
    backup: (file: string, age: string) => `${file}: ${age} 전`,
    noBackup: (file: string) => `${file}: 없음`,
    drill: { ok: (at: string) => `복원 시험 통과(${at})`, failed: (at: string) => `복원 시험 실패(${at})` },
    noDrill: "복원 시험을 아직 하지 않았습니다.",
    disk: "디스크",
    free: (free: string, needed: string) => `여유 ${free}(백업 한 번에 ${needed} 필요)`,
    unknown: "알 수 없음",
    quality: "데이터 품질",
    fine: "발견된 문제 없음",
    more: (count: number) => `그 밖에 ${count}건`,
    still: "진행 중",
    lasted: (span: string) => `${span} 만에 해결`,
  },
  en: {
    subject: {
      daily: (period: string) => `Daily summary ${period}`,
      weekly: (period: string) => `Weekly summary ${period}`,
    },
    verdict: (active: number) => (active === 0 ? "all is well" : `${active} alert${active === 1 ? "" : "s"} active`),
    active: "Active alerts",
    none: "None",
    times: "Alerts of this time",
    counts: (critical: number, warning: number, info: number) =>
      `${critical} critical, ${warning} warning${warning === 1 ? "" : "s"}, ${info} notice${info === 1 ? "" : "s"}`,
    data: "Production data",
    day: (day: string, batches: string, total: string) => `${day}: ${batches} batches, ${total} good pieces`,
    noData: "The data could not be read.",
    backups: "Backups",
    backup: (file: string, age: string) => `${file}: ${age} ago`,
    noBackup: (file: string) => `${file}: none`,
    drill: {
      ok: (at: string) => `The restore drill passed (${at}).`,
      failed: (at: string) => `The restore drill failed (${at}).`,
    },
    noDrill: "There was no restore drill yet.",
    disk: "Disk",
    free: (free: string, needed: string) => `${free} free (a round of backups needs ${needed})`,
    unknown: "Not known",
    quality: "Data quality",
    fine: "No open findings",
    more: (count: number) => `${count} more`,
    still: "active",
    lasted: (span: string) => `over after ${span}`,
  },
} as const;

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** The message of a summary: a sign of life, and what happened. `stampOf` writes a moment as `YYYY-MM-DD HH:MM:SS` in the factory's time. */
export function summaryOf(facts: SummaryFacts, language: Language, stampOf: (date: Date) => string): Message {
  const text = words[language];
  const { kind, from, to, active, alerts } = facts;
  const dayOf = (ms: number): string => stampOf(new Date(ms)).slice(0, 10);
  const period = kind === "daily" ? dayOf(from) : `${dayOf(from)} ~ ${dayOf(to - 1)}`;
  const { critical, warning, info } = countBySeverity(alerts);
  const sections: [string, string[]][] = [
    [text.active, active.length === 0 ? [text.none] : named(active, language)],
    [text.times, [text.counts(critical, warning, info), ...past(alerts, language)]],
    [text.data, production(facts, language)],
    [text.quality, quality(facts, language)],
    [text.backups, backups(facts, language, stampOf)],
    [text.disk, [disk(facts, language)]],
  ];
  return {
    kind: "summary",
    severity: active.some(({ severity }) => severity === "critical")
      ? "critical"
      : active.length > 0
        ? "warning"
        : "info",
    subject: `${text.subject[kind](period)}: ${text.verdict(active.length)}`,
    text: sections.map(([title, lines]) => `${title}\n${lines.map((line) => `• ${line}`).join("\n")}`).join("\n\n"),
    page: "/dashboard/alerts",
    language,
    data: {
      summary: kind,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      active: active.length,
      alerts: { critical, warning, info },
    },
  };
}

function named(alerts: readonly Alert[], language: Language): string[] {
  const lines = alerts
    .toSorted(byUrgency)
    .slice(0, mostNamed)
    .map((alert) => `[${channelWords[language][alert.severity]}] ${alert.words[language].what}`);
  return alerts.length > mostNamed ? [...lines, words[language].more(alerts.length - mostNamed)] : lines;
}

function past(alerts: readonly Alert[], language: Language): string[] {
  const text = words[language];
  const shown = alerts.slice(0, mostNamed).map(({ severity, words: { [language]: own }, startedAt, resolvedAt }) => {
    const end = resolvedAt === null ? text.still : text.lasted(spanName(resolvedAt - startedAt, language));
    return `[${channelWords[language][severity]}] ${own.what} (${end})`;
  });
  return alerts.length > mostNamed ? [...shown, text.more(alerts.length - mostNamed)] : shown;
}

function production({ days, kind }: SummaryFacts, language: Language): string[] {
  const text = words[language];
  if (days === null || days.length === 0) return [text.noData];
  return days
    .slice(kind === "daily" ? -2 : -7)
    .map(({ day, batch_count, total_production }) =>
      text.day(day, number.format(batch_count), number.format(total_production)),
    );
}

function quality({ quality: found }: SummaryFacts, language: Language): string[] {
  return found.length === 0 ? [words[language].fine] : found.map((condition) => condition.words[language].what);
}

function backups(facts: SummaryFacts, language: Language, stampOf: (date: Date) => string): string[] {
  const text = words[language];
  const { drill, to } = facts;
  const ages = facts.backups.map(({ file, newestAt }) =>
    newestAt === null ? text.noBackup(file) : text.backup(file, spanName(to - newestAt, language)),
  );
  const proof = drill === null ? text.noDrill : text.drill[drill.result](stampOf(new Date(drill.at)).slice(0, 16));
  return [...ages, proof];
}

function disk({ disk: { free, needed } }: SummaryFacts, language: Language): string {
  const text = words[language];
  return free === null ? text.unknown : text.free(sizeOf(free), sizeOf(needed));
}
