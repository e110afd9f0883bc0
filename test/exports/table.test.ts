import { expect, test } from "bun:test";
import { readXlsx } from "hucre/xlsx";
import { type Table, tableCsv, tableXlsx } from "../../src/exports/table.ts";
import { readCsv } from "../support/exports.ts";

const table: Table = {
  name: "=1+1 [이번 달]: 총/생산?",
  headings: ["제품", "수량(개)", "비중(%)"],
  rows: [
    ['=HYPERLINK("http://x")', 1234.5, 0.123],
    ["+1", null, null],
    ['따옴표 " 와, 쉼표', -3, 0.29],
    ["_x0041_ \uFFFE", 1_000_000, 1],
  ],
  shares: [2],
};

test("columns of days are dates in a workbook, which sort, filter and group as such; others stay as they are", async () => {
  const rows = [
    ["2026-10-31", "2026-10-31", "2026-02-30", "1812-05-04", 1],
    ["2024-02-29", "LT1", "2026-02-28", "2026-10-31", 2],
    [null, null, null, null, null],
  ] as const;
  const days: Table = { name: "일별", headings: ["날짜", "로트", "틀린 날짜", "옛날", "수량"], rows, shares: [] };
  const bytes = new Uint8Array(await new Response(tableXlsx(days)).arrayBuffer());
  const { sheets } = await readXlsx(bytes);
  const [first, second] = sheets[0]!.rows.slice(1) as unknown[][];
  expect([first![0], second![0]]).toEqual([new Date("2026-10-31T00:00:00Z"), new Date("2024-02-29T00:00:00Z")]);
  expect(first!.slice(1)).toEqual(["2026-10-31", "2026-02-30", "1812-05-04", 1]);
  expect(readCsv(tableCsv(days))[1]).toEqual(["2026-10-31", "2026-10-31", "2026-02-30", "1812-05-04", "1"]);
});

test("a CSV file begins with its mark, quotes as RFC 4180 says, has figures as figures and no formulas", () => {
  const csv = tableCsv(table);
  expect(csv.codePointAt(0)).toBe(0xfeff);
  expect(csv.endsWith("\r\n")).toBe(true);
  expect(readCsv(csv)).toEqual([
    ["제품", "수량(개)", "비중(%)"],
    ['\'=HYPERLINK("http://x")', "1234.5", "12.3%"],
    ["'+1", "", ""],
    ['따옴표 " 와, 쉼표', "-3", "29%"],
    ["_x0041_ \uFFFE", "1000000", "100%"],
  ]);
});

test("a workbook has the same cells, numbers as numbers and texts as texts, on a sheet whose name Excel takes", async () => {
  const bytes = new Uint8Array(await new Response(tableXlsx(table)).arrayBuffer());
  const { sheets } = await readXlsx(bytes);
  expect(sheets[0]!.name).toBe("=1+1  이번 달   총 생산");
  expect(sheets[0]!.rows as unknown[][]).toEqual([
    ["제품", "수량(개)", "비중(%)"],
    ['=HYPERLINK("http://x")', 1234.5, 0.123],
    ["+1", null, null],
    ['따옴표 " 와, 쉼표', -3, 0.29],
    ["_x0041_ ", 1_000_000, 1],
  ]);
});
