/** @jsxImportSource hono/jsx */
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { sessionCookie } from "../http/access.ts";
import type { HubEnv } from "../http/env.ts";
import { staticUrl } from "../http/static-files.ts";
import { texts } from "./i18n/language.ts";
import { languageOf, ownPath, themeOf } from "./preferences.ts";

const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/** A working day and the night after it. */
const sessionSec = 24 * 3600;

/** Where somebody who asked for a page without a key is led, and from there back. */
export function signInPath(url: string): string {
  const { pathname, search } = new URL(url);
  return `/login?${new URLSearchParams({ to: pathname + search })}`;
}

/**
 * GET and POST `/login`: a form that asks for an API key and leaves a cookie, because a browser sends no headers of its own.
 * `sessionFor` gives what the cookie holds for a key, null for a wrong one.
 */
export function signInRoutes(sessionFor: (key: string) => string | null): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.get("/login", (c) => c.html(page(c.req.query("to"), languageOf(c), themeOf(c), false), 200, headers));
  app.post("/login", async (c) => {
    const { key, to } = await c.req.parseBody();
    const session = sessionFor(typeof key === "string" ? key : "");
    const back = typeof to === "string" ? to : undefined;
    if (session === null) return c.html(page(back, languageOf(c), themeOf(c), true), 403, headers);
    setCookie(c, sessionCookie, session, { path: "/", httpOnly: true, sameSite: "Strict", maxAge: sessionSec });
    return c.redirect(ownPath(back), 303);
  });
  return app;
}

const headers = { "Content-Security-Policy": policy, "Cache-Control": "no-store" };

function page(to: string | undefined, language: ReturnType<typeof languageOf>, theme: string, wrong: boolean): string {
  const { product, signIn } = texts[language];
  return `<!doctype html>${(
    <html lang={language} data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${signIn.title} · ${product}`}</title>
        <link rel="icon" href={staticUrl("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={staticUrl("dashboard.css")} />
      </head>
      <body class="alone">
        <main class="panel">
          <h1>{product}</h1>
          <p class="hint">{signIn.why}</p>
          {wrong ? <p role="alert">{signIn.wrong}</p> : null}
          <form method="post" action="/login">
            <label>
              {signIn.key}
              <input type="password" name="key" required autocomplete="current-password" />
            </label>
            <input type="hidden" name="to" value={ownPath(to)} />
            <button type="submit">{signIn.enter}</button>
          </form>
        </main>
      </body>
    </html>
  )}`;
}
