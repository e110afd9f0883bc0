import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Columns, decodeColumns, encodeColumns } from "../../src/rollup/columns.ts";
import { type Group, Rollup } from "../../src/rollup/rollup.ts";

interface Cell {
  day: string;
  item: number;
  count: number;
  sum: number;
}

const codes = ["BW0021", "A/1", "50%", "렌즈"];
const day = fc
  .integer({ min: 0, max: 800 })
  .map((offset) => new Date(Date.UTC(2024, 0, 1 + offset)).toISOString().slice(0, 10));
const cells = fc.uniqueArray(
  fc.record({
    day,
    item: fc.integer({ min: 0, max: codes.length - 1 }),
    count: fc.integer({ min: 1, max: 1000 }),
    sum: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  }),
  { selector: ({ day, item }) => `${day} ${item}`, maxLength: 60 },
);
const end = fc.option(day, { nil: undefined });
const someCodes = fc.option(fc.subarray([...codes, "none"]), { nil: undefined });

function columnsOf(drawn: readonly Cell[]): Columns {
  const sorted = [...drawn].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.item - b.item));
  const days = [...new Set(sorted.map(({ day }) => day))];
  return {
    days,
    items: codes.map((code) => ({ code, isText: true, undated: 0, newestDated: null, newestNamed: null })),
    dayStart: Uint32Array.from([...days, "~"].map((one) => sorted.filter(({ day }) => day < one).length)),
    item: Uint32Array.from(sorted, ({ item }) => item),
    count: Uint32Array.from(sorted, ({ count }) => count),
    sum: Float64Array.from(sorted, ({ sum }) => sum),
    min: Float64Array.from(sorted, ({ sum }) => sum),
    max: Float64Array.from(sorted, ({ sum }) => sum),
  };
}

/** Groups cells the simple way. */
function grouped(drawn: readonly Cell[], keyOf: (cell: Cell) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const cell of drawn) {
    const group = groups.get(keyOf(cell)) ?? [keyOf(cell), 0, 0];
    group[1] += cell.count;
    group[2] += cell.sum;
    groups.set(group[0], group);
  }
  return sorted([...groups.values()]);
}

function sorted(groups: readonly Group[]): Group[] {
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

test("totals of any period and item are those of its days, also after they were stored and read back", () => {
  fc.assert(
    fc.property(cells, end, end, someCodes, (drawn, from, to, items) => {
      const rollup = new Rollup(decodeColumns(encodeColumns(columnsOf(drawn)) as Uint8Array<ArrayBuffer>));
      const filter = { from, to, items };
      const wanted = drawn.filter(
        (cell) =>
          (from === undefined || cell.day >= from) &&
          (to === undefined || cell.day <= to) &&
          (items === undefined || items.includes(codes[cell.item]!)),
      );
      expect(rollup.byPeriod(filter, (day) => day)).toEqual(grouped(wanted, (cell) => cell.day));
      const month = (text: string): string => text.slice(0, 7);
      expect(rollup.byPeriod(filter, month)).toEqual(grouped(wanted, (cell) => month(cell.day)));
      expect(sorted(rollup.byItem(filter))).toEqual(grouped(wanted, (cell) => codes[cell.item]!));
      expect(sorted(rollup.byPeriodAndItem(filter, month))).toEqual(
        grouped(wanted, (cell) => `${cell.day.slice(0, 7)} ${codes[cell.item]}`),
      );
      const last = new Map<string, string>();
      for (const { day, item } of [...wanted].sort((a, b) => (a.day < b.day ? -1 : 1))) last.set(codes[item]!, day);
      expect(new Map(rollup.lastDays(filter))).toEqual(last);
      expect(rollup.total(filter)).toEqual(grouped(wanted, () => ""));
    }),
    { numRuns: 500 },
  );
});

test("items come with all their rows and their first and last day", () => {
  const rollup = new Rollup(
    columnsOf([
      { day: "2026-01-02", item: 0, count: 3, sum: 10 },
      { day: "2026-01-05", item: 0, count: 2, sum: 1 },
      { day: "2026-01-03", item: 2, count: 1, sum: 1 },
    ]),
  );
  const shown = rollup.items.map(({ code, rows, firstDay, lastDay }) => [code, rows, firstDay, lastDay]);
  expect(shown).toEqual([
    ["BW0021", 5, "2026-01-02", "2026-01-05"],
    ["A/1", 0, null, null],
    ["50%", 1, "2026-01-03", "2026-01-03"],
    ["렌즈", 0, null, null],
  ]);
});

test("many quantities with fractions add up to their exact sum", () => {
  const many = 60_000;
  const rollup = new Rollup({
    ...columnsOf([]),
    days: Array.from({ length: many }, (_, at) => String(at).padStart(10, "0")),
    dayStart: Uint32Array.from({ length: many + 1 }, (_, at) => at),
    item: new Uint32Array(many),
    count: new Uint32Array(many).fill(1),
    sum: new Float64Array(many).fill(1_000_000.1),
  });
  expect(rollup.total({})).toEqual([["", many, 60_000_006_000]]);
});
