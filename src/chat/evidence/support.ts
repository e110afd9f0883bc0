import { type Amount, Amounts, mostPaired } from "./amounts.ts";
import type { Claim } from "./claim.ts";
import { Counts } from "./counts.ts";
import type { Facts, Row } from "./facts.ts";
import { inPercent, Percentages } from "./percentages.ts";
import { sumOf } from "./pools.ts";
import { tester } from "./tester.ts";
import type { NumberInText } from "./written-numbers.ts";

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
  readonly #given: readonly Given[];
  readonly #amounts: Amounts;
  readonly #percentages: Percentages;
  readonly #counts: Counts;

  /** `given` are the numbers of the question and of the calls' arguments. */
  constructor(facts: Facts, given: readonly Given[]) {
    this.#given = given;
    this.#amounts = new Amounts(facts);
    this.#percentages = new Percentages(facts, this.#amounts);
    this.#counts = new Counts(facts, [...new Set(given.map(({ value }) => value))].slice(0, 8));
  }

  holds(claim: Claim): boolean {
    const { number, noun, certain } = claim;
    if (this.#given.some((one) => isAsked(one, number))) return true;
    if (this.#contradicts(claim)) return false;
    if (fromWritten(claim)) return true;
    if (number.form === "fraction" && noun !== "percent")
      return this.#percentages.isRatio(claim) || this.#percentages.holds(inPercent(claim));
    if (number.form === "marker") return number.value <= this.#counts.mostEntries();
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
          this.#amounts.holds(claim, "quantity") ||
          ((says.average || !claim.certain) && this.#amounts.holds(claim, "average")) ||
          (number.step < 1 && claim.column === 0 && this.#amounts.isStatedAverage(claim)) ||
          (number.value < 1000 && (says.choice || says.rest) && this.#counts.isCount(claim)) ||
          this.#amounts.isOther(claim)
        );
      case "average":
        return (
          this.#amounts.holds({ ...claim, says: { ...says, average: true } }, "average") ||
          this.#amounts.holds(claim, "quantity") ||
          this.#amounts.holds(claim, "batches") ||
          this.#amounts.isOther(claim)
        );
      case "difference":
        return (
          this.#amounts.holds({ ...claim, says: { ...says, change: true } }, "quantity") ||
          this.#amounts.holds(claim, "batches") ||
          this.#amounts.holds(claim, "average") ||
          this.#amounts.isOther(claim)
        );
      case "batches":
        return this.#amounts.holds(claim, "batches") || this.#counts.isSize(claim) || this.#amounts.isOther(claim);
      case "entries":
        return this.#counts.isCount(claim) || this.#amounts.isOther(claim);
      case "percent":
        return this.#percentages.holds(claim) || this.#amounts.isOther(claim);
      case "points":
        return this.#percentages.isPoints(claim);
      case "times":
        return this.#percentages.isRatio(claim);
      case "rank":
        return this.#counts.isRank(claim);
      case "days":
      case "weeks":
      case "months":
      case "quarters":
      case "years":
        return this.#counts.isLength(claim, noun) || this.#counts.isCount(claim) || this.#amounts.isOther(claim);
      case "foreign":
        return this.#amounts.isOther(claim);
    }
  }
}

/** What some rows of one result have of a kind, in all; undefined where they come from several results. */
function amountOf(rows: readonly Row[], kind: Amount): number | undefined {
  const figures = rows.flatMap((row) => row.figures.find((one) => one.kind === kind) ?? []);
  return figures.length === 0 || new Set(figures.map(({ series }) => series)).size > 1
    ? undefined
    : sumOf(figures.map(({ value }) => value));
}

/** Whether a number is the difference or the rate of change of two that the sentence, or this row and the one before it, state. */
function fromWritten(claim: Claim): boolean {
  const { noun, says, written } = claim;
  if (!says.change || written.length > mostPaired) return false;
  const test = tester(claim);
  if (says.equals && written.some(([a, b]) => test.own(a + b) || test.own(a - b) || test.own(a / b))) return true;
  const rate = noun === "percent";
  if (!rate && noun !== "quantity" && noun !== "batches" && noun !== "average" && noun !== "difference") return false;
  return written.some(
    ([from, to]) =>
      from !== to && (rate ? from !== 0 && test.change((100 * (to - from)) / from) : test.change(to - from)),
  );
}
