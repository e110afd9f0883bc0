/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { daysBetween } from "../../production/calendar.ts";
import type { ComparedRanges, Contributions } from "../../production/changes.ts";
import { tidy } from "../../production/totals.ts";
import { Quantity, Scroll } from "../elements.tsx";
import type { View } from "../view.ts";

interface ComparedTotalsProps extends ComparedRanges {
  view: View;
  contributions: Contributions;
}

/** The figures of both periods with their differences. */
export function ComparedTotals({ view, contributions, now, before }: ComparedTotalsProps) {
  const { texts, format } = view;
  const words = texts.compare;
  const lengthOf = ({ from, to }: ComparedRanges["now"]): number => daysBetween(from, to) + 1;
  const { now: present, before: past } = contributions;
  const rows: Omit<FigureRowProps, "view">[] = [
    { id: "total", label: words.quantity, now: present.total_production, before: past.total_production },
    { id: "batches", label: words.batches, now: present.batch_count, before: past.batch_count },
    { id: "items", label: words.items, now: present.item_count, before: past.item_count },
    { id: "average", label: words.average, now: present.avg_batch_size, before: past.avg_batch_size },
    {
      id: "daily",
      label: words.daily,
      now: present.total_production / lengthOf(now),
      before: past.total_production / lengthOf(before),
    },
  ];
  const heading = (title: string, days: ComparedRanges["now"]) => (
    <th scope="col" class="number">
      {title}
      <span class="hint">
        <span class="day">{days.from}</span>
        {days.from === days.to ? null : (
          <>
            {" "}
            <span class="day">
              {words.until} {days.to}
            </span>
          </>
        )}
      </span>
      <span class="hint">{words.length(format.exact(lengthOf(days)))}</span>
    </th>
  );
  return (
    <article class="panel" id="totals">
      <div class="head">
        <h2>{words.totals}</h2>
        {lengthOf(now) === lengthOf(before) ? null : <p class="hint">{words.unequal}</p>}
      </div>
      <Scroll label={words.totals}>
        <table class="totals">
          <thead>
            <tr>
              <th scope="col">{words.figure}</th>
              {heading(words.before, before)}
              {heading(words.now, now)}
              <th scope="col" class="number">
                {texts.columns.difference} <small>{words.change}</small>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <FigureRow view={view} {...row} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </article>
  );
}

interface FigureRowProps {
  view: View;
  id: string;
  label: string;
  now: number;
  before: number;
}

function FigureRow({ view, id, label, now, before }: FigureRowProps) {
  const { format } = view;
  const difference = tidy(now - before);
  return (
    <tr id={`compare-${id}`}>
      <th scope="row">{label}</th>
      <Quantity value={before} format={format} />
      <Quantity value={now} format={format} />
      <Difference view={view} value={difference}>
        <small>{before === 0 ? "–" : format.change(difference / before)}</small>
      </Difference>
    </tr>
  );
}

/** A cell with a difference by sign, mark and colour, and perhaps something beside it. */
export function Difference({ view, value, children }: { view: View; value: number; children?: Child }) {
  const direction = value > 0 ? "up" : value < 0 ? "down" : "";
  return (
    <td class={`number ${direction}`}>
      <span aria-hidden="true">{value > 0 ? "▲" : value < 0 ? "▼" : ""}</span> {view.format.signed(value)} {children}
    </td>
  );
}
