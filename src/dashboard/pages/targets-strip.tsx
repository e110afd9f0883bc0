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
}

/**
 * How the target of an item, or of all items together, stands in the present month; null where there is none. Pages do not fail for want of a forecast:
 * what goes wrong is told on the page of targets.
 */
export async function shownTarget(view: View, itemCode?: string): Promise<ShownTarget | null> {
  const known = view.targets;
  if (!known || known.targets.store.present().targets.length === 0) return null;
  try {
    const month = await known.targets.presentMonth();
    if (!known.targets.has(month)) return null;
    const { total, items, working_days } = await known.targets.achievement(month);
    const standing = itemCode === undefined ? total : items.find(({ item_code }) => item_code === itemCode);
    return standing ? { month, standing, daysLeft: working_days?.left ?? null } : null;
  } catch {
    return null;
  }
}

/** One line that says how a target stands, and leads to the page of targets. */
export function TargetStrip({ view, target }: { view: View; target: ShownTarget | null }) {
  if (target === null) return null;
  const { texts, format } = view;
  const { targets: words, overview } = texts;
  const { month, standing, daysLeft } = target;
  const { achievement, made, forecast } = standing;
  return (
    <section class="panel strip" id="target" aria-label={words.card(month)}>
      <h2>{words.card(month)}</h2>
      <p class="figure">
        <data value={String(achievement)}>{format.percent(achievement)}</data>
      </p>
      <TargetBar total={standing} />
      <p class="said">
        {words.madeOf(format.short(made), format.short(standing.target))}
        {forecast === null ? null : (
          <>
            {" · "}
            {words.forecast} <Short value={forecast} format={format} words={overview.pieces} />
          </>
        )}{" "}
        <Chance view={view} standing={standing} daysLeft={daysLeft} />
      </p>
      <a href={link(view, {}, targetsPath)} hx-boost={swapFromTop}>
        {words.toTargets}
      </a>
    </section>
  );
}
