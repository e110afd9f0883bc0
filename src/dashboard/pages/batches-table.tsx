/** @jsxImportSource hono/jsx */
import type { Answers } from "../../production/questions.ts";
import type { ProductionRecord } from "../../production/records.ts";
import { isDay } from "../../segments/day.ts";
import { Headings, ItemName, Quantity, Scroll } from "../elements.tsx";
import { addressOf } from "../filter.ts";
import { swapFromTop } from "../swap.ts";
import { link, type View } from "../view.ts";
import { batchValues, mostRows, rowsAtATime } from "./batches-params.tsx";

interface RowsProps {
  view: View;
  page: Answers["records"];
}

/** Rows of batches, and the way to the next. */
export function BatchTable({ view, page }: RowsProps) {
  const { texts } = view;
  const { columns, batches } = texts;
  return (
    <Scroll label={batches.list}>
      <table class="batches">
        <Headings
          of={[columns.day, columns.lot, columns.item, [columns.quantity, "number"], [batches.source, "wide"]]}
        />
        <tbody>
          <BatchRows view={view} page={page} />
        </tbody>
      </table>
    </Scroll>
  );
}

/** The rows and, as the last of them, what comes after; public/dashboard/more.js and a refresh find each again by its id. */
export function BatchRows({ view, page }: RowsProps) {
  const { texts, format } = view;
  const words = texts.batches;
  const opening = openerOf(view);
  return (
    <>
      {page.data.map((record, at) => (
        <tr id={idOf(record, page.data[at - 1])}>
          <td class="day">{dayOf(view, record)}</td>
          <LotCell opening={opening} record={record} />
          <ItemCell opening={opening} record={record} />
          <Quantity value={record.good_quantity} format={format} />
          <td class="wide hint" title={words.sourceHints[record.source]}>
            {words.sources[record.source]}
          </td>
        </tr>
      ))}
      <tr id="more" data-rows={String(batchValues(view).rows)} data-preset={String(rowsAtATime)}>
        <td colspan={5} class="hint">
          <More view={view} next={page.next_cursor} />
        </td>
      </tr>
    </>
  );
}

/** Says the addresses that open the drawer for a lot or an item. They have one beginning, because a list has two in each of its rows. */
export function openerOf(view: View): (show: string) => string {
  const address = link(view, { params: { show: null } });
  const sign = address.includes("?") ? "&" : "?";
  return (show) => `${address}${sign}${new URLSearchParams({ show })}`;
}

interface CellProps {
  opening: (show: string) => string;
  record: ProductionRecord;
}

/** A lot that opens its history. */
export function LotCell({ opening, record: { lot_number } }: CellProps) {
  return (
    <td class="code">
      {lot_number === null ? (
        "–"
      ) : (
        <a href={opening(`lot:${lot_number}`)} aria-haspopup="dialog">
          {lot_number}
        </a>
      )}
    </td>
  );
}

/** An item that opens its months and newest batches. */
export function ItemCell({ opening, record: { item_code, item_name } }: CellProps) {
  return (
    <td>
      <a href={opening(`item:${item_code}`)} aria-haspopup="dialog">
        <ItemName code={item_code} name={item_name} />
      </a>
    </td>
  );
}

/** The day, or the stored text with a word that it is none. */
export function dayOf({ texts }: View, { production_date }: ProductionRecord): string {
  return isDay(production_date) ? production_date : texts.batches.undatedDay(production_date);
}

/** Fetches itself when it comes near the screen; by key, click or without a script it is a link to the list that goes on after this one. */
function More({ view, next }: { view: View; next: string | null }) {
  const { texts, format } = view;
  const words = texts.batches;
  const { rows } = batchValues(view);
  if (next === null) return <>{words.end}</>;
  const onward = link(view, { params: { after: next, rows: null, show: null } });
  if (rows >= mostRows) {
    return (
      <>
        {words.shown(format.exact(rows))}
        <a href={onward} hx-boost={swapFromTop}>
          {words.next}
        </a>
      </>
    );
  }
  const { show: _, ...params } = view.params as Record<string, string>;
  const part = addressOf("/dashboard/parts/batches/rows", view.filter, { ...params, rows: String(rows), next });
  return (
    <>
      <a
        id="more-rows"
        href={onward}
        hx-get={part}
        hx-target="#more"
        hx-swap="outerHTML"
        hx-trigger="click, intersect once rootMargin:600px"
      >
        {words.more(format.exact(rowsAtATime))}
      </a>
      {words.shown(format.exact(rows))}
    </>
  );
}

/** An id that a row has whatever stands around it. Two archive files may hold rows with the same id and date, one after the other. */
function idOf(record: ProductionRecord, before: ProductionRecord | undefined): string | undefined {
  const id = (row: ProductionRecord): string =>
    `row-${row.source}-${row.id}-${row.production_date}`.replace(/\s/g, "_");
  return before && id(before) === id(record) ? undefined : id(record);
}
