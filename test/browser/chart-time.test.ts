import { expect, test } from "bun:test";
import { timeLabel, timeMarks } from "../../public/dashboard/chart-time.js";

/** Times every so many minutes from 21:47 or the full hour before on. */
function times(minutes: number, count: number): string[] {
  const from = Date.UTC(2026, 10, 20, 21, minutes < 60 ? 40 + (minutes === 1 ? 7 : 0) : 0);
  return Array.from({ length: count }, (_, at) => new Date(from + at * minutes * 60_000).toISOString().slice(0, 16));
}
const labels = (starts: string[], width: number, from = -0.5, to = starts.length - 0.5) =>
  timeMarks(starts, from, to, width).map((at) => timeLabel(starts[at]!));

test("marks of a time axis stand on round times, as many as there is room for", () => {
  expect(labels(times(1, 60), 400)).toEqual(["21:50", "22:00", "22:10", "22:20", "22:30", "22:40"]);
  expect(labels(times(1, 60), 160)).toEqual(["22:00", "22:30"]);
  expect(labels(times(10, 144), 500)).toEqual(["11/21", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]);
  expect(labels(times(60, 168), 600)).toEqual(["11/21", "11/22", "11/23", "11/24", "11/25", "11/26", "11/27"]);
});

test("zoomed in, the marks are of the part that is shown", () => {
  expect(labels(times(60, 168), 600, 2.5, 14.5)).toEqual(["11/21", "02:00", "04:00", "06:00", "08:00", "10:00"]);
  expect(labels(times(1, 60), 400, 3, 6)).toEqual(["21:50", "21:51", "21:52", "21:53"]);
});

test("an axis without room or times has a mark at the most, and does not fail", () => {
  expect(labels(times(1, 60), 0).length).toBeLessThanOrEqual(1);
  expect(labels([], 500)).toEqual([]);
});
