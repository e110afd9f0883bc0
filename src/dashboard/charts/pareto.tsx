/** @jsxImportSource hono/jsx */
import type { Ranking } from "../../production/ranking.ts";
import { Headings, ItemLink, Quantity, Scroll } from "../elements.tsx";
import type { View } from "../view.ts";
import { colourOf } from "./colour.ts";

/** The greatest items with their shares: a bar for each, and a line that adds them up (Pareto). It is a table, so it needs none beside it. */
export function Pareto({ view, ranking }: { view: View; ranking: Ranking }) {
  const { texts, format } = view;
  const { items, others } = ranking;
  const greatest = Math.max(1, ...items.map(({ total_production }) => total_production));
  const share = (value: number | null): string => (value === null ? "–" : format.percent(value));
  return (
    <article class="panel" id="top">
      <div class="head">
        <h2>{texts.overview.top}</h2>
      </div>
      <Scroll label={texts.overview.top}>
        <table class="pareto">
          <Headings
            of={[
              texts.columns.item,
              [texts.columns.quantity, "number"],
              [texts.columns.share, "number wide"],
              [texts.columns.cumulative, "number"],
            ]}
          />
          <tbody>
            {items.map((item) => (
              <tr>
                <th scope="row">
                  <ItemLink view={view} code={item.item_code} name={item.item_name} />
                  <Bar
                    colour={`colour-${colourOf(item.item_code)}`}
                    length={item.total_production / greatest}
                    mark={item.cumulative_share}
                  />
                </th>
                <Quantity value={item.total_production} format={format} />
                <td class="number wide">{share(item.share)}</td>
                <td class="number">{share(item.cumulative_share)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            {others.items === 0 ? null : (
              <tr>
                <th scope="row">{texts.columns.others(format.exact(others.items))}</th>
                <Quantity value={others.total_production} format={format} />
                <td class="number wide">{share(others.share)}</td>
                <td />
              </tr>
            )}
            <tr>
              <th scope="row">{texts.columns.whole}</th>
              <Quantity value={ranking.total_production} format={format} />
              <td class="number wide">{share(ranking.total_production > 0 ? 1 : null)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </Scroll>
    </article>
  );
}

/** A bar of a length from 0 to 1 in the colour of a class, perhaps with a mark at another one. Drawn with attributes, because the policy allows no styles within pages. */
export function Bar({ colour, length, mark }: { colour: string; length: number; mark?: number | null }) {
  const percent = (value: number): string => `${Math.max(0, Math.min(100, value * 100)).toFixed(1)}%`;
  return (
    <svg class="bar" aria-hidden="true">
      <rect class="rail" width="100%" height="100%" rx="2" />
      <rect class={colour} width={percent(length)} height="100%" rx="2" />
      {mark === null || mark === undefined ? null : <line x1={percent(mark)} x2={percent(mark)} y1="0" y2="100%" />}
    </svg>
  );
}
