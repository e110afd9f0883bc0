import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { scopeOf } from "../../src/chat/sql/scope.ts";
import type { SqlValue } from "../../src/chat/types.ts";
import { isDay } from "../../src/segments/day.ts";
import { CREATE_TABLE } from "../support/files.ts";

const CASES = Number(process.env.HUB_TEST_CASES ?? 500);
const SEED = Number(process.env.HUB_TEST_SEED ?? Date.now() % 2 ** 31);

const day = "substr(production_date, 1, 10)";
const from = "SELECT count(*) n FROM production_records";

type Case = [sql: string, params: SqlValue[], days: string | null, item: string | null];
const certain: Case[] = [
  [
    `${from} WHERE production_date >= '2026-01-01' AND production_date < '2026-02-01'`,
    [],
    "2026-01-01 ~ 2026-01-31",
    null,
  ],
  [`${from} WHERE production_date BETWEEN ? AND ?`, ["2026-01-01", "2026-01-31"], "2026-01-01 ~ 2026-01-31", null],
  [
    `SELECT ?, item_code FROM production_records AS p WHERE ${day} >= ? AND p.item_code = ? AND ${day} <= ? GROUP BY 2`,
    [5, "2026-01-01", "BW0021", "2026-01-31"],
    "2026-01-01 ~ 2026-01-31",
    "BW0021",
  ],
  [`${from} WHERE ${day} = '2026-01-15';`, [], "2026-01-15 ~ 2026-01-15", null],
  [`${from} WHERE substr(production_date, 1, 7) = ?`, ["2026-02"], "2026-02-01 ~ 2026-02-28", null],
  [`${from} WHERE substr(production_date,1,4)='2024'`, [], "2024-01-01 ~ 2024-12-31", null],
  [`${from} WHERE strftime('%Y-%m', ${day}) = '2026-12'`, [], "2026-12-01 ~ 2026-12-31", null],
  [`${from} WHERE production_date LIKE '2026-03%'`, [], "2026-03-01 ~ 2026-03-31", null],
  [`${from} WHERE production_date GLOB '2026-*'`, [], "2026-01-01 ~ 2026-12-31", null],
  [`${from} WHERE date(${day}) > '2026-01-01' AND date(${day}) < '2026-01-05'`, [], "2026-01-02 ~ 2026-01-04", null],
  [`${from} WHERE (item_code IN ('B/0%') AND (good_quantity > 5 OR lot_number IS NULL))`, [], null, "B/0%"],
  [`${from} WHERE item_code = 'it''s' -- OR 1\n LIMIT 3`, [], null, "it's"],
  [`${from} WHERE CASE WHEN id > 1 AND id < 3 THEN 1 ELSE 0 END AND item_code = 'X'`, [], null, "X"],
  [
    `SELECT id FROM live.production_records l WHERE l.production_date >= ?2 AND l.production_date < ?1`,
    ["2026-01-03", "2026-01-01"],
    "2026-01-01 ~ 2026-01-02",
    null,
  ],
];
certain.push(
  [
    "SELECT day, sum(good_quantity) FROM daily_totals d WHERE d.day >= ? AND d.day <= '2026-01-31' AND item_code = 'X'",
    ["2026-01-01"],
    "2026-01-01 ~ 2026-01-31",
    "X",
  ],
  ["SELECT * FROM daily_totals WHERE substr(day, 1, 4) = '2025'", [], "2025-01-01 ~ 2025-12-31", null],
);
const uncertain: [sql: string, ...params: SqlValue[]][] = [
  [from],
  [`${from} WHERE production_date >= '2026-01-01'`],
  [`${from} WHERE production_date < ? `, "2026-01-01"],
  [`${from} WHERE item_code = 'X' OR item_code = 'Y'`],
  [`${from} WHERE item_code = 'X' AND 1 OR 1`],
  [`${from} WHERE item_code IN ('X', 'Y')`],
  [`${from} WHERE item_code = 'X' AND item_code = 'Y'`],
  [`${from} WHERE NOT item_code = 'X'`],
  [`${from} WHERE item_code IS NOT 'X'`],
  [`${from} WHERE item_code = lower('X')`],
  [`${from} WHERE item_code = 'X' COLLATE NOCASE`],
  [`${from} WHERE production_date NOT BETWEEN '2026-01-01' AND '2026-01-31'`],
  [`${from} WHERE production_date = 'soon'`],
  [`${from} WHERE production_date LIKE '%2026%'`],
  [`${from} WHERE production_date >= '2026-02-01' AND production_date < '2026-01-01'`],
  [`${from} a JOIN production_records b ON a.id = b.id WHERE a.item_code = 'X'`],
  [`SELECT 1 FROM production_records a, production_records b WHERE a.item_code = 'X'`],
  [`${from} WHERE item_code = 'X' UNION ALL ${from}`],
  [`${from} WHERE item_code = 'X' GROUP BY id UNION VALUES (1)`],
  [`WITH production_records AS (VALUES (1)) ${from} WHERE item_code = 'X'`],
  [`SELECT count(*) FILTER (WHERE item_code = 'X') FROM production_records`],
  [`SELECT (SELECT 1 FROM production_records WHERE item_code = 'X')`],
  [`SELECT 1 WHERE ? = '2026-01-01'`, "2026-01-01"],
  [`SELECT item_name AS day FROM production_records WHERE day = '2026-01-01'`],
  ["SELECT * FROM other_totals WHERE day = '2026-01-01' AND item_code = 'X'"],
];

