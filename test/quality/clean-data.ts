import { demoCatalogue } from "../../src/demo/catalogue.ts";
import { ARCHIVES, planFiles } from "../../src/demo/plan.ts";
import { seededRandom } from "../../src/demo/random.ts";
import { demoRows } from "../../src/demo/rows.ts";
import type { Columns } from "../../src/rollup/columns.ts";
import { isDay } from "../../src/segments/day.ts";

/** A production record without its id. */
export interface CleanRow {
  text: string;
  day: string;
  lot: string | null;
  code: string;
  name: string | null;
  quantity: number | null;
}

const zipf = 1.05;

/**
 * Clean demo data: the generator's four years with another order of popularity for each seed, without its slips (texts that are no dates, rows of other years).
 * Renamed, new and discontinued items, corrections, holidays, late rows and missing lots are in them, because a factory has those.
 */
export function* cleanRows(seed: number, rows: number, today: string): Generator<CleanRow> {
  const year = Number(today.slice(0, 4));
  const catalogue = demoCatalogue((ARCHIVES + 1) * 12);
  const random = seededRandom(seed);
  const ranks = catalogue.map((_, at) => at + 1);
  for (let last = ranks.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [ranks[last], ranks[other]] = [ranks[other]!, ranks[last]!];
  }
  const popularity = ranks.map((rank) => 1 / rank ** zipf);
  for (const plan of planFiles({ rows, seed, year, liveShare: null }, today)) {
    const firstMonth = (plan.year - (year - ARCHIVES)) * 12;
    const foreignDays = ["1999-01-01"];
    const own = { ...plan, firstMonth, catalogue, popularity, undated: 1, misplaced: 1, foreignDays };
    for (const batch of demoRows(own, seededRandom(seed * 10_000 + plan.year))) {
      for (let at = 0; at < batch.length; at += 5) {
        const [text, lot, code, name, quantity] = batch.slice(at, at + 5) as [string, string, string, string, number];
        const day = text.slice(0, 10);
        if (isDay(day) && day !== foreignDays[0]) yield { text, day, lot, code, name, quantity };
      }
    }
  }
}

type Cell = [count: number, sum: number, min: number, max: number];

/** Daily totals of rows, as the hub makes them. */
export function columnsOf(rows: Iterable<CleanRow>): Columns {
  const items = new Map<string, number>();
  const cells = new Map<string, Map<number, Cell>>();
  for (const { day, code, quantity } of rows) {
    if (!items.has(code)) items.set(code, items.size);
    const item = items.get(code)!;
    const own = cells.get(day) ?? new Map<number, Cell>();
    cells.set(day, own);
    const cell = own.get(item) ?? [0, 0, Number.NaN, Number.NaN];
    own.set(item, cell);
    cell[0] += 1;
    if (quantity === null) continue;
    cell[1] += quantity;
    if (!(cell[2] <= quantity)) cell[2] = quantity;
    if (!(cell[3] >= quantity)) cell[3] = quantity;
  }
  const days = [...cells.keys()].sort();
  const flat = days.map((day) => [...cells.get(day)!].sort(([a], [b]) => a - b));
  const dayStart = new Uint32Array(days.length + 1);
  for (const [at, own] of flat.entries()) dayStart[at + 1] = dayStart[at]! + own.length;
  const all = flat.flat();
  return {
    days,
    items: [...items.keys()].map((code) => ({ code, isText: true, undated: 0, newestDated: null, newestNamed: null })),
    dayStart,
    item: Uint32Array.from(all, ([item]) => item),
    count: Uint32Array.from(all, ([, cell]) => cell[0]),
    sum: Float64Array.from(all, ([, cell]) => cell[1]),
    min: Float64Array.from(all, ([, cell]) => cell[2]),
    max: Float64Array.from(all, ([, cell]) => cell[3]),
  };
}
