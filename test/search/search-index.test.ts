import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { buildSearchIndex } from "../../src/search/build.ts";
import { chunkRows } from "../../src/search/layout.ts";
import type { SearchFilter } from "../../src/search/search-index.ts";
import { candidates, indexed, type StoredRow, scanned, segmentOf, withRows } from "./indexed.ts";

setDefaultTimeout(180_000);

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const bytes = (text: string) => Buffer.from(text);

const lots = [
  ...[
    "LT260113-001",
    "LT260113-002",
    "LT260113-010",
    "lt260113-001",
    "LT260114-001",
    "LT%",
    "LT_",
    "%",
    "",
    "-1",
    "A",
    "ab",
  ],
  ...[
    "로트-1",
    "로트-12",
    "😀1",
    "1😀",
    "\u{FF5E}1",
    "Ünï",
    "x".repeat(64),
    "x".repeat(65),
    "aaaa",
    "aaaaa",
    "LT\0LT",
    "\0",
    "\ufffd1",
    "1",
  ],
  ...[null, bytes("LT260113"), Buffer.from([0xff, 0x4c, 0x54]), 7],
];
const codes = ["BW0021", "bw0021", "B0061", "A/1", "50%", "A_1", "품목", "😀1", "LT", "A\0B", bytes("BW0021"), 12];
const names = [
  null,
  "렌즈",
  "클리어 렌즈 신형",
  "100% UV",
  "LENS",
  "Ünï",
  "ünï",
  "",
  "A\0B",
  bytes("렌즈"),
  5,
  "\ufffd",
];
const quantities = [100, 250, 0, -5, 0.5, 1e9, null, "viel", bytes("x"), Number.POSITIVE_INFINITY, 12.125];
const dates = [
  "2026-01-13 오전 12:00:00",
  "2026-01-13",
  "2026-01-13 14:05:00",
  "2026-01-12",
  "2025-12-31",
  "미정",
  "",
  "😀",
  "\u{FF5E}",
];
const searches = [
  ..."l,LT,lt2,260113,13-0,-001,3-01,%,_,aa,aaa,aaaaa,렌즈,렌,로트,트-1,😀,😀1,1😀,0,x,ü,Ü,없음,bw0021,\\,LT\0,\0,*".split(
    ",",
  ),
  ...["x".repeat(64), "x".repeat(65), "\ud83d", "\ude00", "\ufffd", "~"],
];

const drawnRow = fc.tuple(
  pick(dates),
  pick(lots),
  pick(codes),
  pick(names),
  pick(quantities),
) as fc.Arbitrary<StoredRow>;
const bound = pick([-5, 0, 0.5, 99, 100, 101, 1e9, 2e9]);
const drawnFilter: fc.Arbitrary<SearchFilter> = fc.oneof(
  fc.record({ q: pick(searches) }),
  fc.record({
    lotPrefix: pick([
      "L",
      "LT",
      "lt",
      "LT2",
      "LT260113-",
      "로트",
      "로",
      "x".repeat(50),
      "LT\0",
      "\0",
      "없음",
      "a",
      "ab",
      "\ufffd",
    ]),
  }),
  fc.record(
    {
      q: pick(searches),
      lotPrefix: pick(["L", "LT26", "a"]),
      itemCode: pick(["BW0021", "bw0021", "A/1", "12", "없음"]),
      minQuantity: bound,
      maxQuantity: bound,
    },
    { requiredKeys: [] },
  ),
);
const drawnPart = fc.record(
  { newest: fc.record({ text: pick(dates), id: fc.nat(60) }), oldest: pick(dates) },
  { requiredKeys: [] },
);

