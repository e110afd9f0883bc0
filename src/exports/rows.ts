import type { ProductionRecord } from "../production/records.ts";

/** One exported row: a record of `/records`, as the reader asked for it. */
export type ExportRow = Readonly<ProductionRecord>;

/** Rows in pages (some 5,000 rows each): one `await` a page, not a row, is what keeps the encoders fast. */
export type RowPages = AsyncIterable<readonly ExportRow[]> | Iterable<readonly ExportRow[]>;

/** Headings of both formats, in the order of the columns. */
export const headings = ["구분", "번호", "생산일자", "로트번호", "품목코드", "품목명", "양품수량"] as const;

/**
 * Beginnings that make a spreadsheet run a text as a formula. The characters are those of OWASP, full-width forms
 * (East Asian editions of Excel accept them) and NUL (OWASP ASVS 1.2.10) included:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export const formulaStart = /^[=+\-@\t\r\n\0＝＋－＠]/;
