import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cursor as cursorSchema } from "../../src/api/parameters.ts";
import type { RecordFilter } from "../../src/production/records.ts";
import { compareText } from "../../src/production/text-order.ts";
import { type OpenDesk, openDesk } from "../support/desk.ts";
import { archivePath, livePath, type Row, row, temporaryHome, writeDatabase } from "../support/files.ts";

/** Rows of nine items of which three are rare, with equal date texts, ids that both files have, and texts that are no dates. */
function rowsOf(year: number, count: number): Row[] {
  return Array.from({ length: count }, (_, at) => {
    const day = `${year}-${String(1 + ((at * 7) % 12)).padStart(2, "0")}-${String(1 + (at % 3)).padStart(2, "0")}`;
    return row({
      id: at + 1,
      production_date: at % 97 === 0 ? "미정" : at % 4 === 0 ? day : `${day} 오전 12:00:00`,
      item_code: at % 50 === 0 ? `R${(at / 50) % 3}` : `C${at % 6}`,
      lot_number: at % 11 === 0 ? null : `L${at % 40}`,
      good_quantity: at % 13 === 0 ? null : (at * 31) % 200,
    });
  });
}
const files = { live: rowsOf(2026, 600), archive: rowsOf(2025, 500) };
const day = /^\d{4}-\d\d-\d\d/;

/** The rows that a filter leaves, in the record order, as sources and ids. */
function expected({ items, lot, minQuantity, maxQuantity, from, to }: RecordFilter): string[] {
  return (["live", "archive"] as const)
    .flatMap((source) => files[source].map((one) => ({ ...one, source })))
    .filter(({ item_code }) => items === undefined || items.includes(item_code))
    .filter(({ lot_number }) => lot === undefined || lot_number === lot)
    .filter(
      ({ good_quantity }) => minQuantity === undefined || (good_quantity !== null && good_quantity >= minQuantity),
    )
    .filter(
      ({ good_quantity }) => maxQuantity === undefined || (good_quantity !== null && good_quantity <= maxQuantity),
    )
    .filter(
      ({ production_date: text }) =>
        (from ?? to) === undefined ||
        (day.test(text) && text.slice(0, 10) >= (from ?? "") && text.slice(0, 10) <= (to ?? "9999")),
    )
    .sort((a, b) => compareText(b.production_date, a.production_date) || compareText(b.source, a.source) || b.id - a.id)
    .map(({ source, id }) => `${source} ${id}`);
}

const range = { from: "2025-03-01", to: "2026-10-31" };
const filters: RecordFilter[] = [
  { items: ["C1", "R0"], ...range },
  { items: ["R2", "R1", "R1", "none"], ...range },
  { items: ["C0", "C1", "C2", "C3", "C4", "C5"] },
  { items: [], ...range },
  { items: ["C1", "R0", "R1"], ...range, minQuantity: 20, maxQuantity: 150 },
  { items: ["C1", "C2"], ...range, lot: "L1", lotPrefix: "L1" },
  { lot: "L1", lotPrefix: "L1" },
];

describe.each([
  ["mirrors, which have their indexes", 100],
  ["the ERP's own files without an index", 0],
])("records of several items, from %s,", (_, mirrorMaxMb) => {
  let opened: OpenDesk;
  beforeAll(() => {
    const home = temporaryHome();
    writeDatabase(livePath(home), files.live);
    writeDatabase(archivePath(home, 2025), files.archive);
    opened = openDesk(home, { mirrorMaxMb });
  });
  afterAll(() => opened.close());

  const ask = async (...question: Parameters<typeof opened.desk.ask>) => {
    const { body } = await opened.desk.ask(...question);
    return JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
  };

  test.each(filters)("come page by page, each once and in the record order: %j", async (filter) => {
    const walked: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask("records", {
        filter,
        limit: 37,
        rawDates: false,
        cursor: cursor === undefined ? undefined : cursorSchema.parse(cursor),
      });
      walked.push(...page.data.map(({ source, id }: { source: string; id: number }) => `${source} ${id}`));
      cursor = page.next_cursor ?? undefined;
      expect(page.has_more).toBe(cursor !== undefined);
    } while (cursor !== undefined);
    expect(walked).toEqual(expected(filter));
  });

  test.each(filters)("are counted and added up as they are listed: %j", async (filter) => {
    const listed = new Set(expected(filter));
    const sum = (["live", "archive"] as const)
      .flatMap((source) => files[source].filter(({ id }) => listed.has(`${source} ${id}`)))
      .reduce((all, { good_quantity }) => all + (good_quantity ?? 0), 0);
    expect(await ask("record_totals", filter)).toEqual({ batch_count: listed.size, total_production: sum });
  });

  test("rows whose text is no date are counted apart", async () => {
    const odd = Object.values(files).flatMap((rows) =>
      rows.filter(({ production_date }) => production_date === "미정"),
    );
    expect(await ask("undated_rows", {})).toEqual({ rows: odd.length });
  });
});