test("no row that SQL finds is missing among the candidates, and all come in the record order", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(drawnRow, { maxLength: 60 }),
      fc.array(fc.tuple(drawnFilter, drawnPart), { minLength: 20, maxLength: 20 }),
      async (rows, asked) => {
        const { index, segment } = await indexed(rows);
        const order = scanned(segment.file, {}, {});
        for (const [filter, part] of asked) {
          const found = candidates(index, filter, part);
          if (found === null) continue;
          const wanted = scanned(segment.file, filter, part);
          expect(found).toEqual(order.filter((id) => found.includes(id)));
          expect(wanted.filter((id) => !found.includes(id))).toEqual([]);
          compared++;
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(500);
});

/** Plain rows: lots counted upwards a day, some items, as the ERP writes them. */
function plainRows(count: number): StoredRow[] {
  return Array.from({ length: count }, (_, at) => {
    const day = `2026-${String(1 + Math.floor(at / 2800)).padStart(2, "0")}-${String(1 + (Math.floor(at / 100) % 28)).padStart(2, "0")}`;
    const lot =
      at % 50 === 7 ? null : `LT${day.slice(2).replaceAll("-", "")}-${String(1 + (at % 100)).padStart(3, "0")}`;
    return [
      `${day}${at % 9 === 0 ? "" : " 오전 12:00:00"}`,
      lot,
      `B${at % 13}`,
      at % 13 < 3 ? `렌즈 ${at % 13}` : "Lens",
      at % 997,
    ];
  });
}

test("plain lots, items and narrow quantities are found without a single row too many", async () => {
  const { index, segment } = await indexed(plainRows(9_000));
  const filters: SearchFilter[] = [
    { q: "lt260107-042" },
    { q: "07-04" },
    { q: "042" },
    { q: "42" },
    { q: "렌즈" },
    { q: "b1" },
    { q: "렌즈 2", lotPrefix: "LT2602" },
    { lotPrefix: "LT260210-1" },
    { lotPrefix: "L" },
    { q: "-001", itemCode: "B4" },
    { minQuantity: 995 },
    { q: "26", maxQuantity: 1 },
    { q: "99-9" },
    { q: "없는 품목" },
  ];
  for (const filter of filters) {
    expect([filter, candidates(index, filter, {})]).toEqual([filter, scanned(segment.file, filter, {})]);
  }
});

test("a part of the record order costs less than two blocks of rows too many at its ends", async () => {
  const { index, segment } = await indexed(plainRows(9_000));
  const part = { newest: { text: "2026-02-20", id: 5_000 }, oldest: "2026-01-20" };
  const found = candidates(index, { lotPrefix: "LT" }, part)!;
  const wanted = scanned(segment.file, { lotPrefix: "LT" }, part);
  expect(wanted.length).toBeGreaterThan(1_000);
  expect(found).toEqual(expect.arrayContaining(wanted));
  expect(found.length - wanted.length).toBeLessThan(2 * 1024 * 2);
});

test("lists that go over several chunks are whole, and so is each chunk", async () => {
  const folder = withRows([]);
  const db = new Database(folder.segment.file);
  db.run(`WITH RECURSIVE counted(value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM counted LIMIT ${chunkRows + 5_000})
    INSERT INTO production_records SELECT value, printf('20%02d-%02d-%02d', 10 + value / 60000, 1 + value / 5000 % 12, 1 + value / 200 % 28),
    iif(value % 40 = 0, NULL, printf('LT%07d', value)), 'B' || (value % 30), iif(value % 30 = 4, '렌즈', NULL), value * 7 % 1000
    FROM counted`);
  db.close();
  const segment = segmentOf(folder.segment.file);
  await buildSearchIndex({ ...folder, segment });
  const index = folder.shelf.find(segment)!;
  for (const filter of [
    { q: "2345" },
    { q: "T0262144" },
    { q: "렌즈", minQuantity: 998 },
    { lotPrefix: "LT026" },
    { q: "LT9" },
  ]) {
    expect([filter, candidates(index, filter, {})]).toEqual([filter, scanned(segment.file, filter, {})]);
  }
  const cursor = { newest: { text: "2014-06-15", id: 261_500 } };
  const deep = index.search({ q: "LT0" }, cursor)!.next(5_000);
  const wanted = scanned(segment.file, { q: "LT0" }, cursor).slice(0, 2_000);
  expect(deep).toEqual(expect.arrayContaining(wanted));
});

const date = "2026-01-13";
const many = (row: StoredRow): StoredRow[] => Array.from({ length: 20_001 }, () => row);

test.each([
  ["dates that are stored as bytes", [[bytes(date), "LT1", "B1", null, 1]], 1, /dates that are no text/],
  ["dates that are no UTF-8", [[Buffer.from([0x32, 0xff]), "LT1", "B1", null, 1]], 1, /dates that are no text/],
  ["very large ids", [[date, "LT1", "B1", null, 1]], 2 ** 52, /ids .* too large/],
  ["many lots stored as bytes", many([date, bytes("LT1"), "B1", null, 1]), 1, /lots .* no plain text/],
  ["many very long lots", many([date, "x".repeat(65), "B1", null, 1]), 1, /lots .* no plain text/],
  ["many codes stored as bytes", many([date, "LT1", bytes("B1"), null, 1]), 1, /item codes or names/],
  [
    "names without end",
    many([date, "LT1", "B1", null, 1]).map(([, ...rest], at) => [date, rest[0], "B1", `${at}`, 1]),
    1,
    /pairs of item code and name/,
  ],
] as [string, StoredRow[], number, RegExp][])(
  "a file with %s is refused with a sentence, and not tried again",
  async (_, rows, firstId, sentence) => {
    const folder = withRows(rows, firstId);
    await buildSearchIndex(folder);
    expect(folder.shelf.registered(folder.segment)?.refused).toMatch(sentence);
    expect(folder.shelf.find(folder.segment)).toBeNull();
    let rowsRead = 0;
    await buildSearchIndex(folder, (count) => {
      rowsRead = count;
    });
    expect(rowsRead).toBe(0);
  },
);

test("a file without an index on its dates is refused, because it cannot be read in the record order", async () => {
  const folder = withRows([[date, "LT1", "B1", null, 1]]);
  const db = new Database(folder.segment.file);
  db.run("DROP INDEX idx_production_date");
  db.close();
  const segment = segmentOf(folder.segment.file);
  await buildSearchIndex({ ...folder, segment });
  expect(folder.shelf.registered(segment)?.refused).toMatch(/no index on production_date/);
});

test("lots without anything in common are refused instead of filling the disk", async () => {
  // Of Hangul syllables, of which there are 11,172, hardly ever three follow each other twice.
  const lot = (row: number): string =>
    Array.from({ length: 12 }, (_, at) => String.fromCharCode(0xac00 + (Bun.hash.crc32(`${row} ${at}`) % 11_172))).join(
      "",
    );
  const rows = Array.from({ length: 28_000 }, (_, row): StoredRow => [date, lot(row), "B1", null, 1]);
  const folder = withRows(rows);
  await buildSearchIndex(folder);
  expect(folder.shelf.registered(folder.segment)?.refused).toMatch(/differ too much/);
});
