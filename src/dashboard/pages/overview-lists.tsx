/** @jsxImportSource hono/jsx */
import type { Answers } from "../../production/questions.ts";
import { Headings, ItemLink, Quantity, Scroll } from "../elements.tsx";
import { swapFromTop } from "../swap.ts";
import { isAheadOfData, link, type View } from "../view.ts";
import { itemsPath } from "./items-path.ts";

interface LatestProps {
  view: View;
  records: Answers["latest"];
  /** True where all are of one item, which then need not be named. */
  ofOne?: boolean;
}

/** The newest batches of the period. */
export function LatestBatches({ view, records, ofOne = false }: LatestProps) {
  const { texts, format } = view;
  const { columns } = texts;
  return (
    <article class="panel" id="latest">
      <div class="head">
        <h2>{texts.overview.latest}</h2>
      </div>
      {records.length === 0 ? (
        <p class="hint">{texts.overview.noLatest}</p>
      ) : (
        <Scroll label={texts.overview.latest}>
          <table>
            <thead>
              <tr>
                <th scope="col">{columns.day}</th>
                {ofOne ? null : <th scope="col">{columns.item}</th>}
                <th scope="col" class={ofOne ? undefined : "wide"}>
                  {columns.lot}
                </th>
                <th scope="col" class="number">
                  {columns.quantity}
                </th>
              </tr>
            </thead>
            <tbody>
              {records.map((record) => (
                <tr>
                  <td class="day">{record.production_date}</td>
                  {ofOne ? null : (
                    <td>
                      <ItemLink view={view} code={record.item_code} name={record.item_name} />
                    </td>
                  )}
                  <td class={ofOne ? "code" : "code wide"}>{record.lot_number ?? "–"}</td>
                  <Quantity value={record.good_quantity} format={format} />
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </article>
  );
}

/** The items whose totals rose and fell the most against the period compared. */
export function Movers({ view, movers }: { view: View; movers: Answers["movers"] | null }) {
  const { overview } = view.texts;
  return (
    <article class="panel" id="movers">
      <div class="head">
        <h2>{overview.movers}</h2>
        {movers ? <span class="hint">{overview.against[view.filter.compare]}</span> : null}
      </div>
      {movers ? (
        <>
          <Changes view={view} title={overview.rises} none={overview.noRises} changes={movers.rises} sign="▲" />
          <p class="more">
            <a href={link(view, { params: { sort: "-difference" } }, itemsPath)} hx-boost={swapFromTop}>
              {overview.allRises}
            </a>
          </p>
          <Changes view={view} title={overview.falls} none={overview.noFalls} changes={movers.falls} sign="▼" />
          <p class="more">
            <a href={link(view, { params: { sort: "difference" } }, itemsPath)} hx-boost={swapFromTop}>
              {overview.allFalls}
            </a>
          </p>
        </>
      ) : (
        <p class="hint">{overview.noCompare}</p>
      )}
    </article>
  );
}

interface ChangesProps {
  view: View;
  title: string;
  none: string;
  changes: Answers["movers"]["rises"];
  sign: "▲" | "▼";
}

function Changes({ view, title, none, changes, sign }: ChangesProps) {
  const { columns } = view.texts;
  const { format } = view;
  if (changes.length === 0) return <p class="hint">{none}</p>;
  return (
    <Scroll label={title}>
      <table class="movers">
        <caption>{title}</caption>
        <Headings
          of={[columns.item, [columns.before, "number wide"], [columns.now, "number"], [columns.difference, "number"]]}
        />
        <tbody>
          {changes.map(({ item_code, item_name, before, now, difference }) => (
            <tr>
              <th scope="row">
                <ItemLink view={view} code={item_code} name={item_name} />
              </th>
              <Quantity value={before} format={format} wide />
              <Quantity value={now} format={format} />
              <td class={`number ${sign === "▲" ? "up" : "down"}`}>
                <span aria-hidden="true">{sign}</span> {format.signed(difference)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Says that nothing was found, where there are data, and what to do. */
export function NoRows({ view }: { view: View }) {
  const { texts, coverage } = view;
  const { first, newest, last } = coverage;
  const isAhead = isAheadOfData(view);
  return (
    <article class="panel empty">
      <h2>{isAhead ? texts.states.notYet : texts.states.noRows}</h2>
      {isAhead ? null : <p>{texts.states.noRowsHelp}</p>}
      {first === null || last === null ? null : (
        <p>
          {texts.states.noRowsDays(first, newest ?? last)}{" "}
          {isAhead ? <a href={link(view, { period: "last_30" })}>{texts.states.showNewest}</a> : null}{" "}
          <a href={link(view, { period: "custom", from: first, to: last, items: [], q: "" })}>{texts.states.showAll}</a>
        </p>
      )}
    </article>
  );
}
