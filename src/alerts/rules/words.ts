import type { Condition, ConditionWords, Severity } from "../condition.ts";

const mb = 1024 * 1024;
const gb = 1024 * mb;

/** Page of the dashboard for what is about files, jobs and backups. */
export const operationsPage = "/dashboard/operations";

/** A condition of a built-in rule. */
export function condition(
  [rule, subject, severity]: readonly [string, string, Severity],
  ko: ConditionWords,
  en: ConditionWords,
  more: { since?: number | undefined; page?: string } = {},
): Condition {
  const { since, page = operationsPage } = more;
  return { rule, subject, severity, words: { ko, en }, page, ...(since === undefined ? {} : { since }) };
}

/** Bytes in the unit that suits them, for both languages. */
export function sizeOf(bytes: number): string {
  return bytes < gb ? `${Math.max(0, Math.round(bytes / mb))} MB` : `${(bytes / gb).toFixed(1)} GB`;
}

/** A count with its thousands separated. */
export const counted = (count: number): string => count.toLocaleString("en-US");

/** A share of 1 in percent with one decimal. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** What the hub says in English, as a sentence of its own behind another one; "" for nothing. */
export const quoted = (text: string | null): string => (text ? ` (${text})` : "");

/** Whole days of a span, at least one. */
export const wholeDays = (ms: number): number => Math.max(1, Math.floor(ms / 86_400_000));
