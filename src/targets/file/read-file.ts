import type { FileContent, Problem } from "../types.ts";
import { decodeText } from "./decode.ts";
import { findColumns } from "./headings.ts";
import { nothing } from "./nothing.ts";
import { type Knowledge, readRows } from "./read-rows.ts";
import type { Cell } from "./values.ts";
import { mostRows, readWorkbook } from "./workbook.ts";

/** Reads a file of targets, a CSV file in any of its usual forms or an Excel workbook, whatever its name says. Throws nothing: what is wrong is in `problems`. */
export async function readFile(bytes: Uint8Array, knowledge: Knowledge): Promise<FileContent> {
  const isText = !(bytes[0] === 0x50 && bytes[1] === 0x4b);
  const rows = await rowsOf(bytes, isText);
  if (typeof rows === "string") return nothing(rows);
  if (rows.length > mostRows) return nothing("tooManyRows", String(mostRows));
  return readRows(rows, { ...knowledge, isText });
}

async function rowsOf(bytes: Uint8Array, isText: boolean): Promise<Cell[][] | Problem["kind"]> {
  if (bytes.length === 0) return "empty";
  if (!isText) return readWorkbook(bytes);
  // An OLE file is a workbook of Excel 97 to 2003, or a newer one with a password ([MS-OFFCRYPTO] 2.3.4), which names its parts in UTF-16.
  if ([0xd0, 0xcf, 0x11, 0xe0].every((byte, at) => bytes[at] === byte))
    return Buffer.from(bytes).includes(Buffer.from("EncryptedPackage", "utf16le")) ? "encrypted" : "oldExcel";
  const text = decodeText(bytes);
  return text.includes("\0") ? "notSpreadsheet" : readCsv(text);
}

/** The separators in the order in which they are tried: a comma stands within numbers as well. */
const separators = ["\t", ";", ","] as const;

async function readCsv(text: string): Promise<Cell[][]> {
  const { parseCsv } = await import("hucre/csv");
  // Excel's own way to name the separator in the first line.
  const body = text.replace(/^\ufeff?sep=(.)\r?\n/i, "\n");
  const parse = (delimiter: string): Cell[][] => parseCsv(body, { delimiter, maxRows: mostRows + 1 });
  const tables = separators.map(parse);
  return (
    tables.find((rows) => typeof findColumns(rows) === "object") ??
    tables.find(([row]) => (row?.length ?? 0) > 1) ??
    tables[2]!
  );
}
