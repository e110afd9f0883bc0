/** @jsxImportSource hono/jsx */
import { type Context, type Handler, Hono } from "hono";
import type { Child } from "hono/jsx";
import type { ExportFormat } from "../exports/process.ts";
import type { PageAdmin } from "../http/access.ts";
import type { HubEnv } from "../http/env.ts";
import { asHttpError } from "../http/errors.ts";
import type { Language } from "../language.ts";
import type { FactoryClock } from "../observe/clock.ts";
import type { Desk } from "../production/desk.ts";
import type { RecordFilter } from "../production/records.ts";
import type { Reports } from "../reports/reports.ts";
import type { Catalog } from "../segments/catalog.ts";
import { newestWrite } from "../segments/file-status.ts";
import type { SavedViews } from "../store/saved-views.ts";
import { Drafts } from "../targets/drafts.ts";
import type { Targets } from "../targets/targets.ts";
import { alertsRoutes } from "./alerts-routes.ts";
import { PageDesk } from "./ask.ts";
import { channelsRoutes } from "./channels-routes.ts";
import { chatRoutes } from "./chat/routes.tsx";
import { parseFilter } from "./filter.ts";
import { type HubOperations, type Told, toldStatus } from "./hub-operations.ts";
import { formatOf } from "./i18n/format.ts";
import { texts } from "./i18n/language.ts";
import { ItemOptions } from "./item-options.tsx";
import { Document, PagePart } from "./layout.tsx";
import { libraryRoutes } from "./libraries.ts";
import { operationsRoutes } from "./operations-routes.tsx";
import type { Page } from "./page.ts";
import { innerPages, pages } from "./pages/index.ts";
import { quality } from "./pages/quality.tsx";
import { reportsPath } from "./pages/reports-path.ts";
import { targetsPath } from "./pages/targets-path.ts";
import { Trouble } from "./pages/trouble.tsx";
import { parseParams } from "./params.ts";
import { choose, languageOf, themeOf } from "./preferences.ts";
import { qualityRoutes } from "./quality-routes.ts";
import { RenderedPages } from "./rendered.ts";
import { reportsRoutes } from "./reports/routes.tsx";
import { tableFile } from "./table-files.tsx";
import { targetsRoutes } from "./targets-routes.ts";
import { link, type View } from "./view.ts";
import { viewsRoutes } from "./views/routes.tsx";
import { onWall, wallOf, wallSeconds } from "./views/wall.ts";

export interface DashboardServices {
  desk: Desk;
  catalog: Catalog;
  clock: FactoryClock;
  /** Answers with the rows of a filter as a file. */
  exportRecords: (c: Context<HubEnv>, format: ExportFormat, filter: RecordFilter) => Promise<Response>;
  views: SavedViews;
  targets: Targets;
  reports: Reports;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
  /** The hub's own state and actions, and who may act. */
  hub: HubOperations;
  admin: PageAdmin;
  /** Hears of errors that nobody expected. */
  report: (error: Error, requestId: string) => void;
}

/** Nothing from elsewhere and nothing inline; `blob:` and `data:` are for the PNG of a chart. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Items at most that a keyword may leave, and that the picker shows. */
const mostItems = 2_000;
const mostOptions = 200;
/** How long a page about the hub is the same for all who ask: with a job under way, all who have it open ask twice a second, 4 ms each. */
const sharedMs = 500;
/** How long a page about the hub waits for the data. */
const dataPatienceMs = 2_000;

/** The dashboard: its pages, their parts and their scripts. */
export class Dashboard {
  readonly #services: DashboardServices;
  readonly #desk: PageDesk;
  readonly #rendered = new RenderedPages();
  readonly #drafts = new Drafts();

  constructor(services: DashboardServices) {
    this.#services = services;
    this.#desk = new PageDesk(services.desk);
  }

