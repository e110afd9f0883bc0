/** @jsxImportSource hono/jsx */
import { CalendarMap } from "../charts/calendar-map.tsx";
import { Pareto } from "../charts/pareto.tsx";
import { SeriesChart } from "../charts/series-chart.tsx";
import { comparedDays, unitOf } from "../filter.ts";
import type { Page } from "../page.ts";
import { ask, isAheadOfData, type View } from "../view.ts";
import { Cards } from "./overview-cards.tsx";
import { LatestBatches, Movers, NoRows } from "./overview-lists.tsx";
import { shownTarget, TargetStrip } from "./targets-strip.tsx";

const topItems = 10;
const latestBatches = 10;
const greatestChanges = 5;

/** 종합 현황: how much was made, of what, when, and what changed. */
export const overview: Page = { id: "overview", path: "/", key: "o", content };

async function content(view: View) {
  const { filter, codes } = view;
  const range = { from: filter.from, to: filter.to };
  const before = comparedDays(filter);
  const unit = unitOf(filter);
  // Targets are for the month and all items; a choice of items has none.
  const target = codes === undefined ? shownTarget(view) : null;
  const asked = await ask(view, {
    series: ["series", { ...range, items: codes, unit }],
    ranking: ["ranking", { ...range, items: codes, limit: topItems }],
    counts: ["item_counts", { ...range, items: codes, unit }],
    days: ["daily_total", { ...range, items: codes }],
    latest: ["latest", { ...range, items: codes, limit: latestBatches }],
    seriesBefore: before && ["series", { ...before, items: codes, unit }],
    rankingBefore: before && ["ranking", { ...before, items: codes, limit: 0 }],
    movers: before && ["movers", { now: range, before, items: codes, limit: greatestChanges }],
  });
  const { ranking } = asked;
  const nothing = ranking.batch_count === 0 && (asked.rankingBefore?.batch_count ?? 0) === 0;
  if (nothing || isAheadOfData(view)) return <NoRows view={view} />;
  return (
    <>
      <Cards view={view} {...asked} before={before} />
      <TargetStrip view={view} target={await target} />
      <SeriesChart view={view} series={asked.series} compared={asked.seriesBefore} />
      <div class="columns">
        <div class="column">
          <Movers view={view} movers={asked.movers} />
          <Pareto view={view} ranking={ranking} />
        </div>
        <div class="column">
          <CalendarMap view={view} days={asked.days} />
          <LatestBatches view={view} records={asked.latest} />
        </div>
      </div>
    </>
  );
}
