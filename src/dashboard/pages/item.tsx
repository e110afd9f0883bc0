/** @jsxImportSource hono/jsx */
import { addDays, addMonths, startOf, type Unit } from "../../production/calendar.ts";
import type { EarlierName } from "../../production/item-names.ts";
import type { ItemProfile, ItemStanding } from "../../production/item-profile.ts";
import { colourOf } from "../charts/colour.ts";
import { Bar } from "../charts/pareto.tsx";
import { Weekdays } from "../charts/weekdays.tsx";
import { itemPath } from "../elements.tsx";
import { comparedDays, type Filter, unitOf } from "../filter.ts";
import type { Page } from "../page.ts";
import { swapFromTop } from "../swap.ts";
import { ask, type Coverage, link, type View } from "../view.ts";
import { batches } from "./batches.tsx";
import { Months } from "./item-months.tsx";
import { unknownItem } from "./item-unknown.tsx";
import { items } from "./items.tsx";
import { overview } from "./overview.tsx";
import { Card } from "./overview-cards.tsx";
import { LatestBatches } from "./overview-lists.tsx";
import { shownTarget, TargetStrip } from "./targets-strip.tsx";
import { trends } from "./trends.tsx";

const latestBatches = 10;

/** One item: its figures in the period and its place among the others, its months, its weekdays and its last batches. */
export const item: Page = { id: "items", path: `${itemPath("")}:code{.+}`, key: "", heading, content };

/** The item that a page is of; null where its address holds no text that could be a code. */
function codeOf({ path }: View): string | null {
  try {
    return decodeURIComponent(path.slice(itemPath("").length));
  } catch {
    return null;
  }
}

async function profileOf(view: View): Promise<ItemProfile | null> {
  const itemCode = codeOf(view);
  if (itemCode === null) return null;
  return (await ask(view, { profile: ["item_profile", { itemCode }] })).profile;
}

async function heading(view: View) {
  const profile = await profileOf(view);
  if (profile === null) return { title: view.texts.items.unknown, status: 404 } as const;
  const { item_code, item_name } = profile;
  return { title: item_name === null ? item_code : `${item_code} ${item_name}`, status: 200 } as const;
}

async function content(view: View) {
  const profile = await profileOf(view);
  if (profile === null) return unknownItem(view, codeOf(view) ?? view.path.slice(itemPath("").length));
  const { filter, codes, coverage } = view;
  const itemCode = profile.item_code;
  const own = { items: [itemCode] };
  const range = { from: filter.from, to: filter.to };
  const before = comparedDays(filter);
  const months = monthsOf(filter, coverage);
  const target = shownTarget(view, itemCode);
  const asked = await ask(view, {
    names: ["item_names", { itemCode }],
    now: ["item_standing", { ...range, items: codes, itemCode }],
    past: before && ["item_standing", { ...before, items: codes, itemCode }],
    course: ["series", { ...range, ...own, unit: unitOf(filter) }],
    months: ["series", { ...months, ...own, unit: "month" as Unit }],
    yearBefore: [
      "series",
      { from: addMonths(months.from, -12), to: lastOf(addMonths(months.to, -12)), ...own, unit: "month" as Unit },
    ],
    weekdays: ["by_weekday", { ...range, ...own }],
    latest: ["latest", { ...range, ...own, limit: latestBatches }],
  });
  return (
    <>
      <Facts view={view} profile={profile} names={asked.names} />
      {asked.now.batch_count === 0 ? <NoneNow view={view} profile={profile} /> : null}
      <Figures view={view} itemCode={itemCode} {...asked} before={before} isAmong={codes?.includes(itemCode) ?? true} />
      <TargetStrip view={view} target={await target} />
      <Months view={view} months={asked.months} yearBefore={asked.yearBefore} />
      <div class="columns">
        <div class="column">
          <Weekdays view={view} weekdays={asked.weekdays} />
        </div>
        <div class="column">
          <LatestBatches view={view} records={asked.latest} ofOne />
        </div>
      </div>
    </>
  );
}

/** Whole months: the twelve that end with the period's last one that has data, and more where the period is longer. */
function monthsOf({ from, to }: Filter, { last }: Coverage): { from: string; to: string } {
  const end = last !== null && last < to ? (last < from ? from : last) : to;
  const first = startOf(addMonths(end, -11), "month");
  return { from: from < first ? startOf(from, "month") : first, to: lastOf(end) };
}

/** The last day of the month that a day lies in. */
const lastOf = (day: string): string => addDays(addMonths(startOf(day, "month"), 1), -1);

