/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { averageWindows, type Trends } from "../../production/trends.ts";
import { alongside } from "../charts/alongside.ts";
import { Units } from "../charts/series-chart.tsx";
import { hasRoom, ItemsChart, WholeChart } from "../charts/trend-charts.tsx";
import { Weekdays } from "../charts/weekdays.tsx";
import { comparedDays, unitOf } from "../filter.ts";
import type { Page, PageTable } from "../page.ts";
import { type Params, valuesOf } from "../params.ts";
import { ask, isAheadOfData, link, type View } from "../view.ts";
import { NoRows } from "./overview-lists.tsx";
import { trendsPath } from "./trends-path.ts";
import { TrendsTable } from "./trends-table.tsx";

/** Lines of items that one chart shows legibly. */
const mostItems = 5;
/** Columns of items in a file. */
const mostInFile = 100;
const averages = ["none", "short", "long"] as const;

const params = {
  average: { schema: z.enum(averages).default("none"), fault: (texts) => texts.trends.wrongAverage },
} satisfies Params;

/** 생산 추세: how the quantity of items went, by day, week or month. */
export const trends: Page = { id: "trends", path: trendsPath, key: "t", params, content, table };

async function content(view: View) {
  const { filter, codes } = view;
  const before = comparedDays(filter);
  const { average } = valuesOf(params, view);
  const asked = await ask(view, {
    trends: [
      "trends",
      { from: filter.from, to: filter.to, before, items: codes, unit: unitOf(filter), average, limit: mostItems },
    ],
    weekdays: ["by_weekday", { from: filter.from, to: filter.to, items: codes }],
  });
  const { unit, starts, before_starts, whole, items, others } = asked.trends;
  const nothing = whole.batch_count === 0 && (whole.before?.batch_count ?? 0) === 0;
  if (nothing || isAheadOfData(view)) return <NoRows view={view} />;
  const beside = before && alongside(unit, starts, before_starts);
  const shown = { view, trends: asked.trends, beside };
  return (
    <>
      <Choices view={view} trends={asked.trends} average={average} />
      {items.length === 1 && others.items === 0 ? null : <WholeChart {...shown} />}
      <section class="described">
        <Shown view={view} trends={asked.trends} />
        <ItemsChart {...shown} />
      </section>
      <Weekdays view={view} weekdays={asked.weekdays} />
      <TrendsTable {...shown} />
    </>
  );
}

/** Each part of the period with the total and the items. */
async function table(view: View): Promise<PageTable> {
  const { filter, codes: items, texts, format } = view;
  const { trends } = await ask(view, {
    trends: [
      "trends",
      {
        from: filter.from,
        to: filter.to,
        before: null,
        items,
        unit: unitOf(filter),
        average: "none",
        limit: mostInFile,
      },
    ],
  });
  const { unit, starts, whole, others } = trends;
  const rest = others.items === 0 ? [] : [{ heading: texts.columns.others(format.exact(others.items)), ...others }];
  const lines = [
    { heading: texts.columns.whole, ...whole },
    ...trends.items.map((item) => ({ heading: [item.item_code, item.item_name].filter(Boolean).join(" "), ...item })),
    ...rest,
  ];
  return {
    headings: [texts.columns[unit], ...lines.map(({ heading }) => heading)],
    rows: starts.map((start, at) => [format.part(start, unit), ...lines.map(({ values }) => values[at]!)]),
    shares: [],
  };
}

interface ChoicesProps {
  view: View;
  trends: Trends;
  average: (typeof averages)[number];
}

/** Links that choose how long the parts are and over how many of them an average is taken. */
function Choices({ view, trends, average }: ChoicesProps) {
  const { texts, format } = view;
  const words = texts.trends;
  const nameOf = (choice: (typeof averages)[number]): string =>
    choice === "none" ? words.noAverage : words.windows[trends.unit](format.exact(averageWindows[trends.unit][choice]));
  return (
    <div class="tools" id="trend-choices">
      <Units view={view} unit={trends.unit} />
      <nav class="choices" aria-label={words.average}>
        <span class="name">{words.average}</span>
        {averages.map((choice) => (
          <a
            href={link(view, { params: { average: choice === "none" ? null : choice } })}
            aria-current={choice === average ? "true" : undefined}
          >
            {nameOf(choice)}
          </a>
        ))}
      </nav>
      {average === "none" ? null : <p class="hint">{words.averageHelp}</p>}
    </div>
  );
}

/** Says which items are shown where those are not simply the ones chosen, and why lines are missing. */
function Shown({ view, trends }: { view: View; trends: Trends }) {
  const { codes, texts, format } = view;
  const { items, others } = trends;
  const words = texts.trends;
  const count = format.exact(items.length);
  const many = codes !== undefined && codes.length > mostItems;
  return (
    <div class="hint" id="shown">
      {many ? (
        <p>
          {words.greatestOf(format.exact(codes.length), count)}{" "}
          <b>{items.map(({ item_code }) => item_code).join(", ")}</b>. {others.items === 0 ? null : words.restInTable}
        </p>
      ) : null}{" "}
      {codes === undefined && others.items > 0 ? <p>{words.greatest(count)}</p> : null}{" "}
      {hasRoom(trends) || trends.whole.before === null ? null : <p>{words.few}</p>}
    </div>
  );
}
