import { z } from "zod";
import { requireAdmin } from "../http/access.ts";
import { HttpError } from "../http/errors.ts";
import { sendJson } from "../http/json.ts";
import { type Language, languages } from "../language.ts";
import { type ChannelName, channelNames } from "../notify/channel.ts";
import { type Delivery, deliveryStates } from "../notify/deliveries.ts";
import { messageKinds } from "../notify/message.ts";
import type { Outbox, TestResult } from "../notify/outbox.ts";
import { type Reason, reasonText } from "../notify/reasons.ts";
import { sendTest } from "../notify/test-message.ts";
import type { FactoryClock } from "../observe/clock.ts";
import type { Endpoints } from "./endpoint.ts";
import { limit } from "./parameters.ts";

export interface NotifyServices {
  outbox: Outbox;
  clock: FactoryClock;
  adminKey: string | undefined;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
}

/** Tests a channel, with an AUDIT line. */
export function testChannel(
  { outbox, audit }: Pick<NotifyServices, "outbox" | "audit">,
  { name, language, client, requestId }: { name: ChannelName; language: Language; client: string; requestId: string },
): Promise<TestResult> {
  audit(`channel ${name}: test by ${client}`, requestId);
  return sendTest(outbox, name, language);
}

const reason = z
  .object({ code: z.string(), ko: z.string(), en: z.string() })
  .nullable()
  .meta({ description: "What went wrong, as a code and in words." });
const time = z.string().nullable();
const name = z.enum(channelNames).meta({ description: "Name of the channel." });
const state = z.enum(deliveryStates).meta({
  description:
    "`uncertain`: the hub ended while it was being sent, so that nobody knows whether it arrived; it is not sent again. `dead`: given up. `merged`: went out as a part of a digest.",
});

const channel = z.lazy(() =>
  z
    .object({
      name,
      configured: z.boolean(),
      last_success: time,
      last_failure: z.object({ at: z.string(), state, reason }).nullable(),
      last_lost: z
        .object({ at: z.string(), reason })
        .nullable()
        .meta({ description: "The last message that was given up on, tests aside." }),
      failing: z
        .object({ since: z.string(), reason })
        .nullable()
        .meta({ description: "Since when the oldest waiting message could not be delivered; null while all is well." }),
      waiting: z.int().meta({ description: "Messages that are still to be sent." }),
    })
    .meta({ id: "Channel" }),
);

const delivery = z.lazy(() =>
  z
    .object({
      id: z.string().meta({ description: "The same as X-Hub-Delivery at a webhook." }),
      message: z.string().meta({ description: "The same for every channel on which the message goes." }),
      channel: name,
      kind: z.enum(messageKinds),
      severity: z.enum(["critical", "warning", "info"]),
      subject: z.string(),
      state,
      attempts: z.int(),
      created_at: z.string(),
      last_attempt_at: time,
      next_attempt_at: time,
      finished_at: time,
      reason,
      merged_into: z.string().nullable(),
    })
    .meta({ id: "Delivery" }),
);

const inBoth = (why: Reason | null) => why && { code: why.code, ko: reasonText(why, "ko"), en: reasonText(why, "en") };

/** GET /notify/channels, GET /notify/deliveries and POST /notify/channels/{name}/test. */
export function notifyEndpoints(endpoints: Endpoints, services: NotifyServices): void {
  const { outbox, clock, adminKey } = services;
  const iso = (ms: number | null) => (ms === null ? null : clock.timestamp(new Date(ms)));

  endpoints.add({
    method: "get",
    path: "/notify/channels",
    tag: "alerts",
    summary: "The channels on which messages go out, and how they are doing",
    answer: { "application/json": z.object({ channels: z.array(channel) }) },
    handle: (c) =>
      sendJson(c, {
        channels: outbox.status().map((status) => ({
          ...status,
          last_success: iso(status.last_success),
          last_failure: status.last_failure && {
            at: iso(status.last_failure.at),
            state: status.last_failure.state,
            reason: inBoth(status.last_failure.reason),
          },
          last_lost: status.last_lost && { at: iso(status.last_lost.at), reason: inBoth(status.last_lost.reason) },
          failing: status.failing && { since: iso(status.failing.since), reason: inBoth(status.failing.reason) },
        })),
      }),
  });

  const shown = (of: Delivery) => ({
    id: of.id,
    message: of.notification,
    channel: of.channel,
    kind: of.kind,
    severity: of.severity,
    subject: of.subject,
    state: of.state,
    attempts: of.attempts,
    created_at: iso(of.created_at),
    last_attempt_at: iso(of.last_attempt_at),
    next_attempt_at: iso(of.due_at),
    finished_at: iso(of.finished_at),
    reason: inBoth(of.reason),
    merged_into: of.merged_into,
  });

  endpoints.add({
    method: "get",
    path: "/notify/deliveries",
    tag: "alerts",
    summary: "What became of the newest messages on each channel",
    query: z.object({
      channel: name.optional(),
      state: z.enum(deliveryStates).optional().meta({ description: "Only those in this state." }),
      limit: limit(100, 1_000),
    }),
    answer: { "application/json": z.object({ deliveries: z.array(delivery) }) },
    handle: (c, { channel, state, limit }) =>
      sendJson(c, {
        deliveries: outbox.recent({ limit, ...(channel && { channel }), ...(state && { state }) }).map(shown),
      }),
  });

  endpoints.add({
    method: "post",
    path: "/notify/channels/:name/test",
    tag: "alerts",
    summary: "Send a message on a channel to see whether it arrives",
    description: "Answers when it has arrived, or with the reason why it has not; tried once, within a minute.",
    params: z.object({ name }),
    query: z.object({ language: z.enum(languages).default("ko").meta({ description: "Of the message." }) }),
    answer: { "application/json": z.object({ delivered: z.boolean(), reason }) },
    admin: true,
    refusals: { 409: "Nothing is set up for this channel, or it is being tested already." },
    middleware: [requireAdmin(adminKey)],
    handle: async (c, asked) => {
      const result = await testChannel(services, { ...asked, client: c.env.client, requestId: c.get("requestId") });
      if (result.delivered) return sendJson(c, { delivered: true, reason: null });
      const { code } = result.reason;
      if (code === "notConfigured" || code === "testing") throw new HttpError(409, reasonText(result.reason, "en"));
      return sendJson(c, { delivered: false, reason: inBoth(result.reason) });
    },
  });
}
