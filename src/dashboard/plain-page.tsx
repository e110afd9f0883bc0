/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { staticUrl } from "../http/static-files.ts";
import type { Language } from "../language.ts";
import { texts } from "./i18n/language.ts";
import type { Theme } from "./preferences.ts";

/** What such a page may load: no script, and nothing from elsewhere. */
export const plainHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
};

interface PlainPageProps {
  language: Language;
  theme: Theme;
  title: string;
  children: Child;
}

/** A page with one panel and no scripts: for what must work before, or without, the dashboard's. */
export function plainPage({ language, theme, title, children }: PlainPageProps): string {
  return `<!doctype html>${(
    <html lang={language} data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · ${texts[language].product}`}</title>
        <link rel="icon" href={staticUrl("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={staticUrl("dashboard.css")} />
      </head>
      <body class="alone">
        <main class="panel">{children}</main>
      </body>
    </html>
  )}`;
}
