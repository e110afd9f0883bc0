/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { z } from "zod";
import { type ChangeOfTotal, type ItemSort, itemSorts, type TableItem } from "../../production/item-table.ts";
import type { Answers } from "../../production/questions.ts";
import { Sparkline } from "../charts/sparkline.tsx";
import { ItemLink, Quantity, Scroll } from "../elements.tsx";
import { comparedDays } from "../filter.ts";
import type { Page, PageTable } from "../page.ts";
import { type Params, valuesOf } from "../params.ts";
import { TableFiles } from "../table-files.tsx";
import { ask, link, type View } from "../view.ts";
import { itemsPath } from "./items-path.ts";
import { NoRows } from "./overview-lists.tsx";

/** How many items are listed: a step more each time that more are wanted. */
const steps = ["100", "200", "500", "1000", "2000"] as const;
const preset = { sort: "-total", show: "100" } as const;

/** Lines made at a time, some 4 ms. */
const portion = 100;

/** Names of columns; with a minus the greatest comes first. */
const sorts = itemSorts.flatMap((sort) => [sort, `-${sort}`] as const);

const params = {
  sort: { schema: z.enum(sorts).default(preset.sort), fault: ({ items }) => items.sortFault },
  show: { schema: z.enum(steps).default(preset.show), fault: ({ items }) => items.showFault, passing: true },
} satisfies Params;

/** 제품별 분석: every item of the filter with its totals, its share and how it changed. */
export const items: Page = { id: "items", path: itemsPath, key: "i", params, content, table };

/** The question for so many of the items, in the order that the address names. */
function asking(view: View, limit: number) {
  const { filter, codes } = view;
  const { sort } = valuesOf(params, view);
  return [
    "item_table",
    {
      from: filter.from,
      to: filter.to,
      items: codes,
      before: comparedDays(filter),
      sort: sort.replace("-", "") as ItemSort,
      descending: sort.startsWith("-"),
      limit,
    },
  ] as const;
}

/** Every item of the filter. */
async function table(view: View): Promise<PageTable> {
  const { columns, items: words } = view.texts;
  const { table } = await ask(view, { table: asking(view, Number(steps.at(-1))) });
  const compared = table.before !== null;
  return {
    headings: [
      ...[words.rank, words.code, words.name, columns.quantity, columns.share, columns.batches, words.average],
      ...(compared ? [columns.compared, columns.difference, words.change] : []),
      words.lastDay,
    ],
    rows: table.items.map((item) => [
      ...[item.rank, item.item_code, item.item_name, item.total_production, item.share],
      ...[item.batch_count, Math.round(item.avg_batch_size * 100) / 100],
      ...(compared ? [item.before, item.difference, item.change] : []),
      item.last_day,
    ]),
    shares: compared ? [4, 9] : [4],
  };
}

async function content(view: View) {
  const { sort, show } = valuesOf(params, view);
  const { table } = await ask(view, { table: asking(view, Number(show)) });
  if (table.item_count === 0) return <NoRows view={view} />;
  const lines = await linesOf(view, table.items);
  return <ItemTable view={view} table={table} lines={lines} sort={sort} show={show} />;
}

/** The lines of the table as HTML, made in portions: 2,000 of them at once would hold everybody else up for 90 ms. */
async function linesOf(view: View, listed: readonly TableItem[]): Promise<string> {
  let lines = "";
  for (let at = 0; at < listed.length; at += portion) {
    if (at > 0) await Bun.sleep(0);
    for (const item of listed.slice(at, at + portion)) lines += String(<Line view={view} item={item} />);
  }
  return lines;
}

interface TableProps {
  view: View;
  table: Answers["item_table"];
  /** The lines of its items, as HTML. */
  lines: string;
  sort: (typeof sorts)[number];
  show: (typeof steps)[number];
}

function ItemTable({ view, table, lines, sort, show }: TableProps) {
  const { texts, format } = view;
  const { columns, items: words } = texts;
  const heads: HeadProps[] = [
    { view, sort, label: columns.item, by: "code" },
    { view, sort, label: columns.quantity, by: "total", number: true },
    { view, sort, label: columns.share, number: true, rank: "wide" },
    { view, sort, label: columns.cumulative, number: true, rank: "spare" },
    { view, sort, label: words.abc, title: words.abcHelp, rank: "spare" },
    { view, sort, label: columns.batches, by: "batches", number: true, rank: "wide" },
    { view, sort, label: words.average, by: "average", number: true, rank: "spare" },
    ...(table.before !== null
      ? ([
          { view, sort, label: columns.difference, by: "difference", number: true, rank: "spare" },
          { view, sort, label: words.change, by: "change", number: true },
        ] as const)
      : []),
    { view, sort, label: words.line, title: words.lineHelp[table.unit], rank: "wide" },
    { view, sort, label: words.lastDay, by: "last_day", rank: "wide" },
  ];
  const listed = table.items.length;
  const percent = (share: number | null): string => (share === null ? "–" : format.percent(share));
  return (
    <article class="panel" id="items">
      <div class="head">
        <h2>{words.list}</h2>
        <p class="hint" id="items-summary">
          {words.summary(
            format.exact(table.item_count),
            format.exact(table.total_production),
            format.exact(table.batch_count),
          )}
        </p>
        <TableFiles view={view} />
      </div>
      <Scroll label={words.list}>
        <table class="items">
          <thead>
            <tr>
              <th scope="col" class="number wide">
                {words.rank}
              </th>
              {heads.map((head) => (
                <Head {...head} />
              ))}
            </tr>
          </thead>
          <tbody>{raw(lines)}</tbody>
          <tfoot>
            <tr>
              <td class="wide" />
              <th scope="row">{columns.whole}</th>
              <Quantity value={table.total_production} format={format} />
              <td class="number wide">{percent(table.total_production > 0 ? 1 : null)}</td>
              <td class="spare" />
              <td class="spare" />
              <Quantity value={table.batch_count} format={format} wide />
              <td class="number spare">{format.exact(table.avg_batch_size)}</td>
              <Change view={view} of={table} />
              <td class="wide" />
              <td class="wide" />
            </tr>
          </tfoot>
        </table>
      </Scroll>
      {listed === table.item_count ? null : <More view={view} listed={listed} all={table.item_count} show={show} />}
    </article>
  );
}

