import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Oracle } from "../oracle.ts";
import { csvCells, HEADINGS, readCsv, readXlsxCells, xlsxCells } from "../support/exports.ts";
import { type Factory, row, temporaryHome, writeFactory } from "../support/files.ts";
import { type Hub, startHub } from "../support/hub.ts";
import { sendRaw } from "../support/raw.ts";

/** Texts that a spreadsheet program would run as a formula (OWASP, "CSV injection"). */
const FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"];
/** Rows enough to need several pages of the hub's own. */
const MANY = 12_000;

const factory: Factory = {
  live: [
    ...FORMULAS.map((text) => row({ item_name: text, lot_number: text, item_code: text })),
    row({ production_date: "=1+1" }),
    row({ item_name: 'quote " comma , line\nbreak\r\nend', lot_number: null, good_quantity: null }),
    row({ item_name: "<b>&amp;</b>", good_quantity: -0.125 }),
    row({ item_name: null, good_quantity: 0 }),
    ...Array.from({ length: MANY }, () => row({ item_code: "MANY" })),
  ],
  archives: new Map([[2025, [row({ production_date: "2025-05-05 14:05:00" })]]]),
};
const oracle = new Oracle(factory);

let hub: Hub;
beforeAll(async () => {
  const home = temporaryHome();
  writeFactory(home, factory);
  hub = await startHub({ home });
});
afterAll(() => hub.stop());

describe("CSV", () => {
  test("begins with a BOM and the Korean headings and holds every row, without a limit", async () => {
    const response = await hub.fetch("/records.csv");
    const bytes = await response.bytes();
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).slice(1);
    expect(text).toStartWith(`${HEADINGS.join(",")}\r\n`);
    expect(readCsv(text)).toEqual(csvCells(oracle.exported({})));
  });

  test("no cell begins like a formula", async () => {
    const cells = readCsv(await (await hub.fetch("/records.csv")).text()).slice(1);
    for (const [, , ...texts] of cells) for (const text of texts.slice(0, -1)) expect(text).not.toMatch(/^[=+\-@\t\r]/);
  });

  test("is named and typed as a CSV file to be saved", async () => {
    const { headers } = await hub.fetch("/records.csv", { method: "HEAD" });
    expect(headers.get("content-type")).toMatch(/^text\/csv; ?charset=utf-8$/i);
    expect(headers.get("content-disposition")).toMatch(/^attachment; ?filename="?[\w.-]+\.csv"?/);
  });
});

describe("XLSX", () => {
  test("is read back with the same rows, numbers as numbers and formulas as text", async () => {
    const response = await hub.fetch("/records.xlsx");
    // XML has no way to write a carriage return that is kept by every reader.
    const normal = (cells: unknown[][]) =>
      cells.map((line) => line.map((cell) => (typeof cell === "string" ? cell.replace(/\r\n?/g, "\n") : cell)));
    expect(normal(await readXlsxCells(await response.bytes()))).toEqual(normal(xlsxCells(oracle.exported({}))));
  });

  test("is named and typed as an Excel file to be saved", async () => {
    const { headers } = await hub.fetch("/records.xlsx", { method: "HEAD" });
    expect(headers.get("content-type")).toBe("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    expect(headers.get("content-disposition")).toMatch(/^attachment; ?filename="?[\w.-]+\.xlsx"?/);
  });
});

test.each([
  { q: "comma" },
  { item_code: "MANY", date_from: "2026-01-13", date_to: "2026-01-13" },
  { date_to: "2025-12-31", raw_dates: "true" },
  { max_quantity: "-0.1" },
  { item_code: "없음" },
])("the filters of /records apply: %j", async (query) => {
  const rows = oracle.exported(query);
  const parameters = new URLSearchParams(query);
  expect(readCsv(await (await hub.fetch(`/records.csv?${parameters}`)).text())).toEqual(csvCells(rows));
  expect(await readXlsxCells(await (await hub.fetch(`/records.xlsx?${parameters}`)).bytes())).toHaveLength(
    rows.length + 1,
  );
});

test("HEAD tells of a file without saying that it is empty", async () => {
  for (const path of ["/records.csv", "/records.xlsx"]) {
    const { status, headers } = await sendRaw(hub.url, `HEAD ${path} HTTP/1.1`);
    expect([path, status, headers.get("content-length")]).toEqual([path, 200, null]);
    const again = await sendRaw(hub.url, `HEAD ${path} HTTP/1.1\r\nIf-None-Match: ${headers.get("etag")}`);
    expect([path, again.status]).toEqual([path, 304]);
  }
});

test("a client that goes away in the middle does not disturb the hub", async () => {
  for (const path of ["/records.csv", "/records.xlsx"]) {
    const abort = new AbortController();
    const response = await hub.fetch(path, { signal: abort.signal });
    await response.body?.getReader().read();
    abort.abort();
  }
  expect(readCsv(await (await hub.fetch("/records.csv")).text())).toHaveLength(oracle.exported({}).length + 1);
});
