/** @jsxImportSource hono/jsx */
import { asHttpError } from "../../http/errors.ts";
import type { RecordFilter } from "../../production/records.ts";
import type { Page } from "../page.ts";
import { ask, link, type View } from "../view.ts";
import { drawerOf } from "./batches-drawer.tsx";
import { Downloads } from "./batches-files.tsx";
import { batchParams, batchValues, recordFilterOf, rowsAtATime } from "./batches-params.tsx";
import { BatchRows, BatchTable } from "./batches-table.tsx";
import { NoRows } from "./overview-lists.tsx";

/** Rows that are read for a total without being asked to: a quarter of a second. */
const mostCounted = 300_000;

/** 배치 내역: the rows themselves. */
export const batches: Page = {
  id: "batches",
  path: "/dashboard/batches",
  key: "b",
  params: batchParams,
  content,
  parts: { rows: nextRows },
  exported: recordFilterOf,
};

/** How many rows a filter leaves and their sum; `costly` of so many rows where that takes reading them and nobody asked for it. */
export type Totals = { batch_count: number; total_production: number } | { costly: number } | "failed";

async function content(view: View) {
  const filter = recordFilterOf(view);
  const { rows, after } = batchValues(view);
  const [asked, totals, drawer] = await Promise.all([
    ask(view, {
      records: ["records", { filter, limit: rows, cursor: after, rawDates: false }],
      undated: ["undated_rows", {}],
    }),
    totalsOf(view, filter),
    drawerOf(view),
  ]);
  const { records, undated } = asked;
  if (records.count === 0 && after === undefined) {
    return (
      <>
        <NoRows view={view} />
        {["lot", "min", "max"].some((name) => name in view.params) ? (
          <p class="onward">
            <a href={link(view, { params: { lot: null, min: null, max: null } })}>{view.texts.batches.widen}</a>
          </p>
        ) : null}
        {drawer}
      </>
    );
  }
  return (
    <>
      <article class="panel" id="batches">
        <div class="head">
          <TotalsLine view={view} totals={totals} />
          <Downloads
            view={view}
            rows={typeof totals === "object" && "batch_count" in totals ? totals.batch_count : null}
          />
        </div>
        {after === undefined ? null : (
          <p class="hint">
            {view.texts.batches.continued}{" "}
            <a href={link(view, { params: { after: null, rows: null } })}>{view.texts.batches.fromStart}</a>
          </p>
        )}
        <BatchTable view={view} page={records} />
        {undated.rows === 0 ? null : (
          <p class="hint" id="undated">
            {view.texts.batches.undated(view.format.exact(undated.rows))}{" "}
            <a href="/records.csv" download="" hx-boost="false">
              {view.texts.batches.wholeFile}
            </a>
          </p>
        )}
      </article>
      {drawer}
    </>
  );
}

/** The rows that come after those on the screen. */
async function nextRows(view: View) {
  const { rows, next } = batchValues(view);
  const { records } = await ask(view, {
    records: ["records", { filter: recordFilterOf(view), limit: rowsAtATime, cursor: next, rawDates: false }],
  });
  const { next: _, ...params } = view.params;
  const grown = { ...view, params: { ...params, rows: String(rows + rowsAtATime) } as View["params"] };
  return <BatchRows view={grown} page={records} />;
}

/** Totals of days and items are at hand; those of lots and quantities take reading the rows. */
async function totalsOf(view: View, filter: RecordFilter): Promise<Totals> {
  const { from, to } = view.filter;
  const { ranking } = await ask(view, { ranking: ["ranking", { from, to, items: view.codes, limit: 0 }] });
  const { lot, min, max, count } = batchValues(view);
  if ([lot, min, max].every((value) => value === undefined)) return ranking;
  if (ranking.batch_count > mostCounted && count === undefined) return { costly: ranking.batch_count };
  try {
    return (await ask(view, { totals: ["record_totals", filter] })).totals;
  } catch (error) {
    // The list is of use without its total.
    if (asHttpError(error as Error).status === 503) return "failed";
    throw error;
  }
}

function TotalsLine({ view, totals }: { view: View; totals: Totals }) {
  const words = view.texts.batches;
  const { exact } = view.format;
  if (totals === "failed") return <p class="hint">{words.countFailed}</p>;
  if ("costly" in totals) {
    return (
      <p class="hint">
        {words.costly(exact(totals.costly))} <a href={link(view, { params: { count: "yes" } })}>{words.count}</a>
      </p>
    );
  }
  return (
    <p id="batch-totals">
      <data value={`${totals.batch_count} ${totals.total_production}`}>
        {words.totals(exact(totals.batch_count), exact(totals.total_production))}
      </data>
    </p>
  );
}
