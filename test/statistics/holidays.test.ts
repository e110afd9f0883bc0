import { expect, test } from "bun:test";
import { isKoreanHoliday } from "../../src/statistics/holidays.ts";

/** As published for the civil service, without elections and days declared once; with Labour Day. */
const published: Record<string, string[]> = {
  "2025": [
    ...["01-01", "01-28", "01-29", "01-30", "03-01", "03-03", "05-01", "05-05", "05-06", "06-06", "08-15"],
    ...["10-03", "10-05", "10-06", "10-07", "10-08", "10-09", "12-25"],
  ],
  "2026": [
    ...[
      "01-01",
      "02-16",
      "02-17",
      "02-18",
      "03-01",
      "03-02",
      "05-01",
      "05-05",
      "05-24",
      "05-25",
      "06-06",
      "08-15",
      "08-17",
    ],
    ...["09-24", "09-25", "09-26", "10-03", "10-05", "10-09", "12-25"],
  ],
};

test("Korean holidays are those of the calendar, lunar ones and their substitutes included", () => {
  for (const [year, days] of Object.entries(published)) {
    const found: string[] = [];
    for (let time = Date.UTC(Number(year), 0, 1); time < Date.UTC(Number(year) + 1, 0, 1); time += 86_400_000) {
      const day = new Date(time).toISOString().slice(0, 10);
      if (isKoreanHoliday(day)) found.push(day.slice(5));
    }
    expect(found).toEqual(days);
  }
});
