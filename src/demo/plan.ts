import type { DemoDay } from "./calendar.ts";
import { demoDays } from "./calendar.ts";
import type { DemoRequest } from "./marker.ts";

export const LIVE = "production_analysis.db";
/** Number of archives, each with one of the years before Live's. */
export const ARCHIVES = 3;
/** Share, in each file, of rows without a date, of misplaced rows and of duplicates: some tens in 150,000 rows. */
export const RARE_SHARE = 0.0002;

/** What one file of the demo data holds. */
export interface FilePlan {
  readonly name: string;
  readonly year: number;
  readonly days: readonly DemoDay[];
  /** Rows of the file's own, without the leftovers. */
  readonly rows: number;
  /** Rows of the year before that stand in that year's file as well. */
  readonly leftovers: number;
}

/** Which file holds which days and how many rows, oldest file first. */
export function planFiles({ rows, year, liveShare }: DemoRequest, today: string): FilePlan[] {
  const days = demoDays(`${year - ARCHIVES}-01-01`, today);
  const liveWeight = weightOf(days.filter(({ day }) => Number(day.slice(0, 4)) === year));
  const share = liveShare ?? liveWeight / weightOf(days);
  const archiveWeight = weightOf(days) - liveWeight;
  const rare = Math.max(3, Math.round((rows * RARE_SHARE) / (ARCHIVES + 1)));
  const regular = rows - ARCHIVES * rare;

  let left = regular;
  const plans: FilePlan[] = [];
  for (let fileYear = year - ARCHIVES; fileYear <= year; fileYear++) {
    const live = fileYear === year;
    const own = days.filter(({ day }) => Number(day.slice(0, 4)) === fileYear);
    const count = live ? left : Math.round((regular * (1 - share) * weightOf(own)) / archiveWeight);
    left -= count;
    const leftovers = fileYear > year - ARCHIVES ? rare : 0;
    plans.push({ name: live ? LIVE : `archive_${fileYear}.db`, year: fileYear, days: own, rows: count, leftovers });
  }
  return plans;
}

function weightOf(days: readonly DemoDay[]): number {
  return days.reduce((sum, { weight }) => sum + weight, 0);
}
