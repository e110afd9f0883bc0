import { distance } from "fastest-levenshtein";
import {
  type FileContent,
  type KnownItem,
  type Month,
  mostCodeLength,
  mostProblems,
  mostTargets,
  type Problem,
  type Target,
} from "../types.ts";
import { type Columns, findColumns } from "./headings.ts";
import { nothing } from "./nothing.ts";
import { type Cell, columnName, isNear, readMonth, readQuantity, textOf } from "./values.ts";

/** What is known besides the file. */
export interface Knowledge {
  items: readonly KnownItem[];
  /** The factory's date. */
  today: string;
  /** Whether the file has texts alone, in which an apostrophe protects a code that a spreadsheet would run. */
  isText?: boolean;
}

/** Rows of sums below a table name no item. */
const sumRow = /^(합\s*계|총\s*계|소\s*계|계|총합|total|grand total|subtotal|sum)$/i;
/** How far a wrong code may be from the one that was probably meant. */
const mostDistance = 2;
const mostShown = 60;

/**
 * Reads a table of targets. Of the two forms, one has a row for each month and item, the other a row for each item and a column for each month. Every problem
 * is told with its place; `targets` holds what could be read. A month is among `months` when a number stands in it, be it 0.
 */
export function readRows(rows: readonly (readonly Cell[])[], knowledge: Knowledge): FileContent {
  const columns = findColumns(rows);
  if (typeof columns === "string") return nothing(rows.every(isEmpty) ? "empty" : columns);
  const reading = new Reading(columns, knowledge);
  for (const [at, cells] of rows.entries()) if (at > columns.row && !isEmpty(cells)) reading.take(at + 1, cells);
  return reading.content();
}

const isEmpty = (cells: readonly Cell[]): boolean => cells.every((cell) => textOf(cell) === "");

class Reading {
  readonly #columns: Columns;
  readonly #today: string;
  readonly #codes: Codes;
  readonly #targets: Target[] = [];
  readonly #months = new Set<Month>();
  readonly #problems: Problem[] = [];
  readonly #unknown = new Set<string>();
  readonly #places = new Map<string, string>();
  #problemCount = 0;
  #severeCount = 0;

  constructor(columns: Columns, { items, today, isText = false }: Knowledge) {
    this.#columns = columns;
    this.#today = today;
    this.#codes = new Codes(items, isText);
    for (const { at, month } of columns.months) this.#checkMonth(columns.row + 1, at, month, month);
  }

