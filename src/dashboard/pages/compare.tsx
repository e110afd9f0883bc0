/** @jsxImportSource hono/jsx */
import { comparedDays } from "../filter.ts";
import type { Page } from "../page.ts";
import { ask, link, type View } from "../view.ts";
import { ComparedTotals } from "./compare-totals.tsx";
import { ContributionTable } from "./contribution-table.tsx";
import { NoRows } from "./overview-lists.tsx";

/** Items shown one by one; beyond them a line each says little. */
const mostItems = 20;

/** 기간 비교: how far two periods are apart, and which items make the difference. */
export const compare: Page = { id: "compare", path: "/dashboard/compare", key: "c", content };

async function content(view: View) {
  const { filter, codes } = view;
  const before = comparedDays(filter);
  if (before === null) return <NothingCompared view={view} />;
  const now = { from: filter.from, to: filter.to };
  const { contributions } = await ask(view, {
    contributions: ["contributions", { now, before, items: codes, limit: mostItems }],
  });
  if (contributions.now.batch_count === 0 && contributions.before.batch_count === 0) return <NoRows view={view} />;
  return (
    <>
      <ComparedTotals view={view} contributions={contributions} now={now} before={before} />
      <ContributionTable view={view} contributions={contributions} />
    </>
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
