/** @jsxImportSource hono/jsx */
import { Hono } from "hono";
import { keepSession } from "../http/access.ts";
import type { HubEnv } from "../http/env.ts";
import { sentForm } from "../http/upload.ts";
import type { Language } from "../language.ts";
import { texts } from "./i18n/language.ts";
import { plainHeaders, plainPage } from "./plain-page.tsx";
import { languageOf, ownPath, type Theme, themeOf } from "./preferences.ts";

/** Where somebody who asked for a page without a key is led, and from there back. */
export function signInPath(url: string): string {
  const { pathname, search } = new URL(url);
  return `/login?${new URLSearchParams({ to: pathname + search })}`;
}

/**
 * GET and POST `/login`: a form that asks for an API key and leaves a cookie, because a browser sends no headers of its own.
 * `sessionFor` gives what the cookie holds for a key, null for a wrong one; `audit` hears of both.
 */
export function signInRoutes(
  sessionFor: (key: string, client: string) => string | null,
  audit: (message: string, requestId: string) => void,
): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.get("/login", (c) => c.html(page(c.req.query("to"), languageOf(c), themeOf(c), false), 200, plainHeaders));
  app.post("/login", async (c) => {
    const { key, to } = await sentForm(c);
    const session = sessionFor(typeof key === "string" ? key : "", c.env.client);
    const back = typeof to === "string" ? to : undefined;
    audit(`sign-in ${session === null ? "refused to" : "by"} ${c.env.client}`, c.get("requestId"));
    if (session === null) return c.html(page(back, languageOf(c), themeOf(c), true), 403, plainHeaders);
    keepSession(c, session);
    return c.redirect(ownPath(back), 303);
  });
  return app;
}

function page(to: string | undefined, language: Language, theme: Theme, wrong: boolean): string {
  const { product, signIn } = texts[language];
  const children = (
    <>
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
    </>
  );
  return plainPage({ language, theme, title: signIn.title, children });
}
