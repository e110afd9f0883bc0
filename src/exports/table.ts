import { type CellValue, type ColumnDef, writeXlsxStream } from "hucre/xlsx";
import { isDay } from "../segments/day.ts";
import { csvText } from "./csv.ts";
import { textCell } from "./xlsx.ts";

/** A small table that somebody sees on a page. */
export interface Table {
  /** Shown on the sheet's tab. */
  name: string;
  headings: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
  /** Columns, from 0, whose numbers are shares: 0.123 is 12.3 %. */
  shares: readonly number[];
  /** Columns, from 0, of numbers that somebody is to fill in: without a number yet they would be columns of texts. */
  quantities?: readonly number[];
}

const byteOrderMark = "\uFEFF"; // as in csv.ts

/** The table as CSV, encoded as src/exports/csv.ts does; shares are written as percent. */
export function tableCsv({ headings, rows, shares }: Table): string {
  const cell = (value: string | number | null, column: number): string => {
    if (typeof value !== "number") return csvText(value);
    // 12.3 % is 0.12300000000000001: more digits than a share is shown with would be noise.
    return shares.includes(column) ? `${Number((value * 100).toFixed(6))}%` : String(value);
  };
  const lines = [headings.map(csvText), ...rows.map((row) => row.map(cell))];
  return byteOrderMark + lines.map((line) => `${line.join(",")}\r\n`).join("");
}

const mostWidth = 60;

/** Days as they are written here, none of them before those that Excel knows. */
const day = /^(?:19|[2-9]\d)\d\d-\d\d-\d\d$/;

/** The table as an Excel workbook: heading row frozen, columns of days as dates, numbers as numbers with thousands separators, texts never as formulas. */
export function tableXlsx({ name, headings, rows, shares, quantities = [] }: Table): ReadableStream<Uint8Array> {
  const days = new Set(headings.keys().filter((at) => areDays(rows.map((row) => row[at] ?? null))));
  const columns = headings.map((heading, at): ColumnDef => {
    const values = rows.map((row) => row[at] ?? null);
    const width = Math.max(...[heading, ...values].map((value) => widthOf(String(value ?? ""))));
    const numbers = values.filter((value) => typeof value === "number");
    const whole = numbers.every(Number.isInteger);
    const isText = numbers.length === 0 && !quantities.includes(at);
    const numFmt = (): string => {
      if (days.has(at)) return "yyyy-mm-dd";
      if (isText) return "@";
      if (shares.includes(at)) return "0.0%";
      return whole ? "#,##0" : "#,##0.00";
    };
    return { header: textCell(heading) ?? "", width: Math.min(Math.max(width + 2, 8), mostWidth), numFmt: numFmt() };
  });
  const cells = rows.map((row) =>
    row.map((value, at): CellValue => {
      if (typeof value === "number") return value;
      return days.has(at) && value !== null ? new Date(`${value}T00:00:00Z`) : textCell(value);
    }),
  );
  return writeXlsxStream(cells, { name: sheetName(name), columns, freezePane: { rows: 1 } });
}

/** Whether a column holds days and nothing else. */
function areDays(values: readonly (string | number | null)[]): boolean {
  const texts = values.filter((value) => value !== null);
  return texts.length > 0 && texts.every((value) => typeof value === "string" && day.test(value) && isDay(value));
}

/** Half-width characters that a text takes: Korean ones are twice as wide. */
const widthOf = (text: string): number => [...text].reduce((sum, sign) => sum + (sign > "\u1100" ? 2 : 1), 0);

/** What Excel allows as the name of a sheet: 31 characters, none of them []:*?/\ and no apostrophe at the ends. */
const sheetName = (name: string): string =>
  name
    .replace(/[[\]:*?/\\\p{Cc}]/gu, " ")
    .trim()
    .slice(0, 31)
    .replace(/^'+|'+$/g, "")
    .trim() || "Sheet1";
