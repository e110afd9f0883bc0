import { describe, expect, test } from "bun:test";
import { readXlsx } from "hucre/xlsx";
import type { ExportRow } from "../../src/exports/rows.ts";
import { encodeXlsx, MAX_ROWS_PER_SHEET } from "../../src/exports/xlsx.ts";
import { allBytes, countedPages, exportRow } from "./rows.ts";

async function sheets(pages: ExportRow[][], options?: { maxRowsPerSheet: number }) {
  return (await readXlsx(await allBytes(encodeXlsx(pages, options)), { readStyles: true })).sheets;
}

async function sheetRows(...rows: ExportRow[]) {
  return (await sheets([rows]))[0]!.rows.slice(1);
}

const headings = ["구분", "번호", "생산일자", "로트번호", "품목코드", "품목명", "양품수량"];

describe("an XLSX export", () => {
  test("has one sheet with the headings when there are no rows", async () => {
    const [sheet, ...others] = await sheets([]);
    expect(sheet!.rows).toEqual([headings]);
    expect(others).toEqual([]);
  });

  test("keeps numbers as numbers, dates as text and NULL empty", async () => {
    const rows = await sheetRows(
      exportRow({ production_date: "2026-01-13 오전 12:00:00", good_quantity: 1200.5 }),
      exportRow({ source: "archive", id: 2, production_date: "미정", lot_number: null, good_quantity: -3 }),
      exportRow({ id: 3, lot_number: "", item_name: null, good_quantity: 0 }),
    );
    expect(rows).toEqual([
      ["live", 1, "2026-01-13 오전 12:00:00", "LT260113-001", "BW0021", "원데이 소프트렌즈", 1200.5],
      ["archive", 2, "미정", null, "BW0021", "원데이 소프트렌즈", -3],
      ["live", 3, "2026-01-13", null, "BW0021", null, 0],
    ]);
  });

  test("leaves a quantity empty that is no finite number", async () => {
    const rows = await sheetRows(...[NaN, Infinity, -Infinity].map((good_quantity) => exportRow({ good_quantity })));
    expect(rows.map((row) => row[6])).toEqual([null, null, null]);
  });

  test("writes texts that look like formulas, numbers or markup as the same texts", async () => {
    const texts = [
      "=1+1",
      "+1",
      "@x",
      "00123",
      "1e5",
      "<img src=x onerror=alert(1)>",
      "a & b",
      "]]>",
      '"',
      " 공백 ",
      "두\n줄",
      "😀",
      "_x0041_",
      "&#10;",
    ];
    const rows = await sheetRows(...texts.map((item_name) => exportRow({ item_name })));
    expect(rows.map((row) => row[5])).toEqual(texts);
  });

  test("drops the characters that XML forbids", async () => {
    const rows = await sheetRows(
      exportRow({ item_name: "앞\0\x01\x08\x0B\x0C\x0E\x1F\uFFFE\uFFFF뒤" }),
      exportRow({ item_name: "x\uD800y" }),
    );
    expect(rows.map((row) => row[5])).toEqual(["앞뒤", "x\uFFFDy"]);
  });

  test("cuts a text at the 32,767 characters that an Excel cell holds", async () => {
    const [row] = await sheetRows(exportRow({ item_name: "가".repeat(40_000) }));
    expect(row![5]).toBe("가".repeat(32_767));
  });

  test.each([
    ["2026-01-13", 12],
    ["2026-01-13 오전 12:00:00", 24],
  ])("has a frozen heading and a width for every column, that of the dates wide enough for %s", async (date, width) => {
    const [sheet] = await sheets([[exportRow({ production_date: date })]]);
    expect(sheet!.freezePane).toEqual({ rows: 1 });
    expect(sheet!.columns!.map((column) => column.width)).toEqual([9, 11, width, 18, 13, 36, 12]);
  });

  test("gives texts Excel's text format, so that one like a formula stays a text when it is edited", async () => {
    const [sheet] = await sheets([[exportRow({ item_name: "=1+1" })]]);
    const formats = headings.map((_, column) => sheet!.cells!.get(`1,${column}`)?.style?.numFmt ?? null);
    expect(formats).toEqual([null, null, "@", "@", "@", "@", null]);
    expect(sheet!.cells!.get("1,5")!.formula).toBeUndefined();
  });

  test("continues on a further sheet with the headings when a sheet is full, also in the middle of a page", async () => {
    const pages = [5, 0, 4, 1].map((size, page) =>
      Array.from({ length: size }, (_, index) => exportRow({ id: page * 10 + index })),
    );
    const all = await sheets(pages, { maxRowsPerSheet: 4 });
    expect(all.map((sheet) => sheet.name)).toEqual(["생산기록", "생산기록_2", "생산기록_3"]);
    expect(all.map((sheet) => sheet.rows[0])).toEqual([headings, headings, headings]);
    expect(all.map((sheet) => sheet.rows.slice(1).map((row) => row[1]))).toEqual([
      [0, 1, 2, 3],
      [4, 20, 21, 22],
      [23, 30],
    ]);
  });

  test("begins no further sheet when the rows end exactly at the limit", async () => {
    const all = await sheets([[1, 2].map((id) => exportRow({ id })), [3, 4].map((id) => exportRow({ id }))], {
      maxRowsPerSheet: 4,
    });
    expect(all).toHaveLength(1);
    expect(MAX_ROWS_PER_SHEET).toBe(2 ** 20 - 1);
  });

  test("holds every row once and in order across chunks and pages", async () => {
    const workbook = await readXlsx(await allBytes(encodeXlsx(countedPages(7, 3_000).pages)));
    const ids = workbook.sheets[0]!.rows.slice(1).map((row) => row[1]);
    expect(ids).toEqual(Array.from({ length: 21_000 }, (_, index) => index + 1));
  });

  test("gives the same bytes for the same rows", async () => {
    const rows = [[exportRow()]];
    expect(await allBytes(encodeXlsx(rows))).toEqual(await allBytes(encodeXlsx(rows)));
  });

  test("asks for the next page only when the reader wants more", async () => {
    const { seen, pages } = countedPages(100, 5_000);
    const chunks = encodeXlsx(pages);
    expect(seen.asked).toBe(0);
    let bytes = 0;
    while (bytes < 10_000) bytes += (await chunks.next()).value!.length;
    await Bun.sleep(20);
    expect(seen.asked).toBe(1);
  });

  test("ends the reading of pages when the reader goes away", async () => {
    const { seen, pages } = countedPages(100, 5_000);
    let bytes = 0;
    for await (const chunk of encodeXlsx(pages)) {
      bytes += chunk.length;
      if (bytes > 10_000) break;
    }
    expect(seen).toEqual({ asked: 1, ended: true });
  });

  test("passes an error of the pages on and ends the reading", async () => {
    const seen = { ended: false };
    async function* failing() {
      try {
        yield [exportRow()];
        throw new Error("the file was replaced");
      } finally {
        seen.ended = true;
      }
    }
    await expect(allBytes(encodeXlsx(failing()))).rejects.toThrow("the file was replaced");
    expect(seen.ended).toBe(true);
  });
});
