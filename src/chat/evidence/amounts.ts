import type { Period } from "../types.ts";
import type { Claim } from "./claim.ts";
import { wholeOf, yearBefore } from "./columns.ts";
import type { Facts, FigureKind, Row, Series } from "./facts.ts";
import { lengthsOf } from "./lengths.ts";
import { closePairs, median, type Pools, pairs, poolsOf, sumOf } from "./pools.ts";
import { runningSums, type Tester, tester } from "./tester.ts";

/** Kinds of figures that are sums and averages of quantities and batches. */
export type Amount = "quantity" | "batches" | "average";

/** Rows up to which every pair of them is compared. */
export const mostPaired = 31;
/** Wholes that a share may be of, besides the sum of its own column. */
const mostTotals = 40;

/** Says whether results support pieces, batches and averages. */
export class Amounts {
  readonly #facts: Facts;
  readonly #pools = new Map<FigureKind, Pools>();
  /** Totals of whole results. */
  readonly totals: readonly number[];

  constructor(facts: Facts) {
    this.#facts = facts;
    const totals = new Set<number>();
    for (const { kind, values, parts } of facts.series) {
      if (kind !== "quantity" || !parts) continue;
      totals.add(sumOf(values));
      if (values.length <= 2) for (const value of values) totals.add(value);
    }
    this.totals = [...totals].filter((total) => total > 0).slice(0, mostTotals);
  }

  /** Whether results give the claim's number as an amount of this kind, by themselves or by sums, differences and averages. */
  holds(claim: Claim, kind: Amount): boolean {
    const { rows, says } = claim;
    const test = tester(claim);
    if (rows === null) {
      const { own, sums, averages, changes } = this.poolsOf(kind);
      const { low, high } = claim.bounds;
      const pool =
        claim.role === null
          ? own
          : claim.role === "sum"
            ? sums
            : claim.role === "average" && kind === "average"
              ? own
              : null;
      if (pool && test.pool(pool)) return true;
      if (says.average && (averages.has(low, high) || this.#perPart(claim, kind, this.#facts.rows))) return true;
      if (test.changePool(changes)) return true;
      if (says.rest && kind === "quantity" && this.#isRest(test)) return true;
      return kind === "quantity" && this.#statedDifference(test);
    }
    return this.#scoped(claim, kind, rows) || this.#amongNamed(claim, kind);
  }

  isStatedAverage(claim: Claim): boolean {
    const test = tester(claim);
    if (claim.rows === null) return test.pool(this.poolsOf("average").own);
    return claim.rows.some(({ figures }) => figures.some(({ kind, value }) => kind === "average" && test.own(value)));
  }

  /** What a total has besides the entries of a result. */
  #isRest(test: Tester): boolean {
    return this.#facts.series.some(
      ({ kind, parts, values }) =>
        kind === "quantity" && parts && this.totals.some((total) => test.own(total - sumOf(values))),
    );
  }

  #statedDifference(test: Tester): boolean {
    return test.changePool(this.poolsOf("difference").own);
  }

  #scoped(claim: Claim, kind: Amount, rows: readonly Row[]): boolean {
    const { says } = claim;
    const test = tester(claim);
    const plain = (one: Amount, series: Series, about: readonly Row[]): boolean =>
      claim.role === null ||
      (claim.role === "sum"
        ? about.length === 1 || series.values.length === 1
        : claim.role === "average" && one === "average");
    const bySeries = new Map<Series, number[]>();
    for (const row of rows) {
      for (const { kind: one, value, series, at } of row.figures) {
        if (one === "difference" && kind === "quantity" && test.change(value)) return true;
        if (one !== kind) continue;
        if (test.own(value) && plain(kind, series, rows)) return true;
        const list = bySeries.get(series);
        if (list) list.push(at);
        else bySeries.set(series, [at]);
      }
    }
    if (says.average && this.#perPart(claim, kind, rows)) return true;
    if (says.whole && kind === "quantity" && this.#totalBeside(rows, [...bySeries.keys()], test)) return true;
    for (const [series, places] of bySeries) {
      if (this.#inSeries(claim, test, series, places)) return true;
    }
    return (
      kind === "quantity" &&
      says.rest &&
      rows.length <= mostPaired &&
      rows.some((row) =>
        row.figures.some(
          ({ kind: one, value }) => one === kind && this.totals.some((total) => test.own(total - value)),
        ),
      )
    );
  }

  /** Whether a number is a total that is not just what another entry of the same result has. */
  #totalBeside(rows: readonly Row[], series: readonly Series[], test: Tester): boolean {
    const overall = rows.some(({ item }) => item === "all");
    const siblings = new Set(
      series.flatMap((one) => one.values.filter((_, at) => overall || one.rows[at]!.item !== "all")),
    );
    return this.totals.some((total) => !siblings.has(total) && test.own(total));
  }

  /** What follows from some values of a column: their sum and average, what they differ by, and their place in the whole column. */
  #inSeries({ says }: Claim, test: Tester, series: Series, places: readonly number[]): boolean {
    const { values, parts } = series;
    const some = places.map((at) => values[at]!);
    if (some.length > 1) {
      if (parts && test.own(sumOf(some))) return true;
      if (says.average && (test.own(sumOf(some) / some.length) || test.own(median(some)))) return true;
      const among: Series = { ...series, values: some, rows: places.map((at) => series.rows[at]!) };
      for (const [a, b] of some.length <= mostPaired ? pairs(among) : closePairs(among)) {
        if (test.change(b - a) || (!series.timed && test.change(a - b))) return true;
      }
      if (parts && runningSums(some, test)) return true;
    }
    if (places.length === values.length) return false;
    const whole = wholeOf(series);
    for (const at of places) {
      const value = values[at]!;
      for (const other of [
        values[at - 1],
        values[at + 1],
        values[0],
        values.at(-1),
        whole.greatest,
        whole.smallest,
        whole.mean,
        yearBefore(series, at),
      ]) {
        if (other === undefined || other === value) continue;
        if (test.change(value - other) || (!series.timed && test.change(other - value))) return true;
      }
      if (series.timed && at + 1 < values.length && test.change(values[at + 1]! - value)) return true;
      if (!parts) continue;
      let running = 0;
      for (let one = 0; one <= at; one++) running += values[one]!;
      if (says.whole && test.own(running)) return true;
      if (says.rest && (test.own(whole.sum - value) || test.own(whole.sum - running))) return true;
    }
    if (!says.whole) return false;
    if (parts && (test.own(whole.sum) || runningSums(values, test))) return true;
    return says.average && (test.own(whole.mean) || test.own(whole.median));
  }

