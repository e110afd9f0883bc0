import { describe, expect, test } from "bun:test";
import { addDays, daysBetween, weekday } from "../../src/production/calendar.ts";
import type { ItemDays } from "../../src/production/item-days.ts";
import { errorAt, forecastMonth, probabilityOf, sumOf } from "../../src/targets/forecast.ts";
import { monthForecast } from "../../src/targets/month-forecast.ts";
import { Days, workingShares } from "../../src/targets/workdays.ts";

const from = "2023-01-01";
const last = "2026-11-12";
const length = daysBetween(from, last) + 1;

/** A history of items, each given by what is made on a day. */
function history(...items: ((day: string, at: number) => number)[]): ItemDays {
  const lines = items.map((made) => Array.from({ length }, (_, at) => made(addDays(from, at), at)));
  return {
    from,
    whole: Array.from({ length }, (_, at) => lines.reduce((sum, line) => sum + line[at]!, 0)),
    items: lines.map((values, at) => ({ item_code: `I${at}`, values })),
  };
}

/** The same figures for the same place: of chance, but not by it. */
const noise = (at: number): number => (((at * 2654435761) >>> 8) % 1000) / 1000;
const isWorkday = (day: string): boolean => weekday(day) < 5;
const order = { month: "2026-11", last };

describe("a forecast", () => {
  test("of what never changes is exact, at any day of any month", () => {
    const constant = history(
      () => 100,
      () => 7,
    );
    for (const [month, day] of [
      ["2026-11", "2026-10-31"],
      ["2026-11", "2026-11-12"],
      ["2026-02", "2026-02-27"],
      ["2026-08", "2026-06-30"],
    ] as const) {
      const { items, total, span } = forecastMonth(constant, { month, last: day });
      const days = span.end - span.first + 1;
      expect(items.get("I0")!.expected).toBeCloseTo(100 * days, 6);
      expect(total.expected).toBeCloseTo(107 * days, 6);
      expect(items.get("I0")!.scale).toBeCloseTo(0, 6);
    }
  });

  test("of working days of one size knows weekends, and learns that holidays are worked", () => {
    const worked = history((day) => (isWorkday(day) ? 50 : 0));
    // 13 to 30 November 2026 has twelve weekdays.
    expect(forecastMonth(worked, order).total.expected).toBeCloseTo(600, 6);
    // May 2026 has three weekdays off: Labour Day, Children's Day, and the one for Buddha's Birthday.
    const may = forecastMonth(worked, { month: "2026-05", last: "2026-04-30" });
    expect(may.total.expected).toBeCloseTo(21 * 50, 6);
  });

  test("grows with the figures: a hundred times as much is forecast a hundred times as high", () => {
    const made = (day: string, at: number): number => (isWorkday(day) ? 20 + 30 * noise(at) : 2 * noise(at));
    const small = forecastMonth(history(made), order);
    const large = forecastMonth(
      history((day, at) => 100 * made(day, at)),
      order,
    );
    expect(large.total.expected / small.total.expected).toBeCloseTo(100, 6);
    const scaleOf = ({ items }: typeof small): number => items.get("I0")!.scale;
    expect(scaleOf(large) / scaleOf(small)).toBeCloseTo(100, 6);
    expect(errorAt(large.itemErrors, 0.9)).toBeCloseTo(errorAt(small.itemErrors, 0.9), 6);
  });

  test("looks at nothing later than its day", () => {
    const made = (day: string, at: number): number => (isWorkday(day) ? 20 + 30 * noise(at) : 0);
    const then = { month: "2026-06", last: "2026-06-10" };
    const known = forecastMonth(history(made), then);
    const otherwise = forecastMonth(
      history((day, at) => (day > then.last ? 1e9 : made(day, at))),
      then,
    );
    expect(otherwise.total).toEqual(known.total);
    expect(otherwise.itemErrors).toEqual(known.itemErrors);
  });

  test("is that of the day before when somebody enters an absurd quantity: for other items, for the item itself, and for an item without a target", () => {
    const sizes = [100, 1000, 40];
    const makes = sizes.map(
      (size, item) => (day: string, at: number) =>
        isWorkday(day) && noise(at + item) > 0.2 ? size * (0.7 + noise(3 * at + item)) : 0,
    );
    const usual = history(...makes);
    const before = forecastMonth(usual, order);
    const slipped = (item: number, quantity: number, ...slips: string[]): ItemDays =>
      history(
        ...makes.map(
          (made, which) => (day: string, at: number) =>
            which === item && slips.includes(day) ? quantity : made(day, at),
        ),
      );
    const days = ["2026-11-12", "2026-11-05", "2025-11-20"];
    for (const quantity of [999_999_999, -999_999_999, 20_000])
      for (const slips of [days.slice(0, 1), days]) {
        const after = forecastMonth(slipped(1, quantity, ...slips), order);
        for (const code of ["I0", "I2"]) {
          expect(after.items.get(code)!.expected / before.items.get(code)!.expected).toBeCloseTo(1, 2);
          expect(after.items.get(code)!.scale / before.items.get(code)!.scale).toBeCloseTo(1, 1);
        }
        expect(after.items.get("I1")!.expected / before.items.get("I1")!.expected).toBeCloseTo(1, 1);
      }
    const untold = slipped(1, 999_999_999, days[0]!);
    const withoutIt = forecastMonth({ ...untold, items: untold.items.filter((_, at) => at !== 1) }, order);
    const wanted = forecastMonth({ ...usual, items: usual.items.filter((_, at) => at !== 1) }, order);
    expect(withoutIt.items.get("I0")!.expected / wanted.items.get("I0")!.expected).toBeCloseTo(1, 2);
    // What was made counts as it stands.
    expect(monthForecast(untold, order).items.I1!.made).toBeGreaterThan(999_999_999);
  });

  test("believes an item that is made in hundredfold quantities from one day on, after three such days", () => {
    const grown = history(
      (day) => (isWorkday(day) ? 1000 : 0),
      (day) => (isWorkday(day) ? (day < "2026-10-12" ? 1 : 100) : 0),
    );
    // 26 days of 100 weigh more than a third of the half year before.
    expect(forecastMonth(grown, order).items.get("I1")!.expected).toBeGreaterThan(12 * 40);
  });

  test("is never below 0, of an item that stopped near 0, and of no data 0", () => {
    const stopped = history(
      (day) => (day < "2026-03-01" ? 500 : 0),
      (day) => (isWorkday(day) ? 100 : -5),
      () => 0,
    );
    const { items } = forecastMonth(stopped, order);
    expect(items.get("I0")!.expected).toBeGreaterThanOrEqual(0);
    expect(items.get("I0")!.expected).toBeLessThan(100);
    expect(items.get("I1")!.expected).toBeGreaterThan(0);
    expect(items.get("I2")).toEqual({ expected: 0, scale: 0 });
  });

  test("of a factory that is a month old is its daily rate, without an interval", () => {
    const young: ItemDays = {
      from: "2026-10-12",
      whole: Array.from({ length: 32 }, (_, at) => (isWorkday(addDays("2026-10-12", at)) ? 80 : 0)),
      items: [],
    };
    const forecast = monthForecast({ ...young, items: [{ item_code: "A", values: young.whole }] }, order);
    expect(forecast.tested).toBeLessThan(3);
    expect(forecast.total.expected).toBeCloseTo(12 * 80, 6);
  });

  test("learns a season from the year before: of items whose May is twice a usual month, it expects such a May", () => {
    const seasonal = history((day, at) => (isWorkday(day) ? (day.slice(5, 7) === "05" ? 200 : 100) + noise(at) : 0));
    const { total } = forecastMonth(seasonal, { month: "2026-05", last: "2026-04-30" });
    expect(total.expected / (21 * 200)).toBeGreaterThan(0.85);
    expect(total.expected / (21 * 200)).toBeLessThan(1.15);
  });
});

