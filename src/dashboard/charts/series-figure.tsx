/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Unit } from "../../production/calendar.ts";
import { Figure, Quantity } from "../elements.tsx";
import type { View } from "../view.ts";

/** How a column is drawn; the words are those of `ChartSeries` in public/dashboard/chart-options.js. */
export interface Line {
  label: string;
  form: "bars" | "line" | "dashed";
  scale: "quantity" | "batches";
  /** A custom property of the stylesheet. */
  colour: string;
  /** The parts that the values are of, where they are others than the chart's own. */
  starts?: readonly (string | null)[];
}

/** Figures of each part. */
export interface Column {
  /** What the table has above them. */
  heading: string;
  values: readonly (number | null)[];
  /** Null for figures that only the table has. */
  line: Line | null;
}

interface SeriesFigureProps {
  view: View;
  id: string;
  title: string;
  tools?: Child;
  unit: Unit;
  /** First day of each part. */
  starts: readonly string[];
  columns: readonly Column[];
}

/** A chart over time and its table, made from the same columns, so that readers without the chart miss nothing. */
export function SeriesFigure({ view, id, title, tools, unit, starts, columns }: SeriesFigureProps) {
  const { texts, format } = view;
  const series = columns.flatMap(({ line, values }) => (line === null ? [] : [{ ...line, values }]));
  return (
    <Figure view={view} id={id} title={title} data={{ kind: "series", unit, starts, series }} tools={tools}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.columns[unit]}</th>
            {columns.map(({ heading }) => (
              <th scope="col" class="number">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {starts.map((start, at) => (
            <tr>
              <th scope="row">{format.part(start, unit)}</th>
              {columns.map(({ values }) => (
                <Quantity value={values[at] ?? null} format={format} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Figure>
  );
}
