import type { Home } from "./data.ts";
import type { HubCommand } from "./server.ts";

/** What one claim of the requirements came to. */
export interface Outcome {
  readonly claim: string;
  /** With its unit, as shown in the table. */
  readonly measured: string;
  /** What it is compared with; "–" if the requirement is absolute. */
  readonly baseline: string;
  /** measured / baseline; null if the requirement is absolute. */
  readonly ratio: number | null;
  readonly required: string;
  readonly pass: boolean;
  /** Further figures, for the JSON file. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Settings of one run of the bench. */
export interface Bench {
  readonly hub: HubCommand;
  /** Home with 150,000 rows, and the one with 25,000,000 (with `--quick` another one with 150,000). */
  readonly small: Home;
  readonly big: Home;
  /** Repetitions of each measurement; medians are taken. */
  readonly rounds: number;
  /** Length of one measurement under load. */
  readonly seconds: number;
  /** Tells the person who waits what is being measured. */
  readonly say: (text: string) => void;
}

/** One measurement, which may answer several claims. */
export interface Measurement {
  /** Name for `--only`. */
  readonly name: string;
  /** Claims that fail if the measurement cannot be made. */
  readonly claims: readonly string[];
  readonly run: (bench: Bench) => Promise<readonly Outcome[]>;
}