for (const [sql, params, days, item] of certain) {
  test(`${sql} is about ${days ?? "any day"} and ${item ?? "any item"}`, () => {
    const { period, item_code } = scopeOf(sql, params);
    expect([period && `${period.from} ~ ${period.to}`, item_code]).toEqual([days, item]);
  });
}
for (const [sql, ...params] of uncertain) {
  test(`${sql} may be about anything`, () => {
    expect(scopeOf(sql, params)).toEqual({ period: null, item_code: null });
  });
}

test("no row that a query gives lies outside of what it is said to be about", () => {
  const db = new Database(":memory:");
  db.run(CREATE_TABLE);
  const insert = db.prepare("INSERT INTO production_records(production_date, item_code) VALUES (?, ?)");
  for (const year of ["2025", "2026"])
    for (const month of ["01", "02", "03", "12"])
      for (const one of ["01", "02", "15", "28", "31"])
        for (const rest of ["", " 오전 12:00:00", " 14:05:00"])
          for (const code of ["X", "Y"])
            if (isDay(`${year}-${month}-${one}`)) insert.run(`${year}-${month}-${one}${rest}`, code);
  const text = fc.constantFrom(
    "production_date",
    day,
    "substr(production_date,1,7)",
    "substr(production_date,1,4)",
    `date(${day})`,
  );
  const bound = fc.constantFrom(
    "2025",
    "2026",
    "2025-12",
    "2026-02",
    "2026-01-01",
    "2025-12-31",
    "2026-02-28",
    "2026-02-01 00:00:00",
    "2025-03-15~",
  );
  const compares = fc
    .tuple(text, fc.constantFrom("<", "<=", ">", ">=", "=", "=="), bound)
    .map(([a, b, c]) => `${a} ${b} '${c}'`);
  const betweens = fc.tuple(text, bound, bound).map(([a, b, c]) => `${a} BETWEEN '${b}' AND '${c}'`);
  const likes = fc.tuple(text, bound).map(([a, b]) => `${a} LIKE '${b}%'`);
  const codes = fc.constantFrom("item_code = 'X'", "item_code IN ('Y')", "item_code <> 'X'", "id % 2 = 0");
  const term = fc.oneof(compares, compares, betweens, likes, codes);
  const pair = fc.tuple(term, fc.constantFrom("AND", "OR"), term).map(([a, word, b]) => `(${a} ${word} ${b})`);
  const where = fc.array(
    fc.oneof(
      term,
      term,
      pair,
      term.map((one) => `NOT ${one}`),
    ),
    { minLength: 1, maxLength: 4 },
  );
  let told = 0;
  fc.assert(
    fc.property(where, (terms) => {
      const condition = terms.join(" AND ");
      const { period, item_code } = scopeOf(`SELECT * FROM production_records WHERE ${condition}`, []);
      const rows = db.prepare(`SELECT production_date, item_code FROM production_records WHERE ${condition}`).values();
      if (rows.length > 0 && period) told += 1;
      for (const [stored, code] of rows as [string, string][]) {
        const on = stored.slice(0, 10);
        if (period) expect([condition, on >= period.from && on <= period.to]).toEqual([condition, true]);
        if (item_code !== null) expect([condition, code]).toEqual([condition, item_code]);
      }
    }),
    { numRuns: CASES, seed: SEED },
  );
  expect(told).toBeGreaterThan(CASES / 50);
  db.close();
});
