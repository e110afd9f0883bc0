import type { Day } from "../segments/day.ts";

/** What is looked for, by what is to be done about it. */
export const kindsByAction = {
  /** Somebody should look whether it is right. */
  look: ["missing-days", "unusual-day", "unusual-item-day", "item-stopped", "level-shift", "distribution-shift"],
  /** Records that are wrong where they were written. */
  correct: [
    "absurd-quantity",
    "negative-quantity",
    "duplicate-rows",
    "missing-values",
    "text-quantity",
    "undated-rows",
    "future-days",
    "misplaced-rows",
    "similar-code",
  ],
  /** Mostly right, and worth knowing. */
  know: ["name-changed", "new-item"],
} as const;

/** What is looked for, in the order in which it is shown. */
export const kinds = [...kindsByAction.look, ...kindsByAction.correct, ...kindsByAction.know] as const;
export type Kind = (typeof kinds)[number];

/** `warning`: probably wrong, somebody should look. `info`: worth knowing, mostly right. */
export const severities = ["warning", "info"] as const;
export type FindingSeverity = (typeof severities)[number];

/** A production record as an example. */
export interface SampleRow {
  source: string;
  id: number;
  production_date: string;
  lot_number: string | null;
  item_code: string;
  item_name: string | null;
  /** A text where the ERP wrote one, which a REAL column of SQLite keeps. */
  good_quantity: number | string | null;
}

/** What the words of a finding are made from: numbers and texts by name. */
export type Figures = Readonly<Record<string, number | string | null>>;

/** One thing that was found in the data. */
export interface Finding {
  /** The same for the same fault in every version of the data, so that "that is fine" sticks. */
  id: string;
  kind: Kind;
  severity: FindingSeverity;
  /** The day it is about, else null. */
  day: Day | null;
  /** The item's code, else null. */
  item: string | null;
  /** How much there is of it, where more of the same may come: rows, say. What was accepted is open again when it grows. Else 0. */
  extent: number;
  figures: Figures;
  rows: SampleRow[];
}

/** A finding before its examples were looked up. */
export type Found = Omit<Finding, "rows">;

/** The id of a finding: 16 hexadecimal digits, the same for the same parts everywhere and always, and plain in an address. */
export function findingId(kind: Kind, ...parts: readonly string[]): string {
  return new Bun.CryptoHasher("sha256")
    .update(JSON.stringify([kind, ...parts]))
    .digest("hex")
    .slice(0, 16);
}

/** What somebody says about a finding. */
export interface FindingOrder {
  id: string;
  action: "accept" | "reopen";
  note: string;
  /** Who says so; empty for the client's address. */
  by: string;
  client: string;
  requestId: string;
}
