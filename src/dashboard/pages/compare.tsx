/** @jsxImportSource hono/jsx */
import { daysText } from "../../segments/day.ts";
import { comparedDays } from "../filter.ts";
import type { Page, PageTable } from "../page.ts";
import { ask, isAheadOfData, link, type View } from "../view.ts";
import { ComparedTotals } from "./compare-totals.tsx";
import { ContributionTable } from "./contribution-table.tsx";
import { NoRows } from "./overview-lists.tsx";

/** Items shown one by one; beyond them a line each says little. */
const mostItems = 20;
/** Items in a file. */
const mostInFile = 2_000;

/** 기간 비교: how far two periods are apart, and which items make the difference. */
export const compare: Page = { id: "compare", path: "/dashboard/compare", key: "c", content, table };

/** What is asked most: one click each, wherever the filter stands. */
const presets = {
  lastMonth: { period: "last_month", compare: "previous" },
  lastMonthOfYear: { period: "last_month", compare: "last_year" },
  thisQuarter: { period: "this_quarter", compare: "last_year" },
  thisYear: { period: "this_year", compare: "last_year" },
} as const;

async function content(view: View) {
  return (
    <>
      <Presets view={view} />
      {await comparison(view)}
    </>
  );
}

async function comparison(view: View) {
  const { filter, codes } = view;
  const before = comparedDays(filter);
  if (before === null) return <NothingCompared view={view} />;
  const now = { from: filter.from, to: filter.to };
  const { contributions } = await ask(view, {
    contributions: ["contributions", { now, before, items: codes, limit: mostItems }],
  });
  const nothing = contributions.now.batch_count === 0 && contributions.before.batch_count === 0;
  if (nothing || isAheadOfData(view)) return <NoRows view={view} />;
  return (
    <>
      <ComparedTotals view={view} contributions={contributions} now={now} before={before} />
      <ContributionTable view={view} contributions={contributions} />
    </>
  );
}

/** Every item in both periods, that of the greatest difference first. */
async function table(view: View): Promise<PageTable> {
  const { columns, compare: words, items } = view.texts;
  const now = { from: view.filter.from, to: view.filter.to };
  // Where nothing is compared there is nothing to contribute to.
  const before = comparedDays(view.filter) ?? comparedDays({ ...view.filter, compare: "previous" })!;
  const { contributions } = await ask(view, {
    contributions: ["contributions", { now, before, items: view.codes, limit: mostInFile }],
  });
  return {
    headings: [
      items.code,
      items.name,
      `${words.before} ${daysText(before)}`,
      `${words.now} ${daysText(now)}`,
      columns.difference,
      words.change,
      words.share,
    ],
    rows: contributions.items.map(({ item_code, item_name, before, now, difference, share }) => [
      item_code,
      item_name,
      before,
      now,
      difference,
      before > 0 ? difference / before : null,
      share,
    ]),
    shares: [5, 6],
  };
}

function Presets({ view }: { view: View }) {
  const { filter, texts } = view;
  const words = texts.compare;
  return (
    <div class="tools" id="presets">
      <nav class="choices" aria-label={words.presets}>
        <span class="name">{words.presets}</span>
        {Object.entries(presets).map(([name, { period, compare }]) => (
          <a
            href={link(view, { period, compare })}
            aria-current={filter.period === period && filter.compare === compare ? "true" : undefined}
          >
            {words.preset[name as keyof typeof presets]}
          </a>
        ))}
      </nav>
    </div>
  );
}

/** Says what to choose where nothing is compared. */
function NothingCompared({ view }: { view: View }) {
  const { compare, filter } = view.texts;
  return (
    <article class="panel empty" id="nothing-compared">
      <h2>{compare.choose}</h2>
      <p>{compare.chooseHelp}</p>
      <p class="choices">
        {(["previous", "last_year", "custom"] as const).map((choice) => (
          <a href={link(view, { compare: choice })}>{filter.compares[choice]}</a>
        ))}
      </p>
    </article>
  );
}
