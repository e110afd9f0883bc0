import type { Figures, Kind } from "./finding.ts";

/** What people are told of a kind of findings. */
export interface KindWords {
  title: string;
  /** One finding, with its figures. */
  what: (figures: Figures, numbers: Numbers, finding: Subject) => string;
  /** How it was found. */
  how: string;
  /** What to do about it. */
  action: string;
}

/** What a finding is about, as it is written. */
export interface Subject {
  day: string | null;
  item: string | null;
}

export interface QualityWords {
  kinds: Record<Kind, KindWords>;
  /** What an alert says of all findings of a kind: how many, and what that means. */
  alert: { what: (title: string, count: string) => string; meaning: string; action: string };
}

/** Figures as they are written. */
export interface Numbers {
  /** Whole, or with two or three digits where it is small. */
  count: (value: unknown) => string;
  percent: (value: unknown) => string;
}
