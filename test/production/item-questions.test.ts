import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { addDays, startOf, startsWithin, weekday } from "../../src/production/calendar.ts";
import type { Context } from "../../src/production/context.ts";
import { earlierNames } from "../../src/production/item-names.ts";
import { itemProfile, itemStanding } from "../../src/production/item-profile.ts";
import { type ItemTableFilter, itemSorts, itemTable } from "../../src/production/item-table.ts";
import { weekdayTotals } from "../../src/production/weekdays.ts";
import { buildColumns } from "../../src/rollup/build.ts";
import { Rollup } from "../../src/rollup/rollup.ts";
import { Reader } from "../../src/segments/reader.ts";
import { openDesk } from "../support/desk.ts";
import { archivePath, dayOf, livePath, type Row, row, temporaryHome, writeDatabase } from "../support/files.ts";

/** The names that the first item had: two until some day in November and in December, one on a single day, and the present one. */
const renamed = (day: string): string =>
  day <= "2025-11-15" ? "옛 이름" : day <= "2025-12-10" ? "다음 이름" : day === "2026-01-05" ? "잠깐" : "렌즈 0";

/** 900 rows of eleven items over 150 days that two files hold; two items have the same total, one ends early, one begins late. */
const rows: Row[] = Array.from({ length: 900 }, (_, at) => {
  const item = (at * 5 + (at >> 3)) % 11;
  const last = item === 4 ? 60 : 150;
  const first = item === 6 ? 80 : 0;
  const day = addDays("2025-10-01", first + ((at * 7) % (last - first)));
  return row({
    id: at + 1,
    production_date: `${day} 오전 12:00:00`,
    item_code: item === 9 ? "A/1,5% B" : `IQ${item}`,
    item_name: item === 8 ? null : item === 0 ? renamed(day) : `렌즈 ${item}`,
    good_quantity: item === 1 || item === 2 ? 0.25 : at % 50 === 0 ? null : ((at * 37) % 500) - 20 + 0.25,
  });
});
const undated = row({ id: 901, production_date: "미정", item_code: "IQ3", item_name: "렌즈 3", good_quantity: 7 });
const onlyUndated = row({ id: 902, production_date: "2026-02-30", item_code: "none", item_name: null });
const archived = rows.filter((one) => dayOf(one) <= "2025-12-31");
const codes = [...new Set(rows.map(({ item_code }) => item_code))];

/** Files as questions are asked of them: of the rows, and of daily totals. */
async function openBoth(home: string): Promise<{ contexts: [name: string, context: Context][]; close: () => void }> {
  const opened = openDesk(home);
  const snapshot = await opened.catalog.current();
  const reader = new Reader();
  const rollups = new Map<string, Rollup>();
  for (const segment of snapshot.segments) {
    rollups.set(segment.name, new Rollup(await buildColumns(segment, reader, () => {})));
  }
  return {
    contexts: [
      ["rows", { snapshot, reader, rollupOf: () => null }],
      ["daily totals", { snapshot, reader, rollupOf: ({ name }) => rollups.get(name) ?? null }],
    ],
    close: () => {
      reader.close();
      opened.close();
    },
  };
}

let both: Awaited<ReturnType<typeof openBoth>>;
beforeAll(async () => {
  const home = temporaryHome();
  // Live still holds rows that the archive holds as well.
  const live = rows.filter((one) => dayOf(one) > "2025-12-20");
  writeDatabase(livePath(home), [...live, undated, onlyUndated]);
  writeDatabase(archivePath(home, 2025), archived);
  both = await openBoth(home);
});
afterAll(() => both.close());

/** Runs a check with the answers that the rows give, and those that the daily totals give. */
async function fromBoth(check: (context: Context) => void): Promise<void> {
  expect(both.contexts.map(([name]) => name)).toEqual(["rows", "daily totals"]);
  for (const [, context] of both.contexts) check(context);
}

const range = { from: "2025-12-03", to: "2026-02-10" };
const past = { from: "2025-10-01", to: "2025-12-02" };
const within = ({ from, to }: typeof range, items?: readonly string[]): Row[] =>
  rows.filter((one) => dayOf(one) >= from && dayOf(one) <= to && (items?.includes(one.item_code) ?? true));
const of = (some: readonly Row[], code: string): Row[] => some.filter(({ item_code }) => item_code === code);
const sum = (some: readonly Row[]): number =>
  some.reduce((total, { good_quantity }) => total + (good_quantity ?? 0), 0);
const nameOf = (code: string): string | null =>
  of(rows, code).sort((a, b) => (dayOf(a) < dayOf(b) ? 1 : -1))[0]!.item_name;

