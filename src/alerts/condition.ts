import type { Language } from "../language.ts";

/** How bad a condition is. `critical`: data are in danger or nobody gets answers. `warning`: look at it today. `info`: worth knowing. */
export type Severity = "critical" | "warning" | "info";

/** What people are told of a condition, each a sentence or two of plain text. */
export interface ConditionWords {
  /** What happened, with the figures. */
  what: string;
  /** What it means for the data and for those who ask. */
  meaning: string;
  /** What to do about it. */
  action: string;
}

/** One thing that is the matter now, as a rule found it. */
export interface Condition {
  /** The rule that found it, such as `backup-too-old`: a name for settings, metrics and logs. */
  rule: string;
  /** What it is about, where a rule may find several at once: a file's name, an item's code; else "". */
  subject: string;
  severity: Severity;
  words: Readonly<Record<Language, ConditionWords>>;
  /** Since when, ms since 1970, where the rule knows; else it counts from when it was found first. */
  since?: number;
  /** The page of the dashboard that shows more, such as `/dashboard/operations`. */
  page?: string;
}

/** What is the matter now, as one part of the hub knows; cheap, because it is asked several times a minute. */
export type ConditionSource = () => Condition[];
