import type { AlertEngine } from "../../alerts/engine.ts";
import type { Outbox } from "../../notify/outbox.ts";
import { type Family, flag, gauge } from "./family.ts";

export interface MessageSources {
  alerts: { engine: Pick<AlertEngine, "counts"> };
  outbox: Pick<Outbox, "status">;
}

/** What the hub has to tell, and how the channels are doing that messages go out by: what tells of trouble must not fail unseen. */
export function messageFamilies({ alerts, outbox }: MessageSources): Family[] {
  const channels = outbox.status();
  const of = (name: string) => ({ channel: name });
  return [
    gauge(
      "hub_alerts_open",
      "Alerts of the hub's own that fire, by severity.",
      Object.entries(alerts.engine.counts()).map(([severity, value]) => ({ labels: { severity }, value })),
    ),
    gauge(
      "hub_message_channel_configured",
      "1 for a channel that is set up.",
      channels.map(({ name, configured }) => ({ labels: of(name), value: flag(configured) })),
    ),
    gauge(
      "hub_message_channel_failing",
      "1 while messages cannot be delivered by a channel.",
      channels.map(({ name, failing }) => ({ labels: of(name), value: flag(failing !== null) })),
    ),
    gauge(
      "hub_messages_waiting",
      "Messages that are still to be delivered by a channel.",
      channels.map(({ name, waiting }) => ({ labels: of(name), value: waiting })),
    ),
    gauge(
      "hub_message_last_success_timestamp_seconds",
      "When a message last arrived by a channel, as Unix time; none for one by which none did.",
      channels.map(({ name, last_success }) => ({
        labels: of(name),
        value: last_success === null ? null : last_success / 1000,
      })),
    ),
  ];
}
