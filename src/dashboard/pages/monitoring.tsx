/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { type Range, ranges } from "../../monitoring/history.ts";
import { Banners } from "../elements.tsx";
import type { Page } from "../page.ts";
import { type Params, valuesOf } from "../params.ts";
import { link, type View } from "../view.ts";
import { MonitoringCharts } from "./monitoring-charts.tsx";
import { Lights } from "./monitoring-lights.tsx";
import { MonitoringTable, Whole } from "./monitoring-table.tsx";

const names = Object.keys(ranges) as [Range, ...Range[]];

const params = {
  range: { schema: z.enum(names).default("day"), fault: (texts) => texts.monitoring.wrongRange },
} satisfies Params;

/** 모니터링: how the hub and its machine are and have been, with traffic lights. */
export const monitoring: Page = {
  id: "monitoring",
  path: "/dashboard/monitoring",
  key: "m",
  group: "hub",
  params,
  unfiltered: true,
  aboutHub: true,
  content,
};

async function content(view: View) {
  const { monitor } = view.hub!.operations;
  const words = view.texts.monitoring;
  const { range } = valuesOf(params, view);
  const history = monitor.history(range);
  const isEmpty = history.whole.covered_seconds === 0;
  return (
    <>
      <Banners sentences={monitor.isFailing ? [...view.paramFaults, words.failing] : view.paramFaults} />
      <Lights view={view} lights={monitor.lights()} />
      <div class="choose-range">
        <nav class="choices" aria-label={words.range}>
          {names.map((name) => (
            <a href={link(view, { params: { range: name } })} aria-current={name === range ? "true" : undefined}>
              {words.ranges[name]}
            </a>
          ))}
        </nav>
        <p class="hint">
          {words.steps[range]}. {words.gaps}
        </p>
      </div>
      {isEmpty ? (
        <p class="panel empty" id="monitoring-empty">
          {words.empty}
        </p>
      ) : (
        <>
          <Whole view={view} whole={history.whole} />
          <MonitoringCharts view={view} history={history} />
          <MonitoringTable view={view} history={history} />
        </>
      )}
    </>
  );
}
