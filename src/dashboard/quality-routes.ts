import { type Context, Hono } from "hono";
import type { PageAdmin } from "../http/access.ts";
import { ownPagesOnly } from "../http/csrf.ts";
import type { HubEnv } from "../http/env.ts";
import { sentForm } from "../http/upload.ts";
import { kinds } from "../quality/finding.ts";
import { mostName, mostNote } from "../quality/findings-store.ts";
import type { HubOperations, Told } from "./hub-operations.ts";

export interface QualityRoutesServices {
  hub: HubOperations;
  admin: PageAdmin;
  /** Answers with the page, which tells why something was not done. */
  show: (c: Context<HubEnv>, told: Told) => Promise<Response>;
}

/** POST `/ID/accept` and `/ID/reopen`: says that a finding is fine, or takes that back; `/kinds/KIND/accept` says it of all of a kind. Leads back to the page. */
export function qualityRoutes({ hub, admin, show }: QualityRoutesServices): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.post("/*", ownPagesOnly);
  for (const action of ["accept", "reopen"] as const) {
    app.post(`/:id{[0-9a-f]{16}}/${action}`, async (c) => {
      if (admin.lacks(c) !== null) return show(c, "refused");
      const { note, by } = await sentForm(c);
      const text = (value: unknown, most: number): string =>
        typeof value === "string" ? value.trim().slice(0, most) : "";
      const done = hub.quality.act({
        id: c.req.param("id"),
        action,
        note: text(note, mostNote),
        by: text(by, mostName),
        client: c.env.client,
        requestId: c.get("requestId"),
      });
      return done ? c.redirect(`/dashboard/quality${new URL(c.req.url).search}`, 303) : show(c, "unknown");
    });
  }
  app.post("/kinds/:kind/accept", async (c) => {
    const kind = kinds.find((one) => one === c.req.param("kind"));
    if (kind === undefined) return show(c, "unknown");
    if (admin.lacks(c) !== null) return show(c, "refused");
    const said = { action: "accept", note: "", by: "", client: c.env.client, requestId: c.get("requestId") } as const;
    const open = hub.quality.findings().filter((one) => one.kind === kind && one.state === "open");
    for (const { id } of open) hub.quality.act({ ...said, id });
    return c.redirect(`/dashboard/quality${new URL(c.req.url).search}`, 303);
  });
  return app;
}