describe("the table of items", () => {
  const whole: ItemTableFilter = { ...range, before: past, sort: "total", descending: true, limit: 1000 };

  test("has for each item what its rows add up to, its place among all, and its change", () =>
    fromBoth((context) => {
      for (const items of [undefined, ["IQ0", "IQ4", "A/1,5% B", "nothing"]]) {
        const table = itemTable(context, { ...whole, items });
        const now = within(range, items);
        const before = within(past, items);
        const present = codes.filter((code) => of(now, code).length > 0);
        const order = [...present].sort((a, b) => sum(of(now, b)) - sum(of(now, a)) || (a < b ? -1 : 1));
        expect(table.items.map(({ item_code }) => item_code)).toEqual(order);
        const { items: listed, ...together } = table;
        expect(together).toEqual({
          item_count: order.length,
          total_production: sum(now),
          batch_count: now.length,
          avg_batch_size: sum(now) / now.length,
          before: sum(before),
          difference: sum(now) - sum(before),
          change: sum(before) > 0 ? (sum(now) - sum(before)) / sum(before) : null,
          unit: "week",
        });
        let cumulative = 0;
        for (const [at, item] of listed.entries()) {
          const own = of(now, item.item_code);
          const earlier = sum(of(before, item.item_code));
          const abc = cumulative < 0.8 ? "A" : cumulative < 0.95 ? "B" : "C";
          cumulative = sum(order.slice(0, at + 1).flatMap((code) => of(now, code))) / sum(now);
          const { share, cumulative_share, line, ...rest } = item;
          expect(rest).toEqual({
            item_code: order[at]!,
            item_name: nameOf(order[at]!),
            rank: at + 1,
            abc,
            total_production: sum(own),
            batch_count: own.length,
            avg_batch_size: sum(own) / own.length,
            before: earlier,
            difference: sum(own) - earlier,
            change: earlier > 0 ? (sum(own) - earlier) / earlier : null,
            last_day: own.map(dayOf).sort().at(-1)!,
          });
          expect(share).toBeCloseTo(sum(own) / sum(now), 12);
          expect(cumulative_share).toBeCloseTo(cumulative, 12);
          expect(line).toEqual(
            startsWithin(range.from, range.to, "week").map((start) =>
              sum(own.filter((one) => startOf(dayOf(one), "week") === start)),
            ),
          );
        }
      }
    }));

  test("is sorted by any column either way, equal ones by rank, and cut after that", () =>
    fromBoth((context) => {
      const { items: all } = itemTable(context, whole);
      const field = {
        code: "item_code",
        total: "total_production",
        batches: "batch_count",
        average: "avg_batch_size",
        difference: "difference",
        change: "change",
        last_day: "last_day",
      } as const;
      for (const sort of itemSorts) {
        for (const descending of [false, true]) {
          const { items, ...together } = itemTable(context, { ...whole, sort, descending, limit: 5 });
          const expected = [...all].sort((a, b) => {
            const [x, y] = [a[field[sort]], b[field[sort]]];
            const nulls = Number(x === null) - Number(y === null);
            if (nulls !== 0) return nulls;
            const order = x === y || x === null || y === null ? 0 : x < y ? -1 : 1;
            // Of equal totals the first code has the higher rank, so they turn round with the rest.
            if (sort === "total") return descending ? a.rank - b.rank : b.rank - a.rank;
            return (descending ? -order : order) || a.rank - b.rank;
          });
          expect(items).toEqual(expected.slice(0, 5));
          expect(together.item_count).toBe(all.length);
          expect(together.total_production).toBe(all.reduce((total, item) => total + item.total_production, 0));
        }
      }
    }));

  test("compares with nothing where nothing is asked for, and is empty where nothing was made", () =>
    fromBoth((context) => {
      const alone = itemTable(context, { ...whole, before: null, limit: 1 });
      expect(alone.before).toBeNull();
      expect(alone.items[0]).toMatchObject({ before: null, difference: null, change: null });
      const none = itemTable(context, { ...whole, from: "2001-01-01", to: "2001-01-31" });
      expect(none).toMatchObject({ items: [], item_count: 0, total_production: 0, avg_batch_size: 0 });
    }));
});

