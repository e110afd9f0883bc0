import { expect, test } from "bun:test";
import {
  addDays,
  addMonths,
  daysBetween,
  startOf,
  startsWithin,
  units,
  unitWithin,
  weekday,
} from "../../src/production/calendar.ts";
import { isoWeek } from "../../src/production/iso-week.ts";
import { askingAbout } from "../support/desk.ts";
import { dayOf, type Row, row } from "../support/files.ts";

const day = (index: number): string => addDays("2025-11-10", index);
/** 600 rows of seven items over 120 days that two files hold, with gaps, negative and missing quantities. */
const rows: Row[] = Array.from({ length: 600 }, (_, at) =>
  row({
    id: at + 1,
    production_date: `${day((at * 7) % 120)} 오전 12:00:00`,
    item_code: `BW${(at * 5 + (at >> 3)) % 7}`,
    item_name: `렌즈 ${(at * 5 + (at >> 3)) % 7}`,
    good_quantity: at % 50 === 0 ? null : ((at * 37) % 500) - 20 + 0.25,
  }),
);

const asking = askingAbout(rows, 2025);
const { ask } = asking;

const range = { from: "2025-12-03", to: "2026-02-10" };
const within = (one: Row, { from, to } = range): boolean => dayOf(one) >= from && dayOf(one) <= to;
const sum = (some: readonly Row[]): number =>
  some.reduce((total, { good_quantity }) => total + (good_quantity ?? 0), 0);

test.each(units)(
  "a series by %s counts every row of the range once, in the part that its day lies in, and has no gap",
  async (unit) => {
    const items = ["BW1", "BW4"];
    const { parts, unit: used } = await ask("series", { ...range, items, unit });
    expect(used).toBe(unit);
    expect(parts.map(({ start }) => start)).toEqual(startsWithin(range.from, range.to, unit));
    for (const { start, total_production, batch_count } of parts) {
      const own = rows.filter(
        (one) => within(one) && items.includes(one.item_code) && startOf(dayOf(one), unit) === start,
      );
      expect([total_production, batch_count]).toEqual([sum(own), own.length]);
    }
  },
);

test("a series of ten thousand years has no more parts than a chart can show", async () => {
  const { unit, parts } = await ask("series", { from: "0001-01-01", to: "9999-12-31", unit: "day" });
  expect(unit).toBe("year");
  expect(parts.length).toBe(9999);
  expect(parts.reduce((total, { batch_count }) => total + batch_count, 0)).toBe(rows.length);
});

test("the items of each part are counted, by day as by month", async () => {
  for (const unit of ["day", "month"] as const) {
    const { counts } = await ask("item_counts", { ...range, unit });
    const starts = startsWithin(range.from, range.to, unit);
    const expected = starts.map(
      (start) =>
        new Set(rows.filter((one) => within(one) && startOf(dayOf(one), unit) === start).map((one) => one.item_code))
          .size,
    );
    expect(counts).toEqual(expected);
  }
});

test("a ranking has the greatest first, and its shares and the rest add up to all", async () => {
  const { items, others, ...whole } = await ask("ranking", { ...range, limit: 3 });
  const own = rows.filter((one) => within(one));
  expect(whole).toEqual({
    item_count: 7,
    total_production: sum(own),
    batch_count: own.length,
    avg_batch_size: sum(own) / own.length,
  } as never);
  expect(items.map(({ total_production }) => total_production)).toEqual(
    [...items].map(({ total_production }) => total_production).sort((a, b) => b - a),
  );
  for (const { item_code, item_name, total_production, batch_count } of items) {
    const rowsOf = own.filter((one) => one.item_code === item_code);
    expect([item_name, total_production, batch_count]).toEqual([rowsOf[0]!.item_name, sum(rowsOf), rowsOf.length]);
  }
  expect(items.at(-1)!.cumulative_share! + others.share!).toBeCloseTo(1, 12);
  expect(others.items).toBe(4);
  expect(items.reduce((total, item) => total + item.total_production, others.total_production)).toBeCloseTo(
    sum(own),
    6,
  );
});

