/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { TrendLine, Trends } from "../../production/trends.ts";
import { Figure, Quantity } from "../elements.tsx";
import type { View } from "../view.ts";
import { colourOf } from "./colour.ts";

/** With more items than these, a second line for each makes the chart illegible. */
const fewItems = 3;
/** How lines are drawn whose items have the same colour. */
const strokes = ["line", "long", "dots"] as const;

export interface TrendProps {
  view: View;
  trends: Trends;
  /** For each part the index of the one compared with it, -1 for none; null where nothing is compared. */
  beside: readonly number[] | null;
}

/** The name of the moving average, such as `7일 평균`. */
export function averageName({ texts, format }: View, { unit, window }: Pick<Trends, "unit" | "window">): string {
  return texts.trends.averageOf(texts.trends.windows[unit](format.exact(window ?? 0)));
}

/** What the line compared was at each part; nulls where it has none. */
export function valuesBeside({ before }: Pick<TrendLine, "before">, beside: readonly number[]): (number | null)[] {
  return beside.map((at) => before?.values[at] ?? null);
}

/** All items together: bars, their moving average, and the period compared laid over them. */
export function WholeChart({ view, trends, beside }: TrendProps) {
  const { texts, format } = view;
  const { unit, starts, whole, window } = trends;
  const compared = beside && valuesBeside(whole, beside);
  const data = {
    kind: "series",
    unit,
    starts,
    series: [
      { label: texts.chart.quantity, form: "bars", scale: "quantity", colour: "--quantity", values: whole.values },
      ...(window === null
        ? []
        : [
            {
              label: averageName(view, trends),
              form: "line",
              scale: "quantity",
              colour: "--batches",
              values: whole.averages,
            },
          ]),
      ...(compared ? [comparedSeries(texts.chart.compared, "--compared", compared, trends, beside)] : []),
    ],
  };
  return (
    <Figure view={view} id="whole" title={view.codes ? texts.trends.chosen : texts.trends.whole} data={data}>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.columns[unit]}</th>
            <th scope="col" class="number">
              {texts.columns.quantity}
            </th>
            {window === null ? null : (
              <th scope="col" class="number">
                {averageName(view, trends)}
              </th>
            )}
            {compared ? (
              <th scope="col" class="number">
                {texts.columns.compared}
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {starts.map((start, at) => (
            <tr>
              <th scope="row">{format.part(start, unit)}</th>
              <Quantity value={whole.values[at]!} format={format} />
              {window === null ? null : <Quantity value={whole.averages[at]!} format={format} />}
              {compared ? <Quantity value={compared[at]!} format={format} /> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </Figure>
  );
}

/** Whether the lines of the items have others beside them: those of the period compared, and their values behind an average. */
export const hasRoom = ({ items }: Trends): boolean => items.length <= fewItems;

/** The items side by side, as lines in their colours: their values, or their moving averages where one is chosen. The page has their table. */
export function ItemsChart({ view, trends, beside, tools }: TrendProps & { tools?: Child }) {
  const { texts } = view;
  const { unit, starts, items, window } = trends;
  const strokesOf = new Map<number, number>();
  const series = items.flatMap((item) => {
    const colour = colourOf(item.item_code);
    const stroke = strokesOf.get(colour) ?? 0;
    strokesOf.set(colour, stroke + 1);
    const code = item.item_code;
    const label = item.item_name === null ? code : `${code} ${item.item_name}`;
    const own = { scale: "quantity", colour: `--item-${colour}` };
    const form = strokes[stroke % strokes.length]!;
    const line = { label, form, ...own, values: window === null ? item.values : item.averages };
    if (!hasRoom(trends)) return [line];
    if (window !== null) line.label = `${label}, ${averageName(view, trends)}`;
    return [
      ...(window === null ? [] : [{ label: code, form: "faint", ...own, values: item.values }]),
      line,
      ...(beside
        ? [comparedSeries(texts.trends.ofBefore(code), own.colour, valuesBeside(item, beside), trends, beside)]
        : []),
    ];
  });
  const title = window === null ? texts.trends.items : texts.trends.averages(averageName(view, trends));
  return <Figure view={view} id="items" title={title} data={{ kind: "series", unit, starts, series }} tools={tools} />;
}

function comparedSeries(
  label: string,
  colour: string,
  values: (number | null)[],
  { before_starts }: Trends,
  beside: readonly number[],
) {
  const starts = beside.map((at) => before_starts[at] ?? null);
  return { label, form: "dashed", scale: "quantity", colour, values, starts };
}
