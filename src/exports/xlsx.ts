import { type ExportRow, formulaStart, headings, type RowPages } from "./rows.ts";
import { type ZipEntry, zipArchive } from "./zip.ts";

/** Rows of one sheet below its heading: Excel's limit is 2^20 rows (ECMA-376, Excel specifications and limits). */
export const MAX_ROWS_PER_SHEET = 1_048_575;

const MAX_CELL_CHARACTERS = 32_767; // Excel offers to repair a file that holds a longer cell
const PIECE_CHARACTERS = 128 * 1024;
const SHEET_NAME = "생산기록";
const STYLE = { heading: 1, literal: 2 };

/**
 * Encodes rows as an Excel workbook: heading row bold and frozen, quantities and numbers as numbers, NULL as an empty
 * cell, texts never as formulas; what does not fit on one sheet continues on the next.
 *
 * Dates are text exactly as given: some rows have a text that is no date, `raw_dates` asks for the stored text, and one
 * column of two types would sort and filter wrongly.
 *
 * Written here and not with hucre's `writeXlsxStream`, because that takes 15 s for a million rows where this takes 4 s,
 * and cannot make a heading bold (a style holds for the whole column).
 * @returns chunks of some 20 KB, made when the reader wants them, so memory stays flat; a reader that stops early also
 * ends `pages`. Errors of `pages` pass through.
 * @throws RangeError past 4 GiB, some 80 million rows.
 */
export function encodeXlsx(
  pages: RowPages,
  { maxRowsPerSheet = MAX_ROWS_PER_SHEET }: { maxRowsPerSheet?: number } = {},
): AsyncGenerator<Uint8Array> {
  return zipArchive(workbookFiles(pages, maxRowsPerSheet));
}

async function* workbookFiles(pages: RowPages, maxRowsPerSheet: number): AsyncGenerator<ZipEntry> {
  yield { path: "[Content_Types].xml", text: [CONTENT_TYPES] };
  yield { path: "_rels/.rels", text: [PACKAGE_RELATIONSHIPS] };
  yield { path: "xl/styles.xml", text: [STYLES] };

  const rows = new RowReader(pages);
  let sheets = 0;
  try {
    do {
      sheets++;
      yield { path: `xl/worksheets/sheet${sheets}.xml`, text: sheetXml(rows, maxRowsPerSheet) };
    } while ((await rows.available()) !== undefined);
  } finally {
    await rows.close();
  }

  yield { path: "xl/workbook.xml", text: [workbookXml(sheets)] };
  yield { path: "xl/_rels/workbook.xml.rels", text: [workbookRelationships(sheets)] };
}

/** Reads pages for one sheet after another, which end in the middle of a page. */
class RowReader {
  readonly #pages: AsyncIterator<readonly ExportRow[]> | Iterator<readonly ExportRow[]>;
  #page: readonly ExportRow[] = [];
  #next = 0;

  constructor(pages: RowPages) {
    this.#pages = Symbol.asyncIterator in pages ? pages[Symbol.asyncIterator]() : pages[Symbol.iterator]();
  }

  /** The rest of the page being read, or the next page; undefined at the end. */
  async available(): Promise<readonly ExportRow[] | undefined> {
    while (this.#next >= this.#page.length) {
      const { done, value } = await this.#pages.next();
      if (done) return undefined;
      this.#page = value;
      this.#next = 0;
    }
    return this.#next === 0 ? this.#page : this.#page.slice(this.#next);
  }