describe("working days", () => {
  test("without any production are Monday to Friday but for holidays", () => {
    const days = new Days("2026-10-01", "2026-10-31");
    const shares = workingShares(days, Array<number>(31).fill(0), 30);
    expect(sumOf(shares, 0, 30)).toBe(20);
    expect(shares[days.at("2026-10-09")]).toBe(0);
  });

  test("count a Saturday with a third of the production as a third of a day", () => {
    const days = new Days("2026-05-04", "2026-10-31");
    const whole = Array.from({ length: days.length }, (_, at) => [90, 90, 90, 90, 90, 30, 0][days.weekdays[at]!]!);
    const shares = workingShares(days, whole, days.length - 1);
    expect(shares[days.at("2026-10-31")]).toBeCloseTo(1 / 3, 6);
    expect(shares[days.at("2026-10-30")]).toBeCloseTo(1, 6);
  });
});

describe("the probability of a target", () => {
  const errors = Float64Array.from([-2, -1, 0, 1, 2]);

  test("falls as more is needed, and is certain where nothing is", () => {
    const prediction = { expected: 100, scale: 10 };
    const chances = [0, 79, 100, 111, 200].map((needed) => probabilityOf(needed, prediction, errors));
    expect(chances[0]).toBe(1);
    expect(chances.slice(1)).toEqual([5.5 / 6, 3.5 / 6, 1.5 / 6, 0.5 / 6]);
  });

  test("without any scatter is one or the other", () => {
    const certain = { expected: 100, scale: 0 };
    expect([99, 100, 101].map((needed) => probabilityOf(needed, certain, errors))).toEqual([1, 1, 0]);
  });
});
