/** @jsxImportSource hono/jsx */
import type { WeekdayTotal } from "../../production/weekdays.ts";
import { Headings, Quantity, Scroll } from "../elements.tsx";
import type { View } from "../view.ts";
import { Bar } from "./pareto.tsx";

/** What is made on an average day of each weekday, with the days it is the average of. It is a table, so it needs none beside it. */
export function Weekdays({ view, weekdays }: { view: View; weekdays: readonly WeekdayTotal[] }) {
  const { texts, format } = view;
  const { columns, chart: words } = texts;
  const greatest = Math.max(0, ...weekdays.map(({ avg_per_day }) => avg_per_day ?? 0)) || 1;
  return (
    <article class="panel" id="weekdays">
      <div class="head">
        <h2>{words.weekdays}</h2>
      </div>
      <p class="hint">{words.weekdaysHelp}</p>
      <Scroll label={words.weekdays}>
        <table class="weekdays">
          <Headings
            of={[
              columns.weekday,
              [columns.perDay, "number"],
              [columns.productionDays, "number"],
              [columns.quantity, "number wide"],
              [columns.batches, "number"],
            ]}
          />
          <tbody>
            {weekdays.map(({ weekday, production_days, total_production, batch_count, avg_per_day }) => (
              <tr>
                <th scope="row">
                  {columns.weekdays[weekday - 1]}
                  <Bar colour="quantity" length={(avg_per_day ?? 0) / greatest} />
                </th>
                <Quantity value={avg_per_day} format={format} />
                <Quantity value={production_days} format={format} />
                <Quantity value={total_production} format={format} wide />
                <Quantity value={batch_count} format={format} />
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </article>
  );
}
