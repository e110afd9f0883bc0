/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { moduleUrl, staticUrl } from "../http/static-files.ts";
import { ChatPanel, chatId } from "./chat/panel.tsx";
import { json } from "./elements.tsx";
import { FilterBar } from "./filter-bar.tsx";
import type { Texts } from "./i18n/ko.ts";
import { libraryUrls } from "./libraries.ts";
import type { Page } from "./page.ts";
import { type Theme, themes } from "./preferences.ts";
import { swapFromTop, swapInPlace } from "./swap.ts";
import { link, type View, type Wall } from "./view.ts";
import { describeFilter } from "./views/address.ts";
import { panelAddress, panelId } from "./views/panel.tsx";

/** Scripts of every page, in public/dashboard. */
const scripts = [
  "live.js",
  "filter.js",
  "charts.js",
  "keys.js",
  "panels.js",
  "more.js",
  "drawer.js",
  "download.js",
  "operations.js",
];
/** Scripts on a wall screen, where nobody chooses or types anything. */
const wallScripts = ["live.js", "charts.js", "wall.js"];

/** htmx without what the policy forbids (inline styles) and without touching what the reader opened (https://four.htmx.org/docs). */
const htmxConfig = JSON.stringify({
  includeIndicatorCSS: false,
  morphIgnore: ["data-htmx-powered", "open"],
  defaultTimeout: 30_000,
});

interface LayoutProps {
  view: View;
  pages: readonly Page[];
  title: string;
  children: Child;
}

