import { type Context, Hono } from "hono";
import type { PageAdmin } from "../http/access.ts";
import { ownPagesOnly } from "../http/csrf.ts";
import type { HubEnv } from "../http/env.ts";
import { channelNames } from "../notify/channel.ts";
import type { HubOperations, Told } from "./hub-operations.ts";
import { languageOf } from "./preferences.ts";

export interface ChannelsRoutesServices {
  hub: HubOperations;
  admin: PageAdmin;
  /** Answers with the page of alerts, which tells why something was not done. */
  show: (c: Context<HubEnv>, told: Told) => Promise<Response>;
}

/** POST `/NAME/test`: tests a channel and leads back to the page of alerts, whose list of deliveries says how it went. */
export function channelsRoutes({ hub, admin, show }: ChannelsRoutesServices): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.post("/*", ownPagesOnly);
  app.post("/:name/test", async (c) => {
    const name = channelNames.find((one) => one === c.req.param("name"));
    if (name === undefined) return show(c, "unknown");
    if (admin.lacks(c) !== null) return show(c, "refused");
    await hub.messages.test({ name, language: languageOf(c), client: c.env.client, requestId: c.get("requestId") });
    return c.redirect(`/dashboard/alerts${new URL(c.req.url).search}`, 303);
  });
  return app;
}
