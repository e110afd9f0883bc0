import type { Bounds } from "./bounds.ts";
import type { Row } from "./facts.ts";
import type { Noun } from "./units.ts";
import type { NumberInText } from "./written-numbers.ts";

/** What a text says with a number: the number, how exactly it is meant, and what the words around it make of it. */
export interface Claim {
  number: NumberInText;
  bounds: Bounds;
  /** What the number is, by its unit, its column or the noun before it; null where nothing says. */
  noun: Noun | null;
  /** Whether a unit or a column says so: a noun somewhere before may belong to something else. */
  certain: boolean;
  /** Whether the words right before the number, or the row's label, call it a sum or an average, or those behind it a difference. */
  role: "sum" | "average" | "change" | null;
  /** Whether words near by speak of a rise or a fall. */
  direction: 1 | -1 | 0;
  /** Entries of the results that the number is about; null where the text names none. */
  rows: readonly Row[] | null;
  /** Which entries the sentence compares, the first with the second; null where it compares none. */
  compared: readonly [readonly Row[], readonly Row[]] | null;
  /** The rows of each name in the sentence by themselves. */
  groups: readonly (readonly Row[])[];
  /** Supported numbers of the same sentence or row. */
  stated: readonly number[];
  /** All entries that the sentence or the row names so far. */
  named: readonly Row[];
  says: {
    share: boolean;
    change: boolean;
    average: boolean;
    whole: boolean;
    choice: boolean;
    rest: boolean;
    /** 80% 수준, 80% of: one amount in percent of another. */
    ratio: boolean;
    /** What stands before is a sum that is written out. */
    equals: boolean;
    each: boolean;
  };
  /** Of the table that it stands in; 0 in a sentence. */
  column: number;
  /** Supported numbers near by that this one may be the difference or rate of, each from what to what. */
  written: readonly (readonly [number, number])[];
  /** Percentages in the same line before this one. */
  percents: readonly number[];
}
