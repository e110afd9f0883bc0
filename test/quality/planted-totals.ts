import { type Random, seededRandom } from "../../src/demo/random.ts";
import { newItems, stoppedItems } from "../../src/quality/catalogue.ts";
import { driftAt, driftFindings } from "../../src/quality/drift.ts";
import type { Found, Kind } from "../../src/quality/finding.ts";
import { cellFrom, type History, historyOf, type ItemHistory } from "../../src/quality/history.ts";
import { Levels, unusualDays, unusualItemDays } from "../../src/quality/levels.ts";
import { oddQuantities } from "../../src/quality/quantities.ts";
import { missingDays } from "../../src/quality/working-days.ts";
import { cleanRows, columnsOf } from "./clean-data.ts";

/** Days that findings are counted in, and weeks: two years. */
export const backtestDays = 728;

/** The history of clean demo data up to the day before `today`. */
export function cleanHistory(seed: number, rows: number, today: string): History {
  return historyOf([columnsOf(cleanRows(seed, rows, today))], yesterday(today), true)!;
}

const yesterday = (day: string): string => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);

/**
 * What would have been found in two years of clean data, looked at day by day with what was known then. Items that the generator itself introduces or gives up are
 * findings as they should be, and so is a shift of the mix in which such an item moved most: those are left out.
 */
export function falseFindings(history: History): Found[] {
  const levels = new Levels(history);
  const [from, end] = [history.length - backtestDays, history.length];
  const found = new Map<string, Found>();
  const take = (all: Found[]): void => {
    for (const one of all) if (!found.has(one.id)) found.set(one.id, one);
  };
  take(unusualDays(levels, from, end));
  take(unusualItemDays(levels, from, end));
  take(missingDays(history, from, end));
  take(oddQuantities(history, from, end));
  for (let now = from; now <= end; now++) {
    take(newItems(history, now, new Map()));
    take(stoppedItems(levels, now));
    take(driftFindings(driftAt(levels, now)));
  }
  const moved = new Set(history.items.filter((item) => isComingOrGoing(history, item)).map(({ code }) => code));
  return [...found.values()].filter(({ item }) => item === null || !moved.has(item));
}

/** True for an item that the generator introduced or gave up: it is not made for the first or the last half year. */
function isComingOrGoing({ length }: History, { at }: ItemHistory): boolean {
  return at[0]! > 182 || at.at(-1)! < length - 182;
}

/** How many faults of a kind were planted, and how many were found. */
export interface Recall {
  kind: Kind;
  fault: string;
  planted: number;
  found: number;
}

/** Plants faults of every kind that the daily totals show, one at a time at random places of the last two years, and looks for them. */
export function recallOfTotals(history: History, times: number, seed: number): Recall[] {
  const random = seededRandom(seed);
  const levels = new Levels(history);
  const workingDay = (after = 150): number => {
    for (;;) {
      const at = history.length - backtestDays + after + random.below(backtestDays - after - 40);
      // No Saturday, of which a third is made: what one of them lacks is less than chance takes from a Monday.
      const isFull = levels.isOrdinary(at) && levels.weekdayFactor(at, at) > 0.7;
      if (isFull && history.count[at]! > 0) return at;
    }
  };
  const results: Recall[] = [];
  const plant = (kind: Kind, fault: string, one: () => Found[] | null): void => {
    let [planted, found] = [0, 0];
    for (let tries = 0; planted < times && tries < 20 * times; tries++) {
      const all = one();
      if (all === null) continue;
      planted += 1;
      if (all.some((finding) => finding.kind === kind)) found += 1;
    }
    results.push({ kind, fault, planted, found });
  };

  plant("missing-days", "a working day without a record", () => {
    const at = workingDay();
    return missingDays(
      changed(history, at, at + 1, () => 0),
      at - 3,
      at + 4,
    );
  });
  plant("missing-days", "a week without a record", () => {
    const at = workingDay();
    return missingDays(
      changed(history, at, at + 7, () => 0),
      at - 3,
      at + 10,
    );
  });
  for (const [fault, factor] of [
    ["a day booked twice", 2],
    ["two thirds of a day missing", 1 / 3],
  ] as const) {
    plant("unusual-day", fault, () => {
      const at = workingDay();
      return unusualDays(new Levels(changed(history, at, at + 1, () => factor)), at, at + 1);
    });
  }
  plant("unusual-item-day", "a day of an item that has 8 batches a day, times 5", () => {
    const at = workingDay();
    const item = anItem(random, levels, at, 8);
    if (!item || !isMadeOn(item, at)) return null;
    const one = changed(history, at, at + 1, (code) => (code === item.code ? 5 : 1));
    return unusualItemDays(new Levels(only(one, item.code)), at, at + 1);
  });
  plant("unusual-item-day", "nothing of an item that has 20 batches a day", () => {
    const at = workingDay();
    const item = anItem(random, levels, at, 20);
    if (!item) return null;
    const one = changed(history, at, at + 1, (code) => (code === item.code ? 0 : 1));
    return unusualItemDays(new Levels(only(one, item.code)), at, at + 1);
  });
  plant("item-stopped", "an item stops, within 12 weeks", () => {
    const at = workingDay();
    const item = anItem(random, levels, at, 0.5);
    const end = at + 84;
    if (!item || end > history.length) return null;
    const one = changed(history, at, end, (code) => (code === item.code ? 0 : 1));
    return stoppedItems(new Levels(only(one, item.code)), end);
  });
  for (const [fault, factor] of [
    ["four weeks at 140 %", 1.4],
    ["four weeks at 70 %", 0.7],
  ] as const) {
    plant("level-shift", fault, () => {
      const at = workingDay();
      const end = Math.min(history.length, at + 28);
      return driftFindings(driftAt(new Levels(changed(history, at, end, () => factor)), end));
    });
  }
  plant("distribution-shift", "an item with 10 % and more stops", () => {
    const at = workingDay();
    const whole = levels.reference(at).reduce((sum, day) => sum + history.count[day]!, 0) / levels.reference(at).length;
    const item = anItem(random, levels, at, whole / 10);
    const end = Math.min(history.length, at + 28);
    if (!item || random.fraction() > 0.5) return null;
    const one = changed(history, at, end, (code) => (code === item.code ? 0 : 1));
    return driftFindings(driftAt(new Levels(one), end));
  });
  for (const [fault, factor] of [
    ["a quantity × 1000", 1000],
    ["a quantity × 10", 10],
    ["a quantity / 1000", 1 / 1000],
  ] as const) {
    plant("absurd-quantity", fault, () => withQuantity(history, random, (usual) => usual * factor));
  }
  plant("negative-quantity", "a quantity with the wrong sign", () => withQuantity(history, random, (usual) => -usual));
  return results;
}

