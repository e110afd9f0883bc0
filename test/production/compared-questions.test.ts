import { expect, test } from "bun:test";
import { addDays, addUnits, startsWithin, type Unit, units } from "../../src/production/calendar.ts";
import { averageWindows } from "../../src/production/trends.ts";
import { askingAbout } from "../support/desk.ts";
import { dayOf, type Row, row } from "../support/files.ts";

const firstDay = "2024-06-05";
/** 1800 rows of nine items over 600 days that two files hold; T8 begins in 2026, T0 ends in 2025. */
const rows: Row[] = Array.from({ length: 1800 }, (_, at) => {
  const day = addDays(firstDay, (at * 7) % 600);
  const item = (at * 5 + (at >> 3)) % 8;
  const code = item === 0 && day >= "2026-01-01" ? 8 : item;
  return row({
    id: at + 1,
    production_date: `${day} 오전 12:00:00`,
    item_code: `T${code}`,
    item_name: `렌즈 ${code}`,
    good_quantity: at % 50 === 0 ? null : ((at * 37) % 500) - 20 + 0.1,
  });
});
interface Range {
  from: string;
  to: string;
}
const sumOf = (range: Range, items?: readonly string[]): number =>
  rowsOf(range, items).reduce((total, { good_quantity }) => total + (good_quantity ?? 0), 0);
const rowsOf = ({ from, to }: Range, items?: readonly string[]): Row[] =>
  rows.filter((one) => dayOf(one) >= from && dayOf(one) <= to && (items?.includes(one.item_code) ?? true));
const codesOf = (range: Range): string[] => [...new Set(rowsOf(range).map(({ item_code }) => item_code))];
const byTotal =
  (range: Range) =>
  (a: string, b: string): number =>
    sumOf(range, [b]) - sumOf(range, [a]);
const last = <T>(list: readonly T[]): T => list.at(-1)!;

const asking = askingAbout(rows, 2025);
const { ask } = asking;

const now = { from: "2025-11-05", to: "2026-01-21" };
const before = { from: "2025-08-20", to: "2025-11-04" };
const plain = { ...now, before, average: "none", limit: 3 } as const;

/** The days of a part, those within a range alone where one is given. */
function daysOfPart(start: string, unit: Unit, within?: Range): Range {
  const end = addDays(addUnits(start, unit, 1), -1);
  if (!within) return { from: start, to: end };
  const [from, to] = [[start, within.from].sort()[1]!, [end, within.to].sort()[0]!];
  return { from, to };
}

test.each(units)(
  "items side by side by %s: every part, every line and what is left add up to the rows",
  async (unit) => {
    const answer = await ask("trends", { ...plain, unit });
    expect(answer.unit).toBe(unit);
    expect(answer.starts).toEqual(startsWithin(now.from, now.to, unit));
    expect(answer.before_starts).toEqual(startsWithin(before.from, before.to, unit));
    const shown = codesOf(now).sort(byTotal(now)).slice(0, 3);
    expect(answer.items.map(({ item_code }) => item_code)).toEqual(shown);
    const rest = codesOf(now).filter((code) => !shown.includes(code));
    const restBefore = codesOf(before).filter((code) => !shown.includes(code));
    expect(answer.others.items).toBe(new Set([...rest, ...restBefore]).size);
    for (const [line, items, past] of [
      [answer.whole, undefined, undefined],
      ...answer.items.map((one) => [one, [one.item_code], [one.item_code]] as const),
      [answer.others, rest, restBefore],
    ] as const) {
      expect(line.total_production).toBeCloseTo(sumOf(now, items), 6);
      expect(line.batch_count).toBe(rowsOf(now, items).length);
      answer.starts.forEach((start, at) => {
        expect(line.values[at]).toBeCloseTo(sumOf(daysOfPart(start, unit, now), items), 6);
      });
      expect(line.before!.total_production).toBeCloseTo(sumOf(before, past), 6);
      answer.before_starts.forEach((start, at) => {
        expect(line.before!.values[at]).toBeCloseTo(sumOf(daysOfPart(start, unit, before), past), 6);
      });
    }
  },
);

test.each(["day", "week", "month"] as const)(
  "a moving average by %s is that of whole parts, those before the range included",
  async (unit) => {
    for (const average of ["short", "long"] as const) {
      const window = averageWindows[unit][average];
      const answer = await ask("trends", { ...plain, unit, average });
      expect(answer.window).toBe(window);
      const meansOf = (items?: readonly string[]) =>
        answer.starts.map((start, at) => {
          // 2026-01-21 is a Wednesday, so week and month end after the range.
          if (at === answer.starts.length - 1 && unit !== "day") return null;
          const days = { from: addUnits(start, unit, 1 - window), to: daysOfPart(start, unit).to };
          return sumOf(days, items) / window;
        });
      for (const [line, items] of [
        [answer.whole, undefined],
        ...answer.items.map((one) => [one, [one.item_code]] as const),
      ] as const) {
        meansOf(items).forEach((mean, at) => {
          const average = line.averages[at];
          if (mean === null) expect(average).toBeNull();
          else expect(average).toBeCloseTo(mean, 6);
        });
      }
    }
  },
);

