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
