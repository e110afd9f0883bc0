import { addMonths } from "../../production/calendar.ts";
import type { Month, Problem } from "../types.ts";

/** A value of a cell, as a spreadsheet or a CSV file has it. */
export type Cell = string | number | boolean | Date | null | undefined;

/** Why a cell's value cannot be used. */
type Fault = Problem["kind"];

/** Greatest quantity that is believed; above it stands a typing error, and sums keep their digits. */
const mostQuantity = 1e12;
/** Months before and after today that a target may be for. */
const mostMonthsAway = 60;

/** The text of a cell without what cannot be seen: full-width digits and signs as usual ones, blanks trimmed. */
export function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? "" : cell.toISOString().slice(0, 10);
  return String(cell)
    .normalize("NFKC")
    .replace(/[\u200b-\u200d\ufeff\u2060]/g, "")
    .trim();
}

/** The quantity in a cell, to three decimals as the ERP's are; 0 and nothing are both no target. */
export function readQuantity(cell: Cell): number | Fault {
  if (typeof cell === "number") return judged(cell);
  const text = textOf(cell).replace(/\s+/g, "");
  // A dash is how spreadsheets show 0 in the accounting format.
  if (text === "" || text === "-") return 0;
  const plain = text.replace(/(개|ea|pcs)$/i, "");
  if (!/^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(plain)) return "notNumber";
  return judged(Number(plain.replaceAll(",", "")));
}

function judged(value: number): number | Fault {
  if (!Number.isFinite(value)) return "notNumber";
  if (value < 0) return "negative";
  return value > mostQuantity ? "tooGreat" : Math.round(value * 1000) / 1000;
}

const englishMonths = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const dayMs = 86_400_000;
/** Day 0 of Excel's dates, which count a 29 February 1900 that never was (ECMA-376, 18.17.4.1). */
const excelEpoch = Date.UTC(1899, 11, 30);

/** The month in a cell: `2026-11`, `2026.11`, `2026년 11월`, `202611`, `Nov-26`, a day of it, or a date of Excel's. Null where it holds no month. */
export function readMonth(cell: Cell): Month | "yearless" | null {
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? null : cell.toISOString().slice(0, 7);
  const text = textOf(cell);
  const dated =
    /^(\d{4})\s*[-./년]\s*(\d{1,2})\s*(월분?)?$/.exec(text) ??
    /^(\d{4})(\d{2})(\d{2})?$/.exec(text) ??
    /^(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*\d{1,2}\s*일?\.?(\s.*)?$/.exec(text);
  if (dated) return monthOf(Number(dated[1]), Number(dated[2]));
  const named = /^([a-z]{3})[a-z]*[\s.,-]*(\d{4}|\d{2})$/i.exec(text);
  if (named) {
    const year = Number(named[2]);
    return monthOf(year < 100 ? 2000 + year : year, englishMonths.indexOf(named[1]!.toLowerCase()) + 1);
  }
  if (/^\d{5}$/.test(text)) return new Date(excelEpoch + Number(text) * dayMs).toISOString().slice(0, 7);
  return /^(0?[1-9]|1[0-2])\s*월(분|목표|계획)?$/.test(text) ? "yearless" : null;
}

function monthOf(year: number, month: number): Month | null {
  return month >= 1 && month <= 12 && year >= 1000 ? `${year}-${String(month).padStart(2, "0")}` : null;
}

/** Whether a month is near enough to today to be meant. */
export function isNear(month: Month, today: string): boolean {
  const away = (months: number): Month => addMonths(today, months).slice(0, 7);
  return month >= away(-mostMonthsAway) && month <= away(mostMonthsAway);
}

/** A column's name in a spreadsheet: 0 is `A`, 26 is `AA`. */
export function columnName(at: number): string {
  return (at >= 26 ? columnName(Math.floor(at / 26) - 1) : "") + String.fromCharCode(65 + (at % 26));
}
