import { parseCsv } from "hucre/csv";
import { readXlsx } from "hucre/xlsx";
import type { RecordAnswer } from "../oracle.ts";

/** The headings of both exports, in the order of their columns. */
export const HEADINGS = ["구분", "번호", "생산일자", "로트번호", "품목코드", "품목명", "양품수량"];

/** The cells a CSV export must hold for `rows`, headings included; NULL is an empty cell. */
export function csvCells(rows: readonly RecordAnswer[]): string[][] {
  return [
    HEADINGS,
    ...rows.map((row) => [
      row.source,
      String(row.id),
      neutral(row.production_date),
      neutral(row.lot_number ?? ""),
      neutral(row.item_code),
      neutral(row.item_name ?? ""),
      row.good_quantity === null ? "" : String(row.good_quantity),
    ]),
  ];
}

/** The cells of a CSV file; a BOM in front is dropped. */
export function readCsv(text: string): string[][] {
  return parseCsv(text, { delimiter: "," }) as unknown as string[][];
}

/** The cells an XLSX export must hold for `rows`, headings included; NULL and empty text are an empty cell. */
export function xlsxCells(rows: readonly RecordAnswer[]): unknown[][] {
  return [
    HEADINGS,
    ...rows.map((row) => [
      row.source,
      row.id,
      row.production_date || null,
      row.lot_number || null,
      row.item_code || null,
      row.item_name || null,
      row.good_quantity,
    ]),
  ];
}

/** The cells of all sheets of an XLSX file, one below the other; each row as wide as the headings. */
export async function readXlsxCells(bytes: Uint8Array): Promise<unknown[][]> {
  const workbook = await readXlsx(bytes);
  return workbook.sheets.flatMap((sheet) =>
    sheet.rows.map((cells) => HEADINGS.map((_, column) => (cells[column] === "" ? null : (cells[column] ?? null)))),
  );
}

/** Spreadsheet programs run a cell that begins with one of these as a formula (OWASP, "CSV injection"). */
function neutral(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
