/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { ProductionRecord } from "../../production/records.ts";
import { tidy } from "../../production/totals.ts";
import { Headings, ItemName, itemPath, Quantity, Scroll } from "../elements.tsx";
import { swapFromTop } from "../swap.ts";
import { ask, link, type View } from "../view.ts";
import { batchValues } from "./batches-params.tsx";
import { dayOf, ItemCell, LotCell, openerOf } from "./batches-table.tsx";

const batchesOfLot = 50;
const batchesOfItem = 20;
const months = 12;

/** What stands beside the list when a lot or an item is looked at; nothing where none is. */
export async function drawerOf(view: View): Promise<Child> {
  const { show } = batchValues(view);
  if (!show) return null;
  const words = view.texts.batches.drawer;
  const close = link(view, { params: { show: null } });
  return (
    <dialog id="drawer" open aria-labelledby="drawer-title">
      <div class="head">
        <h2 id="drawer-title" tabindex={-1} autofocus>
          {words[show.kind](show.name)}
        </h2>
        <a id="drawer-close" href={close} class="button">
          {words.close}
        </a>
      </div>
      {await (show.kind === "lot" ? lotHistory : itemHistory)(view, show.name)}
    </dialog>
  );
}

interface BatchesProps {
  view: View;
  id: string;
  title: string;
  records: readonly ProductionRecord[];
  /** What all batches have in common, and so need not say. */
  kind: "lot" | "item";
}

function BatchesOf({ kind, view, id, title, records }: BatchesProps) {
  const { texts, format } = view;
  const { columns } = texts;
  const opening = openerOf(view);
  return (
    <Scroll label={title}>
      <table id={id}>
        <caption>{title}</caption>
        <Headings of={[columns.day, kind === "lot" ? columns.item : columns.lot, [columns.quantity, "number"]]} />
        <tbody>
          {records.map((record) => (
            <tr>
              <td class="day">{dayOf(view, record)}</td>
              {kind === "lot" ? (
                <ItemCell opening={opening} record={record} />
              ) : (
                <LotCell opening={opening} record={record} />
              )}
              <Quantity value={record.good_quantity} format={format} />
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The batches of a lot, whenever they were made. */
async function lotHistory(view: View, lot: string): Promise<Child> {
  const { texts, format, coverage } = view;
  const words = texts.batches.drawer;
  const { records } = await ask(view, {
    records: ["records", { filter: { lot, lotPrefix: lot }, limit: batchesOfLot, rawDates: false }],
  });
  if (records.count === 0) return <p class="hint">{words.noLot}</p>;
  const sum = tidy(records.data.reduce((all, { good_quantity }) => all + (good_quantity ?? 0), 0));
  const { first, last } = coverage;
  return (
    <>
      <p>
        {/* Of rows that a limit has cut there is no sum. */}
        {records.has_more
          ? words.lotMore(format.exact(batchesOfLot))
          : words.lotTotals(format.exact(records.count), format.exact(sum))}
      </p>
      <BatchesOf kind="lot" view={view} id="lot-history" title={words.history} records={records.data} />
      {first === null || last === null ? null : (
        <p>
          <a
            href={link(view, {
              period: "custom",
              from: first,
              to: last,
              items: [],
              q: "",
              params: { lot: lot.slice(0, 50), min: null, max: null },
            })}
          >
            {words.lotList}
          </a>
        </p>
      )}
    </>
  );
}

/** An item's months and newest batches. */
async function itemHistory(view: View, code: string): Promise<Child> {
  const { texts, format } = view;
  const { columns } = texts;
  const words = texts.batches.drawer;
  const { profile, monthly, records } = await ask(view, {
    profile: ["item_profile", { itemCode: code }],
    monthly: ["monthly_total", { items: [code] }],
    records: ["records", { filter: { itemCode: code }, limit: batchesOfItem, rawDates: false }],
  });
  if (profile === null) return <p class="hint">{words.noItem}</p>;
  return (
    <>
      <p>
        <ItemName code={code} name={profile.item_name} />
      </p>
      <dl class="facts">
        <div>
          <dt>{words.first}</dt>
          <dd>{profile.first_day ?? "–"}</dd>
        </div>
        <div>
          <dt>{words.last}</dt>
          <dd>{profile.last_day ?? "–"}</dd>
        </div>
        <div>
          <dt>{words.batches}</dt>
          <dd>{format.exact(profile.record_count)}</dd>
        </div>
      </dl>
      <Scroll label={words.months}>
        <table id="item-months">
          <caption>{words.months}</caption>
          <Headings of={[columns.month, [columns.quantity, "number"], [columns.batches, "number"]]} />
          <tbody>
            {monthly
              .slice(-months)
              .reverse()
              .map(({ year_month, total_production, batch_count }) => (
                <tr>
                  <th scope="row">{year_month}</th>
                  <Quantity value={total_production} format={format} />
                  <Quantity value={batch_count} format={format} />
                </tr>
              ))}
          </tbody>
        </table>
      </Scroll>
      <BatchesOf kind="item" view={view} id="item-batches" title={words.latest} records={records.data} />
      <p>
        <a href={link(view, { items: [code], q: "" })}>{words.itemList}</a> ·{" "}
        <a href={link(view, {}, itemPath(code))} hx-boost={swapFromTop}>
          {words.itemPage}
        </a>
      </p>
    </>
  );
}
