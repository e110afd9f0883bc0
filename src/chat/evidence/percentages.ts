import { type Amounts, mostPaired } from "./amounts.ts";
import type { Claim } from "./claim.ts";
import { wholeOf, yearBefore } from "./columns.ts";
import type { Facts, FigureKind, Row, Series } from "./facts.ts";
import { closePairs, type PercentPools, pairs, percentPools, sumOf } from "./pools.ts";
import { type Tester, tester } from "./tester.ts";

/** Says whether results support percentages and ratios. */
export class Percentages {
  readonly #facts: Facts;
  readonly #amounts: Amounts;
  #percents: PercentPools | null = null;

  constructor(facts: Facts, amounts: Amounts) {
    this.#facts = facts;
    this.#amounts = amounts;
  }

  /** Whether a claim's number is a share, a rate of change or a stated percentage, in percent. */
  holds(claim: Claim): boolean {
    const { rows, says, bounds, number } = claim;
    const shares = says.share || !says.change;
    const rates = says.change || !says.share || number.sign !== 0;
    const test = tester({ ...claim, says: { ...says, change: rates } });
    if (shares && number.value === 100 && number.sign === 0) return true;
    if (says.ratio && this.isRatio(inParts(claim))) return true;
    if (rows === null) {
      const pools = this.#percentPools();
      if (shares && pools.shares.has(bounds.low, bounds.high)) return true;
      if (rates && (test.changePool(pools.rates) || (says.average && this.#averageRate(test)))) return true;
      return test.pool(this.#amounts.poolsOf("percent").own) || test.changePool(this.#amounts.poolsOf("rate").own);
    }
    return (
      (shares && this.#share(claim, rows)) ||
      (rates && this.#rate(claim, rows, test)) ||
      rows.some(({ figures }) => this.#stated(figures, test))
    );
  }

  #stated(figures: readonly { kind: FigureKind; value: number }[], test: Tester): boolean {
    return figures.some(
      ({ kind, value }) =>
        (kind === "percent" && test.own(value)) || ((kind === "percent" || kind === "rate") && test.change(value)),
    );
  }

  #averageRate(test: Tester): boolean {
    return this.#facts.series.some((series) => {
      if (!series.timed || series.values.length < 3) return false;
      const rates = series.values
        .slice(1)
        .map((value, at) => (100 * (value - series.values[at]!)) / series.values[at]!);
      return test.change(sumOf(rates) / rates.length);
    });
  }

  #share({ bounds, named, says }: Claim, rows: readonly Row[]): boolean {
    const within = (value: number): boolean => value >= bounds.low && value <= bounds.high;
    const bySeries = new Map<Series, number[]>();
    for (const { figures } of [...rows, ...(named.length <= mostPaired ? named : [])]) {
      for (const { kind, series, at } of figures) {
        if (kind !== "quantity" && kind !== "batches") continue;
        const places = bySeries.get(series);
        if (!places) bySeries.set(series, [at]);
        else if (!places.includes(at) && places.length < 400) places.push(at);
      }
    }
    const own = new Set(rows);
    for (const [series, places] of bySeries) {
      const { values, parts } = series;
      const wholes = [
        ...(parts ? [wholeOf(series).sum] : []),
        ...(series.kind === "quantity" ? this.#amounts.totals : []),
      ];
      for (const whole of wholes) {
        if (whole <= 0) continue;
        let sum = 0;
        for (const at of places) {
          const value = values[at]!;
          sum += value;
          if (own.has(series.rows[at]!) && within((100 * value) / whole)) return true;
          if (within((100 * sum) / whole) || (says.rest && within(100 - (100 * sum) / whole))) return true;
        }
        if (!says.whole) continue;
        let running = 0;
        for (const value of values) {
          running += value;
          if (within((100 * running) / whole) || (says.rest && within(100 - (100 * running) / whole))) return true;
        }
      }
    }
    return false;
  }

  #rate(claim: Claim, rows: readonly Row[], test: Tester): boolean {
    return this.#pairsOf(claim, rows).some(
      ([from, to]) => from !== 0 && test.change((100 * (to - from)) / Math.abs(from)),
    );
  }

  /** Values that a sentence about these rows compares, each from what to what. */
  #pairsOf(claim: Claim, rows: readonly Row[]): [number, number][] {
    const all: [number, number][] = [];
    const bySeries = new Map<Series, number[]>();
    for (const { figures } of rows) {
      for (const { kind, series, at } of figures) {
        if (kind !== "quantity" && kind !== "batches" && kind !== "average") continue;
        const places = bySeries.get(series);
        if (places) places.push(at);
        else bySeries.set(series, [at]);
      }
    }
    for (const [series, places] of bySeries) {
      const { values } = series;
      const whole = wholeOf(series);
      const both = (a: number | undefined, b: number | undefined): void => {
        if (a === undefined || b === undefined) return;
        all.push([a, b], [b, a]);
      };
      if (places.length > 1) {
        const among: Series = {
          ...series,
          values: places.map((at) => values[at]!),
          rows: places.map((at) => series.rows[at]!),
        };
        for (const [a, b] of closePairs(among)) series.timed ? all.push([a, b]) : both(a, b);
      }
      if (places.length > 400) continue;
      for (const at of places) {
        const value = values[at]!;
        if (series.timed) {
          if (at > 0) all.push([values[at - 1]!, value]);
          const before = yearBefore(series, at);
          if (before !== undefined) all.push([before, value]);
          if (places.length > 1) continue;
          if (at + 1 < values.length) all.push([value, values[at + 1]!]);
          all.push([values[0]!, value], [value, values.at(-1)!]);
        } else if (places.length === 1) {
          both(value, values[at - 1]);
          both(value, values[at + 1]);
          both(value, values[0]);
          both(value, values.at(-1));
        }
        if (places.length > 1) continue;
        all.push([whole.mean, value], [whole.smallest, value], [whole.greatest, value]);
      }
    }
    for (const kind of ["quantity", "batches", "average"] as const) {
      const { single, sums } = this.#amounts.namedValues(claim, kind);
      for (const values of [single, sums]) {
        if (values.length > 12) continue;
        for (const a of values) for (const b of values) if (a !== b) all.push([a, b]);
      }
    }
    return all;
  }