/** A whole document. */
export function Document({ view, pages, title, children }: LayoutProps) {
  const { language, theme, texts, wall } = view;
  return (
    <html lang={language} data-theme={theme} data-wall={wall ? "" : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content={texts.overview.title} />
        <meta name="htmx-config" content={htmxConfig} />
        <title>{`${title} · ${texts.product}`}</title>
        <link rel="icon" href={staticUrl("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={staticUrl("dashboard.css")} />
        {libraryUrls().map((url) => (
          <script src={url} defer />
        ))}
        {(wall ? wallScripts : scripts).map((name) => (
          <script src={moduleUrl("dashboard", name)} type="module" />
        ))}
      </head>
      <body>
        <a class="skip" href="#content">
          {texts.skip}
        </a>
        <p class="notice" id="connection" role="status" hidden />
        <PagePart view={view} pages={pages} title={title}>
          {children}
        </PagePart>
        {wall ? null : (
          <>
            <section id={panelId} class="side" popover="auto" aria-label={texts.views.title}>
              <a href={panelAddress(link(view))}>{texts.views.list}</a>
            </section>
            <ChatPanel texts={texts} />
            <KeyList texts={texts} pages={pages} />
          </>
        )}
        <script type="application/json" id="client-texts">
          {raw(json(texts.client))}
        </script>
      </body>
    </html>
  );
}

/** What links, the filter, history and the live refresh replace. */
export function PagePart({ view, pages, title, children }: LayoutProps) {
  const facts = { id: "page", "data-version": view.version, "data-as-of": view.asOf ?? "" };
  if (view.wall) {
    const { seconds, next, leave } = view.wall;
    return (
      <div {...facts} data-wall-seconds={String(seconds)} data-wall-next={next} data-wall-leave={leave}>
        <WallHeader view={view} wall={view.wall} title={title} />
        <main id="content">{children}</main>
      </div>
    );
  }
  const page = pages.find(({ path }) => path === view.path);
  const hears = page?.aboutHub ? { "data-hears": "jobs rollup search alerts quality" } : {};
  return (
    <div {...facts} {...hears} {...{ "hx-history-elt": "", "hx-boost:inherited": swapInPlace }}>
      <Header view={view} />
      <div class="frame">
        <Menu view={view} pages={pages} />
        <main id="content" tabindex={-1}>
          <h1>{title}</h1>
          {page?.unfiltered ? null : <FilterBar view={view} params={page?.params ?? {}} />}
          {children}
        </main>
      </div>
    </div>
  );
}

function Header({ view }: { view: View }) {
  const { texts, coverage, language, lagging } = view;
  const { first, last, newest } = coverage;
  const here = link(view);
  const chooser = (choice: Record<string, string>) =>
    `/dashboard/choose?${new URLSearchParams({ ...choice, to: here })}`;
  const other = language === "ko" ? "en" : "ko";
  return (
    <header class="bar">
      <a class="home" href="/">
        <img src={staticUrl("icon.svg")} alt="" width="28" height="28" />
        <span>{texts.product}</span>
      </a>
      <p class="data">
        {/* A page that says what is the matter knows of no days. */}
        {view.version === "" ? null : (
          <span>
            {first === null || last === null ? texts.header.noDays : texts.header.days(first, newest ?? last)}
          </span>
        )}
        <Live />
      </p>
      <div class="end">
        <AlertBadge view={view} />
        <button
          type="button"
          class="quiet"
          popovertarget={panelId}
          hx-get={panelAddress(here)}
          hx-target={`#${panelId}`}
          hx-swap="innerHTML"
        >
          {texts.views.open}
        </button>
        <button type="button" class="quiet" popovertarget={chatId}>
          {texts.chat.open}
        </button>
        <a href={chooser({ lang: other })} lang={other} hreflang={other} hx-boost="false">
          {texts.header.language}
        </a>
        <Themes texts={texts} chosen={view.theme} chooser={chooser} />
        <button type="button" class="quiet" data-keys aria-label={texts.header.keys} title={texts.header.keys}>
          ?
        </button>
      </div>
      {lagging ? <p class="banner">{texts.header.lagging}</p> : null}
      {newest !== null && newest < view.today ? <p class="banner mild">{texts.header.behind(newest)}</p> : null}
    </header>
  );
}

/** How many alerts are active: filled in by what the hub says (`live.js`), so that a page that is kept for all shows it as it is now. */
function AlertBadge({ view }: { view: View }) {
  return (
    <span role="status" id="alert-badge" hx-morph-skip="">
      <a href={link(view, {}, "/dashboard/alerts")} hidden>
        {view.texts.nav.alerts}
      </a>
    </span>
  );
}

/** When the figures were written, and whether the page hears of new ones. */
function Live() {
  return (
    <span class="live" id="live" data-state="waiting" hx-morph-skip="">
      <span class="dot" aria-hidden="true" />
      <span id="updated" />
    </span>
  );
}

/** What a wall screen says above a page, in place of the menu and the filter: what is shown, and how fresh it is. */
function WallHeader({ view, wall, title }: { view: View; wall: Wall; title: string }) {
  const { texts, filter } = view;
  const { from, to, period } = filter;
  const days = period === "custom" ? [] : [from === to ? from : `${from} ~ ${to}`];
  return (
    <header class="bar">
      <h1>{wall.name ?? title}</h1>
      <p>{[...(wall.name === null ? [] : [title]), ...describeFilter(filter, texts), ...days].join(" · ")}</p>
      <p class="data">
        <Live />
      </p>
      <a class="skip" href={wall.leave}>
        {texts.views.wall.leave}
      </a>
      {view.lagging ? <p class="banner">{texts.header.lagging}</p> : null}
    </header>
  );
}

interface ThemesProps {
  texts: Texts;
  chosen: Theme;
  chooser: (choice: Record<string, string>) => string;
}

function Themes({ texts, chosen, chooser }: ThemesProps) {
  return (
    <details class="menu" id="themes">
      <summary>{texts.header.theme}</summary>
      <ul>
        {themes.map((theme) => (
          <li>
            <a href={chooser({ theme })} aria-current={theme === chosen ? "true" : undefined} hx-boost="false">
              {texts.header.themes[theme]}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Menu({ view, pages }: { view: View; pages: readonly Page[] }) {
  const { nav } = view.texts;
  const entries = (group: Page["group"]) =>
    pages
      .filter((page) => page.group === group)
      .map(({ id, path, key }) => (
        <li>
          <a
            href={link(view, {}, path)}
            aria-current={path === view.path ? "page" : view.path.startsWith(`${path}/`) ? "true" : undefined}
            data-go={key}
            hx-boost={swapFromTop}
          >
            {nav[id]}
          </a>
        </li>
      ));
  return (
    <nav class="menu-bar" aria-label={nav.label}>
      <MenuGroup id="production" name={nav.groups.production}>
        {entries(undefined)}
      </MenuGroup>
      <MenuGroup id="hub" name={nav.groups.hub}>
        {entries("hub")}
      </MenuGroup>
      <MenuGroup id="documents" name={nav.documents}>
        <li>
          <a href="/docs/manual" hx-boost="false">
            {nav.manual}
          </a>
        </li>
        <li>
          <a href="/docs" hx-boost="false">
            {nav.api}
          </a>
        </li>
      </MenuGroup>
    </nav>
  );
}

/** Entries of the menu under a name. */
function MenuGroup({ id, name, children }: { id: string; name: string; children: Child }) {
  return (
    <div class="group" data-group={id}>
      <p id={`menu-${id}`}>{name}</p>
      <ul aria-labelledby={`menu-${id}`}>{children}</ul>
    </div>
  );
}

function KeyList({ texts, pages }: { texts: Texts; pages: readonly Page[] }) {
  const { keys, nav } = texts;
  return (
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">{keys.title}</h2>
      <dl>
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>{keys.search}</dd>
        {pages.map(({ id, key }) => (
          <>
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{keys.go(nav[id])}</dd>
          </>
        ))}
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>{keys.help}</dd>
      </dl>
      <form method="dialog">
        <button type="submit">{keys.close}</button>
      </form>
    </dialog>
  );
}
