/** @jsxImportSource hono/jsx */
import type { Series } from "../../production/series.ts";
import { Figure, Quantity } from "../elements.tsx";
import type { View } from "../view.ts";

interface MonthsProps {
  view: View;
  months: Series;
  /** The same months of the year before, one for each. */
  yearBefore: Series;
}

/** An item's months as bars, with the year before laid over them where there was production. */
export function Months({ view, months, yearBefore }: MonthsProps) {
  const { texts, format } = view;
  const words = texts.items;
  const { unit, parts } = months;
  const before = yearBefore.parts.some(({ batch_count }) => batch_count > 0) ? yearBefore.parts : null;
  const data = {
    kind: "series",
    unit,
    starts: parts.map(({ start }) => start),
    series: [
      {
        label: texts.chart.quantity,
        form: "bars",
        scale: "quantity",
        colour: "--quantity",
        values: parts.map(({ total_production }) => total_production),
      },
      ...(before
        ? [
            {
              label: words.lastYear,
              form: "dashed",
              scale: "quantity",
              colour: "--compared",
              values: parts.map((_, at) => before[at]?.total_production ?? null),
              starts: parts.map((_, at) => before[at]?.start ?? null),
            },
          ]
        : []),
    ],
  };
  const hint = <span class="hint">{words.monthsHelp}</span>;
  return (
    <Figure view={view} id="months" title={words.months} data={data} tools={hint}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.columns[unit]}</th>
            <th scope="col" class="number">
              {texts.columns.quantity}
            </th>
            <th scope="col" class="number">
              {texts.columns.batches}
            </th>
            {before ? (
              <th scope="col" class="number">
                {words.lastYear}
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {parts.map(({ start, total_production, batch_count }, at) => (
            <tr>
              <th scope="row">{format.part(start, unit)}</th>
              <Quantity value={total_production} format={format} />
              <Quantity value={batch_count} format={format} />
              {before ? <Quantity value={before[at]?.total_production ?? null} format={format} /> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </Figure>
  );
}
