import { addDays, daysBetween, weekday } from "../production/calendar.ts";
import type { Day } from "../segments/day.ts";
import { type HolidayKind, holidayKinds, koreanHoliday } from "../statistics/holidays.ts";
import { weekdayProfile } from "../statistics/profile.ts";

/** Days from which the shares of the weekdays are learned: half a year, so that a new Saturday shift shows within weeks. */
const weekdayDays = 182;
/** Days from which it is learned how holidays are kept: two years have some 16 with a fixed date. */
const holidayDays = 730;
/** Holidays of a sort before what was made on them says more than that nobody works. */
const fewestHolidays = 3;
/** Weeks on either side with which a holiday is compared. */
const weeksBeside = 3;
/** Share of the busiest weekday from which a weekday counts as one on which the factory works as usual. */
const usualShare = 0.5;

/** Days in a row with what the calendar says of each; made once for all that is reckoned over them. */
export class Days {
  readonly from: Day;
  readonly length: number;
  readonly weekdays: Uint8Array;
  readonly holidays: readonly (HolidayKind | null)[];

  constructor(from: Day, to: Day) {
    this.from = from;
    this.length = daysBetween(from, to) + 1;
    const all = Array.from({ length: this.length }, (_, at) => addDays(from, at));
    this.weekdays = Uint8Array.from(all, weekday);
    this.holidays = all.map(koreanHoliday);
  }

  /** The place of a day, the first one being 0; negative before it. */
  at(day: Day): number {
    return daysBetween(this.from, day);
  }
}

/**
 * How much of a usual working day each day is: 1 for a weekday like most, 0.3 for a Saturday with a third of that, the learned share for a
 * holiday. Learned from what the whole factory made up to and including the day at `last`; nothing later is looked at. Where nothing was made, Monday
 * to Friday are working days.
 */
export function workingShares(days: Days, whole: readonly number[], last: number): Float64Array {
  const ofWeekday = weekdayShares(days, whole, last);
  const ofHoliday = holidayShares(days, whole, last);
  return Float64Array.from({ length: days.length }, (_, at) => {
    const kind = days.holidays[at];
    return ofWeekday[days.weekdays[at]!]! * (kind ? ofHoliday[kind] : 1);
  });
}

function weekdayShares({ weekdays, holidays }: Days, whole: readonly number[], last: number): number[] {
  const first = Math.max(0, last - weekdayDays + 1);
  const seen = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
    .filter((at) => !holidays[at])
    .map((at) => ({ weekday: weekdays[at]!, value: whole[at]! }));
  if (!seen.some(({ value }) => value > 0)) return [1, 1, 1, 1, 1, 0, 0];
  const profile = weekdayProfile(seen);
  const usual = profile.filter((share) => share >= usualShare * Math.max(...profile));
  const unit = usual.reduce((sum, share) => sum + share, 0) / usual.length;
  return profile.map((share) => share / unit);
}

/** For each sort of holidays, what was made on them as a share of the same weekdays in the weeks around, from 0 to 1. */
function holidayShares({ holidays }: Days, whole: readonly number[], last: number): Record<HolidayKind, number> {
  const shares = holidayKinds.map((kind) => {
    let [made, usual, seen] = [0, 0, 0];
    for (let at = Math.max(0, last - holidayDays + 1); at <= last; at++) {
      if (holidays[at] !== kind) continue;
      const beside = Array.from({ length: 2 * weeksBeside + 1 }, (_, week) => at + 7 * (week - weeksBeside)).filter(
        (day) => day >= 0 && day <= last && !holidays[day],
      );
      const mean = beside.reduce((sum, day) => sum + whole[day]!, 0) / Math.max(1, beside.length);
      if (mean <= 0) continue;
      made += whole[at]!;
      usual += mean;
      seen += 1;
    }
    return [kind, seen < fewestHolidays ? 0 : Math.min(1, Math.max(0, made / usual))] as const;
  });
  return Object.fromEntries(shares) as Record<HolidayKind, number>;
}
