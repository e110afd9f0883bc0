import type { Alert } from "../../alerts/alert.ts";
import type { AlertCenter } from "./center.ts";

/** How long an alert can be silenced, hours: a shift, a day, a long weekend, a week. */
export const snoozeHours = [4, 24, 72, 168] as const;

/** What somebody does with an alert. */
export type AlertAction = { action: "acknowledge" } | { action: "snooze"; hours: number };

/** Does it and writes an AUDIT line with the client; gives the alert, null where it does not fire. */
export function actOnAlert(
  { engine }: Pick<AlertCenter, "engine">,
  { id, client, ...act }: { id: number; client: string } & AlertAction,
  audit: (message: string) => void,
): Alert | null {
  const done = act.action === "acknowledge" ? engine.acknowledge(id, client) : engine.snooze(id, act.hours * 3_600_000);
  if (!done) return null;
  const how = act.action === "snooze" ? `snooze for ${act.hours} h` : act.action;
  audit(`alert ${id} (${done.rule}${done.subject && ` ${done.subject}`}): ${how} by ${client}`);
  return done;
}
