import { expect, test } from "bun:test";
import { alongside } from "../../../src/dashboard/charts/alongside.ts";
import { startsWithin } from "../../../src/production/calendar.ts";

test("days and weeks lie beside those at the same place, as far as there are any", () => {
  const days = startsWithin("2026-03-01", "2026-03-05", "day");
  expect(alongside("day", days, startsWithin("2026-02-24", "2026-02-28", "day"))).toEqual([0, 1, 2, 3, 4]);
  expect(alongside("day", days, startsWithin("2026-02-27", "2026-02-28", "day"))).toEqual([0, 1, -1, -1, -1]);
  expect(alongside("week", startsWithin("2026-03-02", "2026-03-22", "week"), [])).toEqual([-1, -1, -1]);
});

test("months lie beside those as many months before, whichever of the two ranges touches more of them", () => {
  const year = startsWithin("2026-01-01", "2026-11-21", "month");
  expect(alongside("month", year, startsWithin("2025-01-01", "2025-11-21", "month"))).toEqual(year.map((_, at) => at));
  // 90 days before 2026-08-22 begin in May, so four months lie beside four, and of two months the third has none.
  const season = startsWithin("2026-08-22", "2026-11-19", "month");
  expect(alongside("month", season, startsWithin("2026-05-24", "2026-08-21", "month"))).toEqual([0, 1, 2, 3]);
  expect(alongside("month", season, startsWithin("2026-01-31", "2026-02-01", "month"))).toEqual([0, 1, -1, -1]);
});
