import type { Drafts } from "../targets/drafts.ts";
import type { Targets } from "../targets/targets.ts";

/** What pages know of the targets, and what whoever asks may do with them. */
export interface TargetsView {
  targets: Targets;
  drafts: Drafts;
  /** What whoever asks lacks to change targets; null for who may. */
  lacks: "key" | "machine" | null;
  /** A time (ms since the epoch) in the factory's time, `YYYY-MM-DD HH:MM:SS`. */
  time(ms: number): string;
}

/** What is told of an upload or a restoration after it. */
export const targetsTold = [
  ...(["saved", "same", "refused", "stale", "expired", "unaccepted", "unknownVersion", "tooLarge", "noFile"] as const),
] as const;
export type TargetsTold = (typeof targetsTold)[number];