/** What is known of the item over all times, and where more of it is to be seen. */
function Facts({ view, profile, names }: { view: View; profile: ItemProfile; names: readonly EarlierName[] }) {
  const { format, texts } = view;
  const words = texts.items;
  const { item_code, first_day, last_day, record_count } = profile;
  const only = { items: [item_code], q: "" };
  return (
    <section class="panel facts" id="facts" aria-label={words.facts}>
      <dl>
        {first_day === null || last_day === null ? (
          <div>
            <dt>{words.lastEver}</dt>
            <dd>{words.undated}</dd>
          </div>
        ) : (
          <>
            <div>
              <dt>{words.firstEver}</dt>
              <dd>{first_day}</dd>
            </div>
            <div>
              <dt>{words.lastEver}</dt>
              <dd>{last_day}</dd>
            </div>
          </>
        )}
        <div>
          <dt>{words.records}</dt>
          <dd>
            <data value={String(record_count)}>{words.recordCount(format.exact(record_count))}</data>
          </dd>
        </div>
        {names.length === 0 ? null : (
          <div>
            <dt>{words.earlierNames}</dt>
            <dd>
              {names.map(({ item_name, last_day }) => (
                <span class="earlier">{words.until(item_name, last_day)}</span>
              ))}
            </dd>
          </div>
        )}
      </dl>
      <nav class="links" aria-label={item_code} hx-boost:inherited={swapFromTop}>
        <a href={link(view, {}, items.path)}>{words.back}</a>
        <a href={link(view, only, batches.path)}>{words.toBatches}</a>
        <a href={link(view, only, trends.path)}>{words.toTrends}</a>
        <a href={link(view, only, overview.path)}>{words.toOverview}</a>
      </nav>
    </section>
  );
}

/** Says that the period has none of the item, and leads to when it was made. */
function NoneNow({ view, profile }: { view: View; profile: ItemProfile }) {
  const { items: words } = view.texts;
  const { last_day } = profile;
  return (
    <section class="panel none" id="none">
      <p>{words.noneNow}.</p>
      {last_day === null ? null : (
        <p>
          {words.lastMade(last_day)}{" "}
          <a href={link(view, { period: "custom", from: addDays(last_day, -29), to: last_day })}>{words.showLast}</a>
        </p>
      )}
    </section>
  );
}

interface FiguresProps {
  view: View;
  itemCode: string;
  now: ItemStanding;
  past: ItemStanding | null;
  course: { parts: { total_production: number; batch_count: number }[] };
  before: { from: string; to: string } | null;
  /** False where the filter names items, and not this one. */
  isAmong: boolean;
}

/** The item's figures in the period, and its place among all items of the filter. */
function Figures({ view, itemCode, now, past, course, before, isAmong }: FiguresProps) {
  const { overview, items: words } = view.texts;
  const common = { view, before };
  return (
    <section class="cards" aria-label={words.figures}>
      <Card
        {...common}
        id="total"
        label={overview.total}
        value={now.total_production}
        past={past?.total_production}
        words={overview.pieces}
        line={course.parts.map(({ total_production }) => total_production)}
      />
      <Card
        {...common}
        id="batches"
        label={overview.batches}
        value={now.batch_count}
        past={past?.batch_count}
        words={overview.batchCount}
        line={course.parts.map(({ batch_count }) => batch_count)}
      />
      <Card
        {...common}
        id="average"
        label={overview.average}
        value={now.avg_batch_size}
        past={past?.avg_batch_size}
        words={overview.pieces}
        line={course.parts.map(({ total_production, batch_count }) =>
          batch_count ? total_production / batch_count : 0,
        )}
      />
      <Standing view={view} itemCode={itemCode} now={now} past={past} isAmong={isAmong} />
    </section>
  );
}

type StandingProps = Pick<FiguresProps, "view" | "itemCode" | "now" | "past" | "isAmong">;

function Standing({ view, itemCode, now, past, isAmong }: StandingProps) {
  const { format, texts, codes } = view;
  const words = texts.items;
  const { share, rank, item_count } = now;
  return (
    <article class="panel card" id="card-share">
      <h2>{codes === undefined ? words.shareOfAll : words.shareOfFilter}</h2>
      <p class="value">{share === null ? "–" : <data value={String(share)}>{format.percent(share)}</data>}</p>
      {share === null ? null : <Bar colour={`colour-${colourOf(itemCode)}`} length={share} />}
      <p class="change">
        {!isAmong
          ? words.leftOut
          : rank === null
            ? words.unranked
            : words.standing(format.exact(rank), format.exact(item_count))}{" "}
        {past === null || past.rank === null ? null : (
          <span class="hint">{words.standingBefore(format.exact(past.rank))}</span>
        )}
      </p>
    </article>
  );
}
