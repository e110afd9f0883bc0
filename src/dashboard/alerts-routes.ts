import { type Context, Hono } from "hono";
import type { PageAdmin } from "../http/access.ts";
import { ownPagesOnly } from "../http/csrf.ts";
import type { HubEnv } from "../http/env.ts";
import { sentForm } from "../http/upload.ts";
import type { HubAlerts } from "./hub-alerts.ts";
import type { Told } from "./hub-operations.ts";

export interface AlertsRoutesServices {
  alerts: HubAlerts;
  admin: PageAdmin;
  /** Answers with the page of alerts, which tells why something was not done. */
  show: (c: Context<HubEnv>, told: Told) => Promise<Response>;
}

/** POST `/ID/acknowledge` and `/ID/snooze` with the hours. */
export function alertsRoutes({ alerts, admin, show }: AlertsRoutesServices): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.post("/:id{\\d{1,15}}/:action{acknowledge|snooze}", ownPagesOnly, async (c) => {
    if (admin.lacks(c) !== null) return show(c, "refused");
    const who = { id: Number(c.req.param("id")), client: c.env.client, requestId: c.get("requestId") };
    const hours = Number((await sentForm(c)).hours);
    if (c.req.param("action") === "snooze" && !alerts.snoozeHours.includes(hours)) return show(c, "unknown");
    const outcome =
      c.req.param("action") === "snooze"
        ? alerts.act({ ...who, action: "snooze", hours })
        : alerts.act({ ...who, action: "acknowledge" });
    if (outcome === "unknown") return show(c, "unknown");
    return c.redirect(`/dashboard/alerts${new URL(c.req.url).search}`, 303);
  });
  return app;
}
