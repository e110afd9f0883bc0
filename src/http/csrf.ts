import type { MiddlewareHandler } from "hono";
import type { HubEnv } from "./env.ts";
import { HttpError } from "./errors.ts";

/**
 * Lets only what a page of the hub sent through: by `Sec-Fetch-Site`, which browsers send over HTTPS and from localhost, else by `Origin`,
 * which they send with every POST. Throws HttpError 403. hono/csrf looks at forms alone, and a site that CORS_ORIGINS names may send other types.
 * Pages that send something must not say `Referrer-Policy: no-referrer`, which makes their own Origin `null`
 * (https://fetch.spec.whatwg.org/#append-a-request-origin-header).
 */
export const ownPagesOnly: MiddlewareHandler<HubEnv> = async (c, next) => {
  const site = c.req.header("Sec-Fetch-Site");
  const own = site === undefined ? c.req.header("Origin") === new URL(c.req.url).origin : site === "same-origin";
  if (!own)
    throw new HttpError(403, "This did not come from a page of this hub. Open the page again and repeat it there.");
  await next();
};
