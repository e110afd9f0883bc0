import type { Alert } from "../alerts/alert.ts";
import type { Condition } from "../alerts/condition.ts";
import type { Clearing, Present } from "../alerts/engine.ts";
import type { Rule } from "../alerts/rule.ts";
import type { HistoryQuery } from "../alerts/store.ts";

/** What somebody does with an alert on its page. */
export type AlertOrder = { id: number; client: string; requestId: string } & (
  | { action: "acknowledge" }
  | { action: "snooze"; hours: number }
);

/** What the pages know of the alerts and do with them. */
export interface HubAlerts {
  /** What is the matter at this moment, the worst first, looked at anew. */
  conditions(): Promise<Condition[]>;
  /** What was the matter at the last look, the worst first, whether it is an alert yet or not. */
  present(): Present[];
  /** Alerts that fire, the worst first: also those whose condition is gone, but not for long enough yet. */
  active(): Alert[];
  /** Since when the condition of an alert that fires is no longer found, and when it ends for that; null while it is found. */
  clearing(alert: Alert): Clearing | null;
  history(query: HistoryQuery): Alert[];
  /** Names of the rules that ever fired. */
  rulesInHistory(): string[];
  rules: readonly Rule[];
  /** Names of the rules that are turned off. */
  off: readonly string[];
  /** As they stand in the settings; null where there are none. */
  quietHours: string | null;
  /** Cron patterns, or `off`. */
  summaries: { daily: string; weekly: string };
  /** How long an alert can be snoozed, hours. */
  snoozeHours: readonly number[];
  /** Does something with an alert and writes an AUDIT line, or says that it does not fire any more. */
  act(order: AlertOrder): "done" | "unknown";
}
