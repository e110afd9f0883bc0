import type { Claim } from "./claim.ts";
import type { Facts, Row } from "./facts.ts";
import { type LengthUnit, lengthOf } from "./lengths.ts";
import { sumOf } from "./pools.ts";

/** Says whether results support numbers of entries, ranks and lengths of time. */
export class Counts {
  readonly #facts: Facts;
  readonly #thresholds: readonly number[];
  #counts: Set<number> | null = null;

  /** `thresholds` are what entries may have been counted by. */
  constructor(facts: Facts, thresholds: readonly number[]) {
    this.#facts = facts;
    this.#thresholds = thresholds;
  }

  /** Whether a number is how many rows results have, or one of "one each". */
  isSize({ number: { value, form }, says, rows }: Claim): boolean {
    if (value === 1 && (says.each || form === "words")) return true;
    const { sizes } = this.#facts;
    const records = rows?.every(({ figures }) => figures.every(({ kind }) => kind !== "batches"));
    if (rows !== null && rows.length === value && records) return true;
    if ((rows === null || rows.length > 1) && (sizes.includes(value) || value === sumOf(sizes))) return true;
    return says.choice && Number.isInteger(value) && value <= this.mostEntries();
  }

  isCount({ number, says, rows, named, stated }: Claim): boolean {
    const { value } = number;
    if (value === 1 && says.each) return true;
    if (stated.some((limit) => this.#countsBy(limit).includes(value))) return true;
    if (!Number.isInteger(value) || number.sign === -1) return false;
    if (value === 1 && number.form === "words") return true;
    if (this.#entryCounts().has(value)) return true;
    if ((says.choice || says.rest) && value <= this.mostEntries()) return true;
    if (rows !== null && rows.length === value) return true;
    const most = Math.max(this.mostEntries(), this.#facts.sizes.length, new Set(named.map(({ item }) => item)).size);
    return number.form === "words" && value <= 3 && value <= most;
  }

  /** Whether the entries that a claim is about stand at that place of a result. */
  isRank({ number, rows }: Claim): boolean {
    const { value } = number;
    if (!Number.isInteger(value) || value < 1 || value > Math.max(1, this.mostEntries())) return false;
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

  /** Whether a number is the length of a period. */
  isLength({ number }: Claim, unit: LengthUnit): boolean {
    const { value } = number;
    if (value === 1) return true;
    return [...this.#facts.periods, ...this.#facts.spans.slice(0, 2000)].some((period) =>
      lengthOf(period, unit).includes(value),
    );
  }

  mostEntries(): number {
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
}
