import { rounded } from "../production/summaries.ts";
import { tidy } from "../production/totals.ts";
import type { Day } from "../segments/day.ts";
import { errorAt, intervalShare, type Prediction, probabilityOf } from "./forecast.ts";
import type { MonthForecast } from "./month-forecast.ts";
import type { Month, Target, TargetVersion } from "./types.ts";

/** How a target stands, of one item or of all items with a target together. Quantities are good quantities. */
export interface Standing {
  target: number;
  /** Made in the month, as `/summary/monthly_by_item` says it. */
  made: number;
  /** What the target takes by the end of the last full day, day by day in proportion to the working days. */
  expected_by_now: number;
  /** Still to be made; 0 where the target is reached. */
  remaining: number;
  /** made / target */
  achievement: number;
  /** Expected at the end of the month; null where nothing is forecast. */
  forecast: number | null;
  /** The interval in which the month's total will lie with a probability of 80 %; null where too few months could be tested. */
  forecast_low: number | null;
  forecast_high: number | null;
  /** That the target is reached; null as for the interval. */
  probability: number | null;
  /** What a working day must bring from now on; null where none is left, or nothing is forecast. */
  needed_per_day: number | null;
}

/** How far all items with a target together were, or will be, at the end of a day of the month. */
export interface CourseDay {
  day: Day;
  planned: number;
  /** Null for days that are not over. */
  made: number | null;
  /** From the last day that is over on, where it is what was made. */
  forecast: number | null;
}

export type ItemStanding = { item_code: string; item_name: string | null } & Standing;

/** How the targets of a month stand. */
export interface Achievement {
  month: Month;
  /** The version of the targets; null where there are none at all. */
  version: TargetVersion | null;
  /** Newest day of data; null without any. */
  newest: Day | null;
  /** The last day that counts as over: the newest day of data, or the one before where that is today. */
  last_full_day: Day | null;
  /** Working days of the month; null where nothing is forecast. */
  working_days: { all: number; passed: number; left: number } | null;
  /** Months on whose ends the forecast was tested. */
  tested_months: number;
  /** All items with a target together; null without targets for the month. */
  total: Standing | null;
  /** The farthest behind first, by what is expected to be missing, then by code. */
  items: ItemStanding[];
  /** Day by day; empty where nothing is forecast. */
  course: CourseDay[];
  /** What was made of items without a target. */
  untargeted: { item_count: number; made: number };
}

/** What is known of a month. */
export interface MonthFacts {
  month: Month;
  version: TargetVersion | null;
  targets: readonly Target[];
  /** What was made of each item in the month. */
  made: ReadonlyMap<string, number>;
  names: ReadonlyMap<string, string | null>;
  newest: Day | null;
  lastFullDay: Day | null;
  forecast: MonthForecast | null;
}

/** Tested months below which neither an interval nor a probability is told. */
const fewestTests = 3;

/** How the targets of a month stand, out of what is known of it. */
export function achievementOf(facts: MonthFacts): Achievement {
  const { month, version, targets, made, names, newest, lastFullDay, forecast } = facts;
  const items = targets.map(({ item_code, quantity }): ItemStanding => {
    const predicted = forecast?.items[item_code];
    const errors = forecast?.itemErrors ?? [];
    const standing = standingOf(quantity, made.get(item_code) ?? 0, { forecast, predicted, errors });
    return { item_code, item_name: names.get(item_code) ?? null, ...standing };
  });
  const missing = ({ target, forecast, made }: Standing): number => target - (forecast ?? made);
  items.sort((a, b) => missing(b) - missing(a) || (a.item_code < b.item_code ? -1 : 1));
  const targeted = new Set(targets.map(({ item_code }) => item_code));
  const sum = (of: (item: ItemStanding) => number): number => tidy(items.reduce((all, item) => all + of(item), 0));
  const all = { forecast, predicted: forecast?.total, errors: forecast?.totalErrors ?? [] };
  const others = [...made].filter(([code]) => !targeted.has(code));
  return {
    month,
    version,
    newest,
    last_full_day: lastFullDay,
    working_days: forecast && {
      all: rounded(forecast.working.all, 2),
      passed: rounded(forecast.working.passed, 2),
      left: rounded(forecast.working.left, 2),
    },
    tested_months: forecast?.tested ?? 0,
    total:
      items.length === 0
        ? null
        : standingOf(
            sum(({ target }) => target),
            sum(({ made }) => made),
            all,
          ),
    items,
    course:
      forecast === null
        ? []
        : courseOf(
            month,
            sum(({ target }) => target),
            forecast,
          ),
    untargeted: { item_count: others.length, made: tidy(others.reduce((all, [, quantity]) => all + quantity, 0)) },
  };
}