/** An item with at least so many rows on an ordinary day before a position, drawn at random. */
function anItem(random: Random, levels: Levels, at: number, rows: number): ItemHistory | null {
  const days = new Set(levels.reference(at));
  const from = Math.min(...days);
  const suited = levels.history.items.filter((item) => {
    let sum = 0;
    for (let cell = cellFrom(item, from); cell < cellFrom(item, at); cell++) {
      if (days.has(item.at[cell]!)) sum += item.count[cell]!;
    }
    return sum >= rows * days.size && item.at[0]! < at - 200 && item.at.at(-1)! >= at;
  });
  return suited[random.below(Math.max(1, suited.length))] ?? null;
}

const isMadeOn = (item: ItemHistory, at: number): boolean =>
  item.at[cellFrom(item, at)] === at && item.sum[cellFrom(item, at)]! > 0;

/** The history with one row of a random item on a random day changed. */
function withQuantity(history: History, random: Random, change: (usual: number) => number): Found[] | null {
  const at = history.length - 1 - random.below(backtestDays);
  const suited = history.items.filter((item) => isMadeOn(item, at) && cellFrom(item, at) >= 60);
  const item = suited[random.below(Math.max(1, suited.length))];
  if (!item) return null;
  const cell = cellFrom(item, at);
  const usual = item.max[cell]!;
  const quantity = change(usual);
  const [min, max, sum] = [item.min.slice(), item.max.slice(), item.sum.slice()];
  const alone = item.count[cell] === 1;
  min[cell] = alone ? quantity : Math.min(min[cell]!, quantity);
  max[cell] = alone ? quantity : Math.max(quantity, usual);
  sum[cell]! += quantity - usual;
  const planted = { ...item, min, max, sum };
  const items = history.items.map((one) => (one === item ? planted : one));
  return oddQuantities({ ...history, items }, at, at + 1).filter((one) => one.item === item.code);
}

/** The history with what each item made on some days times a factor; 0 leaves no record. */
function changed(history: History, from: number, to: number, factorOf: (code: string) => number): History {
  const [count, sum] = [history.count.slice(), history.sum.slice()];
  const items = history.items.map((item): ItemHistory => {
    const factor = factorOf(item.code);
    const [first, last] = [cellFrom(item, from), cellFrom(item, to)];
    if (factor === 1 || first === last) return item;
    const kept = [...item.at.keys()].filter((cell) => factor !== 0 || cell < first || cell >= last);
    const own = { ...item, count: item.count.slice(), sum: item.sum.slice() };
    for (let cell = first; cell < last; cell++) {
      own.count[cell]! *= factor;
      own.sum[cell]! *= factor;
      count[item.at[cell]!]! += own.count[cell]! - item.count[cell]!;
      sum[item.at[cell]!]! += own.sum[cell]! - item.sum[cell]!;
    }
    if (factor !== 0) return own;
    return {
      ...own,
      at: Int32Array.from(kept, (cell) => own.at[cell]!),
      count: Float64Array.from(kept, (cell) => own.count[cell]!),
      sum: Float64Array.from(kept, (cell) => own.sum[cell]!),
      min: Float64Array.from(kept, (cell) => own.min[cell]!),
      max: Float64Array.from(kept, (cell) => own.max[cell]!),
    };
  });
  return { ...history, items, count, sum };
}

/** The history with one item alone, the totals being those of all. */
function only(history: History, code: string): History {
  return { ...history, items: history.items.filter((item) => item.code === code) };
}
