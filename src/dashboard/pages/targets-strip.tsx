/** @jsxImportSource hono/jsx */
import type { Standing } from "../../targets/achievement.ts";
import type { Month } from "../../targets/types.ts";
import { Short } from "../elements.tsx";
import { swapFromTop } from "../swap.ts";
import { link, type View } from "../view.ts";
import { Chance, TargetBar } from "./targets-cards.tsx";
import { targetsPath } from "./targets-path.ts";

/** How one target stands, for other pages to show. */
export interface ShownTarget {
  month: Month;
  standing: Standing;
  daysLeft: number | null;
  /** Whether it is the target of all items together. */
  isOfAll: boolean;
}

/**
 * How the target of an item, or of all items together, stands in the month that the filter shows, else in the present one; null where there is none. Pages do not fail for want of a forecast:
 * what goes wrong is told on the page of targets.
 */
export async function shownTarget(view: View, itemCode?: string): Promise<ShownTarget | null> {
  const known = view.targets;
  if (!known || known.targets.store.present().targets.length === 0) return null;
  try {
    const { from, to } = view.filter;
    const shown = from.slice(0, 7);
    const isOfMonth = shown === to.slice(0, 7) && known.targets.has(shown);
    const month = isOfMonth ? shown : await known.targets.presentMonth();
    if (!known.targets.has(month)) return null;
    const { total, items, working_days } = await known.targets.achievement(month);
    const standing = itemCode === undefined ? total : items.find(({ item_code }) => item_code === itemCode);
    return standing ? { month, standing, daysLeft: working_days?.left ?? null, isOfAll: itemCode === undefined } : null;
  } catch {
    return null;
  }
}

/** One line that says how a target stands, and leads to the page of targets. */
export function TargetStrip({ view, target }: { view: View; target: ShownTarget | null }) {
  if (target === null) return null;
  const { texts, format } = view;
  const { targets: words, overview } = texts;
  const { month, standing, daysLeft, isOfAll } = target;
  const title = isOfAll ? words.card(month) : words.itemLine(month);
  const { achievement, made, forecast } = standing;
  return (
    <section class="panel strip" id="target" aria-label={title}>
      <h2>{title}</h2>
      <p class="figure">
        <data value={String(achievement)}>{format.percent(achievement)}</data>
      </p>
      <TargetBar total={standing} />
      <p class="standing">
        {words.madeOf(format.short(made), format.short(standing.target))}
        {forecast === null ? null : (
          <>
            {" · "}
            {words.forecast} <Short value={forecast} format={format} words={overview.pieces} />
          </>
        )}{" "}
        <Chance view={view} standing={standing} daysLeft={daysLeft} />
      </p>
      <a href={link(view, { params: { month } }, targetsPath)} hx-boost={swapFromTop}>
        {words.toTargets}
      </a>
    </section>
  );
}
