/** @jsxImportSource hono/jsx */
import { addDays, addUnits } from "../../production/calendar.ts";
import type { TrendLine } from "../../production/trends.ts";
import { hasRoom, type TrendProps, valuesBeside } from "../charts/trend-charts.tsx";
import { ItemLink, Scroll } from "../elements.tsx";
import { TableFiles } from "../table-files.tsx";
import { link, type View } from "../view.ts";

/** More rows than these do not fit on the sheet of paper with the charts; their totals do. */
const mostPrinted = 31;

/** A row for each part, a column for each item, and totals both ways: the lines of the charts, and what they leave out. */
export function TrendsTable({ view, trends, beside }: TrendProps) {
  const { texts, format } = view;
  const { unit, starts, items, others, whole, window } = trends;
  const detailed = hasRoom(trends);
  const columns: Column[] = [
    ...items.map((item) => ({
      line: item,
      averages: window === null ? null : item.averages,
      compared: detailed && beside ? valuesBeside(item, beside) : null,
    })),
    ...(others.items === 0 ? [] : [{ line: others, averages: null, compared: null }]),
    {
      line: whole,
      averages: window === null ? null : whole.averages,
      compared: beside ? valuesBeside(whole, beside) : null,
      whole: true,
    },
  ];
  return (
    <article class="panel" id="trends-table">
      <div class="head">
        <h2>{texts.trends.table}</h2>
        <TableFiles view={view} />
      </div>
      <Scroll label={texts.trends.table}>
        <table class={starts.length > mostPrinted ? "trends long" : "trends"}>
          <thead>
            <tr>
              <th scope="col">{texts.columns[unit]}</th>
              {items.map(({ item_code, item_name }) => (
                <th scope="col" class="number">
                  <ItemLink view={view} code={item_code} name={item_name} />
                </th>
              ))}
              {others.items === 0 ? null : (
                <th scope="col" class="number">
                  {texts.columns.others(format.exact(others.items))}
                </th>
              )}
              <th scope="col" class="number">
                {texts.columns.whole}
              </th>
            </tr>
          </thead>
          <tbody>
            {starts.map((start, at) => (
              <tr>
                <th scope="row" class="day">
                  <a href={link(view, { period: "custom", ...daysOf(view, start, unit) })}>
                    {format.part(start, unit)}
                  </a>
                </th>
                {columns.map(({ line, averages, compared, whole }) => (
                  <td class={whole ? "number whole" : "number"}>
                    {format.exact(line.values[at]!)}
                    <Beside view={view} label={texts.trends.ofAverage} value={averages?.[at]} />
                    <Beside view={view} label={texts.columns.before} value={compared?.[at]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr class="whole">
              <th scope="row">{texts.columns.whole}</th>
              {columns.map(({ line }) => (
                <td class="number">{format.exact(line.total_production)}</td>
              ))}
            </tr>
            {beside ? <ComparedTotals view={view} columns={columns} /> : null}
          </tfoot>
        </table>
      </Scroll>
    </article>
  );
}

interface Column {
  line: Pick<TrendLine, "total_production" | "values" | "before">;
  averages: readonly (number | null)[] | null;
  compared: readonly (number | null)[] | null;
  whole?: true;
}

/** The totals of the period compared, and how far those of the period are from them. */
function ComparedTotals({ view, columns }: { view: View; columns: readonly Column[] }) {
  const { texts, format } = view;
  return (
    <>
      <tr>
        <th scope="row">{texts.trends.before}</th>
        {columns.map(({ line }) => (
          <td class="number">{format.exact(line.before!.total_production)}</td>
        ))}
      </tr>
      <tr>
        <th scope="row">{texts.columns.difference}</th>
        {columns.map(({ line }) => {
          const difference = line.total_production - line.before!.total_production;
          const direction = difference > 0 ? "up" : difference < 0 ? "down" : "";
          return <td class={`number ${direction}`}>{format.signed(difference)}</td>;
        })}
      </tr>
    </>
  );
}

/** A second figure of a cell, by its name. */
function Beside({ view, label, value }: { view: View; label: string; value: number | null | undefined }) {
  if (value === null || value === undefined) return null;
  return (
    <small>
      {label} {view.format.exact(value)}
    </small>
  );
}

/** The days of a part that lie in the period. */
function daysOf({ filter }: View, start: string, unit: Parameters<typeof addUnits>[1]): { from: string; to: string } {
  const end = addDays(addUnits(start, unit, 1), -1);
  return { from: [start, filter.from].sort()[1]!, to: [end, filter.to].sort()[0]! };
}
