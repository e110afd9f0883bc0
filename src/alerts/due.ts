import { type Alert, rankOf } from "./alert.ts";
import type { Severity } from "./condition.ts";
import type { QuietHours } from "./quiet-hours.ts";

/**
 * What is to be told of an alert. `firing`: that it is there. `escalated`: that it became worse than was told. `reminder`: that it is still there.
 * `resolved`: that it is over. `passed`: that it was there and is over, in quiet hours. `silent`: nothing, for good, because it came and went
 * within the rest after the one before.
 */
export type Telling = "firing" | "escalated" | "reminder" | "resolved" | "passed" | "silent";

/** How often people are told. Spans in ms. */
export interface TellingPolicy {
  /** Rest between the last word on one alert and the first on the next one of the same rule and subject. */
  cooldownMs: Readonly<Record<Severity, number>>;
  /** After how long people are reminded of what still fires; null for never. */
  remindMs: Readonly<Record<Severity, number | null>>;
}

const minute = 60_000;
const hour = 60 * minute;

/** What somebody must do at once is said again after six hours; what can wait for tomorrow, tomorrow. */
export const usualPolicy: TellingPolicy = {
  cooldownMs: { critical: 5 * minute, warning: hour, info: 24 * hour },
  remindMs: { critical: 6 * hour, warning: 24 * hour, info: null },
};

/** The same with every wait divided, for tests. */
export function faster({ cooldownMs, remindMs }: TellingPolicy, speed: number): TellingPolicy {
  const divided = <T extends number | null>(of: Readonly<Record<Severity, T>>): Record<Severity, T> =>
    Object.fromEntries(
      Object.entries(of).map(([severity, ms]) => [severity, ms === null ? null : ms / speed]),
    ) as Record<Severity, T>;
  return { cooldownMs: divided(cooldownMs), remindMs: divided(remindMs) };
}

/** What {@link tellingOf} has to know besides the alert. */
export interface Moment {
  now: number;
  quiet: QuietHours | null;
  policy: TellingPolicy;
  /** When people were last told of earlier alerts of the same rule and subject. Asked only where that matters. */
  lastToldBefore: (alert: Alert) => number | null;
  /** Whether a rule is worth a reminder, and word of its end: of what is over already, such as a crash, there is none. */
  reminds: (rule: string) => boolean;
}

/**
 * What is to be told of an alert now; null for nothing yet. It follows from what is stored and the time alone, so that a hub that was killed goes on where it was.
 */
export function tellingOf(alert: Alert, moment: Moment): Telling | null {
  const { now, quiet } = moment;
  const isHeld = (severity: Severity): boolean => severity !== "critical" && (quiet?.contains(now) ?? false);
  if (alert.resolvedAt !== null) return endOf(alert, isHeld, moment);
  if (isHeld(alert.severity) || (alert.snoozedUntil !== null && alert.snoozedUntil > now)) return null;
  if (alert.toldAt === null || alert.toldSeverity === null) return isCooling(alert, moment) ? null : "firing";
  if (rankOf(alert.severity) > rankOf(alert.toldSeverity)) return "escalated";
  return isReminderDue(alert, alert.toldAt, moment) ? "reminder" : null;
}

function endOf(alert: Alert, isHeld: (severity: Severity) => boolean, { quiet, reminds }: Moment): Telling | null {
  if (isHeld(alert.toldSeverity ?? alert.severity)) return null;
  // Of what was over when it was told, nobody needs to hear that it is.
  if (alert.toldAt !== null) return reminds(alert.rule) ? "resolved" : "silent";
  return quiet?.contains(alert.firedAt) ? "passed" : "silent";
}

function isCooling(alert: Alert, { now, policy, lastToldBefore }: Moment): boolean {
  const last = lastToldBefore(alert);
  const since = last === null ? Number.POSITIVE_INFINITY : now - last;
  // Less than none: the clock was put back, and nobody knows how long ago it was.
  return since >= 0 && since < policy.cooldownMs[alert.severity];
}

function isReminderDue(alert: Alert, toldAt: number, { now, policy, reminds }: Moment): boolean {
  if (alert.snoozedUntil !== null && alert.snoozedUntil > toldAt) return true;
  const after = policy.remindMs[alert.severity];
  return after !== null && alert.acknowledgedAt === null && reminds(alert.rule) && now - toldAt >= after;
}
