import type { Month } from "../types.ts";
import { type Cell, readMonth, textOf } from "./values.ts";

/** What the columns of a file are: a month and a target in each row, or a column for each month. */
export interface Columns {
  /** Place of the heading row, from 0. */
  row: number;
  item: number;
  long: { month: number; target: number } | null;
  months: { at: number; month: Month }[];
  ignored: string[];
}

const words = {
  item: [
    "품목코드",
    "제품코드",
    "품번",
    "품목",
    "제품",
    "코드",
    "itemcode",
    "item",
    "code",
    "productcode",
    "product",
    "sku",
  ],
  month: ["월", "년월", "연월", "대상월", "목표월", "기준월", "계획월", "month", "yearmonth", "period"],
  target: [
    ...["목표수량", "목표량", "목표", "생산목표", "월목표", "계획수량", "계획량", "계획", "생산계획", "수량"],
    ...["target", "targetquantity", "targetqty", "monthlytarget", "plan", "plannedquantity", "quantity", "qty"],
  ],
} as const;

/** Rows in which the headings are sought: above them there may be a title. */
const headingRows = 20;

/** What is missing of the headings, as a problem's kind. */
export type Missing = "noItemColumn" | "noMonthColumn" | "noTargetColumn";

/** Finds the headings of a table of targets, Korean or English, in its first rows; else says what the likeliest row lacks. */
export function findColumns(rows: readonly (readonly Cell[])[]): Columns | Missing {
  let missing: Missing = "noItemColumn";
  for (const [row, cells] of rows.slice(0, headingRows).entries()) {
    const found = columnsOf(row, cells);
    if (typeof found === "object") return found;
    if (found !== "noItemColumn" && missing === "noItemColumn") missing = found;
  }
  return missing;
}

function columnsOf(row: number, cells: readonly Cell[]): Columns | Missing {
  const keys = cells.map((cell) =>
    textOf(cell)
      .toLowerCase()
      .replace(/\([^)]*\)|\[[^\]]*\]/g, "")
      .replace(/[\s_\-./:]/g, ""),
  );
  const find = (kind: keyof typeof words): number => {
    const ranks = words[kind].map((word) => keys.indexOf(word)).filter((at) => at >= 0);
    return ranks[0] ?? -1;
  };
  const [item, month, target] = [find("item"), find("month"), find("target")];
  if (item < 0) return "noItemColumn";
  const months = cells.flatMap((cell, at) => {
    const read = at === item ? null : readMonth(headingOf(cell));
    return read === null || read === "yearless" ? [] : [{ at, month: read }];
  });
  const used = new Set([item, ...(months.length > 0 ? months.map(({ at }) => at) : [month, target])]);
  const ignored = cells.map(textOf).filter((text, at) => text !== "" && !used.has(at));
  if (months.length > 0) return { row, item, long: null, months, ignored };
  if (month < 0) return "noMonthColumn";
  if (target < 0) return "noTargetColumn";
  return { row, item, long: { month, target }, months: [], ignored };
}

/** A month's heading may say what stands below it: `2026-11 목표`. */
function headingOf(cell: Cell): Cell {
  return typeof cell === "string" ? textOf(cell).replace(/\s*(목표|계획|target|plan)(수량|량)?$/i, "") : cell;
}