  /** Whether it is the difference of two percentages. */
  isPoints({ bounds, percents, rows }: Claim): boolean {
    const within = (value: number): boolean => Math.abs(value) >= bounds.low && Math.abs(value) <= bounds.high;
    for (let at = 0; at < percents.length; at++)
      for (let later = at + 1; later < percents.length; later++)
        if (within(percents[at]! - percents[later]!)) return true;
    const stated = (rows ?? this.#facts.rows).flatMap(({ figures }) =>
      figures.filter(({ kind }) => kind === "percent"),
    );
    if (stated.length <= mostPaired)
      for (const { value } of stated) for (const other of stated) if (within(value - other.value)) return true;
    for (const series of this.#facts.series) {
      if (!series.parts || series.kind !== "quantity" || series.values.length > mostPaired) continue;
      const sum = sumOf(series.values);
      for (const [a, b] of pairs(series)) if (within((100 * (a - b)) / sum)) return true;
    }
    return false;
  }

  /** Whether it is how many times one amount is another. */
  isRatio(claim: Claim): boolean {
    const { rows, bounds, number } = claim;
    const wide = number.form === "words" ? 0.1 * number.value : 0;
    const low = bounds.low === number.value - 0.5 && wide > 0 ? number.value - wide : bounds.low;
    const high =
      wide > 0
        ? Math.max(number.value + wide, claim.bounds.high > 1.2 * number.value ? claim.bounds.high : 0)
        : bounds.high;
    if (rows === null) return this.#percentPools().ratios.has(low, high);
    return this.#pairsOf(claim, rows).some(([a, b]) => a !== 0 && b / a >= low && b / a <= high);
  }
  #percentPools(): PercentPools {
    this.#percents ??= percentPools(this.#facts, this.#amounts.totals);
    return this.#percents;
  }
}

/** A percentage as what it is of one. */
function inParts(claim: Claim): Claim {
  const { number, bounds } = claim;
  return {
    ...claim,
    number: { ...number, form: "digits" },
    bounds: { low: bounds.low / 100, high: bounds.high / 100 },
  };
}

/** A fraction such as a third as what it is in percent. */
export function inPercent(claim: Claim): Claim {
  const { number, bounds } = claim;
  return {
    ...claim,
    number: { ...number, value: 100 * number.value },
    bounds: { low: 100 * bounds.low, high: 100 * bounds.high },
  };
}
