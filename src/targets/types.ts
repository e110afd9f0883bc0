/** A month, `YYYY-MM`. */
export type Month = string;

/** What is to be made of one item in one month; always more than 0. */
export interface Target {
  month: Month;
  item_code: string;
  quantity: number;
}

/** What one version of the targets has in place of another; null where it has none. */
export interface TargetChange {
  month: Month;
  item_code: string;
  before: number | null;
  after: number | null;
}

/** One version of the targets. Time in ms since the epoch. */
export interface TargetVersion {
  id: number;
  made_at: number;
  /** Address of who made it. */
  made_by: string;
  note: string;
  /** Where it came from: a file's name, `api`, or `restored N`. */
  origin: string;
}

/** What is the matter with a file of targets, and where. */
export interface Problem {
  kind:
    | "empty"
    | "notSpreadsheet"
    | "oldExcel"
    | "encrypted"
    | "damaged"
    | "tooLarge"
    | "tooManyRows"
    | "tooManyTargets"
    | "noItemColumn"
    | "noMonthColumn"
    | "noTargetColumn"
    | "noTargets"
    | "noMonth"
    | "badMonth"
    | "yearless"
    | "monthRange"
    | "noItem"
    | "unknownItem"
    | "longItem"
    | "notNumber"
    | "negative"
    | "tooGreat"
    | "twice";
  /** Row as a spreadsheet counts it, from 1; 0 for the file as a whole. */
  row: number;
  /** Column as a spreadsheet names it, such as `C`; empty for the row or the file as a whole. */
  column: string;
  /** What stands there. */
  value: string;
  /** What it was probably meant to be, or the place where it stands already; empty for none. */
  hint: string;
}

/** What a file of targets says. */
export interface FileContent {
  targets: Target[];
  /** Months of which the file says something, ascending: those whose targets it replaces. */
  months: Month[];
  /** At most `mostProblems` of them. */
  problems: Problem[];
  problemCount: number;
  /** How many of them are not merely an item that was never made. */
  severeCount: number;
  /** Codes of targets for items that were never made; such problems alone may be waived. */
  unknown: string[];
  /** Headings of columns that were not used. */
  ignored: string[];
}

/** Whether a file's targets may be set; `allowUnknown` where somebody has said that items which were never made are new products. */
export const isAcceptable = ({ problemCount, severeCount }: FileContent, allowUnknown: boolean): boolean =>
  (allowUnknown ? severeCount : problemCount) === 0;

/** An item as it is known from production. */
export interface KnownItem {
  item_code: string;
  item_name: string | null;
}

/** Days of history that a forecast looks at: eighteen months to back-test on, the year before each of them, and what goes before that. */
export const historyDays = 3 * 366 + 31;
/** Problems that are listed. */
export const mostProblems = 200;
/** Targets in a file at most: a year of 2,500 items. Comparing and writing as many holds the event loop for some 100 ms. */
export const mostTargets = 30_000;
/** Characters of an item's code at most (CONTRACT §3). */
export const mostCodeLength = 50;
