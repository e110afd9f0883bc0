import { workingWeekdays } from "../statistics/profile.ts";

const dayMs = 86_400_000;
/** Days from which the weekdays with work are learned. */
const learnedDays = 84;
/** A pause that was usual lately, or at this time of an earlier year, is usual now. */
const latelyDays = 60;
const seasonDays = 21;
/** Working days of a pause that is none any more but a gap in the data: no factory's holidays are three weeks long. */
const longestPause = 15;
/** Days without which nothing can be learned. */
const fewestDays = 28;
/** A weekday counts as one with work where something was made on so many of them; holidays are left out before. */
const share = 0.7;

/** When files are usually written, as learned from the days with production. */
export interface Rhythm {
  /** Whether something is usually made on a day. */
  isWorkingDay(day: string): boolean;
  /** Working days without production in a row that are still usual on a day. */
  usualPause(day: string): number;
}

/**
 * Learns the rhythm from the days with production, oldest first: which weekdays have work, and how long pauses are that no weekday and no public holiday
 * explains: those of the last two months, and those of the same time of earlier years, for summer holidays. Null where there are too few days.
 */
export function learnRhythm(days: readonly string[], isHoliday: (day: string) => boolean): Rhythm | null {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [start, end] = [numberOf(first), numberOf(last)];
  if (end - start + 1 < fewestDays) return null;
  const made = new Set(days.map(numberOf));
  const recent = range(Math.max(start, end - learnedDays + 1), end).filter((day) => !isHoliday(dayOf(day)));
  const weekdays = workingWeekdays(
    recent.map((day) => ({ weekday: weekdayOf(day), value: made.has(day) ? 1 : 0 })),
    share,
  );
  const isWorking = (day: number): boolean => weekdays[weekdayOf(day)]! && !isHoliday(dayOf(day));
  const pauses = pausesOf(range(start, end), made, isWorking);
  return {
    isWorkingDay: (day) => isWorking(numberOf(day)),
    usualPause: (day) => {
      const now = numberOf(day);
      const usual = pauses.filter(({ from, to }) => {
        if (now - to <= latelyDays && from <= now) return true;
        const years = Math.round((now - from) / 365.25);
        const then = now - years * 365.25;
        return years >= 1 && from - seasonDays <= then && then <= to + seasonDays;
      });
      return Math.max(1, ...usual.map(({ working }) => working));
    },
  };
}

/** Working days after the day of the last write and before today: nothing was written on them. */
export function missedDays({ isWorkingDay }: Pick<Rhythm, "isWorkingDay">, writtenOn: string, today: string): string[] {
  const [from, to] = [numberOf(writtenOn) + 1, numberOf(today) - 1];
  // More than a year is no more news than a year.
  return range(Math.max(from, to - 366), to)
    .map(dayOf)
    .filter(isWorkingDay);
}

function pausesOf(days: readonly number[], made: ReadonlySet<number>, isWorking: (day: number) => boolean) {
  const pauses: { from: number; to: number; working: number }[] = [];
  let open: { from: number; to: number; working: number } | null = null;
  for (const day of days) {
    if (made.has(day)) {
      if (open && open.working > 0 && open.working <= longestPause) pauses.push(open);
      open = null;
    } else {
      open ??= { from: day, to: day, working: 0 };
      open.to = day;
      if (isWorking(day)) open.working++;
    }
  }
  return pauses;
}

/** Days since 1970 of `YYYY-MM-DD`. */
const numberOf = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / dayMs);
const dayOf = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);
/** Monday is 0; 1 January 1970 was a Thursday. */
const weekdayOf = (number: number): number => (number + 3) % 7;

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}
