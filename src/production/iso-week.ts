const dayMs = 86_400_000;

/** The ISO 8601 week of a day, such as `2026-W03`: weeks begin on Monday, week 1 holds the year's first Thursday. */
export function isoWeek(day: string): string {
  const time = Date.parse(`${day}T00:00:00Z`);
  const weekday = (new Date(time).getUTCDay() + 6) % 7;
  const thursday = new Date(time + (3 - weekday) * dayMs);
  const year = thursday.getUTCFullYear();
  const newYear = new Date(0);
  newYear.setUTCFullYear(year, 0, 1);
  const week = Math.floor((thursday.getTime() - newYear.getTime()) / (7 * dayMs)) + 1;
  return `${String(year).padStart(4, "0")}-W${String(week).padStart(2, "0")}`;
}
