import { daysBetween } from "../../production/calendar.ts";
import type { Period } from "../types.ts";
import type { Claim } from "./claim.ts";
import type { Facts, FigureKind, Row, Series } from "./facts.ts";
import { closePairs, median, type PercentPools, type Pools, pairs, percentPools, poolsOf, sumOf } from "./pools.ts";
import type { NumberInText } from "./written-numbers.ts";

type Amount = "quantity" | "batches" | "average";

/** Rows up to which every pair of them is compared. */
const mostPaired = 31;
/** Wholes that a share may be of, besides the sum of its own column. */
const mostTotals = 40;

/** A number of the question or of a call's arguments. */
export type Given = Pick<NumberInText, "value" | "measure">;

/** Whether a number stands in the question, as the same measure where both name one. */
function isAsked(given: Given, { value, measure }: NumberInText): boolean {
  if (given.value !== value) return false;
  if (given.measure === null || measure === null)
    return measure !== "percent" && measure !== "points" && measure !== "times" && measure !== "foreign";
  return given.measure === measure;
}

/** Says whether the results support a number, by themselves or by plain arithmetic. */
export class Support {
  readonly #facts: Facts;
  readonly #given: readonly Given[];
  readonly #pools = new Map<FigureKind, Pools>();
  readonly #totals: number[];
  #percents: PercentPools | null = null;
  #counts: Set<number> | null = null;
  readonly #thresholds: readonly number[];

  /** `given` are the numbers of the question and of the calls' arguments. */
  constructor(facts: Facts, given: readonly Given[]) {
    this.#facts = facts;
    this.#given = given;
    this.#thresholds = [...new Set(given.map(({ value }) => value))].slice(0, 8);
    const totals = new Set<number>();
    for (const { kind, values, parts } of facts.series) {
      if (kind !== "quantity" || !parts) continue;
      totals.add(sumOf(values));
      if (values.length <= 2) for (const value of values) totals.add(value);
    }
    this.#totals = [...totals].filter((total) => total > 0).slice(0, mostTotals);
  }