interface HeadProps {
  view: View;
  sort: (typeof sorts)[number];
  label: string;
  title?: string;
  /** What a click sorts by; a column without it does not sort. */
  by?: ItemSort;
  number?: true;
  /** Which screens leave it out: `wide` those of phones, `spare` those of tablets as well. */
  rank?: "wide" | "spare";
}

/** The head of a column; a click sorts by it, and another one turns the order round. */
function Head({ view, sort, label, title, by, number, rank }: HeadProps) {
  const { items: words } = view.texts;
  const shape = [number && "number", rank].filter(Boolean).join(" ") || undefined;
  if (by === undefined) {
    return (
      <th scope="col" class={shape} title={title}>
        {label}
      </th>
    );
  }
  const [up, down] = [by, `-${by}`] as const;
  const current = sort === up ? "ascending" : sort === down ? "descending" : undefined;
  // Text is looked for from its beginning, figures and days from the greatest.
  const first = by === "code" ? up : down;
  const next = current === undefined ? first : sort === up ? down : up;
  return (
    <th scope="col" class={shape} aria-sort={current}>
      <a
        href={link(view, { params: { sort: next === preset.sort ? null : next } })}
        title={current === undefined ? words.sortBy(label) : words.turn(label)}
      >
        {label}
        <span class="order" aria-hidden="true">
          {current === undefined ? "" : current === "ascending" ? "↑" : "↓"}
        </span>
      </a>
    </th>
  );
}

function Line({ view, item }: { view: View; item: TableItem }) {
  const { format, texts } = view;
  const percent = (share: number | null): string => (share === null ? "–" : format.percent(share));
  return (
    <tr>
      <td class="number wide rank">{format.exact(item.rank)}</td>
      <th scope="row">
        <ItemLink view={view} code={item.item_code} name={item.item_name} />
      </th>
      <Quantity value={item.total_production} format={format} />
      <td class="number wide">{percent(item.share)}</td>
      <td class="number spare">{percent(item.cumulative_share)}</td>
      <td class="spare">
        {item.abc === null ? "–" : <span class={`abc abc-${item.abc}`}>{texts.items.abcs[item.abc]}</span>}
      </td>
      <Quantity value={item.batch_count} format={format} wide />
      <td class="number spare">{format.exact(item.avg_batch_size)}</td>
      <Change view={view} of={item} />
      <td class="wide">
        <Sparkline values={item.line} />
      </td>
      <td class="day wide">{item.last_day}</td>
    </tr>
  );
}

/** How far a total is from the one compared: as it is, and as a part of that. Nothing where nothing is compared. */
function Change({ view, of }: { view: View; of: ChangeOfTotal }) {
  const { format, texts } = view;
  const { before, difference, change } = of;
  if (before === null || difference === null) return null;
  const direction = difference > 0 ? "up" : difference < 0 ? "down" : "same";
  const sign = { up: "▲", down: "▼", same: "" }[direction];
  return (
    <>
      <td class={`number spare ${direction}`}>{format.signed(difference)}</td>
      <td class={`number ${direction}`} title={`${texts.columns.before} ${format.exact(before)}`}>
        <span aria-hidden="true">{sign}</span>{" "}
        {change !== null ? format.change(change) : before === 0 && difference !== 0 ? texts.items.fresh : "–"}
      </td>
    </>
  );
}

type MoreProps = { view: View; listed: number; all: number; show: TableProps["show"] };

/** Says how many of the items are listed, and leads to more of them. */
function More({ view, listed, all, show }: MoreProps) {
  const { texts, format } = view;
  const next = steps[steps.indexOf(show) + 1];
  return (
    <p class="more">
      <span class="hint">{texts.items.shown(format.exact(listed), format.exact(all))}</span>
      {next === undefined ? (
        <span class="hint">{texts.items.narrow}</span>
      ) : (
        <a class="button" id="more" href={link(view, { params: { show: next } })}>
          {texts.items.more(format.exact(Math.min(all, Number(next)) - listed))}
        </a>
      )}
    </p>
  );
}
