import type { Extent } from "./extent.ts";
import type { Figures, Kind } from "./finding.ts";

/** What people are told of a kind of findings. */
export interface KindWords {
  title: string;
  /** One finding, with its figures. */
  what: (figures: Figures, numbers: Numbers, finding: Subject) => string;
  /** How it was found. */
  how: string;
  /** What it means for the figures. */
  meaning: string;
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
  /** How much the findings of a kind stand for: records, and where they are. */
  extent: (extent: Extent, count: Numbers["count"]) => string;
  /** What an alert says of all findings of a kind: how much it is, and one of them. */
  alert: (title: string, extent: string, example: string) => string;
  /** The file of a finding. */
  file: (file: unknown) => string;
}

/** Figures as they are written. */
export interface Numbers {
  /** Whole, or with two or three digits where it is small. */
  count: (value: unknown) => string;
  percent: (value: unknown) => string;
}