  /** Pages under `/dashboard/…`; the overview, which is at `/`, is `overview`. */
  routes(): Hono<HubEnv> {
    const app = new Hono<HubEnv>();
    for (const page of [...pages, ...innerPages]) if (page.path !== "/") app.get(page.path, this.#handlerOf(page));
    for (const page of pages) {
      if (!page.aboutHub) continue;
      const { hub, admin } = this.#services;
      app.route(page.path, operationsRoutes({ hub, admin, show: (c, told) => this.#showHub(c, page, told) }));
    }
    for (const page of pages) {
      if (page.id !== "alerts") continue;
      const { hub, admin } = this.#services;
      const show = (c: Context<HubEnv>, told: Told) => this.#showHub(c, page, told);
      app.route(`${page.path}/channels`, channelsRoutes({ hub, admin, show }));
      app.route(page.path, alertsRoutes({ alerts: hub.alerts, admin, show }));
    }
    const { hub, admin } = this.#services;
    app.route(quality.path, qualityRoutes({ hub, admin, show: (c, told) => this.#showHub(c, quality, told) }));
    for (const page of pages) {
      for (const [name, part] of Object.entries(page.parts ?? {})) {
        app.get(`/dashboard/parts/${page.id}/${name}`, (c) => this.#part(c, page, part));
      }
      if (!page.exported && !page.table) continue;
      app.get(`${page.path}.csv`, (c) => this.#file(c, page, "csv"));
      app.get(`${page.path}.xlsx`, (c) => this.#file(c, page, "xlsx"));
    }
    app.get("/dashboard", (c) => c.redirect(`/${new URL(c.req.url).search}`, 308));
    app.get("/dashboard/choose", choose);
    app.get("/dashboard/parts/items", (c) => this.#itemOptions(c));
    app.route("/", chatRoutes());
    app.route("/", viewsRoutes(this.#services));
    app.route(targetsPath, targetsRoutes({ ...this.#services, drafts: this.#drafts, desk: this.#desk }));
    app.route(reportsPath, reportsRoutes(this.#services));
    app.route("/", libraryRoutes());
    return app;
  }

  /** Answers GET `/` for a browser. */
  get overview(): Handler<HubEnv> {
    return this.#handlerOf(pages[0]!);
  }

  #handlerOf(page: Page): Handler<HubEnv> {
    if (page.aboutHub) return (c) => this.#showHub(c, page, null);
    return async (c) => {
      const { catalog, clock, views, targets } = this.#services;
      const language = languageOf(c);
      c.header("Content-Security-Policy", policy);
      c.header("Cache-Control", "private, no-cache");
      c.header("Vary", "Accept-Language, Cookie, HX-Request", { append: true });
      try {
        const { version } = await catalog.current();
        const { pathname, search, searchParams } = new URL(c.req.url);
        const wall = wallSeconds(searchParams);
        const lacks = page.asksAdmin ? this.#services.admin.lacks(c) : "";
        const key = [isPart(c), language, themeOf(c), lacks, pathname + search].join(" ");
        const ofTargets = targets.store.present().version?.id;
        const shown = [version, clock.today(), newestWrite(catalog.status()), catalog.lagging, ofTargets];
        const state = [...shown, wall === null ? "" : views.revision].join(" ");
        const { html, address, status } = await this.#rendered.get(key, state, async () => {
          const view = await this.#view(c, page, language);
          const { title, status } = (await page.heading?.(view)) ?? { title: view.texts.nav[page.id], status: 200 };
          const html = render(c, title, view, await page.content(view));
          return { html, address: link(view), status };
        });
        if (c.req.header("HX-Source") === "form#filter") c.header("HX-Push-Url", address);
        // A wall screen turns the pages by itself: the address follows, and nothing is left to go back to.
        if (wall !== null) c.header("HX-Replace-Url", onWall(address, wall));
        return c.html(html, status);
      } catch (error) {
        return this.#tellTrouble(c, page, language, error as Error);
      }
    };
  }

  /** Answers with a page about the hub itself, also when the data cannot be asked. */
  async #showHub(c: Context<HubEnv>, page: Page, told: Told | null): Promise<Response> {
    const { hub, admin } = this.#services;
    const language = languageOf(c);
    c.header("Content-Security-Policy", policy);
    c.header("Cache-Control", "no-store");
    c.header("Vary", "Accept-Language, Cookie, HX-Request", { append: true });
    try {
      const lacks = admin.lacks(c);
      const make = async () => {
        const known = this.#view(c, page, language).catch(() => null);
        const ofData = await Promise.race([known, Bun.sleep(dataPatienceMs).then(() => null)]);
        const { wall: _, ...view } = ofData ?? this.#bareView(c, page, language);
        const shown = { ...view, hub: { operations: hub, lacks, asksKey: admin.asksKey, told } };
        const html = render(c, view.texts.nav[page.id], shown, await page.content(shown));
        return { html, address: link(view), status: 200 as const };
      };
      if (told) return c.html((await make()).html, toldStatus[told]);
      const key = [isPart(c), language, themeOf(c), lacks, c.req.url].join(" ");
      const jobs = hub.jobs().map(({ paused, started_at, finished_at }) => [paused, started_at, finished_at]);
      const state = [Math.floor(Date.now() / sharedMs), jobs, hub.revision()].join(" ");
      return c.html((await this.#rendered.get(key, state, make)).html);
    } catch (error) {
      return this.#tellTrouble(c, page, language, error as Error);
    }
  }

  async #part(c: Context<HubEnv>, page: Page, part: (view: View) => Promise<Child>): Promise<Response> {
    const content = await part(await this.#view(c, page, languageOf(c)));
    c.header("Cache-Control", "private, no-cache");
    c.header("Vary", "Accept-Language, Cookie", { append: true });
    return c.html(String(content));
  }

  /** What the page shows, all of it, as a file. */
  async #file(c: Context<HubEnv>, page: Page, format: ExportFormat): Promise<Response> {
    const view = await this.#view(c, page, languageOf(c));
    if (page.table) return tableFile(c, { view, page, format }, await page.table(view));
    return this.#services.exportRecords(c, format, page.exported!(view));
  }

  /** What a request asks for: its filter, its language, and the days of data there are. */
  async #view(c: Context<HubEnv>, page: Page, language: Language): Promise<View> {
    const { catalog, clock } = this.#services;
    const requestId = c.get("requestId");
    const today = clock.today();
    const { answers, version } = await this.#desk.ask({ coverage: ["coverage", { today }] }, requestId);
    const { coverage } = answers;
    const query = new URL(c.req.url).searchParams;
    const { filter, faults } = parseFilter(query, { today, newest: coverage.newest });
    const wanted = filter.q !== "" || filter.items.length > 0;
    const listed = wanted
      ? (await this.#desk.ask({ items: ["items", { q: filter.q || undefined, limit: mostItems }] }, requestId)).answers
          .items
      : [];
    const found = listed.map(({ item_code }) => item_code);
    const codes = filter.q === "" ? filter.items : filter.items.length === 0 ? found : both(filter.items, found);
    return this.#withWall(query, {
      ...frameOf(c, page, language),
      today,
      filter,
      faults,
      codes: wanted ? codes : undefined,
      names: new Map(listed.map(({ item_code, item_name }) => [item_code, item_name])),
      coverage,
      version,
      asOf: newestWrite(catalog.status()),
      lagging: catalog.lagging,
      requestId,
      desk: this.#desk,
      targets: {
        targets: this.#services.targets,
        drafts: this.#drafts,
        lacks: this.#services.admin.lacks(c),
        time: (ms) => clock.logStamp(new Date(ms)),
      },
    });
  }

  /** A view with its wall, where its address asks for one. */
  #withWall(query: URLSearchParams, view: View): View {
    const seconds = wallSeconds(query);
    if (seconds === null) return view;
    return { ...view, wall: wallOf(view, seconds, this.#services.views.list()) };
  }

  /** A view of no data. */
  #bareView(c: Context<HubEnv>, page: Page, language: Language): View {
    const today = this.#services.clock.today();
    const query = new URL(c.req.url).searchParams;
    const { filter } = parseFilter(query, { today, newest: null });
    return {
      ...frameOf(c, page, language),
      today,
      filter,
      faults: [],
      paramFaults: [],
      codes: undefined,
      names: new Map(),
      coverage: { first: null, last: null, newest: null },
      version: "",
      asOf: null,
      lagging: false,
      requestId: c.get("requestId"),
      desk: this.#desk,
    };
  }

  /** The page that says what is the matter, in the frame that every page has. */
  #tellTrouble(c: Context<HubEnv>, page: Page, language: Language, error: Error): Response | Promise<Response> {
    const { report } = this.#services;
    const { status, detail } = asHttpError(error);
    const requestId = c.get("requestId");
    if (status === 500) report(error, requestId);
    const view = this.#withWall(new URL(c.req.url).searchParams, this.#bareView(c, page, language));
    c.status(status);
    return c.html(
      render(c, view.texts.nav[page.id], view, <Trouble view={view} status={status} detail={String(detail)} />),
    );
  }

  async #itemOptions(c: Context<HubEnv>): Promise<Response> {
    const language = languageOf(c);
    const query = new URL(c.req.url).searchParams;
    const q = query.get("find")?.trim().slice(0, 100) || undefined;
    const { answers } = await this.#desk.ask({ items: ["items", { q, limit: mostOptions }] }, c.get("requestId"));
    const { filter } = parseFilter(query, { today: this.#services.clock.today(), newest: null });
    c.header("Cache-Control", "private, no-cache");
    return c.html(
      <ItemOptions
        items={answers.items}
        chosen={filter.items}
        most={mostOptions}
        texts={texts[language]}
        format={formatOf(language)}
      />,
    );
  }
}

/** True when htmx wants the part of the page that it replaces. */
const isPart = (c: Context): boolean => c.req.header("HX-Request") === "true";

/** The path of a page in the address that was asked for: without the slash that may end it, and its pattern filled in. */
const pathOf = (c: Context, { path }: Page): string =>
  path.includes(":") ? new URL(c.req.url).pathname.replace(/\/$/, "") : path;

/** What a view shows without data: in which language and colours, and what its address asks for. */
const frameOf = (c: Context<HubEnv>, page: Page, language: Language) => ({
  path: pathOf(c, page),
  language,
  theme: themeOf(c),
  texts: texts[language],
  format: formatOf(language),
  ...parseParams(page.params ?? {}, new URL(c.req.url).searchParams, texts[language]),
});

function render(c: Context, title: string, view: View, content: Child): string {
  const props = { view, pages, title };
  if (!isPart(c)) return `<!doctype html>${<Document {...props}>{content}</Document>}`;
  return String(
    <>
      <title>{`${title} · ${view.texts.product}`}</title>
      <PagePart {...props}>{content}</PagePart>
    </>,
  );
}

function both(a: readonly string[], b: readonly string[]): string[] {
  const wanted = new Set(b);
  return a.filter((code) => wanted.has(code));
}
