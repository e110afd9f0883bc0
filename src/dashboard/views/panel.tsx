/** @jsxImportSource hono/jsx */
import { mostNameLength, type SavedView } from "../../store/saved-views.ts";
import type { Now } from "../filter.ts";
import type { Texts } from "../i18n/ko.ts";
import { swapFromTop } from "../swap.ts";
import { describeFilter, type Place, readAddress } from "./address.ts";
import { onWall, wallPreset } from "./wall.ts";

/** What came of a form of the panel. */
export interface Outcome {
  /** A sentence for the reader, and whether it is about something that was not done. */
  said: string;
  refused: boolean;
  /** What the form held, where it is to be sent once more. */
  draft?: { name: string; onWall: boolean };
  /** The name of the view that sending it once more may replace. */
  replaces?: string;
}

interface PanelProps {
  texts: Texts;
  now: Now;
  views: readonly SavedView[];
  /** The page that the panel stands on, which is what can be saved. */
  present: Place;
  outcome: Outcome | null;
}

/** The path of the panel's page and forms, and that of its form for deleting. */
export const viewsPath = "/dashboard/views";
export const removePath = `${viewsPath}/delete`;
/** Where htmx puts the panel. */
export const panelId = "views";
const intoPanel = { "hx-target": `#${panelId}`, "hx-swap": "innerHTML" };

/** The address of the panel for a page. */
export const panelAddress = (of: string): string => `${viewsPath}?${new URLSearchParams({ of })}`;

/** The views that there are, each with a link and a form that deletes it, and the form that saves the present page. */
export function ViewsPanel({ texts, now, views, present, outcome }: PanelProps) {
  const words = texts.views;
  return (
    <>
      <h2>{words.title}</h2>
      {outcome ? <p role={outcome.refused ? "alert" : "status"}>{outcome.said}</p> : null}
      {views.length === 0 ? <p class="hint">{words.none}</p> : null}
      <ul>
        {views.map((view) => (
          <Saved texts={texts} now={now} view={view} present={present} />
        ))}
      </ul>
      <form class="save" method="post" action={viewsPath} hx-post={viewsPath} {...intoPanel} autocomplete="off">
        <p class="hint">{words.present(describe(present, texts))}</p>
        <label>
          {words.name}
          <input
            name="name"
            value={outcome?.draft?.name ?? ""}
            maxlength={mostNameLength * 2}
            placeholder={words.nameHint}
            required
          />
        </label>
        {present.page.aboutHub ? null : (
          <label class="tick">
            <input type="checkbox" name="wall" value="1" checked={outcome?.draft?.onWall ?? false} /> {words.onWall}
          </label>
        )}
        <input type="hidden" name="of" value={present.address} />
        <button type="submit">{words.save}</button>
        {outcome?.replaces !== undefined ? (
          <button type="submit" name="replace" value={outcome.replaces}>
            {words.replace}
          </button>
        ) : null}
      </form>
      <p class="hint">{words.about}</p>
      {present.page.aboutHub ? null : (
        <p class="hint">
          <a href={onWall(present.address, wallPreset)}>{words.wall.open}</a> {words.wall.help}
        </p>
      )}
    </>
  );
}

function Saved({ texts, now, view, present }: Omit<PanelProps, "views" | "outcome"> & { view: SavedView }) {
  const words = texts.views;
  const place = readAddress(view.address, now, texts);
  return (
    <li>
      <a href={view.address} hx-boost={swapFromTop}>
        <bdi>{view.name}</bdi>
      </a>
      {view.onWall ? <span class="mark">{words.marked}</span> : null}
      <details>
        <summary aria-label={words.removeNamed(view.name)}>{words.remove}</summary>
        <form method="post" action={removePath} hx-post={removePath} {...intoPanel}>
          <input type="hidden" name="id" value={String(view.id)} />
          <input type="hidden" name="of" value={present.address} />
          <span>{words.removeHelp}</span>
          <button type="submit">{words.removeSure}</button>
        </form>
      </details>
      {place ? <span class="hint">{describe(place, texts)}</span> : null}
    </li>
  );
}

const describe = ({ page, thing, filter }: Place, texts: Texts): string =>
  [texts.nav[page.id], thing, ...(page.aboutHub ? [] : describeFilter(filter, texts))].filter(Boolean).join(" · ");
