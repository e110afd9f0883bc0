/** A calendar day, `YYYY-MM-DD`. */
type Day = string;

/** Months and days that are holidays every year: public ones, and Labour Day, on which factories are closed as well. */
const fixed = ["01-01", "03-01", "05-01", "05-05", "06-06", "08-15", "10-03", "10-09", "12-25"];
/** Those of the lunisolar calendar, month and day: Seollal, Buddha's Birthday, Chuseok; the day before Seollal is the last of its year, 29th or 30th. */
const lunar = new Set(["1/1", "1/2", "4/8", "8/14", "8/15", "8/16"]);
/** Holidays that move to the next working day: from a weekend; and Seollal and Chuseok from a Sunday alone. */
const movedFromWeekend = new Set(["03-01", "05-05", "08-15", "10-03", "10-09", "12-25"]);
const movedFromSunday = new Set(["1/1", "1/2", "8/14", "8/15", "8/16"]);

const dayMs = 86_400_000;
/** ICU's Korean lunisolar calendar; made when it is first asked for, because that takes 12 ms, and a start imports this file. */
let korean: Intl.DateTimeFormat | null = null;
const known = new Map<number, ReadonlyMap<Day, HolidayKind>>();

/** On the same date each year, by the lunisolar calendar, or in place of one that fell on a day off: factories keep them differently. */
export const holidayKinds = ["fixed", "lunar", "moved"] as const;
export type HolidayKind = (typeof holidayKinds)[number];

/**
 * True for a Korean public holiday, a day that stands in for one, and Labour Day (Regulations on Holidays of Public Offices, articles 2 and 3). Elections and
 * days that a government declares once are not in it.
 */
export function isKoreanHoliday(day: Day): boolean {
  return koreanHoliday(day) !== null;
}

/** Which sort of holiday `isKoreanHoliday` takes a day for; null for a day like others. */
export function koreanHoliday(day: Day): HolidayKind | null {
  const year = Number(day.slice(0, 4));
  let holidays = known.get(year);
  if (!holidays) {
    holidays = holidaysOf(year);
    known.set(year, holidays);
  }
  return holidays.get(day) ?? null;
}

function holidaysOf(year: number): ReadonlyMap<Day, HolidayKind> {
  const holidays = new Map<Day, HolidayKind>(fixed.map((date) => [`${year}-${date}`, "fixed"]));
  const moved: number[] = [];
  const start = Date.UTC(year, 0, 1);
  const textOf = (time: number): Day => new Date(time).toISOString().slice(0, 10);
  for (let time = start; new Date(time).getUTCFullYear() === year; time += dayMs) {
    const date = lunarDate(time);
    const isEve = lunarDate(time + dayMs) === "1/1";
    const weekday = new Date(time).getUTCDay();
    const isWeekend = weekday === 0 || weekday === 6;
    // Two holidays on one day: one of them moves as well.
    const isTwice = lunar.has(date) && fixed.includes(textOf(time).slice(5));
    if (lunar.has(date) || isEve) holidays.set(textOf(time), holidays.get(textOf(time)) ?? "lunar");
    if ((movedFromSunday.has(date) || isEve) && weekday === 0) moved.push(time);
    else if (date === "4/8" && isWeekend) moved.push(time);
    else if (movedFromWeekend.has(textOf(time).slice(5)) && isWeekend) moved.push(time);
    else if (isTwice && weekday !== 6) moved.push(time);
  }
  for (const from of moved) {
    let time = from + dayMs;
    while (holidays.has(textOf(time)) || [0, 6].includes(new Date(time).getUTCDay())) time += dayMs;
    holidays.set(textOf(time), "moved");
  }
  return holidays;
}

/** Month and day of the lunisolar calendar, such as `8/15`; a leap month has another name and so no holidays. */
function lunarDate(time: number): string {
  korean ??= new Intl.DateTimeFormat("en-u-ca-dangi", { month: "numeric", day: "numeric", timeZone: "UTC" });
  return korean.format(time);
}
