import { type ExportRow, formulaStart, headings, type RowPages } from "./rows.ts";

const CHUNK_CHARACTERS = 48 * 1024; // some 64 KB of UTF-8, because Korean names take three bytes a character
const BYTE_ORDER_MARK = "\uFEFF"; // without it Excel reads the file in the system's code page and breaks Korean

/** A text needs quotes (RFC 4180) or an apostrophe: one test for the common case that it needs neither. */
const needsCare = /[",\r\n]|^[=+\-@\t\0＝＋－＠]/;

/**
 * Encodes rows as CSV: UTF-8 with byte order mark, Korean headings, RFC 4180 quoting and CRLF, NULL as an empty cell.
 * Text that a spreadsheet would run as a formula gets a leading apostrophe.
 * @returns chunks of about 64 KB. The next page is asked for only when the reader wants more, so memory stays flat;
 * a reader that stops early also ends `pages`. Errors of `pages` pass through.
 */
export async function* encodeCsv(pages: RowPages): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = `${BYTE_ORDER_MARK}${headings.join(",")}\r\n`;
  for await (const page of pages) {
    for (const row of page) {
      text += csvLine(row);
      if (text.length >= CHUNK_CHARACTERS) {
        yield encoder.encode(text);
        text = "";
      }
    }
  }
  yield encoder.encode(text);
}

function csvLine(row: ExportRow): string {
  return `${row.source},${number(row.id)},${csvText(row.production_date)},${csvText(row.lot_number)},${csvText(row.item_code)},${csvText(row.item_name)},${number(row.good_quantity)}\r\n`;
}

/** A text as a cell of a CSV file: quoted where it must be, and never taken for a formula; null is empty. */
export function csvText(value: string | null): string {
  if (value === null) return "";
  if (!needsCare.test(value)) return value;
  const harmless = formulaStart.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** SQLite can store infinity in a REAL column; neither JSON nor a spreadsheet has such a number, so the cell stays empty. */
function number(value: number | null): string {
  return Number.isFinite(value) ? String(value) : "";
}
