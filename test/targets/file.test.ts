import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { strToU8, unzipSync, zipSync } from "fflate";
import { type CellValue, writeXlsx } from "hucre/xlsx";
import { readFile } from "../../src/targets/file/read-file.ts";
import { type FileContent, isAcceptable, type Problem } from "../../src/targets/types.ts";

const items = [
  { item_code: "BW0021", item_name: "Crystal Monthly 2P" },
  { item_code: "B0061", item_name: "아쿠아 원데이 10P" },
  { item_code: "C1203/T", item_name: null },
  { item_code: "=cmd()", item_name: "=cmd()" },
  { item_code: "1203", item_name: null },
];
const knowledge = { items, today: "2026-11-21" };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (file: string | Uint8Array): Promise<FileContent> =>
  readFile(typeof file === "string" ? bytes(file) : file, knowledge);
const workbook = (rows: CellValue[][], sheets: { name: string; rows: CellValue[][]; hidden: true }[] = []) =>
  writeXlsx({ sheets: [...sheets, { name: "목표", rows }] } as never);

/** Month, code and quantity of each target, one a line. */
const said = ({ targets }: FileContent): string[] =>
  targets.map(({ month, item_code, quantity }) => `${month} ${item_code} ${quantity}`);
/** Kind and place of each problem. */
const faults = ({ problems }: FileContent): string[] =>
  problems.map(({ kind, row, column }) => `${kind} ${column}${row}`);

const expected = ["2026-11 BW0021 1200000", "2026-12 B0061 35000.5"];

/** 월,품목코드,목표수량 and two rows, as Korean Excel saves "CSV": in CP949. */
const cp949 = Uint8Array.from(
  Buffer.from(
    "bff92cc7b0b8f1c4dab5e52cb8f1c7a5bcf6b7ae0d0a" +
      Buffer.from("2026").toString("hex") +
      "b3e2203131bff9" +
      Buffer.from(',BW0021,"1,200,000"\r\n2026.12,B0061,35000.5\r\n').toString("hex"),
    "hex",
  ),
);

