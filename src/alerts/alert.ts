import type { Language } from "../language.ts";
import type { ConditionWords, Severity } from "./condition.ts";

/** One episode of a condition, from when people were to be told of it until it was over. Times in ms since 1970. */
export interface Alert {
  id: number;
  /** The part of the hub that found it. */
  source: string;
  rule: string;
  subject: string;
  /** How bad it is now, or was at its end. */
  severity: Severity;
  words: Readonly<Record<Language, ConditionWords>>;
  page: string | null;
  /** When it began, and when it had lasted long enough to be an alert. */
  startedAt: number;
  firedAt: number;
  /** When people were told of it last, and how bad it was said to be; null while they were not. */
  toldAt: number | null;
  toldSeverity: Severity | null;
  acknowledgedAt: number | null;
  acknowledgedBy: string | null;
  /** Nothing is told of it before. */
  snoozedUntil: number | null;
  resolvedAt: number | null;
  /** When nothing more was to be told of it. */
  closedAt: number | null;
}

/** The state of an alert that just began: nobody was told of it, and nobody did anything about it. */
export const untold = {
  toldAt: null,
  toldSeverity: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  snoozedUntil: null,
  resolvedAt: null,
  closedAt: null,
} satisfies Partial<Alert>;

/** From the least to the worst. */
export const severities = ["info", "warning", "critical"] as const satisfies readonly Severity[];

/** Greater for what is worse. */
export const rankOf = (severity: Severity): number => severities.indexOf(severity);

/** The worst first; of equally bad ones the newest. */
export function byUrgency(a: Alert, b: Alert): number {
  return rankOf(b.severity) - rankOf(a.severity) || b.firedAt - a.firedAt || b.id - a.id;
}

/** How many of each severity. */
export function countBySeverity(alerts: readonly { severity: Severity }[]): Record<Severity, number> {
  const counts = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of alerts) counts[severity]++;
  return counts;
}