describe("an item", () => {
  test("is known over all its rows, those without a day included and those of two files once; another code is not", () =>
    fromBoth((context) => {
      for (const code of codes) {
        const own = of(rows, code);
        const days = own.map(dayOf).sort();
        expect(itemProfile(context, { itemCode: code })).toEqual({
          item_code: code,
          item_name: nameOf(code),
          record_count: own.length + (code === "IQ3" ? 1 : 0),
          first_day: days[0]!,
          last_day: days.at(-1)!,
        });
      }
      expect(itemProfile(context, { itemCode: "none" })).toEqual({
        item_code: "none",
        item_name: null,
        record_count: 1,
        first_day: null,
        last_day: null,
      });
      expect(itemProfile(context, { itemCode: "IQ" })).toBeNull();
    }));

  test("had the names with which its months ended, latest first", () =>
    fromBoth((context) => {
      for (const code of codes) {
        const own = of(rows, code);
        const ends = new Map<string, string>();
        for (const day of own.map(dayOf).sort()) ends.set(day.slice(0, 7), day);
        const names = [...ends.values()].map((day) => [own.find((one) => dayOf(one) === day)!.item_name, day] as const);
        const last = new Map(names.filter(([name]) => name !== null && name !== nameOf(code)));
        expect(earlierNames(context, { itemCode: code })).toEqual(
          [...last].map(([item_name, last_day]) => ({ item_name: item_name!, last_day })).reverse(),
        );
      }
      expect(earlierNames(context, { itemCode: "IQ0" }).map(({ item_name }) => item_name)).toEqual([
        "다음 이름",
        "옛 이름",
      ]);
      expect(earlierNames(context, { itemCode: "nothing" })).toEqual([]);
    }));

  test.each([false, true])(
    "has the name of its newest row that counts, not of one which the archive holds as well (indexes: %p)",
    async (isIndexed) => {
      const home = temporaryHome();
      const of2020 = { production_date: "2020-12-31", item_code: "twice" };
      const both = row({ ...of2020, id: 9, item_name: "stands in the archive" });
      writeDatabase(livePath(home), [row({ ...of2020, id: 1, item_name: "counts in Live" }), both]);
      writeDatabase(archivePath(home, 2020), [both]);
      const live = new Database(livePath(home));
      if (isIndexed) live.run("CREATE INDEX idx_item_code ON production_records (item_code)");
      live.close();
      const { contexts, close } = await openBoth(home);
      const names = contexts.map(([, context]) => itemProfile(context, { itemCode: "twice" })?.item_name);
      close();
      // Of rows of the same day those of Live are the newer ones, as in every list.
      expect(names).toEqual(["counts in Live", "counts in Live"]);
    },
  );

  test("has the rank and the share that it has in the table", () =>
    fromBoth((context) => {
      for (const items of [undefined, ["IQ0", "IQ4", "IQ1", "IQ2"]]) {
        const table = itemTable(context, {
          ...range,
          items,
          before: null,
          sort: "total",
          descending: true,
          limit: 1000,
        });
        for (const { item_code, total_production, batch_count, avg_batch_size, rank, share } of table.items) {
          expect(itemStanding(context, { ...range, items, itemCode: item_code })).toEqual({
            total_production,
            batch_count,
            avg_batch_size,
            rank,
            share,
            item_count: table.item_count,
          });
        }
      }
    }));

  test("has neither rank nor share where the filter leaves it out, and no rank where it was not made", () =>
    fromBoth((context) => {
      const own = of(within(range), "IQ5");
      expect(itemStanding(context, { ...range, items: ["IQ0"], itemCode: "IQ5" })).toMatchObject({
        total_production: sum(own),
        batch_count: own.length,
        rank: null,
        share: null,
      });
      expect(itemStanding(context, { ...range, itemCode: "IQ4" })).toMatchObject({
        total_production: 0,
        batch_count: 0,
        avg_batch_size: 0,
        rank: null,
        share: 0,
      });
    }));
});

test("the average of a weekday is its total over the days of that weekday on which something was made", () =>
  fromBoth((context) => {
    for (const items of [undefined, ["IQ7"]]) {
      const own = within(range, items);
      const expected = Array.from({ length: 7 }, (_, at) => {
        const on = own.filter((one) => weekday(dayOf(one)) === at);
        const days = new Set(on.map(dayOf)).size;
        return {
          weekday: at + 1,
          total_production: sum(on),
          batch_count: on.length,
          production_days: days,
          avg_per_day: days === 0 ? null : sum(on) / days,
        };
      });
      expect(weekdayTotals(context, { ...range, items })).toEqual(expected);
    }
    expect(weekdayTotals(context, { from: "2001-01-01", to: "2001-01-02" })).toEqual(
      Array.from({ length: 7 }, (_, at) => ({
        weekday: at + 1,
        total_production: 0,
        batch_count: 0,
        production_days: 0,
        avg_per_day: null,
      })),
    );
  }));