test("there is no moving average where it would reach back before the first day of data, and one at a last part that is whole", async () => {
  const range = { from: firstDay, to: "2024-08-31" };
  const { whole, window } = await ask("trends", { ...plain, ...range, unit: "day", average: "short" });
  expect(window).toBe(7);
  expect(whole.averages.findIndex((average) => average !== null)).toBe(6);
  const months = await ask("trends", { ...plain, ...range, unit: "month", average: "short" });
  expect(months.whole.averages.slice(0, 2)).toEqual([null, null]);
  expect(last(months.whole.averages)).toBeCloseTo(sumOf({ from: "2024-06-01", to: "2024-08-31" }) / 3, 6);
});

test("items that are chosen are all shown, also those without a row; of too many, those of the greatest totals", async () => {
  const few = await ask("trends", { ...plain, unit: "month", items: ["none", "T2"], before: null });
  expect(few.items.map(({ item_code }) => item_code)).toEqual(["T2", "none"]);
  expect([few.others.items, few.others.total_production, few.whole.before]).toEqual([0, 0, null]);
  expect(few.items[1]!.values).toEqual(few.starts.map(() => 0));
  const items = ["T1", "T2", "T3", "T4"];
  const many = await ask("trends", { ...plain, unit: "month", items });
  expect(many.items.map(({ item_code }) => item_code)).toEqual([...items].sort(byTotal(now)).slice(0, 3));
  expect(many.others.items).toBe(1);
  expect(many.others.total_production).toBeCloseTo(sumOf(now, [last([...items].sort(byTotal(now)))]), 6);
});

test("both ranges are cut into parts as long, of which there are no more than a table can show", async () => {
  const far = await ask("trends", { ...plain, unit: "day", before: { from: "0001-01-01", to: "9999-12-31" } });
  expect([far.unit, far.starts, far.before_starts.length]).toEqual(["year", ["2025-01-01", "2026-01-01"], 9999]);
  const ever = { from: "0001-01-01", to: "9999-12-31" };
  const { whole } = await ask("trends", { ...plain, ...ever, before: null, unit: "day", average: "long" });
  expect(whole.batch_count).toBe(rows.length);
});

test("contributions add up to the difference between two periods, the greatest first, with what is new and what stopped", async () => {
  const later = { from: "2026-01-01", to: "2026-01-21" };
  const earlier = { from: "2025-12-01", to: "2025-12-31" };
  for (const limit of [20, 4]) {
    const answer = await ask("contributions", { now: later, before: earlier, limit });
    const whole = sumOf(later) - sumOf(earlier);
    expect(answer.difference).toBeCloseTo(whole, 6);
    const all = [...new Set([...codesOf(later), ...codesOf(earlier)])];
    expect(all).toHaveLength(9);
    const change = (code: string): number => sumOf(later, [code]) - sumOf(earlier, [code]);
    const sorted = all.sort((a, b) => Math.abs(change(b)) - Math.abs(change(a)) || (a < b ? -1 : 1));
    expect(answer.items.map(({ item_code }) => item_code)).toEqual(sorted.slice(0, limit));
    for (const { item_code, item_name, now, before, difference, share, state } of answer.items) {
      expect(item_name).toBe(item_code.replace("T", "렌즈 "));
      expect(now).toBeCloseTo(sumOf(later, [item_code]), 6);
      expect(before).toBeCloseTo(sumOf(earlier, [item_code]), 6);
      expect(difference).toBeCloseTo(change(item_code), 6);
      expect(share).toBeCloseTo(change(item_code) / whole, 6);
      expect(state).toBe(item_code === "T8" ? "new" : item_code === "T0" ? "stopped" : "both");
    }
    expect([answer.rises.items, answer.falls.items]).toEqual([
      all.filter((code) => change(code) > 0).length,
      all.filter((code) => change(code) < 0).length,
    ]);
    expect(answer.rises.difference + answer.falls.difference).toBeCloseTo(whole, 6);
    const rest = sorted.slice(limit);
    expect(answer.others.items).toBe(rest.length);
    expect(answer.others.now - answer.others.before).toBeCloseTo(answer.others.difference, 6);
    // In hundredths, because that is what a page shows.
    const lines = [...answer.items, answer.others].map(({ difference }) => Math.round(difference * 100));
    expect(lines.reduce((sum, one) => sum + one, 0)).toBe(Math.round(answer.difference * 100));
    const { body } = await asking.opened.desk.ask("compare", { period1: later, period2: earlier });
    const compared = JSON.parse(String(body));
    expect([
      compared.period1.total_quantity,
      compared.period2.total_quantity,
      compared.comparison.quantity_diff,
    ]).toEqual([answer.now.total_production, answer.before.total_production, answer.difference]);
    expect([compared.period1.production_count, compared.period2.production_count]).toEqual([
      answer.now.batch_count,
      answer.before.batch_count,
    ]);
  }
});

test("where nothing changed as a whole, contributions have no share of it", async () => {
  const { difference, items, others } = await ask("contributions", { now, before: now, limit: 2 });
  expect([difference, others.difference, others.share]).toEqual([0, 0, null]);
  expect(items.map(({ difference, share }) => [difference, share])).toEqual([
    [0, null],
    [0, null],
  ]);
});
