/** @jsxImportSource hono/jsx */

import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { colourOf } from "./charts/colour.ts";
import type { Format } from "./i18n/format.ts";
import { swapFromTop } from "./swap.ts";
import { link, type View } from "./view.ts";

/** Small parts that several pages are made of. */

/** Sentences that whoever opens a page has to read first: what is wrong with its address, say. */
export function Banners({ sentences }: { sentences: readonly string[] }) {
  return (
    <>
      {sentences.map((sentence) => (
        <p class="banner" role="alert">
          {sentence}
        </p>
      ))}
    </>
  );
}

/** What stands above the columns of a table; with the class of a column where it has one, such as `number`, or `wide` for one that gives way on phones. */
export function Headings({ of }: { of: readonly (string | readonly [text: string, kind: string])[] }) {
  return (
    <thead>
      <tr>
        {of.map((heading) => {
          const [text, kind] = typeof heading === "string" ? [heading] : heading;
          return (
            <th scope="col" class={kind}>
              {text}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

/** A cell with a figure as it is; a dash where there is none. A `wide` one gives way on phones. */
export function Quantity({ value, format, wide }: { value: number | null; format: Format; wide?: boolean }) {
  return <td class={wide ? "number wide" : "number"}>{value === null ? "–" : format.exact(value)}</td>;
}

/** A figure in short, with the exact one where the mouse rests on it. */
export function Short({ value, format, words }: { value: number; format: Format; words: (text: string) => string }) {
  return (
    <data value={String(value)} title={words(format.exact(value))}>
      {words(format.short(value))}
    </data>
  );
}

/** An item by colour, code and name. */
export function ItemName({ code, name }: { code: string; name: string | null }) {
  return (
    <span class="item">
      <span class={`swatch colour-${colourOf(code)}`} aria-hidden="true" />
      <span class="code">{code}</span>
      {name === null ? null : <span class="name">{name}</span>}
    </span>
  );
}

/** The path of an item's page; a code may hold whatever it likes. */
export const itemPath = (code: string): string => `/dashboard/items/${encodeURIComponent(code)}`;

/** An item that leads to its page, with the filter of this one. */
export function ItemLink({ view, code, name }: { view: View; code: string; name: string | null }) {
  return (
    <a href={link(view, {}, itemPath(code))} hx-boost={swapFromTop}>
      <ItemName code={code} name={name} />
    </a>
  );
}

/** Something wide, such as a table, that scrolls by itself: by touch, by mouse and, when the focus is on it, by keys. */
export function Scroll({ label, children }: { label: string; children: Child }) {
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      {children}
    </section>
  );
}

interface FigureProps {
  view: View;
  id: string;
  title: string;
  /** What public/dashboard/charts.js draws. */
  data: unknown;
  /** Stands beside the title. */
  tools?: Child;
  /** The same figures as a table, for screen readers and whoever wants to read them; without it where the page shows them in one anyway. */
  children?: Child;
}

/** A chart with its title, tools and table. The browser draws it from JSON; without a script the table is what there is. */
export function Figure({ view, id, title, data, tools, children }: FigureProps) {
  const { chart } = view.texts;
  return (
    <figure class="panel chart" id={`chart-${id}`} data-chart>
      <figcaption class="head">
        <h2>{title}</h2>
        <div class="tools">
          {tools}
          <button type="button" class="quiet" data-reset hidden>
            {chart.reset}
          </button>
          <button type="button" class="quiet" data-png hidden>
            {chart.png}
          </button>
        </div>
      </figcaption>
      <div class="plot" id={`plot-${id}`} hx-morph-skip="" aria-hidden="true" />
      <script type="application/json">{raw(json(data))}</script>
      {children ? (
        <details>
          <summary>{chart.table}</summary>
          <Scroll label={title}>{children}</Scroll>
        </details>
      ) : null}
    </figure>
  );
}

/** JSON that stays within a script element whatever it holds (https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements). */
export function json(data: unknown): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}
