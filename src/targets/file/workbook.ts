import type { Problem } from "../types.ts";
import type { Cell } from "./values.ts";

/** Bytes that a workbook may have when it is unzipped; one of 100,000 targets has some 10 MB. */
const mostUnzipped = 60_000_000;
const mostParts = 2_000;
/** Rows and columns that are read, and one more by which it is seen that there are others. */
export const mostRows = 20_000;
const lastColumn = "IV";

/** Signatures of the zip format (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3). */
const centralEntry = 0x02014b50;
const endOfDirectory = 0x06054b50;
const endLength = 22;
const mostComment = 65_535;

/**
 * Rows of the first visible sheet of a workbook that holds something. The library is given nothing that says itself to be greater than what may be unzipped, and it stops
 * where a part is greater than it says.
 */
export async function readWorkbook(bytes: Uint8Array): Promise<Cell[][] | Problem["kind"]> {
  const unzipped = unzippedBytes(bytes);
  if (unzipped === null) return "damaged";
  if (unzipped > mostUnzipped) return "tooLarge";
  // Loaded by whoever reads a workbook first: most workers never do.
  const { readXlsx } = await import("hucre/xlsx");
  try {
    const { sheets } = await readXlsx(bytes, {
      sheets: ({ hidden, veryHidden }) => !hidden && !veryHidden,
      range: `A1:${lastColumn}${mostRows + 1}`,
    });
    const sheet = sheets.find(({ rows }) => rows.some((row) => row.some((cell) => cell !== null && cell !== "")));
    return sheet?.rows ?? "empty";
  } catch {
    return "damaged";
  }
}

/** Bytes of all parts of a zip file by its directory; null where that cannot be read, is in parts, or leaves a size open. */
function unzippedBytes(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - endLength;
  while (end >= 0 && view.getUint32(end, true) !== endOfDirectory) {
    if (end < bytes.length - endLength - mostComment) return null;
    end -= 1;
  }
  if (end < 0) return null;
  const parts = view.getUint16(end + 10, true);
  if (parts > mostParts) return Number.POSITIVE_INFINITY;
  let at = view.getUint32(end + 16, true);
  let all = 0;
  for (let part = 0; part < parts; part++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== centralEntry) return null;
    const [packed, unpacked] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const sizesFollow = (view.getUint16(at + 8, true) & 8) !== 0;
    // An empty part is packed into two bytes at the most: what claims to hold nothing in more, or whose sizes stand elsewhere, hides how much it is.
    if ((unpacked === 0 && packed > 2) || (packed === 0 && (unpacked > 0 || sizesFollow))) return null;
    all += unpacked;
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return all;
}
