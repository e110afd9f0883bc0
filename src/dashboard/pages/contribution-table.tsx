/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Contribution, Contributions } from "../../production/changes.ts";
import { ItemLink, Quantity, Scroll } from "../elements.tsx";
import { TableFiles } from "../table-files.tsx";
import type { View } from "../view.ts";
import { Difference } from "./compare-totals.tsx";

/** What each item adds to the difference: a bar to the right for a rise and to the left for a fall. It is a table, so it needs none beside it. */
export function ContributionTable({ view, contributions }: { view: View; contributions: Contributions }) {
  const { texts, format } = view;
  const { items, others, now, before, difference, rises, falls } = contributions;
  const words = texts.compare;
  const greatest = Math.max(...[...items, others].map((line) => Math.abs(line.difference))) || 1;
  const whole = {
    now: now.total_production,
    before: before.total_production,
    difference,
    share: difference === 0 ? null : 1,
  };
  return (
    <article class="panel" id="contributions">
      <div class="head">
        <h2>{words.contributions}</h2>
        <p class="sides">
          <span class="down">{words.fell(format.exact(falls.items), format.signed(falls.difference))}</span>
          <span class="up">{words.rose(format.exact(rises.items), format.signed(rises.difference))}</span>
        </p>
        <TableFiles view={view} />
      </div>
      <p class="hint">{difference === 0 ? words.unchanged : words.contributionsHelp}</p>
      <Scroll label={words.contributions}>
        <table class="contributions">
          <thead>
            <tr>
              <th scope="col">{texts.columns.item}</th>
              <th scope="col" class="number wide">
                {words.before}
              </th>
              <th scope="col" class="number wide">
                {words.now}
              </th>
              <th scope="col" class="number">
                {texts.columns.difference}
              </th>
              <th scope="col" class="number" title={words.shareHelp}>
                {words.share}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <Line view={view} line={item} length={item.difference / greatest}>
                <ItemLink view={view} code={item.item_code} name={item.item_name} />{" "}
                <State view={view} state={item.state} />
              </Line>
            ))}
          </tbody>
          <tfoot>
            {others.items === 0 ? null : (
              <Line view={view} line={others} length={others.difference / greatest}>
                {texts.columns.others(format.exact(others.items))}
              </Line>
            )}
            <Line view={view} line={whole}>
              {texts.columns.whole}
            </Line>
          </tfoot>
        </table>
      </Scroll>
    </article>
  );
}

interface LineProps {
  view: View;
  line: Pick<Contribution, "before" | "now" | "difference" | "share">;
  /** Of its bar, from -1 to 1; without one it has no bar. */
  length?: number;
  /** What the line is of. */
  children: Child;
}

function Line({ view, line, length, children }: LineProps) {
  const { format } = view;
  return (
    <tr>
      <th scope="row">
        {children}
        {length === undefined ? null : <Bar length={length} />}
      </th>
      <Quantity value={line.before} format={format} wide />
      <Quantity value={line.now} format={format} wide />
      <Difference view={view} value={line.difference} />
      <td class="number">{line.share === null ? "–" : format.percent(line.share)}</td>
    </tr>
  );
}

/** A bar from the middle to either side. Drawn with attributes, because the policy allows no styles within pages. */
function Bar({ length }: { length: number }) {
  const half = Math.min(1, Math.abs(length)) * 50;
  return (
    <svg class="bar diverging" aria-hidden="true">
      <rect class="rail" width="100%" height="100%" rx="2" />
      <rect
        class={length < 0 ? "fall" : "rise"}
        x={`${(length < 0 ? 50 - half : 50).toFixed(2)}%`}
        width={`${half.toFixed(2)}%`}
        height="100%"
      />
      <line x1="50%" x2="50%" y1="0" y2="100%" />
    </svg>
  );
}

/** Says of an item that was made in one of the periods alone that it is new, or no longer made. */
function State({ view, state }: { view: View; state: Contribution["state"] }) {
  const words = view.texts.compare;
  if (state === "both") return null;
  return state === "new" ? (
    <span class="badge up" title={words.freshHelp}>
      {words.fresh}
    </span>
  ) : (
    <span class="badge down" title={words.stoppedHelp}>
      {words.stopped}
    </span>
  );
}