  take(row: number, cells: readonly Cell[]): void {
    const { item, long, months } = this.#columns;
    if (sumRow.test(textOf(cells[item]))) return;
    const fields = long
      ? [{ at: long.target, month: undefined }]
      : months.map(({ at, month }) => ({ at, month: isNear(month, this.#today) ? month : null }));
    const filled = fields.filter(({ at }) => textOf(cells[at]) !== "");
    if (filled.length === 0) return;
    const code = this.#item(row, cells[item]);
    for (const { at, month } of filled) {
      const quantity = this.#quantity(row, at, cells[at]);
      const known = month === undefined ? this.#month(row, cells[long!.month]) : month;
      if (code !== null && quantity !== null && known !== null) this.#add(row, at, known, code, quantity);
    }
  }

  content(): FileContent {
    if (this.#problemCount === 0 && this.#months.size === 0) return nothing("noTargets");
    return {
      targets: this.#targets,
      months: [...this.#months].sort(),
      problems: this.#problems,
      problemCount: this.#problemCount,
      severeCount: this.#severeCount,
      unknown: [...this.#unknown].sort(),
      ignored: this.#columns.ignored.map(shortened),
    };
  }

  #item(row: number, cell: Cell): string | null {
    const { item } = this.#columns;
    const raw = typeof cell === "string" ? cell : textOf(cell);
    if (textOf(raw) === "") return this.#complain("noItem", row, item, "");
    const code = this.#codes.find(raw) ?? this.#codes.meant(raw);
    if (code.length > mostCodeLength) return this.#complain("longItem", row, item, code);
    if (!this.#codes.has(code)) {
      this.#unknown.add(code);
      this.#complain("unknownItem", row, item, code, this.#codes.nearest(code));
    }
    return code;
  }

  #month(row: number, cell: Cell): Month | null {
    const at = this.#columns.long!.month;
    const text = textOf(cell);
    if (text === "") return this.#complain("noMonth", row, at, "");
    const month = readMonth(cell);
    if (month === "yearless") return this.#complain("yearless", row, at, text);
    return month === null ? this.#complain("badMonth", row, at, text) : this.#checkMonth(row, at, month, text);
  }

  #checkMonth(row: number, at: number, month: Month, text: string): Month | null {
    return isNear(month, this.#today) ? month : this.#complain("monthRange", row, at, text);
  }

  #quantity(row: number, at: number, cell: Cell): number | null {
    const read = readQuantity(cell);
    return typeof read === "number" ? read : this.#complain(read, row, at, textOf(cell));
  }

  #add(row: number, at: number, month: Month, code: string, quantity: number): void {
    const key = `${month} ${code}`;
    const place = `${columnName(at)}${row}`;
    const earlier = this.#places.get(key);
    if (earlier !== undefined) {
      this.#complain("twice", row, at, `${code} ${month}`, earlier);
      return;
    }
    this.#places.set(key, place);
    this.#months.add(month);
    if (quantity === 0) return;
    if (this.#targets.length === mostTargets) this.#complain("tooManyTargets", row, at, String(mostTargets));
    if (this.#targets.length < mostTargets) this.#targets.push({ month, item_code: code, quantity });
  }

  #complain(kind: Problem["kind"], row: number, at: number, value: string, hint = ""): null {
    this.#problemCount += 1;
    if (kind !== "unknownItem") this.#severeCount += 1;
    if (this.#problems.length < mostProblems)
      this.#problems.push({ kind, row, column: columnName(at), value: shortened(value), hint });
    return null;
  }
}

const shortened = (text: string): string => (text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);

/** The codes of items that were made, and what somebody may have meant by another one. */
class Codes {
  readonly #codes: Set<string>;
  readonly #looseCodes: Map<string, string>;
  readonly #names: Map<string, string>;

  readonly #isText: boolean;

  constructor(items: readonly KnownItem[], isText: boolean) {
    this.#isText = isText;
    this.#codes = new Set(items.map(({ item_code }) => item_code));
    this.#looseCodes = new Map(items.map(({ item_code }) => [loose(item_code), item_code]));
    this.#names = new Map(
      items.flatMap(({ item_code, item_name }) => (item_name ? [[loose(item_name), item_code]] : [])),
    );
  }

  has(code: string): boolean {
    return this.#codes.has(code);
  }

  /** The known code that a text is, with or without the apostrophe that keeps a spreadsheet from running it, and the blanks around it. */
  find(text: string): string | undefined {
    const bare = withoutApostrophe(text);
    const order = this.#isText ? [bare, text] : [text, bare];
    return order.flatMap((one) => [one, one.trim(), textOf(one)]).find((one) => this.#codes.has(one));
  }

  /** The code that a text says, known or not. */
  meant(text: string): string {
    return textOf(this.#isText ? withoutApostrophe(text) : text);
  }

  /** The code that was probably meant; empty where none is near. */
  nearest(code: string): string {
    const same = this.#looseCodes.get(loose(code)) ?? this.#names.get(loose(code));
    if (same !== undefined) return same;
    const most = Math.min(mostDistance, Math.floor(code.length / 2));
    const near = [...this.#codes].map((known) => ({ known, away: distance(code, known) }));
    near.sort((a, b) => a.away - b.away || (a.known < b.known ? -1 : 1));
    return near[0] && near[0].away <= most ? near[0].known : "";
  }
}

const loose = (text: string): string =>
  textOf(text)
    .toLowerCase()
    .replace(/[\s_-]/g, "");

/** Before what a spreadsheet would run as a formula, and before apostrophes in front of that, a CSV file of the hub's has one more (download.ts). */
const protectedText = /^'(?='*[=+\-@\t\r\n\0＝＋－＠])/;
const withoutApostrophe = (text: string): string => text.replace(protectedText, "");
