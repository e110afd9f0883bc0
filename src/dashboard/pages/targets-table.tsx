/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import type { Achievement, ItemStanding, Standing } from "../../targets/achievement.ts";
import { Headings, ItemLink, Scroll } from "../elements.tsx";
import type { View } from "../view.ts";
import { Chance, TargetBar } from "./targets-cards.tsx";

/** Lines made at a time, some 4 ms. */
const portion = 100;

/** The lines of the table as HTML, made in portions, because thousands of them at once would hold everybody else up. */
export async function targetLines(view: View, { items, working_days }: Achievement): Promise<string> {
  const daysLeft = working_days?.left ?? null;
  let lines = "";
  for (let at = 0; at < items.length; at += portion) {
    if (at > 0) await Bun.sleep(0);
    for (const item of items.slice(at, at + portion))
      lines += String(<Line view={view} item={item} daysLeft={daysLeft} />);
  }
  return lines;
}

interface TableProps {
  view: View;
  achievement: Achievement;
  total: Standing;
  /** The lines of its items, as HTML. */
  lines: string;
}

/** The items with a target in the month, those farthest behind first. */
export function TargetTable({ view, achievement, total, lines }: TableProps) {
  const { texts, format } = view;
  const { targets: words, columns } = texts;
  const { untargeted, working_days } = achievement;
  const daysLeft = working_days?.left ?? null;
  return (
    <article class="panel" id="target-items">
      <div class="head">
        <h2>{words.list}</h2>
        <p class="hint">{words.progressHelp}</p>
      </div>
      <Scroll label={words.list}>
        <table class="items targets">
          <Headings
            of={[
              columns.item,
              words.status,
              [words.achievement, "number"],
              [words.progress, "wide"],
              [words.made, "number wide"],
              [words.target, "number wide"],
              [words.monthEnd, "number spare"],
              [words.intervalHead, "number spare"],
              [words.perDay, "number spare"],
            ]}
          />
          <tbody>{raw(lines)}</tbody>
          <tfoot>
            <tr>
              <th scope="row">{words.all}</th>
              <Figures view={view} standing={total} daysLeft={daysLeft} />
            </tr>
          </tfoot>
        </table>
      </Scroll>
      {untargeted.item_count === 0 ? null : (
        <p class="hint">{words.untargeted(format.exact(untargeted.item_count), format.exact(untargeted.made))}</p>
      )}
    </article>
  );
}

function Line({ view, item, daysLeft }: { view: View; item: ItemStanding; daysLeft: number | null }) {
  return (
    <tr>
      <th scope="row">
        <ItemLink view={view} code={item.item_code} name={item.item_name} />
      </th>
      <Figures view={view} standing={item} daysLeft={daysLeft} />
    </tr>
  );
}

function Figures({ view, standing, daysLeft }: { view: View; standing: Standing; daysLeft: number | null }) {
  const { format } = view;
  const { target, made, achievement, forecast, forecast_low, forecast_high, needed_per_day } = standing;
  const whole = (value: number): string => format.exact(Math.round(value));
  return (
    <>
      <td>
        <Chance view={view} standing={standing} daysLeft={daysLeft} />
      </td>
      <td class="number">{format.percent(achievement)}</td>
      <td class="wide">
        <TargetBar total={standing} />
      </td>
      <td class="number wide">{whole(made)}</td>
      <td class="number wide">{whole(target)}</td>
      <td class="number spare" title={forecast === null ? undefined : whole(forecast)}>
        {forecast === null ? "–" : format.short(forecast)}
      </td>
      <td class="number spare">
        {forecast_low === null || forecast_high === null || daysLeft === 0
          ? "–"
          : `${format.short(forecast_low)} ~ ${format.short(forecast_high)}`}
      </td>
      <td class="number spare">{needed_per_day === null ? "–" : whole(needed_per_day)}</td>
    </>
  );
}