  /** Marks rows of what {@link available} returned as read. */
  skip(count: number): void {
    this.#next += count;
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}

async function* sheetXml(rows: RowReader, maxRows: number): AsyncGenerator<string> {
  const first = await rows.available();
  let xml = sheetStart(first?.[0]);
  let written = 0;
  while (written < maxRows) {
    const page = await rows.available();
    if (page === undefined) break;
    const count = Math.min(page.length, maxRows - written);
    for (let index = 0; index < count; index++) {
      xml += rowXml(page[index]!, written + index + 2);
      if (xml.length >= PIECE_CHARACTERS) {
        yield xml;
        xml = "";
      }
    }
    written += count;
    rows.skip(count);
  }
  yield `${xml}</sheetData></worksheet>`;
}

function rowXml(row: ExportRow, line: number): string {
  return (
    `<row r="${line}">${textCell("A", line, row.source)}${numberCell("B", line, row.id)}` +
    `${textCell("C", line, row.production_date)}${textCell("D", line, row.lot_number)}` +
    `${textCell("E", line, row.item_code)}${textCell("F", line, row.item_name)}` +
    `${numberCell("G", line, row.good_quantity)}</row>`
  );
}

/** SQLite can store infinity in a REAL column; a cell cannot, so it stays empty. */
function numberCell(column: string, line: number, value: number | null): string {
  return Number.isFinite(value) ? `<c r="${column}${line}"><v>${value}</v></c>` : "";
}

/** Inline strings, because a table of shared strings would have to be held in memory until the end. */
function textCell(column: string, line: number, value: string | null): string {
  if (value === null || value === "") return "";
  // Never run from here, but typed over in Excel the text would be: the style with a quote prefix keeps it a text.
  const style = formulaStart.test(value) ? ` s="${STYLE.literal}"` : "";
  return `<c r="${column}${line}"${style} t="inlineStr"><is>${textXml(value)}</is></c>`;
}

const needsCare = /[&<>\x00-\x1F\uFFFE\uFFFF]|_x[0-9A-Fa-f]{4}_|^ | $/;

/** A `<t>` element: escaped, without the characters that XML 1.0 forbids (unpaired surrogates become U+FFFD in UTF-8). */
function textXml(value: string): string {
  const text = value.length > MAX_CELL_CHARACTERS ? value.slice(0, MAX_CELL_CHARACTERS) : value;
  if (!needsCare.test(text)) return `<t>${text}</t>`;
  const escaped = text
    .replace(/[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g, "")
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_") // Excel reads _x0041_ as "A" (ECMA-376, ST_Xstring)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
  return `<t xml:space="preserve">${escaped}</t>`;
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

function sheetStart(firstRow: ExportRow | undefined): string {
  const dateWidth = (firstRow?.production_date.length ?? 0) > 10 ? 24 : 12; // as stored, or as a day
  const columns = [9, 11, dateWidth, 18, 13, 36, 12]
    .map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`)
    .join("");
  const cells = headings
    .map(
      (heading, index) =>
        `<c r="${"ABCDEFG"[index]}1" s="${STYLE.heading}" t="inlineStr"><is>${textXml(heading)}</is></c>`,
    )
    .join("");
  return (
    `${XML}<worksheet xmlns="${SPREADSHEET}"><sheetViews><sheetView workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<sheetFormatPr defaultRowHeight="15"/><cols>${columns}</cols><sheetData><row r="1">${cells}</row>`
  );
}

function workbookXml(sheets: number): string {
  const list = numbers(sheets)
    .map((n) => `<sheet name="${SHEET_NAME}${n === 1 ? "" : ` ${n}`}" sheetId="${n}" r:id="rId${n}"/>`)
    .join("");
  return `${XML}<workbook xmlns="${SPREADSHEET}" xmlns:r="${OFFICE_RELATIONSHIPS}"><sheets>${list}</sheets></workbook>`;
}

function workbookRelationships(sheets: number): string {
  const list = numbers(sheets)
    .map(
      (n) => `<Relationship Id="rId${n}" Type="${OFFICE_RELATIONSHIPS}/worksheet" Target="worksheets/sheet${n}.xml"/>`,
    )
    .join("");
  return (
    `${XML}<Relationships xmlns="${PACKAGE}/relationships">${list}` +
    `<Relationship Id="rId${sheets + 1}" Type="${OFFICE_RELATIONSHIPS}/styles" Target="styles.xml"/></Relationships>`
  );
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Sheets are the default for `.xml`, so that this part can stand first, before the number of sheets is known. */
const CONTENT_TYPES =
  `${XML}<Types xmlns="${PACKAGE}/content-types">` +
  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
  `<Default Extension="xml" ContentType="${CONTENT_TYPE}.worksheet+xml"/>` +
  `<Override PartName="/xl/workbook.xml" ContentType="${CONTENT_TYPE}.sheet.main+xml"/>` +
  `<Override PartName="/xl/styles.xml" ContentType="${CONTENT_TYPE}.styles+xml"/></Types>`;

const PACKAGE_RELATIONSHIPS =
  `${XML}<Relationships xmlns="${PACKAGE}/relationships">` +
  `<Relationship Id="rId1" Type="${OFFICE_RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

/** Cell formats in the order of {@link STYLE}: plain, heading, literal. The two fills are demanded by Excel. */
const STYLES =
  `${XML}<styleSheet xmlns="${SPREADSHEET}">` +
  '<fonts count="2"><font><sz val="11"/><name val="맑은 고딕"/></font><font><b/><sz val="11"/><name val="맑은 고딕"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>' +
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';
