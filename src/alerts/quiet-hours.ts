/** A time of the day in which only what is critical goes out at once. */
export interface QuietHours {
  /** As it stands in the settings, such as `22:00-07:00`. */
  readonly text: string;
  /** Whether a moment (ms since 1970) lies in it. */
  contains(ms: number): boolean;
}

/** Reads `HH:MM-HH:MM` in the time of a place; the end may be the earlier one, for a night. `stampOf` writes a moment as `YYYY-MM-DD HH:MM:SS`. */
export function quietHoursOf(text: string | undefined, stampOf: (date: Date) => string): QuietHours | null {
  if (text === undefined) return null;
  const [from, to] = text.split("-").map((time) => minutesOf(time.trim())) as [number, number];
  return {
    text,
    contains: (ms) => {
      const minute = minutesOf(stampOf(new Date(ms)).slice(11, 16));
      return from < to ? minute >= from && minute < to : minute >= from || minute < to;
    },
  };
}

/** Minutes since midnight of `H:MM`. */
function minutesOf(time: string): number {
  const [hour, minute] = time.split(":").map(Number) as [number, number];
  return hour * 60 + minute;
}