test("movers are the items whose totals changed the most between two periods, with one that is new and one that is gone", async () => {
  const before = { from: "2025-11-10", to: "2025-12-02" };
  const { rises, falls } = await ask("movers", { now: range, before, limit: 10 });
  const codes = new Set(rows.map(({ item_code }) => item_code));
  const change = (code: string) =>
    sum(rows.filter((one) => within(one) && one.item_code === code)) -
    sum(rows.filter((one) => within(one, before) && one.item_code === code));
  expect(rises.map(({ item_code }) => item_code)).toEqual(
    [...codes].filter((code) => change(code) > 0).sort((a, b) => change(b) - change(a)),
  );
  expect(falls.map(({ item_code }) => item_code)).toEqual(
    [...codes].filter((code) => change(code) < 0).sort((a, b) => change(a) - change(b)),
  );
  for (const { item_code, difference, now, before: past } of [...rises, ...falls]) {
    expect(difference).toBe(change(item_code));
    expect(now - past).toBe(difference);
  }
});

test("the newest batches are those that the records begin with, of all items and of some", async () => {
  for (const items of [undefined, ["BW1"], ["BW1", "BW4", "none"], []]) {
    const latest = await ask("latest", { ...range, items, limit: 12 });
    const expected = rows
      .filter((one) => within(one) && (items === undefined || items.includes(one.item_code)))
      .sort((a, b) => (dayOf(a) === dayOf(b) ? b.id - a.id : dayOf(a) < dayOf(b) ? 1 : -1))
      .slice(0, 12);
    expect(latest.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(latest.map(({ production_date }) => production_date)).toEqual(expected.map(dayOf));
  }
});

test("the days of data are known, and the newest one up to today where rows are dated into the future", async () => {
  expect(await ask("coverage", { today: "2026-11-21" })).toEqual({ first: day(0), last: day(119), newest: day(119) });
  expect(await ask("coverage", { today: "2026-02-03" })).toEqual({
    first: day(0),
    last: day(119),
    newest: "2026-02-03",
  });
});

test("questions that are not asked are answered with nothing, and the others have the desk's version", async () => {
  const { answers, version } = await asking.pages.ask({ a: null, b: ["items", { limit: 1 }] }, "00000000");
  expect(answers.a).toBeNull();
  expect(answers.b).toHaveLength(1);
  expect(version).toBe((await asking.opened.catalog.current()).version);
});

test("weeks begin on Monday, months end where they are short, and days stay within the calendar", () => {
  expect(["2026-11-16", "2026-11-22"].map((one) => [startOf(one, "week"), weekday(one)])).toEqual([
    ["2026-11-16", 0],
    ["2026-11-16", 6],
  ]);
  expect(isoWeek(startOf("2027-01-01", "week"))).toBe("2026-W53");
  expect(["2026-03-31", "2024-03-31", "2026-01-15"].map((one) => addMonths(one, -1))).toEqual([
    "2026-02-28",
    "2024-02-29",
    "2025-12-15",
  ]);
  expect([addDays("0001-01-01", -1), addDays("9999-12-31", 1), addMonths("0001-01-31", -12)]).toEqual([
    "0001-01-01",
    "9999-12-31",
    "0001-01-01",
  ]);
  expect(addMonths("9999-12-05", 1)).toBe("9999-12-31");
  expect(daysBetween("2024-02-28", "2024-03-01")).toBe(2);
  expect(startsWithin("9999-12-30", "9999-12-31", "day")).toEqual(["9999-12-30", "9999-12-31"]);
  expect(startsWithin("2025-12-31", "2026-01-01", "month")).toEqual(["2025-12-01", "2026-01-01"]);
  expect(unitWithin("2026-01-01", "2026-12-31", "day", 100)).toBe("week");
});
