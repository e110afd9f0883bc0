import type { Facts, FigureKind, Series } from "./facts.ts";

/** Numbers among which one within bounds is looked up. */
class Pool {
  readonly #values: number[] = [];
  #sorted: Float64Array | null = null;

  add(value: number): void {
    if (Number.isFinite(value)) this.#values.push(value);
    this.#sorted = null;
  }

  has(low: number, high: number): boolean {
    this.#sorted ??= Float64Array.from(this.#values).sort();
    const sorted = this.#sorted;
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle]! < low) from = middle + 1;
      else to = middle;
    }
    return from < sorted.length && sorted[from]! <= high;
  }
}

/** Entries up to which all pairs of a series are compared: a year of months, the days of a month. */
const mostPaired = 31;

/** What follows from the results as a whole, for numbers that name no entry of them. */
export interface Pools {
  own: Pool;
  /** Of `own` those that are sums, and those that stand alone in their column. */
  sums: Pool;
  averages: Pool;
  /** Signed. */
  changes: Pool;
}

export interface PercentPools {
  shares: Pool;
  /** Signed, in percent. */
  rates: Pool;
  ratios: Pool;
  points: Pool;
}

export const sumOf = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/** The values of one kind, with their sums, and with what they differ by. */
export function poolsOf({ series }: Facts, kind: FigureKind, partsOf: (series: Series) => number[]): Pools {
  const pools: Pools = { own: new Pool(), sums: new Pool(), averages: new Pool(), changes: new Pool() };
  for (const one of series) {
    if (one.kind !== kind) continue;
    const { values } = one;
    for (const value of values) pools.own.add(value);
    if (values.length <= 1 || (one.parts && one.rows[0]!.run !== one.rows[1]!.run))
      for (const value of values) pools.sums.add(value);
    for (const [a, b] of pairs(one)) {
      pools.changes.add(b - a);
      if (!one.timed) pools.changes.add(a - b);
    }
    if (!one.parts) continue;
    const sum = sumOf(values);
    let running = 0;
    for (const [at, value] of values.entries()) {
      running += value;
      for (const derived of [running, sum - running, sum - value]) pools.own.add(derived);
      if (at > 0) pools.sums.add(running);
      if (at < values.length - 2) pools.sums.add(sum - running);
    }
    for (const count of [values.length, ...partsOf(one)]) if (count > 1) pools.averages.add(sum / count);
    pools.averages.add(median(values));
  }
  return pools;
}

/** The middle of the values in their order. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Pairs of values that are compared where no entry is named: all of a short series, else neighbours, ends and extremes. */
export function* pairs(series: Series): Generator<[number, number]> {
  const { values } = series;
  if (values.length <= mostPaired) {
    for (let at = 0; at < values.length; at++)
      for (let later = at + 1; later < values.length; later++) yield [values[at]!, values[later]!];
    return;
  }
  yield* closePairs(series);
}

/** Neighbours, first and last, smallest and greatest, and the same month of two years. */
export function* closePairs({ values, rows, timed }: Series): Generator<[number, number]> {
  const last = values.length - 1;
  for (let at = 1; at <= last; at++) yield [values[at - 1]!, values[at]!];
  if (last > 1) yield [values[0]!, values[last]!];
  if (last > 0) {
    let [low, high] = [values[0]!, values[0]!];
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    yield [low, high];
  }
  if (!timed || last < 12) return;
  const byMonth = new Map(rows.map(({ span }, at) => [span?.from, values[at]!]));
  for (const [at, { span }] of rows.entries()) {
    if (!span) continue;
    const before = byMonth.get(`${String(Number(span.from.slice(0, 4)) - 1).padStart(4, "0")}${span.from.slice(4)}`);
    if (before !== undefined) yield [before, values[at]!];
  }
}

/** Shares, rates of change and ratios; `totals` are what a share may be of besides the sum of its column. */
export function percentPools({ series }: Facts, totals: readonly number[]): PercentPools {
  const pools: PercentPools = { shares: new Pool(), rates: new Pool(), ratios: new Pool(), points: new Pool() };
  for (const one of series) {
    const { kind, values } = one;
    if (kind !== "quantity" && kind !== "batches" && kind !== "average") continue;
    for (const [a, b] of closePairs(one)) {
      addRates(pools, a, b);
      if (!one.timed) addRates(pools, b, a);
    }
    if (!one.parts) continue;
    const sum = sumOf(values);
    for (const whole of new Set([sum, ...(kind === "quantity" ? totals : [])])) {
      if (whole <= 0) continue;
      let running = 0;
      for (const value of values) {
        running += value;
        pools.shares.add((100 * value) / whole);
        pools.shares.add((100 * running) / whole);
        pools.shares.add((100 * (whole - running)) / whole);
      }
    }
  }
  return pools;
}

function addRates({ rates, ratios }: PercentPools, from: number, to: number): void {
  if (from === 0) return;
  rates.add((100 * (to - from)) / Math.abs(from));
  ratios.add(to / from);
  if (to !== 0) ratios.add(from / to);
}
