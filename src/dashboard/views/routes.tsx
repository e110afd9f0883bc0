/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import type { Child } from "hono/jsx";
import { ownPagesOnly } from "../../http/csrf.ts";
import type { HubEnv } from "../../http/env.ts";
import { sentForm } from "../../http/upload.ts";
import type { Language } from "../../language.ts";
import type { FactoryClock } from "../../observe/clock.ts";
import { mostNameLength, mostViews, type Refusal, readName, type SavedViews } from "../../store/saved-views.ts";
import type { Now } from "../filter.ts";
import { formatOf } from "../i18n/format.ts";
import type { Texts } from "../i18n/ko.ts";
import { texts } from "../i18n/language.ts";
import { plainHeaders, plainPage } from "../plain-page.tsx";
import { languageOf, type Theme, themeOf } from "../preferences.ts";
import { type Place, readAddress } from "./address.ts";
import { type Outcome, panelAddress, panelId, removePath, ViewsPanel, viewsPath } from "./panel.tsx";

export interface ViewsServices {
  views: SavedViews;
  clock: FactoryClock;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
  /** Hears of errors that nobody expected. */
  report: (error: Error, requestId: string) => void;
}

/** GET `/dashboard/views`, POST to it, and POST `/dashboard/views/delete`: a panel on every page with htmx, a page of its own without. */
export function viewsRoutes(services: ViewsServices): Hono<HubEnv> {
  const { views, clock, audit, report } = services;
  const app = new Hono<HubEnv>();
  const nowOf = (): Now => ({ today: clock.today(), newest: null });

  const answer = (c: Context<HubEnv>, of: string, outcome: Outcome | null, status: 200 | 409 | 422 | 500 = 200) => {
    const language = languageOf(c);
    const now = nowOf();
    const present = readAddress(of, now, texts[language]) ?? readAddress("/", now, texts[language])!;
    const panel = (
      <ViewsPanel texts={texts[language]} now={now} views={views.list()} present={present} outcome={outcome} />
    );
    c.header("Cache-Control", "no-store");
    c.header("Vary", "Accept-Language, Cookie, HX-Request", { append: true });
    if (isPart(c)) return c.html(String(panel), status);
    return c.html(wholePage(language, themeOf(c), present, panel), status, plainHeaders);
  };

  app.get(viewsPath, (c) => answer(c, c.req.query("of") ?? "/", null));

  app.post(viewsPath, ownPagesOnly, async (c) => {
    const language = languageOf(c);
    const words = texts[language];
    const form = await sentForm(c);
    const field = (name: string): string => (typeof form[name] === "string" ? form[name] : "");
    const [name, of] = [readName(field("name")), field("of")];
    const draft = { name, onWall: field("wall") !== "" };
    const refuse = (status: 409 | 422 | 500, said: string, replaces?: string) =>
      answer(c, of, { said, refused: true, draft, ...(replaces === undefined ? {} : { replaces }) }, status);
    const place = readAddress(of, nowOf(), words);
    if (!place) return refuse(422, words.views.refusals.foreign);
    let saved: ReturnType<SavedViews["save"]>;
    try {
      saved = views.save({ ...draft, address: place.address }, readName(field("replace")) === name);
    } catch (error) {
      report(error as Error, c.get("requestId"));
      return refuse(500, words.views.failed(c.get("requestId")));
    }
    if (typeof saved === "string") {
      return refuse(
        saved === "taken" ? 409 : 422,
        refusalOf(saved, name, words, language),
        saved === "taken" ? name : undefined,
      );
    }
    audit(`view '${saved.name}' saved as ${saved.address} by ${c.env.client}`, c.get("requestId"));
    if (!isPart(c)) return c.redirect(panelAddress(place.address), 303);
    return answer(c, of, { said: words.views.saved(saved.name), refused: false });
  });

  app.post(removePath, ownPagesOnly, async (c) => {
    const words = texts[languageOf(c)].views;
    const { id, of } = await sentForm(c);
    const back = typeof of === "string" ? of : "/";
    let removed: ReturnType<SavedViews["remove"]>;
    try {
      removed = views.remove(typeof id === "string" ? Number(id) : Number.NaN);
    } catch (error) {
      report(error as Error, c.get("requestId"));
      return answer(c, back, { said: words.failed(c.get("requestId")), refused: true }, 500);
    }
    if (removed) audit(`view '${removed.name}' deleted by ${c.env.client}`, c.get("requestId"));
    if (!isPart(c)) return c.redirect(panelAddress(back), 303);
    return answer(c, back, { said: removed ? words.removed(removed.name) : words.gone, refused: false });
  });
  return app;
}

function wholePage(language: Language, theme: Theme, present: Place, panel: Child): string {
  const { product, views } = texts[language];
  const children = (
    <>
      <h1>{product}</h1>
      <p>
        <a href={present.address}>{views.back}</a>
      </p>
      <div id={panelId}>{panel}</div>
    </>
  );
  return plainPage({ language, theme, title: views.title, children });
}

const isPart = (c: Context): boolean => c.req.header("HX-Request") === "true";

function refusalOf(refusal: Refusal, name: string, words: Texts, language: Language): string {
  const { refusals } = words.views;
  const { exact } = formatOf(language);
  switch (refusal) {
    case "longName":
      return refusals.longName(exact(mostNameLength));
    case "full":
      return refusals.full(exact(mostViews));
    case "taken":
      return refusals.taken(name);
    default:
      return refusals[refusal];
  }
}
