/** @jsxImportSource hono/jsx */
import type { Series } from "../../production/series.ts";
import { type Column, SeriesFigure } from "../charts/series-figure.tsx";
import type { View } from "../view.ts";

interface MonthsProps {
  view: View;
  months: Series;
  /** The same months of the year before, one for each. */
  yearBefore: Series;
}

/** An item's months as bars, with the year before laid over them where there was production. */
export function Months({ view, months, yearBefore }: MonthsProps) {
  const { texts } = view;
  const words = texts.items;
  const { unit, parts } = months;
  const before = yearBefore.parts.some(({ batch_count }) => batch_count > 0) ? yearBefore.parts : null;
  const columns: Column[] = [
    {
      heading: texts.columns.quantity,
      values: parts.map(({ total_production }) => total_production),
      line: { label: texts.chart.quantity, form: "bars", scale: "quantity", colour: "--quantity" },
    },
    { heading: texts.columns.batches, values: parts.map(({ batch_count }) => batch_count), line: null },
  ];
  if (before) {
    columns.push({
      heading: words.lastYear,
      values: parts.map((_, at) => before[at]?.total_production ?? null),
      line: {
        label: words.lastYear,
        form: "dashed",
        scale: "quantity",
        colour: "--compared",
        starts: parts.map((_, at) => before[at]?.start ?? null),
      },
    });
  }
  return (
    <SeriesFigure
      view={view}
      id="months"
      title={words.months}
      tools={<span class="hint">{words.monthsHelp}</span>}
      unit={unit}
      starts={parts.map(({ start }) => start)}
      columns={columns}
    />
  );
}