interface Known {
  forecast: MonthForecast | null;
  /** What is still to come after the last full day, and what was made until then. */
  predicted: (Prediction & { made: number }) | undefined;
  errors: readonly number[];
}

function standingOf(target: number, made: number, { forecast, predicted, errors }: Known): Standing {
  const remaining = tidy(Math.max(0, target - made));
  const known = { target, made, remaining, achievement: made / target };
  if (!forecast || !predicted) {
    const unknown = {
      forecast: null,
      forecast_low: null,
      forecast_high: null,
      probability: null,
      needed_per_day: null,
    };
    return { ...known, expected_by_now: 0, ...unknown };
  }
  const { working, nextShare, tested } = forecast;
  const sorted = Float64Array.from(errors);
  const told = tested >= fewestTests || working.left === 0;
  const early = new EarlyDay(made - predicted.made, nextShare);
  const atError = (share: number): number =>
    made + early.stillToCome(Math.max(0, predicted.expected + errorAt(sorted, share) * predicted.scale));
  const needed = early.neededFor(target - made);
  // Digits beyond these would be noise.
  const quantity = (value: number): number => rounded(Math.max(0, value), 2);
  return {
    ...known,
    expected_by_now: working.all === 0 ? 0 : quantity((target * working.passed) / working.all),
    forecast: quantity(made + early.stillToCome(predicted.expected)),
    forecast_low: told ? quantity(atError((1 - intervalShare) / 2)) : null,
    forecast_high: told ? quantity(atError((1 + intervalShare) / 2)) : null,
    probability: told ? rounded(probabilityOf(needed, predicted, sorted), 3) : null,
    needed_per_day: working.left > 0 ? quantity(remaining / working.left) : null,
  };
}

/** Plan, quantity made and forecast of a month as they add up, day by day in proportion to the working days. */
function courseOf(month: Month, target: number, { shares, made, working, total }: MonthForecast): CourseDay[] {
  let [planned, reached, left] = [0, 0, working.left];
  return shares.map((share, at): CourseDay => {
    planned += working.all === 0 ? 0 : (target * share) / working.all;
    const isOver = at < made.length;
    if (isOver) reached += made[at]!;
    else if (working.left > 0) left -= share;
    const come = isOver || working.left === 0 ? 0 : total.expected * (1 - left / working.left);
    return {
      day: `${month}-${String(at + 1).padStart(2, "0")}`,
      planned: rounded(planned, 2),
      made: isOver ? rounded(reached, 2) : null,
      forecast: at < made.length - 1 ? null : rounded(reached + come, 2),
    };
  });
}

/**
 * What the day under way has brought already, against what was expected of it: that is not to come again, and what goes beyond it takes nothing from
 * the days after.
 */
class EarlyDay {
  readonly #made: number;
  readonly #share: number;

  /** `share` is the part of all that is expected after the last full day which falls on the day under way. */
  constructor(made: number, share: number) {
    this.#made = Math.max(0, made);
    this.#share = share;
  }

  /** What is still to come when `expected` was to come after the last full day. */
  stillToCome(expected: number): number {
    return expected * (1 - this.#share) + Math.max(0, expected * this.#share - this.#made);
  }

  /** What must come after the last full day so that `needed` is still to come. */
  neededFor(needed: number): number {
    if (needed <= 0) return 0;
    const later = this.#share < 1 ? needed / (1 - this.#share) : Number.POSITIVE_INFINITY;
    return later * this.#share <= this.#made ? later : needed + this.#made;
  }
}
