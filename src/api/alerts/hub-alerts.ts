import type { HubAlerts } from "../../dashboard/hub-alerts.ts";
import { actOnAlert, snoozeHours } from "./actions.ts";
import type { AlertCenter } from "./center.ts";
import { allRules } from "./rules.ts";

/** Hands the alerts to the pages. `audit` writes an AUDIT line. */
export function hubAlerts(center: AlertCenter, audit: (message: string, requestId: string) => void): HubAlerts {
  const { engine, store, off, quiet, summaries } = center;
  return {
    conditions: () => center.conditions(),
    present: () => engine.present(),
    active: () => engine.active(),
    clearing: (alert) => engine.clearing(alert),
    history: (query) => store.history(query),
    rulesInHistory: () => store.rulesInHistory(),
    rules: allRules,
    off,
    quietHours: quiet?.text ?? null,
    summaries,
    snoozeHours,
    act: ({ requestId, ...order }) =>
      actOnAlert(center, order, (message) => audit(message, requestId)) ? "done" : "unknown",
  };
}