describe("a file of targets is read", () => {
  const good: Record<string, string | Uint8Array> = {
    "in the long form with Korean headings":
      "월,품목코드,목표수량\n2026-11,BW0021,1200000\n2026년 12월,B0061,35000.5\n",
    "with English headings and Windows line ends":
      "Month,Item Code,Target\r\n2026/11,BW0021,1200000\r\n202612,B0061,35000.5\r\n",
    "with a byte order mark and thousands separators":
      '\ufeff년월,제품코드,목표량\n2026-11,BW0021,"1,200,000"\n2026-12,B0061,"35,000.5"\n',
    "with semicolons": "월;품목코드;목표수량\n2026-11;BW0021;1,200,000\n2026-12;B0061;35,000.5\n",
    "with the separator in the first line":
      "sep=;\n월;품목코드;목표수량\n2026-11;BW0021;1,200,000\n2026-12;B0061;35,000.5\n",
    "with tabs, in UTF-16 as Excel's Unicode text": Uint8Array.from(
      Buffer.from(
        "\ufeff월\t품목코드\t목표수량\r\n2026-11\tBW0021\t1,200,000\r\nDec-26\tB0061\t35000.5\r\n",
        "utf16le",
      ),
    ),
    "in CP949": cp949,
    "in the wide form below a title, with a sum row and columns of no use":
      "2026년 목표,,,,\n,,,,\n품목코드,품목명,2026-11,2026-12 목표,합계\nBW0021,Crystal,1200000,,1200000\nB0061,아쿠아,-,35000.5 개,35000.5\n총계,,1200000,35000.5,\n",
    "with full-width digits": "월,품목코드,목표수량\n２０２６-11,BW0021,１２０００００\n2026-12,B0061,35000.5\n",
  };
  for (const [how, file] of Object.entries(good)) {
    test(how, async () => {
      const content = await read(file);
      expect(content.problems).toEqual([]);
      expect(said(content)).toEqual(expected);
      expect(content.months).toEqual(["2026-11", "2026-12"]);
    });
  }

  test("from a workbook with dates as headings, behind a hidden sheet", async () => {
    const hidden = {
      name: "메모",
      rows: [
        ["품목코드", "2026-01"],
        ["BW0021", 5],
      ] as CellValue[][],
      hidden: true as const,
    };
    const rows = [
      ["품목코드", "품목명", new Date("2026-11-01T00:00:00Z"), "2026년 12월"],
      ["BW0021", "x", 1_200_000, null],
      ["B0061", "y", null, "35,000.5"],
    ];
    const content = await read(await workbook(rows, [hidden]));
    expect(content.problems).toEqual([]);
    expect(said(content)).toContain(expected[0]!);
    expect(said(content)).toContain(expected[1]!);
    expect(content.ignored).toEqual(["품목명"]);
  });

  test("from a workbook that LibreOffice wrote", async () => {
    const file = await Bun.file(join(import.meta.dir, "files/libreoffice.xlsx")).bytes();
    const content = await read(file);
    expect(content.problems).toEqual([]);
    expect(said(content)).toEqual(["2026-11 BW0021 1200000", "2026-12 BW0021 800000", "2026-12 B0061 35000.5"]);
  });

  test("with a number where the code is a number, and the apostrophe that keeps a code from being run taken off", async () => {
    const content = await read(
      await workbook([
        ["월", "품목코드", "목표"],
        ["2026-11", 1203, 5],
        ["2026-11", "=cmd()", 6],
      ]),
    );
    expect(said(content)).toEqual(["2026-11 1203 5", "2026-11 =cmd() 6"]);
    expect(said(await read("월,품목코드,목표\n2026-11,'=cmd(),6\n"))).toEqual(["2026-11 =cmd() 6"]);
  });

  test("so that 0 and nothing are no target, but 0 says that the month is meant", async () => {
    const content = await read("품목코드,2026-10,2026-11,2026-12\nBW0021,5,0,\nB0061,,,\n");
    expect(content.problems).toEqual([]);
    expect(said(content)).toEqual(["2026-10 BW0021 5"]);
    expect(content.months).toEqual(["2026-10", "2026-11"]);
  });
});

