import type { Day } from "../segments/day.ts";
import { itemBins, type PsiBin, populationStability, psiByChance, psiNotice, psiThreshold } from "../statistics/psi.ts";
import { mad, madToSigma, median } from "../statistics/robust.ts";
import { type Found, findingId } from "./finding.ts";
import { cellFrom, dayAt } from "./history.ts";
import type { Levels } from "./levels.ts";

/** Calendar days that are compared, and those before them that they are compared with: four weeks are steady enough, a quarter is before any of their seasons. */
const driftDays = { now: 28, before: 90 };
/** What the index is expected to be by chance counts this many times before it is believed. */
const chanceTimes = 4;
/** The daily level has shifted when it differs by this part, and by so many standard errors of the difference of the two medians. */
const levelThreshold = { change: 0.2, sigmas: 4 };
/** Without two years to learn a season from, a level that differs by less may be the season. */
const unknownSeasonChange = 0.4;
const leastDays = 10;

/** How one item's part in the production changed. */
export interface DriftItem {
  /** Its code; "" for all smaller items together. */
  item_code: string;
  share_before: number;
  share_now: number;
  contribution: number;
}

/** Whether what is made, and how much, is different from before. */
export interface Drift {
  drift_detected: boolean;
  now: { from: Day; to: Day };
  before: { from: Day; to: Day };
  distribution: {
    detected: boolean;
    psi: number;
    /** From here on it counts as shifted: 0.2, or more where the rows are so few that chance gives as much. */
    threshold: number;
    notice: number;
    by_chance: number;
    items: DriftItem[];
  };
  level: {
    detected: boolean;
    /** Good quantity of the middle working day, brought to the weekday and, where it is known, the season of the last 28 days. */
    now: number;
    before: number;
    /** now / before - 1. */
    change: number;
    threshold: number;
    /** Difference in standard errors. */
    sigmas: number;
    sigmas_threshold: number;
    season_known: boolean;
  };
  /** The index as of each of the last weeks, oldest first. */
  history: { day: Day; psi: number; level_change: number }[];
}

/** Compares the last 28 days before a position with the 90 before them; null where there is too little of either. */
export function driftAt(levels: Levels, end: number): Omit<Drift, "history"> | null {
  const { history } = levels;
  const from = end - driftDays.now;
  const start = from - driftDays.before;
  const distribution = start < 0 ? null : distributionBetween(levels, start, from, end);
  const level = start < 0 ? null : levelBetween(levels, start, from, end);
  if (!distribution || !level) return null;
  return {
    drift_detected: distribution.detected || level.detected,
    now: { from: dayAt(history, from), to: dayAt(history, end - 1) },
    before: { from: dayAt(history, start), to: dayAt(history, from - 1) },
    distribution,
    level,
  };
}

/** The same with what it was in each of the last 26 weeks. */
export function driftWithHistory(levels: Levels, end: number): Drift | null {
  const drift = driftAt(levels, end);
  if (!drift) return null;
  const history = Array.from({ length: 26 }, (_, at) => end - 7 * (25 - at)).flatMap((week) => {
    const then = driftAt(levels, week);
    const day = dayAt(levels.history, week - 1);
    return then ? [{ day, psi: then.distribution.psi, level_change: then.level.change }] : [];
  });
  return { ...drift, history };
}

/** Items by their number of rows brought to the season of the days compared, because quantities of single rows would count for more than what is made. */
function distributionBetween(levels: Levels, start: number, from: number, end: number): Drift["distribution"] | null {
  const { history } = levels;
  let [before, now] = [0, 0];
  const items: PsiBin[] = history.items.map((item) => {
    const middle = cellFrom(item, from);
    const bin = {
      key: item.code,
      before: rowsOf(item.count, cellFrom(item, start), middle),
      now: rowsOf(item.count, middle, cellFrom(item, end)),
    };
    before += bin.before;
    now += bin.now;
    return bin;
  });
  const bins = itemBins(items);
  const found = populationStability(bins);
  if (!found) return null;
  const byChance = psiByChance(bins.length, before, now);
  const threshold = Math.max(psiThreshold, chanceTimes * byChance);
  return {
    detected: found.psi >= threshold,
    psi: found.psi,
    threshold,
    notice: psiNotice,
    by_chance: byChance,
    items: found.bins.map(({ key, shareBefore, shareNow, contribution }) => ({
      item_code: key,
      share_before: shareBefore,
      share_now: shareNow,
      contribution,
    })),
  };
}

function rowsOf(count: Float64Array, first: number, last: number): number {
  let rows = 0;
  for (let cell = first; cell < last; cell++) rows += count[cell]!;
  return rows;
}

function levelBetween(levels: Levels, start: number, from: number, end: number): Drift["level"] | null {
  const { history, total } = levels;
  const season = levels.season(total, from);
  const seasonKnown = season.some((factor) => factor !== 1);
  const daysOf = (first: number, last: number): number[] => {
    const values: number[] = [];
    for (let at = first; at < last; at++) {
      if (!levels.isOrdinary(at) || !(history.count[at]! > 0)) continue;
      values.push(total.values[at]! / (levels.weekdayFactor(from, at) * season[history.month[at]! % 12]!));
    }
    return values;
  };
  const [before, now] = [daysOf(start, from), daysOf(from, end)];
  if (before.length < leastDays || now.length < leastDays) return null;
  // Back from an average month to that of the last days.
  const present = season[history.month[end - 1]! % 12]!;
  const [was, is] = [median(before) * present, median(now) * present];
  if (!(was > 0)) return null;
  // The median of n values of a normal distribution scatters by 1.2533 σ / √n.
  const error = (values: number[]): number => (1.2533 * madToSigma * mad(values) * present) / Math.sqrt(values.length);
  const sigmas = (is - was) / Math.max(Math.hypot(error(before), error(now)), 0.01 * was);
  const change = is / was - 1;
  const threshold = seasonKnown ? levelThreshold.change : unknownSeasonChange;
  return {
    detected: Math.abs(Math.log(is / was)) >= Math.log1p(threshold) && Math.abs(sigmas) >= levelThreshold.sigmas,
    now: is,
    before: was,
    change,
    threshold,
    sigmas,
    sigmas_threshold: levelThreshold.sigmas,
    season_known: seasonKnown,
  };
}

/** Findings out of a comparison. Their ids name what moved most and no day, so that one shift is one finding for as long as it can be seen. */
export function driftFindings(drift: Omit<Drift, "history"> | null): Found[] {
  if (!drift) return [];
  const { distribution, level, now, before } = drift;
  const periods = { from: now.from, to: now.to, beforeFrom: before.from, beforeTo: before.to };
  const shared = { severity: "warning", day: now.to, extent: 0 } as const;
  const found: Found[] = [];
  if (distribution.detected) {
    const most = distribution.items[0]!;
    const moved = { most: most.item_code, mostBefore: most.share_before, mostNow: most.share_now };
    const figures = { ...periods, psi: distribution.psi, threshold: distribution.threshold, ...moved };
    const kind = "distribution-shift" as const;
    found.push({ ...shared, id: findingId(kind, most.item_code), kind, item: most.item_code || null, figures });
  }
  if (level.detected) {
    const figures = { ...periods, was: level.before, is: level.now, change: level.change, sigmas: level.sigmas };
    const kind = "level-shift" as const;
    found.push({ ...shared, id: findingId(kind, level.change > 0 ? "high" : "low"), kind, item: null, figures });
  }
  return found;
}
