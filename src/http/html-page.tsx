/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { staticUrl } from "./static-files.ts";

interface HtmlPageProps {
  language: string;
  title: string;
  /** Names of stylesheets in public/. */
  styles: readonly string[];
  /** Colours that the reader chose; without it those of the system. */
  theme?: string;
  /** Class of the body. */
  kind?: string;
  children: Child;
}

/** A whole document without scripts. */
export function htmlPage({ language, title, styles, theme, kind, children }: HtmlPageProps): string {
  return `<!doctype html>${(
    <html lang={language} data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href={staticUrl("icon.svg")} type="image/svg+xml" />
        {styles.map((name) => (
          <link rel="stylesheet" href={staticUrl(name)} />
        ))}
      </head>
      <body class={kind}>{children}</body>
    </html>
  )}`;
}

/** The bar at the top of a page with `hub.css`: the product, and what stands at its end. */
export function Bar({ product, children }: { product: string; children: Child }) {
  return (
    <header class="bar">
      <a class="home" href="/">
        <img src={staticUrl("icon.svg")} alt="" width="28" height="28" />
        {product}
      </a>
      {children}
    </header>
  );
}
