import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { getCookie, setCookie } from "hono/cookie";
import { type Language, languages } from "../language.ts";

/** Colours of the pages; `system` is light or dark as the system says. */
export const themes = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof themes)[number];

const cookies = { lang: "hub_lang", theme: "hub_theme" } as const;
const yearSec = 365 * 24 * 3600;

/** The language of a request: what was chosen, else what the browser asks for, else Korean. */
export function languageOf(c: Context): Language {
  const chosen = c.req.query("lang") ?? getCookie(c, cookies.lang);
  const known = (name: string | undefined) => languages.find((language) => language === name);
  const asked = accepts(c, {
    header: "Accept-Language",
    supports: [...languages],
    default: languages[0],
    // `en-GB` is English too (RFC 4647 §3.4).
    match: (ranges) =>
      ranges
        .sort((a, b) => b.q - a.q)
        .map(({ type }) => known(type.toLowerCase().split("-")[0]))
        .find((language) => language !== undefined) ?? languages[0],
  });
  return known(chosen) ?? known(asked) ?? languages[0];
}

/** The colours that were chosen. */
export function themeOf(c: Context): Theme {
  return themes.find((theme) => theme === getCookie(c, cookies.theme)) ?? "system";
}

/** GET `?lang=…&theme=…&to=…`: remembers the choice in this browser and leads back to the page it was made on. */
export function choose(c: Context): Response {
  const remember = (name: string, value: string | undefined): void => {
    if (value) setCookie(c, name, value, { path: "/", maxAge: yearSec, sameSite: "Lax" });
  };
  remember(
    cookies.lang,
    languages.find((language) => language === c.req.query("lang")),
  );
  remember(
    cookies.theme,
    themes.find((theme) => theme === c.req.query("theme")),
  );
  c.header("Cache-Control", "no-store");
  return c.redirect(ownPath(c.req.query("to")), 303);
}

/** A path of this site: `//host` and `/\host` would lead a browser elsewhere. */
export function ownPath(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])[^\s\\]*$/.test(to) ? to : "/";
}