describe("a file of targets is refused", () => {
  test("with every problem in its place at once", async () => {
    const content = await read(
      [
        "월,품목코드,목표수량",
        "2026-11,BW0021,100",
        "2026-11,BW0012,100",
        "2026-13,BW0021,100",
        "11월,BW0021,100",
        "2062-11,BW0021,100",
        ",BW0021,100",
        "2026-11,,100",
        "2026-11,B0061,-5",
        "2026-11,B0061,많이",
        '2026-11,B0061,"1,00"',
        "2026-11,B0061,1e30",
        "2026-11,BW0021,7",
      ].join("\n"),
    );
    expect(faults(content)).toEqual([
      ...["unknownItem B3", "badMonth A4", "yearless A5", "monthRange A6", "noMonth A7", "noItem B8"],
      ...["negative C9", "notNumber C10", "notNumber C11", "notNumber C12", "twice C13"],
    ]);
    expect(content.problems[0]).toMatchObject({ value: "BW0012", hint: "BW0021" });
    expect(content.problems.at(-1)).toMatchObject({ value: "BW0021 2026-11", hint: "C2" });
    expect(isAcceptable(content, true)).toBe(false);
  });

  test("for an unknown code, with the one that was meant; which alone may be waived", async () => {
    const hints = async (code: string): Promise<string | undefined> => {
      const { problems } = await read(`월,품목코드,목표\n2026-11,${code},1\n`);
      return problems[0]?.hint;
    };
    expect(await hints("bw-0021")).toBe("BW0021");
    expect(await hints("B0O61")).toBe("B0061");
    expect(await hints("아쿠아 원데이 10P")).toBe("B0061");
    expect(await hints("ZZZ999")).toBe("");
    const fresh = await read("월,품목코드,목표\n2026-11,NEW01,1\n");
    expect(fresh.unknown).toEqual(["NEW01"]);
    expect([isAcceptable(fresh, false), isAcceptable(fresh, true)]).toEqual([false, true]);
    expect(said(fresh)).toEqual(["2026-11 NEW01 1"]);
  });

  test("with thousands of problems counted, and some hundred listed", async () => {
    const content = await read(`월,품목코드,목표\n${"2026-11,BW0021,x\n".repeat(5000)}`);
    expect(content.problemCount).toBe(5000);
    expect(content.problems.length).toBeLessThanOrEqual(200);
  });

  const bad: Record<string, [string | Uint8Array, Problem["kind"]]> = {
    "an empty file": ["", "empty"],
    "a file of blank lines": ["\n , \n", "empty"],
    "a picture": [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13), "notSpreadsheet"],
    "a text without headings": ["안녕하세요\n반갑습니다\n", "noItemColumn"],
    "a table without months": ["품목코드,목표수량\nBW0021,5\n", "noMonthColumn"],
    "a table without targets": ["월,품목코드\n2026-11,BW0021\n", "noTargetColumn"],
    "an empty form": ["품목코드,품목명,2026-11\nBW0021,x,\n", "noTargets"],
    "more rows than are read": [`월,품목코드,목표\n${"2026-11,BW0021,1\n".repeat(20_001)}`, "tooManyRows"],
    "a workbook of Excel 97": [Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, ...Array<number>(600).fill(0)]), "oldExcel"],
    "a workbook with a password": [
      Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, ...Buffer.from("EncryptedPackage", "utf16le")]),
      "encrypted",
    ],
    "half a workbook": [Uint8Array.from([0x50, 0x4b, 3, 4, ...Array<number>(500).fill(7)]), "damaged"],
    "a zip file that is no workbook": [zipSync({ "a.txt": strToU8("hello") }), "damaged"],
  };
  for (const [what, [file, kind]] of Object.entries(bad)) {
    test(`when it is ${what}`, async () => {
      expect(faults(await read(file))).toEqual([`${kind} 0`]);
    });
  }

  describe("when it is made to take all memory:", () => {
    const sheet = "xl/worksheets/sheet1.xml";
    const packed = async (xml: Uint8Array): Promise<Buffer> => {
      const rows = [
        ["월", "품목코드", "목표"],
        ["2026-11", "BW0021", 1],
      ];
      const parts = unzipSync(await workbook(rows));
      const name = Object.keys(parts).find((part) => part.endsWith("sheet1.xml")) ?? sheet;
      return Buffer.from(zipSync({ ...parts, [name]: xml }, { level: 1 }));
    };
    /** Sets the unpacked size of the sheet in the directory, where 4 bytes stand 24 behind an entry's signature. */
    const claim = (zip: Buffer, size: number): Buffer => {
      const lying = Buffer.from(zip);
      for (let at = lying.indexOf("PK\u0001\u0002"); at >= 0; at = lying.indexOf("PK\u0001\u0002", at + 1))
        if (lying.readUInt32LE(at + 24) > 50_000_000) lying.writeUInt32LE(size, at + 24);
      return lying;
    };

    test("a sheet that says how large it is, one that says it is small, and one that says nothing", async () => {
      const bomb = await packed(new Uint8Array(61_000_000).fill(0x20));
      expect(bomb.length).toBeLessThan(1_000_000);
      expect(faults(await read(bomb))).toEqual(["tooLarge 0"]);
      expect(faults(await read(claim(bomb, 1_000)))).toEqual(["damaged 0"]);
      expect(faults(await read(claim(bomb, 0)))).toEqual(["damaged 0"]);
    });

    test("a sheet whose entities multiply, and one with a cell in the last row and column", async () => {
      const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join("");
      const rows = `<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>`;
      const xml = (head: string, body: string): Uint8Array =>
        strToU8(
          `<?xml version="1.0"?>${head}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${body}</sheetData></worksheet>`,
        );
      const before = process.memoryUsage.rss();
      const billion = await read(await packed(xml(`<!DOCTYPE x [<!ENTITY l0 "lol">${laughs}]>`, rows)));
      expect(billion.targets).toEqual([]);
      const corner = await read(await packed(xml("", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')));
      expect(corner.targets).toEqual([]);
      expect(process.memoryUsage.rss() - before).toBeLessThan(400_000_000);
    });
  });
});
