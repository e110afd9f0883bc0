import { describe, expect, test } from "bun:test";
import { parseCsv } from "hucre/csv";
import { encodeCsv } from "../../src/exports/csv.ts";
import type { ExportRow } from "../../src/exports/rows.ts";
import { allBytes, countedPages, exportRow } from "./rows.ts";

async function csvText(...rows: ExportRow[]): Promise<string> {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await allBytes(encodeCsv([rows])));
}

describe("a CSV export", () => {
  test("begins with a byte order mark and the Korean headings, also without rows", async () => {
    expect(await csvText()).toBe("\uFEFF구분,번호,생산일자,로트번호,품목코드,품목명,양품수량\r\n");
  });

  test("writes one line a row, numbers plain and NULL empty", async () => {
    const text = await csvText(
      exportRow({ good_quantity: 1200.5 }),
      exportRow({ source: "archive", id: 2, lot_number: null, item_name: null, good_quantity: null }),
      exportRow({ id: 3, good_quantity: -4 }),
    );
    expect(text.split("\r\n").slice(1)).toEqual([
      "live,1,2026-01-13,LT260113-001,BW0021,원데이 소프트렌즈,1200.5",
      "archive,2,2026-01-13,,BW0021,,",
      "live,3,2026-01-13,LT260113-001,BW0021,원데이 소프트렌즈,-4",
      "",
    ]);
  });

  test("leaves a quantity empty that is no finite number", async () => {
    expect(await csvText(exportRow({ good_quantity: Number.POSITIVE_INFINITY }))).toEndWith(",원데이 소프트렌즈,\r\n");
  });

  test("is read back unchanged when texts hold commas, quotes and line breaks", async () => {
    const names = ['콤마, "따옴표"', "두\r\n줄", '"', "a,b", " 공백 ", "😀"];
    const text = await csvText(...names.map((item_name, index) => exportRow({ id: index, item_name })));
    const rows = parseCsv(text.slice(1));
    expect(rows.slice(1).map((row) => row[5])).toEqual(names);
  });

  test.each(["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0=1", "＝1", "＋1", "－1", "＠x"])(
    "puts an apostrophe before %j, which a spreadsheet would run",
    async (text) => {
      const row = exportRow({ production_date: text, lot_number: text, item_code: text, item_name: text });
      const cells = parseCsv((await csvText(row)).slice(1))[1]!;
      expect(cells.slice(2, 6)).toEqual(Array(4).fill(`'${text}`));
    },
  );

  test("leaves formula characters alone where they do not begin a cell", async () => {
    expect(await csvText(exportRow({ item_code: "BW-0021", item_name: "렌즈 =1+1 @" }))).toContain(
      ",BW-0021,렌즈 =1+1 @,",
    );
  });

  test("holds every row once and in order across chunks and pages", async () => {
    const text = new TextDecoder().decode(await allBytes(encodeCsv(countedPages(7, 3_000).pages)));
    const ids = text
      .trimEnd()
      .split("\r\n")
      .slice(1)
      .map((line) => Number(line.split(",")[1]));
    expect(ids).toEqual(Array.from({ length: 21_000 }, (_, index) => index + 1));
  });

  test("asks for the next page only when the reader wants more", async () => {
    const { seen, pages } = countedPages(100, 5_000);
    const chunks = encodeCsv(pages);
    expect(seen.asked).toBe(0);
    const { value } = await chunks.next();
    expect(value!.length).toBeGreaterThan(40_000);
    expect(value!.length).toBeLessThan(150_000);
    await Bun.sleep(20);
    expect(seen.asked).toBe(1);
  });

  test("ends the reading of pages when the reader goes away", async () => {
    const { seen, pages } = countedPages(100, 5_000);
    for await (const _chunk of encodeCsv(pages)) break;
    expect(seen).toEqual({ asked: 1, ended: true });
  });

  test("passes an error of the pages on", async () => {
    async function* failing() {
      yield [exportRow()];
      throw new Error("the file was replaced");
    }
    await expect(allBytes(encodeCsv(failing()))).rejects.toThrow("the file was replaced");
  });
});
