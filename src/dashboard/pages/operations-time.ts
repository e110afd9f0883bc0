import type { View } from "../view.ts";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago something was, in the largest whole unit. */
export function ago({ texts, format }: View, atMs: number): string {
  const words = texts.operations.time;
  const seconds = (Date.now() - atMs) / 1000;
  const whole = (unit: number): string => format.exact(Math.floor(seconds / unit));
  if (seconds < minute) return words.now;
  if (seconds < hour) return words.minutesAgo(whole(minute));
  return seconds < 2 * day ? words.hoursAgo(whole(hour)) : words.daysAgo(whole(day));
}

/** A time span in the largest whole unit. */
export function span({ texts, format }: View, seconds: number): string {
  const words = texts.operations.time;
  const whole = (unit: number): string => format.exact(Math.floor(seconds / unit));
  if (seconds < minute) return words.seconds(whole(1));
  if (seconds < hour) return words.minutes(whole(minute));
  return seconds < 2 * day ? words.hours(whole(hour)) : words.days(whole(day));
}

/** `YYYY-MM-DD HH:MM` of a time with its seconds. */
export const toTheMinute = (time: string): string => time.slice(0, 16);

/** When a job runs, in words: of the cron patterns those that the hub has by itself and others as simple. */
export function cadence({ texts, format }: View, when: string): string {
  const words = texts.operations.jobs;
  if (when === "on demand") return words.onDemand;
  const seconds = Number(/^every (\d+) s$/.exec(when)?.[1]);
  if (seconds > 0) {
    if (seconds % hour === 0) return words.everyHours(format.exact(seconds / hour));
    if (seconds % minute === 0) return words.everyMinutes(format.exact(seconds / minute));
    return words.everySeconds(format.exact(seconds));
  }
  const minutes = /^\*\/(\d+) \* \* \* \*$/.exec(when)?.[1];
  if (minutes) return words.everyMinutes(minutes);
  const [, atMinute, atHour, onDay] = /^(\d+) (\d+) (\d+) \* \*$/.exec(when) ?? [];
  if (atMinute && atHour && onDay) return words.monthly(onDay, clockTime(atHour, atMinute));
  const [, m, h, month, weekday] = /^(\d+) (\d+) \* (\d+|\*) ([0-7]|\*)$/.exec(when) ?? [];
  if (m === undefined || h === undefined) return words.pattern(when);
  const time = clockTime(h, m);
  if (month !== "*") return weekday === "*" ? words.inMonth(month!, time) : words.pattern(when);
  if (weekday === "*") return words.daily(time);
  // Cron counts from Sunday, the catalogue from Monday.
  return words.weekly(texts.columns.weekdays[(Number(weekday) + 6) % 7]!, time);
}

const clockTime = (hour: string, minute: string): string => `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
