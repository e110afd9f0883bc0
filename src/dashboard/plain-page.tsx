/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { htmlPage } from "../http/html-page.tsx";
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
  return htmlPage({
    language,
    theme,
    title: `${title} · ${texts[language].product}`,
    styles: ["dashboard.css"],
    kind: "alone",
    children: <main class="panel">{children}</main>,
  });
}
