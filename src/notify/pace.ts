/** How often a delivery is tried, and for how long. Times in ms. */
export interface Pace {
  /** Rest after the first try that failed. */
  firstRetryMs: number;
  /** Longest rest between two tries. */
  longestRetryMs: number;
  /** A try that fails this long after the first one was the last. */
  giveUpMs: number;
  /** What is begun on one channel within a minute; what is more waits and goes together as one. */
  perMinute: number;
}

/** Tries after about 0, 0.5, 1.5, 4.5, 13, 40, 120 and 240 minutes: a greylisting, a restart of the mail server, an afternoon without internet. */
export const usualPace: Pace = {
  firstRetryMs: 30_000,
  longestRetryMs: 2 * 3_600_000,
  giveUpMs: 4 * 3_600_000 - 60_000,
  perMinute: 10,
};

/** The longest that another side's Retry-After is heeded, ms. */
export const longestHoldMs = 6 * 3_600_000;

/**
 * Rest until the next try, ms: twice as long as it has been failing, which makes each rest three times the one before, and up to a fifth more or less, so
 * that many hubs do not come back to a server at the same moment. Null when it has failed for long enough.
 * @param failingMs since the first try
 * @param chance a number from 0 to 1
 */
export function nextRest(pace: Pace, failingMs: number, chance: number): number | null {
  if (failingMs >= pace.giveUpMs) return null;
  const rest = Math.min(Math.max(2 * failingMs, pace.firstRetryMs), pace.longestRetryMs);
  return Math.round(rest * (0.8 + 0.4 * chance));
}
