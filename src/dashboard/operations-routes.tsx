/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import { deleteCookie } from "hono/cookie";
import { streamSSE } from "hono/streaming";
import { keepSession, type PageAdmin, sessionCookie } from "../http/access.ts";
import { ownPagesOnly } from "../http/csrf.ts";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import { sentForm } from "../http/upload.ts";
import type { LogPlace } from "../observe/log-reader.ts";
import { type JobAction, jobActions } from "../operations/job-actions.ts";
import type { HubOperations, Told } from "./hub-operations.ts";
import { texts } from "./i18n/language.ts";
import { readLogQuery } from "./log-query.ts";
import { LogLines } from "./pages/operations-log.tsx";
import { languageOf } from "./preferences.ts";

export interface OperationsRoutesServices {
  hub: HubOperations;
  admin: PageAdmin;
  /** Answers with the page, which tells why something was not done. */
  show: (c: Context<HubEnv>, told: Told) => Promise<Response>;
}

/** How often it is looked whether a log has grown, ms. */
const lookEveryMs = 1_000;
/** Proxies give a silent connection up after 30 s or more. */
const heartbeatMs = 10_000;

/** What the Operations page has done, and its log: POST `jobs/NAME/ACTION`, `sign-in` and `sign-out`; GET `log` and `log/live`. */
export function operationsRoutes({ hub, admin, show }: OperationsRoutesServices): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.post("/*", ownPagesOnly);

  app.post("/jobs/:name/:action", async (c) => {
    const { name } = c.req.param();
    const action = jobActions.find((one) => one === c.req.param("action"));
    if (action === undefined) return show(c, "unknown");
    if (admin.lacks(c) !== null) return show(c, "refused");
    if (!(await isConfirmed(c, name, action))) return show(c, "planFirst");
    const outcome = hub.act({ name, action, client: c.env.client, requestId: c.get("requestId") });
    return outcome === "done" ? back(c) : show(c, outcome);
  });

  /** A rollover is begun by somebody who has seen what it moves: the form names the plan that it was made from. */
  async function isConfirmed(c: Context<HubEnv>, name: string, action: JobAction): Promise<boolean> {
    if (name !== "rollover" || action !== "run") return true;
    const { plan } = await sentForm(c);
    return plan === String(hub.plan()?.at);
  }

  app.post("/sign-in", async (c) => {
    const { key } = await sentForm(c);
    const session = admin.sessionFor(typeof key === "string" ? key : "", c.env.client);
    hub.auditSignIn({ client: c.env.client, requestId: c.get("requestId"), accepted: session !== null });
    if (session === null) return show(c, "wrongKey");
    keepSession(c, session);
    return back(c);
  });

  app.post("/sign-out", (c) => {
    deleteCookie(c, sessionCookie, { path: "/" });
    return back(c);
  });

  app.use("/log/*", async (c, next) => {
    if (admin.lacks(c) !== null) throw new HttpError(403, "The logs are for whoever may act on the hub.");
    c.header("Cache-Control", "no-store");
    await next();
  });

  app.get("/log/lines", async (c) => {
    const asked = readLogQuery(new URL(c.req.url).searchParams, await hub.logs.names());
    const end = asked && (await hub.logs.end(asked.name, asked.filter));
    return c.html(String(<LogLines end={end} texts={texts[languageOf(c)]} />));
  });

  // `lines` is the end of the log as it is now, `more` what was added since.
  app.get("/log/live", async (c) => {
    const asked = readLogQuery(new URL(c.req.url).searchParams, await hub.logs.names());
    const words = texts[languageOf(c)];
    return streamSSE(c, async (stream) => {
      let place = null as LogPlace | null;
      let saidAt = Date.now();
      const say = async (event: string, html: unknown): Promise<void> => {
        saidAt = Date.now();
        await stream.writeSSE({ event, data: String(html) });
      };
      while (!stream.aborted && !hub.ended.aborted) {
        const more = asked && place && (await hub.logs.since(asked.name, place, asked.filter));
        if (more) {
          place = more.place;
          if (more.lines.length > 0) await say("more", <LogLines end={{ ...more, cut: false }} texts={words} />);
          else if (Date.now() - saidAt > heartbeatMs) await say("heartbeat", "");
        } else {
          const end = asked && (await hub.logs.end(asked.name, asked.filter));
          place = end?.place ?? null;
          await say("lines", <LogLines end={end} texts={words} />);
        }
        await Bun.sleep(lookEveryMs);
      }
    });
  });
  return app;
}

/** Leads back to the page, with the filter that its links keep. */
function back(c: Context<HubEnv>): Response {
  return c.redirect(`/dashboard/operations${new URL(c.req.url).search}`, 303);
}
