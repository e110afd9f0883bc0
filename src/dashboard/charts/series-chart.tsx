/** @jsxImportSource hono/jsx */
import type { Unit } from "../../production/calendar.ts";
import type { Series, SeriesPart } from "../../production/series.ts";
import { unitChoices, unitOf } from "../filter.ts";
import { trendsPath } from "../pages/trends-path.ts";
import { TableFiles } from "../table-files.tsx";
import { link, type View } from "../view.ts";
import { alongside } from "./alongside.ts";
import { type Column, SeriesFigure } from "./series-figure.tsx";

/** Production over time: bars of good quantity, a line of batches, and the period compared laid over it. */
export function SeriesChart({ view, series, compared }: { view: View; series: Series; compared: Series | null }) {
  const { texts } = view;
  const { unit, parts } = series;
  const before = compared && besideEach(series, compared);
  const columns: Column[] = [
    {
      heading: texts.columns.quantity,
      values: parts.map(({ total_production }) => total_production),
      line: { label: texts.chart.quantity, form: "bars", scale: "quantity", colour: "--quantity" },
    },
    {
      heading: texts.columns.batches,
      values: parts.map(({ batch_count }) => batch_count),
      line: { label: texts.chart.batches, form: "line", scale: "batches", colour: "--batches" },
    },
  ];
  if (before) {
    columns.push({
      heading: texts.columns.compared,
      values: before.map((part) => part?.total_production ?? null),
      line: {
        label: texts.chart.compared,
        form: "dashed",
        scale: "quantity",
        colour: "--compared",
        starts: before.map((part) => part?.start ?? null),
      },
    });
  }
  return (
    <SeriesFigure
      view={view}
      id="series"
      title={texts.overview.series}
      tools={
        <>
          <Units view={view} unit={unit} />
          <TableFiles view={view} path={trendsPath} />
        </>
      }
      unit={unit}
      starts={parts.map(({ start }) => start)}
      columns={columns}
    />
  );
}

/** Links that cut the period into days, weeks or months. */
export function Units({ view, unit }: { view: View; unit: Unit }) {
  const { texts, filter } = view;
  return (
    <>
      {unit === unitOf(filter) ? null : <span class="hint">{texts.chart.coarser(texts.filter.units[unit])}</span>}
      <nav class="choices" aria-label={texts.filter.unit}>
        {unitChoices.map((choice) => (
          <a href={link(view, { unit: choice })} aria-current={choice === filter.unit ? "true" : undefined}>
            {texts.filter.units[choice]}
          </a>
        ))}
      </nav>
    </>
  );
}

/** For each part the one compared with it; null where there is none, or where the series compared had to be cut into longer parts. */
function besideEach({ unit, parts }: Series, compared: Series): (SeriesPart | null)[] | null {
  if (compared.unit !== unit) return null;
  const starts = (some: readonly SeriesPart[]) => some.map(({ start }) => start);
  return alongside(unit, starts(parts), starts(compared.parts)).map((at) => compared.parts[at] ?? null);
}
