import { type CellValue, type ColumnDef, writeXlsxStream } from "hucre/xlsx";
import { type ExportRow, headings, type RowPages } from "./rows.ts";

/** Rows of one sheet below its heading: Excel's limit is 2^20 rows (ECMA-376, Excel specifications and limits). */
export const MAX_ROWS_PER_SHEET = 1_048_575;

const MAX_CELL_CHARACTERS = 32_767; // Excel offers to repair a file that holds a longer cell
const SHEET_NAME = "생산기록";

/**
 * Encodes rows as an Excel workbook: heading row frozen, quantities and numbers as numbers, NULL as an empty cell, texts
 * never as formulas; what does not fit on one sheet continues on the next. The heading is not bold, because hucre's
 * streams have one style for a whole column.
 *
 * Dates are text exactly as given: some rows have a text that is no date, `raw_dates` asks for the stored text, and one
 * column of two types would sort and filter wrongly.
 * @returns chunks that are made when the reader wants them, so memory stays flat; a reader that stops early also ends
 * `pages`. Errors of `pages` pass through.
 * @throws ZipError when a file would pass 4 GiB.
 */
export async function* encodeXlsx(
  pages: RowPages,
  { maxRowsPerSheet = MAX_ROWS_PER_SHEET }: { maxRowsPerSheet?: number } = {},
): AsyncGenerator<Uint8Array> {
  const rows = cells(pages);
  try {
    const { value: first } = await rows.next();
    yield* writeXlsxStream(first ? startingWith(first, rows) : [], {
      name: SHEET_NAME,
      columns: columnsFor(first),
      freezePane: { rows: 1 },
      maxRowsPerSheet: maxRowsPerSheet + 1, // with the heading
    });
  } finally {
    await rows.return(undefined);
  }
}

/**
 * The number format "Text" of Excel. A text that begins like a formula never runs from the file, but without the format
 * it would as soon as somebody edits the cell and presses Enter.
 */
const text = { numFmt: "@" };

/** Days are 10 characters long, dates as stored up to 22 of double and single width. */
function columnsFor(first: CellValue[] | undefined): ColumnDef[] {
  const dateWidth = String(first?.[2] ?? "").length > 10 ? 24 : 12;
  return [
    { width: 9 },
    { width: 11 },
    { width: dateWidth, ...text },
    { width: 18, ...text },
    { width: 13, ...text },
    { width: 36, ...text },
    { width: 12 },
  ].map((column, index) => ({ header: headings[index]!, ...column }));
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

async function* cells(pages: RowPages): AsyncGenerator<CellValue[], undefined> {
  for await (const page of pages) for (const row of page) yield rowCells(row);
}

function rowCells(row: ExportRow): CellValue[] {
  return [
    row.source,
    row.id,
    textCell(row.production_date),
    textCell(row.lot_number),
    textCell(row.item_code),
    textCell(row.item_name),
    row.good_quantity, // SQLite can store infinity in a REAL column; hucre leaves such a cell empty
  ];
}

const needsCare = /[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]|_x[0-9A-Fa-f]{4}_/;

/**
 * A text without the characters that XML 1.0 forbids: hucre would keep U+FFFE and U+FFFF, at which readers refuse the
 * whole file, and write the others in a form that many readers show as `_x0001_`.
 */
export function textCell(value: string | null): string | null {
  if (value === null || value === "") return null;
  const cut = value.length > MAX_CELL_CHARACTERS ? value.slice(0, MAX_CELL_CHARACTERS) : value;
  if (!needsCare.test(cut)) return cut;
  const clean = cut.replace(/[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g, "");
  // Excel reads _x0041_ as "A" (ECMA-376, ST_Xstring), and hucre leaves it as it is.
  return clean.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_");
}
