/** @jsxImportSource hono/jsx */
import { json } from "../elements.tsx";
import { addressOf } from "../filter.ts";
import type { View } from "../view.ts";

/** Rows up to which the page itself receives a file and shows how far it is; more (some 40 MB) is left to the browser's downloads. */
const mostReceived = 500_000;

/** Links to what is filtered as files. public/dashboard/download.js shows how far they are; without it the browser does. */
export function Downloads({ view, rows }: { view: View; rows: number | null }) {
  const { texts, filter, params } = view;
  const words = texts.batches;
  const { lot, min, max } = params;
  const own = Object.entries({ lot, min, max }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const followed = rows !== null && rows <= mostReceived;
  const file = (format: "csv" | "xlsx") => (
    <a
      class="button"
      href={addressOf(`${view.path}.${format}`, filter, Object.fromEntries(own))}
      download=""
      hx-boost="false"
      data-download={followed ? format : undefined}
    >
      {words.formats[format]}
    </a>
  );
  return (
    <section class="tools" id="downloads" aria-label={words.files} data-rows={rows ?? ""}>
      {file("csv")}
      {file("xlsx")}
      <div id="download" class="download" hx-morph-skip="" data-words={json(wordsOf(view))} hidden>
        <progress aria-label={words.files} />
        <span role="status" />
        <button type="button" class="quiet">
          {words.cancel}
        </button>
      </div>
    </section>
  );
}

/** What download.js says, with `{…}` where it fills in. */
function wordsOf({ texts }: View) {
  const { progressOf, bytes, starting, done, broken, cancelled } = texts.batches;
  return {
    rows: progressOf("{rows}", "{all}", "{size}"),
    bytes: bytes("{size}"),
    starting,
    done: done("{name}"),
    broken,
    cancelled,
  };
}
