import type { Hono, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { targetsPath } from "../dashboard/pages/targets-path.ts";
import { signInPath } from "../dashboard/sign-in.tsx";
import { type ApiKeys, requireApiKey } from "../http/access.ts";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import { limitRate } from "../http/limits.ts";
import { Guesses } from "../http/proof.ts";
import { RateLimiter } from "../http/rate-limit.ts";
import { formBytes } from "../http/upload.ts";
import { mostUploadBytes } from "../targets/targets.ts";
import type { AppServices } from "./services.ts";

/** Paths that are neither counted against the rate limit nor, but for the documents about the hub, closed to clients without a key. */
const unlimited =
  /^(\/api\/v1)?(|\/healthz|\/healthz\/ai|\/docs(\/.*)?|\/openapi\.json|\/metrics(\/.*)?|\/static\/.*|\/licences|\/favicon\.ico)\/?$/;
const open =
  /^(\/api\/v1)?(|\/healthz|\/docs(\/.*)?|\/openapi\.json|\/static\/.*|\/licences|\/favicon\.ico|\/login|\/dashboard\/(choose|lib\/.*))\/?$/;

/** Whether a path of the API answers without a key. */
export const isOpen = (path: string): boolean => open.test(path);

/** Whether a path of the API counts against the rate limit. */
export const isLimited = (path: string): boolean => !unlimited.test(path);

/** Questions to the chat have a budget of their own (CONTRACT §2); GET `/chat` is the way to a page. */
const chatPaths = /^(\/api\/v1)?\/chat(\/.*)?$/;

/** The hub's own pages and what they fetch: the same person's reading, with a budget of its own (CONTRACT §2), a minute. */
const ownPages = /^\/(dashboard(\/.*)?|events)$/;
const ownPagesLimit = 600;

/** Wrong keys that a client may show a minute before it has to wait. */
const wrongKeysLimit = 60;

/** Counts wrong keys, also on paths without a limit. */
export const guessesOf = ({ rateLimitApi }: AppServices["settings"]): Guesses =>
  new Guesses(rateLimitApi === 0 ? 0 : wrongKeysLimit);

/** Bodies are small JSON questions, but for those of paths that take a file. */
const maxBodyBytes = 1024 * 1024;
const filePaths = /^(\/api\/v1|\/dashboard)?\/targets(\/preview)?$/;
const maxFileBytes = mostUploadBytes + formBytes;

/** What the middleware needs to know whom to let in. */
type Doorkeeper = Pick<AppServices, "settings" | "limiter" | "traffic" | "log">;

/**
 * Middleware that decides who may ask, how often, and how much may be sent. Gives the limit of the hub's own pages, for what is answered elsewhere, and how
 * many calls a minute it allows (0: any number).
 */
export function admit(
  app: Hono<HubEnv>,
  { settings, limiter, traffic, log }: Doorkeeper,
  keys: ApiKeys,
): { limitPages: MiddlewareHandler<HubEnv>; pagesLimit: number } {
  const authorize = requireApiKey(keys);
  app.use(async (c, next) => {
    if (isOpen(c.req.path)) return next();
    // A browser that opens a page is led to where a key can be typed; whatever fetches is told 401.
    const opensPage = /^\/(dashboard|chat$)/.test(c.req.path) && c.req.header("Sec-Fetch-Mode") === "navigate";
    if (opensPage && keys.refusal(c) !== null) return c.redirect(signInPath(c.req.url), 303);
    return authorize(c, next);
  });
  const reportRefusal =
    (budget: string) =>
    (client: string, path: string, id: string): void => {
      traffic.rateLimited(budget);
      log.warn("limit", `Rate Limited ${client} ${path}`, id);
    };
  const limit = limitRate(limiter, reportRefusal("api"));
  const pagesLimit = settings.rateLimitApi === 0 ? 0 : ownPagesLimit;
  const pageLimiter = new RateLimiter({ limit: pagesLimit, windowSec: 60 });
  const limitPages = limitRate(pageLimiter, reportRefusal("pages"));
  const chatLimiter = new RateLimiter({ limit: settings.rateLimitChat, windowSec: 60 });
  const limitChat = limitRate(chatLimiter, reportRefusal("chat"), "RATE_LIMITED");
  app.use((c, next) => {
    if (chatPaths.test(c.req.path)) return (c.req.method === "GET" ? limitPages : limitChat)(c, next);
    if (ownPages.test(c.req.path)) return limitPages(c, next);
    return isLimited(c.req.path) ? limit(c, next) : next();
  });
  const [limitBody, limitFile] = [maxBodyBytes, maxFileBytes].map((maxSize) =>
    bodyLimit({
      maxSize,
      onError: (c) => {
        // Somebody who chose a large file on a page is told there.
        if (c.req.path === `${targetsPath}/preview`) return c.redirect(`${targetsPath}?told=tooLarge`, 303);
        throw new HttpError(413, `The body is larger than the ${maxSize} bytes that are allowed.`);
      },
    }),
  );
  app.use((c, next) => (filePaths.test(c.req.path) ? limitFile! : limitBody!)(c, next));
  return { limitPages, pagesLimit };
}