  /** Differences and sums of the entries that a sentence names. */
  #amongNamed(claim: Claim, kind: Amount): boolean {
    const test = tester(claim);
    const { single, sums } = this.namedValues(claim, kind);
    for (const values of [single, sums]) {
      for (let at = 0; at < values.length; at++)
        for (let later = at + 1; later < values.length; later++)
          if (test.change(values[at]! - values[later]!) || test.change(values[later]! - values[at]!)) return true;
    }
    return kind !== "average" && (sums.some(test.own) || runningSums(single, test));
  }

  /** What the named entries have of a kind, one by one, and what those of each name have together. */
  namedValues({ named, rows, groups }: Claim, kind: Amount): { single: number[]; sums: number[] } {
    const [single, sums] = [new Set<number>(), new Set<number>()];
    const all = new Set([...named, ...(rows ?? [])]);
    if (all.size <= 2 * mostPaired)
      for (const { figures } of all) for (const { kind: one, value } of figures) if (one === kind) single.add(value);
    for (const group of [[...all], ...groups]) {
      const bySeries = new Map<Series, Set<number>>();
      for (const { figures } of group) {
        for (const { kind: one, series, at } of figures) {
          if (one !== kind || !series.parts) continue;
          const places = bySeries.get(series);
          if (places) places.add(at);
          else bySeries.set(series, new Set([at]));
        }
      }
      for (const [{ values }, places] of bySeries)
        if (places.size > 1) sums.add(sumOf([...places].map((at) => values[at]!)));
    }
    return { single: [...single].slice(0, 2 * mostPaired), sums: [...sums].slice(0, mostPaired) };
  }

  /** Averages per batch, day, week and month of the periods of rows, and of their runs as a whole. */
  #perPart(claim: Claim, kind: Amount, rows: readonly Row[]): boolean {
    const test = tester(claim);
    const runs = new Map<string, { quantity: number; batches: number; from: string; to: string; days: Set<string> }>();
    const check = (quantity: number, batches: number, period: Period | null, more: number): boolean => {
      if (batches > 0 && test.own(quantity / batches)) return true;
      if (more > 1 && (test.own(quantity / more) || test.own(batches / more))) return true;
      return (
        period !== null && lengthsOf(period).some((parts) => test.own(quantity / parts) || test.own(batches / parts))
      );
    };
    for (const { figures, span, run, item } of rows) {
      const quantity = figures.find((one) => one.kind === "quantity")?.value ?? 0;
      const batches = figures.find((one) => one.kind === "batches")?.value ?? 0;
      if (kind !== "batches" && rows.length <= 1000) {
        if (check(quantity, batches, span, 0)) return true;
        if (figures.some((one) => one.kind === "other" && check(quantity, batches, null, one.value))) return true;
      }
      const key = `${run} ${item}`;
      const all = runs.get(key) ?? { quantity: 0, batches: 0, from: "9999-12-31", to: "0000-00-00", days: new Set() };
      all.quantity += quantity;
      all.batches += batches;
      if (span) {
        if (span.from < all.from) all.from = span.from;
        if (span.to > all.to) all.to = span.to;
        all.days.add(span.from);
      }
      runs.set(key, all);
    }
    const together = [...runs.values()].reduce((all, one) => [all[0]! + one.quantity, all[1]! + one.batches], [0, 0]);
    if (runs.size > 1 && check(together[0]!, together[1]!, null, 0)) return true;
    for (const [key, { quantity, batches, from, to, days }] of runs) {
      const asked = this.#facts.asked[Number(key.split(" ")[0])] ?? null;
      if (check(quantity, batches, from <= to ? { from, to } : null, days.size) || check(quantity, batches, asked, 0))
        return true;
    }
    return false;
  }
  /** Values of columns whose meaning is not known. */
  isOther(claim: Claim): boolean {
    const test = tester(claim);
    if (claim.rows === null) return test.pool(this.poolsOf("other").own);
    return claim.rows.some(({ figures }) => figures.some(({ kind, value }) => kind === "other" && test.own(value)));
  }

  /** What a kind of figures comes to as a whole. */
  poolsOf(kind: FigureKind): Pools {
    const known = this.#pools.get(kind);
    if (known) return known;
    const pools = poolsOf(this.#facts, kind, (series) => {
      const periods = [...new Set(series.rows.map(({ run }) => run))].map((run) => this.#facts.asked[run]);
      return periods.flatMap((period) => (period ? lengthsOf(period) : []));
    });
    this.#pools.set(kind, pools);
    return pools;
  }
}