  holds(claim: Claim): boolean {
    const { number, noun, certain } = claim;
    if (this.#given.some((one) => isAsked(one, number))) return true;
    if (this.#contradicts(claim)) return false;
    if (fromWritten(claim)) return true;
    if (number.form === "fraction" && noun !== "percent") return this.#ratio(claim) || this.#percent(inPercent(claim));
    if (number.form === "marker") return number.value <= this.#mostEntries();
    if (noun !== null && this.#holdsAs(claim, noun)) return true;
    if (certain) return false;
    const others = ["quantity", "batches", "average", "entries", "rank", ...(claim.column > 0 ? ["percent"] : [])];
    return (others as NonNullable<Claim["noun"]>[]).some((one) => one !== noun && this.#holdsAs(claim, one));
  }

  /** Whether words tell of a rise where what they compare fell, or the other way round. */
  #contradicts({ compared, direction, number, noun, says, written }: Claim): boolean {
    const side = number.sign === 0 ? direction : number.sign;
    if (side === 0 || !says.change || says.average) return false;
    if (noun !== "percent" && noun !== "quantity" && noun !== "difference" && noun !== "batches") return false;
    if (written.length === 1) {
      const [from, to] = written[0]!;
      const change = noun === "percent" ? (100 * (to - from)) / Math.abs(from) : to - from;
      if (Math.abs(Math.abs(change) - number.value) <= 0.01 * number.value) return Math.sign(change) === -side;
    }
    if (!compared) return false;
    const [subject, base] = compared.map((rows) => amountOf(rows, noun === "batches" ? "batches" : "quantity"));
    return subject !== undefined && base !== undefined && Math.sign(subject - base) === -side;
  }

  #holdsAs(claim: Claim, noun: NonNullable<Claim["noun"]>): boolean {
    const { number, says } = claim;
    switch (noun) {
      case "quantity":
        return (
          this.#amount(claim, "quantity") ||
          ((says.average || !claim.certain) && this.#amount(claim, "average")) ||
          this.#statedAverage(claim) ||
          (number.value < 1000 && (says.choice || says.rest) && this.#isCount(claim)) ||
          this.#other(claim)
        );
      case "average":
        return (
          this.#amount({ ...claim, says: { ...says, average: true } }, "average") ||
          this.#amount(claim, "quantity") ||
          this.#amount(claim, "batches") ||
          this.#other(claim)
        );
      case "difference":
        return (
          this.#amount({ ...claim, says: { ...says, change: true } }, "quantity") ||
          this.#amount(claim, "batches") ||
          this.#amount(claim, "average") ||
          this.#other(claim)
        );
      case "batches":
        return this.#amount(claim, "batches") || this.#isSize(claim) || this.#other(claim);
      case "entries":
        return this.#isCount(claim) || this.#other(claim);
      case "percent":
        return this.#percent(claim) || this.#other(claim);
      case "points":
        return this.#points(claim);
      case "times":
        return this.#ratio(claim);
      case "rank":
        return this.#rank(claim);
      case "days":
      case "weeks":
      case "months":
      case "quarters":
      case "years":
        return this.#duration(claim, noun) || this.#isCount(claim) || this.#other(claim);
      case "foreign":
        return this.#other(claim);
    }
  }

  // Amounts: pieces, batches and averages.

  #amount(claim: Claim, kind: Amount): boolean {
    const { rows, says } = claim;
    const test = tester(claim);
    if (rows === null) {
      const { own, sums, averages, changes } = this.#poolsOf(kind);
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

  #statedAverage(claim: Claim): boolean {
    const test = tester(claim);
    if (claim.rows === null) return test.pool(this.#poolsOf("average").own);
    return claim.rows.some(({ figures }) => figures.some(({ kind, value }) => kind === "average" && test.own(value)));
  }

  /** What a total has besides the entries of a result. */
  #isRest(test: Tester): boolean {
    return this.#facts.series.some(
      ({ kind, parts, values }) =>
        kind === "quantity" && parts && this.#totals.some((total) => test.own(total - sumOf(values))),
    );
  }

  #statedDifference(test: Tester): boolean {
    return test.changePool(this.#poolsOf("difference").own);
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
          ({ kind: one, value }) => one === kind && this.#totals.some((total) => test.own(total - value)),
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
    return this.#totals.some((total) => !siblings.has(total) && test.own(total));
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
    const { single, sums } = this.#namedValues(claim, kind);
    for (const values of [single, sums]) {
      for (let at = 0; at < values.length; at++)
        for (let later = at + 1; later < values.length; later++)
          if (test.change(values[at]! - values[later]!) || test.change(values[later]! - values[at]!)) return true;
    }
    return kind !== "average" && (sums.some(test.own) || runningSums(single, test));
  }

  /** What the named entries have of a kind, one by one, and what those of each name have together. */
  #namedValues({ named, rows, groups }: Claim, kind: Amount): { single: number[]; sums: number[] } {
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
      if (more > 0 && (test.own(quantity / more) || test.own(batches / more))) return true;
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

  // Percentages and ratios.

  #percent(claim: Claim): boolean {
    const { rows, says, bounds, number } = claim;
    const test = tester(claim);
    const shares = says.share || !says.change;
    const rates = says.change || !says.share || number.sign !== 0;
    if (shares && number.value === 100 && number.sign === 0) return true;
    if (says.ratio && this.#ratio(inParts(claim))) return true;
    if (rows === null) {
      const pools = this.#percentPools();
      if (shares && pools.shares.has(bounds.low, bounds.high)) return true;
      if (rates && (test.changePool(pools.rates) || (says.average && this.#averageRate(test)))) return true;
      return test.pool(this.#poolsOf("percent").own) || test.changePool(this.#poolsOf("rate").own);
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
      const wholes = [...(parts ? [wholeOf(series).sum] : []), ...(series.kind === "quantity" ? this.#totals : [])];
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
      const { single, sums } = this.#namedValues(claim, kind);
      for (const values of [single, sums]) {
        if (values.length > 12) continue;
        for (const a of values) for (const b of values) if (a !== b) all.push([a, b]);
      }
    }
    return all;
  }

  #points({ bounds, percents, rows }: Claim): boolean {
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

  #ratio(claim: Claim): boolean {
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

  // Counts, ranks, lengths of time.

  /** Whether a number is how many rows results have, or one of "one each". */
  #isSize({ number: { value, form }, says, rows }: Claim): boolean {
    if (value === 1 && (says.each || form === "words")) return true;
    const { sizes } = this.#facts;
    if (rows !== null && rows.length === value) return true;
    if ((rows === null || rows.length > 1) && (sizes.includes(value) || value === sumOf(sizes))) return true;
    return says.choice && Number.isInteger(value) && value <= this.#mostEntries();
  }

  #isCount({ number, says, rows, named, stated }: Claim): boolean {
    const { value } = number;
    if (value === 1 && says.each) return true;
    if (stated.some((limit) => this.#countsBy(limit).includes(value))) return true;
    if (!Number.isInteger(value) || number.sign === -1) return false;
    if (value === 1 && number.form === "words") return true;
    if (this.#entryCounts().has(value)) return true;
    if ((says.choice || says.rest) && value <= this.#mostEntries()) return true;
    if (rows !== null && rows.length === value) return true;
    const most = Math.max(this.#mostEntries(), this.#facts.sizes.length, new Set(named.map(({ item }) => item)).size);
    return number.form === "words" && value <= 3 && value <= most;
  }

  #rank({ number, rows }: Claim): boolean {
    const { value } = number;
    if (!Number.isInteger(value) || value < 1 || value > Math.max(1, this.#mostEntries())) return false;
    if (rows === null || rows.length === 0 || rows.length > 3) return true;
    let ranked = false;
    for (const { figures } of rows) {
      for (const { kind, value: own, series } of figures) {
        if (kind === "other" || kind === "difference" || series.values.length < 2 || series.values.length < value)
          continue;
        ranked = true;
        const above = series.values.filter((other) => other > own).length;
        const equal = series.values.filter((other) => other === own).length;
        const below = series.values.length - above - equal;
        if ((value > above && value <= above + equal) || (value > below && value <= below + equal)) return true;
      }
    }
    return !ranked;
  }

  #duration({ number }: Claim, unit: "days" | "weeks" | "months" | "quarters" | "years"): boolean {
    const { value } = number;
    if (value === 1) return true;
    return [...this.#facts.periods, ...this.#facts.spans.slice(0, 2000)].some((period) =>
      lengthOf(period, unit).includes(value),
    );
  }

  #mostEntries(): number {
    return Math.max(0, ...this.#facts.sizes, this.#facts.byItem.size);
  }

  /** How many values of each series lie above and below a limit. */
  #countsBy(limit: number): number[] {
    return this.#facts.series.flatMap(({ values }) => {
      const above = values.filter((value) => value > limit).length;
      const below = values.filter((value) => value < limit).length;
      return values.length < 2 ? [] : [above, below, values.length - above, values.length - below];
    });
  }

  /** Numbers of entries: all of a result, distinct ones, those above or below something. */
  #entryCounts(): Set<number> {
    if (this.#counts) return this.#counts;
    const { sizes, series, byItem, rows, periods } = this.#facts;
    const counts = new Set<number>([...sizes, sumOf(sizes), sizes.length]);
    counts.add([...byItem.keys()].filter((item) => item !== "all").length);
    for (const period of periods)
      for (const unit of ["months", "days"] as const) for (const one of lengthOf(period, unit)) counts.add(one);
    const byRun = new Map<number, Row[]>();
    for (const row of rows) {
      const list = byRun.get(row.run);
      if (list) list.push(row);
      else byRun.set(row.run, [row]);
    }
    for (const list of byRun.values()) {
      counts.add(new Set(list.map(({ span }) => span?.from)).size);
      counts.add(new Set(list.map(({ item }) => item)).size);
    }
    for (const one of series) {
      const { values } = one;
      if (values.length < 2 || one.kind === "other") continue;
      const mean = sumOf(values) / values.length;
      const number = (fits: (value: number, at: number) => boolean) => counts.add(values.filter(fits).length);
      number((value, at) => at > 0 && value > values[at - 1]!);
      number((value, at) => at > 0 && value < values[at - 1]!);
      for (const limit of [0, mean, ...this.#thresholds]) {
        number((value) => value > limit);
        number((value) => value >= limit);
        number((value) => value < limit);
        number((value) => value <= limit);
      }
    }
    this.#counts = counts;
    return counts;
  }

  /** Values of columns whose meaning is not known. */
  #other(claim: Claim): boolean {
    const test = tester(claim);
    if (claim.rows === null) return test.pool(this.#poolsOf("other").own);
    return claim.rows.some(({ figures }) => figures.some(({ kind, value }) => kind === "other" && test.own(value)));
  }

  #poolsOf(kind: FigureKind): Pools {
    const known = this.#pools.get(kind);
    if (known) return known;
    const pools = poolsOf(this.#facts, kind, (series) => {
      const periods = [...new Set(series.rows.map(({ run }) => run))].map((run) => this.#facts.asked[run]);
      return periods.flatMap((period) => (period ? lengthsOf(period) : []));
    });
    this.#pools.set(kind, pools);
    return pools;
  }

  #percentPools(): PercentPools {
    this.#percents ??= percentPools(this.#facts, this.#totals);
    return this.#percents;
  }
}

/** What some rows of one result have of a kind, in all; undefined where they come from several results. */
function amountOf(rows: readonly Row[], kind: Amount): number | undefined {
  const figures = rows.flatMap((row) => row.figures.find((one) => one.kind === kind) ?? []);
  return figures.length === 0 || new Set(figures.map(({ series }) => series)).size > 1
    ? undefined
    : sumOf(figures.map(({ value }) => value));
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
function inPercent(claim: Claim): Claim {
  const { number, bounds } = claim;
  return {
    ...claim,
    number: { ...number, value: 100 * number.value },
    bounds: { low: 100 * bounds.low, high: 100 * bounds.high },
  };
}

/** Whether a number is the difference or the rate of change of two that the sentence, or this row and the one before it, state. */
function fromWritten(claim: Claim): boolean {
  const { noun, says, written } = claim;
  if (!says.change || written.length > mostPaired) return false;
  const test = tester(claim);
  const rate = noun === "percent";
  if (!rate && noun !== "quantity" && noun !== "batches" && noun !== "average" && noun !== "difference") return false;
  return written.some(
    ([from, to]) =>
      from !== to && (rate ? from !== 0 && test.change((100 * (to - from)) / from) : test.change(to - from)),
  );
}

interface Tester {
  /** Whether the number is this value. */
  own: (value: number) => boolean;
  /** Whether it is this change, said with a sign, with words, or with neither. */
  change: (value: number) => boolean;
  pool: (pool: Pools["own"]) => boolean;
  changePool: (pool: Pools["own"]) => boolean;
}

function tester({ bounds: { low, high }, number: { sign }, direction, says }: Claim): Tester {
  const side = sign === 0 ? direction : sign;
  const within = (value: number): boolean => value >= low && value <= high;
  return {
    own: (value) => within(sign === -1 ? -value : value),
    change: (value) => says.change && (side === 0 ? within(Math.abs(value)) : within(side * value)),
    pool: (pool) => (sign === -1 ? pool.has(-high, -low) : pool.has(low, high)),
    changePool: (pool) => says.change && ((side >= 0 && pool.has(low, high)) || (side <= 0 && pool.has(-high, -low))),
  };
}

/** Whether a number is the sum of the first two values or more. */
function runningSums(values: readonly number[], test: Tester): boolean {
  let running = 0;
  return values.some((value, at) => {
    running += value;
    return at > 0 && test.own(running);
  });
}

interface Whole {
  sum: number;
  mean: number;
  median: number;
  greatest: number;
  smallest: number;
}

const wholes = new WeakMap<Series, Whole>();

function wholeOf(series: Series): Whole {
  const known = wholes.get(series);
  if (known) return known;
  const { values } = series;
  const sum = sumOf(values);
  const whole: Whole = {
    sum,
    mean: sum / values.length,
    median: median(values),
    greatest: values[0] ?? 0,
    smallest: values[0] ?? 0,
  };
  for (const value of values) {
    if (value > whole.greatest) whole.greatest = value;
    if (value < whole.smallest) whole.smallest = value;
  }
  wholes.set(series, whole);
  return whole;
}

/** The value of the same month or day a year before. */
function yearBefore({ rows, values, timed }: Series, at: number): number | undefined {
  const from = rows[at]!.span?.from;
  if (!timed || from === undefined || values.length < 2) return undefined;
  const wanted = `${String(Number(from.slice(0, 4)) - 1).padStart(4, "0")}${from.slice(4)}`;
  const found = rows.findIndex(({ span }) => span?.from === wanted);
  return found < 0 ? undefined : values[found];
}

function lengthOf(period: Period, unit: "days" | "weeks" | "months" | "quarters" | "years"): number[] {
  const days = daysBetween(period.from, period.to) + 1;
  const months =
    12 * (Number(period.to.slice(0, 4)) - Number(period.from.slice(0, 4))) +
    Number(period.to.slice(5, 7)) -
    Number(period.from.slice(5, 7)) +
    1;
  if (unit === "days") return [days];
  if (unit === "weeks") return [Math.floor(days / 7), Math.ceil(days / 7)];
  if (unit === "months") return [months, ...(period.from.endsWith("-01") ? [] : [months - 1])];
  return unit === "quarters" ? [Math.ceil(months / 3)] : [Math.ceil(months / 12)];
}

function lengthsOf(period: Period): number[] {
  return [
    ...lengthOf(period, "days"),
    (daysBetween(period.from, period.to) + 1) / 7,
    ...lengthOf(period, "weeks"),
    ...lengthOf(period, "months"),
  ].filter((one) => one > 0);
}
