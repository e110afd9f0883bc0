/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { TrendLine, Trends } from "../../production/trends.ts";
import { Figure } from "../elements.tsx";
import type { View } from "../view.ts";
import { colourOf } from "./colour.ts";
import { type Column, type Line, SeriesFigure } from "./series-figure.tsx";

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
function averageName({ texts, format }: View, { unit, window }: Pick<Trends, "unit" | "window">): string {
  return texts.trends.averageOf(texts.trends.windows[unit](format.exact(window ?? 0)));
}

/** What the line compared was at each part; nulls where it has none. */
export function valuesBeside({ before }: Pick<TrendLine, "before">, beside: readonly number[]): (number | null)[] {
  return beside.map((at) => before?.values[at] ?? null);
}

/** All items together: bars, their moving average, and the period compared laid over them. */
export function WholeChart({ view, trends, beside }: TrendProps) {
  const { texts } = view;
  const { unit, starts, whole, window } = trends;
  const columns: Column[] = [
    {
      heading: texts.columns.quantity,
      values: whole.values,
      line: { label: texts.chart.quantity, form: "bars", scale: "quantity", colour: "--quantity" },
    },
  ];
  if (window !== null) {
    const name = averageName(view, trends);
    columns.push({
      heading: name,
      values: whole.averages,
      line: { label: name, form: "line", scale: "quantity", colour: "--batches" },
    });
  }
  if (beside) {
    columns.push({
      heading: texts.columns.compared,
      values: valuesBeside(whole, beside),
      line: comparedLine(texts.chart.compared, "--compared", trends, beside),
    });
  }
  const title = view.codes ? texts.trends.chosen : texts.trends.whole;
  return <SeriesFigure view={view} id="whole" title={title} unit={unit} starts={starts} columns={columns} />;
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
        ? [
            {
              ...comparedLine(texts.trends.ofBefore(code), own.colour, trends, beside),
              values: valuesBeside(item, beside),
            },
          ]
        : []),
    ];
  });
  const title = window === null ? texts.trends.items : texts.trends.averages(averageName(view, trends));
  return <Figure view={view} id="items" title={title} data={{ kind: "series", unit, starts, series }} tools={tools} />;
}

/** The line of the period compared, over the parts of that period. */
function comparedLine(
  label: string,
  colour: string,
  { before_starts }: Pick<Trends, "before_starts">,
  beside: readonly number[],
): Line {
  return { label, form: "dashed", scale: "quantity", colour, starts: beside.map((at) => before_starts[at] ?? null) };
}
