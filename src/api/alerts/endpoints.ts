import { z } from "zod";
import { type Alert, countBySeverity, severities } from "../../alerts/alert.ts";
import { requireAdmin } from "../../http/access.ts";
import { HttpError } from "../../http/errors.ts";
import { sendJson } from "../../http/json.ts";
import type { FactoryClock } from "../../observe/clock.ts";
import type { Endpoints } from "../endpoint.ts";
import { limit } from "../parameters.ts";
import { type AlertAction, actOnAlert } from "./actions.ts";
import type { AlertCenter } from "./center.ts";

export interface AlertEndpointServices {
  alerts: AlertCenter;
  clock: FactoryClock;
  adminKey: string | undefined;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
}

const time = z.string().nullable();
const words = z.object({ what: z.string(), meaning: z.string(), action: z.string() });

const alert = z.lazy(() =>
  z
    .object({
      id: z.int(),
      rule: z.string(),
      subject: z
        .string()
        .meta({ description: "What it is about: a file, a job, an item; '' where a rule has one alert." }),
      severity: z.enum(severities),
      state: z.enum(["firing", "resolved"]),
      words: z.object({ ko: words, en: words }),
      page: z.string().nullable().meta({ description: "Page of the dashboard that shows more." }),
      since: z.string().meta({ description: "When it began." }),
      fired_at: z.string().meta({ description: "When it had lasted long enough to be told." }),
      last_told_at: time,
      acknowledged: z.object({ at: z.string(), by: z.string().nullable() }).nullable(),
      snoozed_until: time,
      clearing_since: time.meta({
        description: "Since when what it tells of is no longer found; null while it is found.",
      }),
      closes_at: time.meta({ description: "When it is over for that, unless it is found again." }),
      resolved_at: time,
      lasted_seconds: z.int(),
    })
    .meta({ id: "Alert" }),
);

const counts = z.object({ critical: z.int(), warning: z.int(), info: z.int() });
const alerts = z.lazy(() => z.object({ counts, data: z.array(alert) }).meta({ id: "Alerts" }));

const id = z.object({ id: z.int().min(1).meta({ description: "Number of the alert.", example: 17 }) });

const historyQuery = z.object({
  severity: z.enum(severities).optional().meta({ description: "Only those of this severity." }),
  rule: z.string().max(60).optional().meta({ description: "Name of a rule, such as `backup-failed`." }),
  days: z.int().min(1).max(400).default(30).meta({ description: "How far to look back." }),
  limit: limit(200, 1000),
});

/** GET /alerts and /alerts/history, POST /alerts/{id}/acknowledge and /snooze. */
export function alertEndpoints(endpoints: Endpoints, services: AlertEndpointServices): void {
  const { alerts: center, clock, adminKey } = services;
  const iso = (ms: number): string => clock.timestamp(new Date(ms));
  const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));
  const clearingOf = (one: Alert): Pick<z.output<typeof alert>, "clearing_since" | "closes_at"> => {
    const clearing = center.engine.clearing(one);
    return {
      clearing_since: isoOrNull(clearing?.since ?? null),
      closes_at: isoOrNull(clearing?.closesAt ?? null),
    };
  };
  const shown = (one: Alert): z.output<typeof alert> => ({
    id: one.id,
    rule: one.rule,
    subject: one.subject,
    severity: one.severity,
    state: one.resolvedAt === null ? "firing" : "resolved",
    words: one.words,
    page: one.page,
    since: iso(one.startedAt),
    fired_at: iso(one.firedAt),
    last_told_at: isoOrNull(one.toldAt),
    acknowledged: one.acknowledgedAt === null ? null : { at: iso(one.acknowledgedAt), by: one.acknowledgedBy },
    snoozed_until: isoOrNull(one.snoozedUntil),
    ...clearingOf(one),
    resolved_at: isoOrNull(one.resolvedAt),
    lasted_seconds: Math.max(0, Math.round(((one.resolvedAt ?? Date.now()) - one.startedAt) / 1000)),
  });
  const listed = (found: readonly Alert[]): z.output<typeof alerts> => ({
    counts: countBySeverity(found),
    data: found.map(shown),
  });

  endpoints.add({
    method: "get",
    path: "/alerts",
    tag: "alerts",
    summary: "Alerts that fire now, the worst first",
    answer: { "application/json": alerts },
    handle: (c) => sendJson(c, listed(center.engine.active())),
  });

  endpoints.add({
    method: "get",
    path: "/alerts/history",
    tag: "alerts",
    summary: "Alerts of the last days, newest first",
    description: "Those that still fire included. Kept for 400 days.",
    query: historyQuery,
    answer: { "application/json": alerts },
    handle: (c, { days, ...query }) =>
      sendJson(c, listed(center.store.history({ ...query, from: Date.now() - days * 86_400_000 }))),
  });

  const act = (c: Parameters<Parameters<Endpoints["add"]>[0]["handle"]>[0], number: number, action: AlertAction) => {
    const audit = (message: string): void => services.audit(message, c.get("requestId"));
    const done = actOnAlert(center, { id: number, client: c.env.client, ...action }, audit);
    if (!done) throw new HttpError(404, `No alert with the number ${number} fires. GET /alerts lists those that do.`);
    return sendJson(c, shown(done));
  };

  endpoints.add({
    method: "post",
    path: "/alerts/:id/acknowledge",
    tag: "alerts",
    summary: "Say that somebody looks after an alert: no reminders follow",
    params: id,
    answer: { "application/json": alert },
    admin: true,
    refusals: { 404: "No alert with this number fires." },
    middleware: [requireAdmin(adminKey)],
    handle: (c, { id: number }) => act(c, number, { action: "acknowledge" }),
  });

  endpoints.add({
    method: "post",
    path: "/alerts/:id/snooze",
    tag: "alerts",
    summary: "Tell nothing of an alert for some hours",
    params: id,
    body: z.object({
      hours: z.number().min(0.25).max(168).default(24).meta({ description: "For how long nothing is told of it." }),
    }),
    answer: { "application/json": alert },
    admin: true,
    refusals: { 404: "No alert with this number fires." },
    middleware: [requireAdmin(adminKey)],
    handle: (c, { id: number, hours }) => act(c, number, { action: "snooze", hours }),
  });
}
