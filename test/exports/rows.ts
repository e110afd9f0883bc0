import type { ExportRow } from "../../src/exports/rows.ts";

/** A row as the API returns it, with the differences that a test is about. */
export function exportRow(difference: Partial<ExportRow> = {}): ExportRow {
  return {
    source: "live",
    id: 1,
    production_date: "2026-01-13",
    lot_number: "LT260113-001",
    item_code: "BW0021",
    item_name: "원데이 소프트렌즈",
    good_quantity: 1200,
    ...difference,
  };
}

/** `count` pages of `size` rows with ids from 1, and how many pages were asked for and whether the reading was ended. */
export function countedPages(count: number, size: number) {
  const seen = { asked: 0, ended: false };
  async function* pages() {
    try {
      for (let page = 0; page < count; page++) {
        seen.asked++;
        yield Array.from({ length: size }, (_, index) => exportRow({ id: page * size + index + 1 }));
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, pages: pages() };
}

/** All bytes that an encoder makes, in one piece. */
export async function allBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(chunks));
}
