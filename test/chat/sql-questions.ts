/** A query that a person or a model might well write, with its parameters. */
export type Question = readonly [sql: string, ...params: (string | number | null)[]];

const all = "production_records";
const day = "substr(production_date, 1, 10)";
const month = "substr(production_date, 1, 7)";

/** Honest analytical queries. Each says its order, or gives one row. */
export const questions: readonly Question[] = [
  [`SELECT count(*) FROM ${all}`],
  [`SELECT count(*) AS n, sum(good_quantity) AS total FROM ${all}`],
  [`SELECT count(*) n FROM archive.production_records`],
  [`SELECT count(*) n FROM live.production_records`],
  [`SELECT count(*) n FROM LIVE.Production_Records`],
  [`SELECT ITEM_CODE, Count(*) N FROM PRODUCTION_RECORDS P WHERE P.Item_Code = ? GROUP BY 1`, "C1203"],
  [`SELECT count(*) n FROM "archive"."production_records"`],
  [`SELECT count(*) n FROM [live] . \`production_records\` AS l WHERE l.item_code = ?`, "BW0021"],
  [
    `SELECT production_records.item_code c, max(archive.production_records.id) m FROM archive.production_records GROUP BY 1 ORDER BY 1`,
  ],
  [`SELECT * FROM ${all} ORDER BY id, production_date LIMIT 20`],
  [`SELECT * FROM archive.production_records ORDER BY id DESC, production_date LIMIT 7;`],
  [`SELECT id, item_name FROM live.production_records WHERE lot_number IS NULL ORDER BY id LIMIT 50;;`],
  [`SELECT count(*) FROM ${all}; -- all of them`],
  [`/* how many? */ SELECT /* DROP TABLE x; */ count(*) n FROM ${all} -- DELETE\n`],
  [`SELECT 'DROP TABLE x; ATTACH ''y''' AS text, count(*) n FROM ${all}`],
  [`SELECT count(*) "select" FROM ${all} WHERE item_name = 'PRAGMA; -- delete'`],
  [`SELECT count(*) n FROM ${all} WHERE item_name LIKE '%sqlite_master%'`],
  [`SELECT ${month} AS ym, sum(good_quantity) AS total FROM ${all} GROUP BY ym ORDER BY ym`],
  [
    `SELECT ${day} AS d, count(*) n FROM ${all} WHERE production_date >= ? AND production_date < ? GROUP BY d ORDER BY d`,
    "2025-01-01",
    "2025-07-01",
  ],
  [`SELECT item_code, total(good_quantity) t FROM ${all} GROUP BY item_code ORDER BY t DESC, item_code LIMIT 3`],
  [`SELECT item_code, total(good_quantity) t FROM ${all} GROUP BY item_code HAVING count(*) > 100 ORDER BY 1`],
  [`SELECT avg(coalesce(good_quantity, 0)) a FROM ${all} WHERE item_code = ?`, "C1203"],
  [`SELECT round(avg(good_quantity), 2) a, min(good_quantity) lo, max(good_quantity) hi FROM ${all}`],
  [`SELECT item_code FROM ${all} WHERE item_code LIKE 'BW%' GROUP BY 1 ORDER BY 1`],
  [`SELECT count(*) n FROM ${all} WHERE item_code GLOB 'C*[0-9]'`],
  [`SELECT count(DISTINCT item_code) n FROM ${all}`],
  [`SELECT DISTINCT item_code FROM ${all} ORDER BY item_code DESC`],
  [`SELECT count(*) n FROM ${all} WHERE item_code IN (?, ?, ?)`, "BW0021", "B/0%", "none"],
  [`SELECT count(*) n FROM ${all} WHERE good_quantity BETWEEN ?1 AND ?2`, 10, 20.5],
  [`SELECT count(*) n FROM ${all} WHERE ? IS NULL AND good_quantity IS NULL`, null],
  [`SELECT ? / 2 AS half, ? / 2 AS exact, typeof(?) AS kind`, 5, 5.5, "x"],
  [`SELECT id FROM ${all} ORDER BY id, production_date LIMIT ? OFFSET ?`, 5, 10],
  [
    `WITH m AS (SELECT ${month} ym, sum(good_quantity) t FROM ${all} GROUP BY 1) SELECT ym, t, t - lag(t) OVER (ORDER BY ym) AS diff FROM m ORDER BY ym`,
  ],
  [
    `WITH m AS (SELECT item_code, sum(good_quantity) t FROM ${all} GROUP BY 1) SELECT item_code, rank() OVER (ORDER BY t DESC) r FROM m ORDER BY r, item_code`,
  ],
  [
    `SELECT item_code, sum(t) OVER (ORDER BY item_code ROWS UNBOUNDED PRECEDING) running FROM (SELECT item_code, sum(good_quantity) t FROM ${all} GROUP BY 1) ORDER BY 1`,
  ],
  [
    `SELECT item_code, round(100.0 * sum(good_quantity) / sum(sum(good_quantity)) OVER (), 1) share FROM ${all} GROUP BY 1 ORDER BY 1`,
  ],
  [`SELECT ntile(4) OVER (ORDER BY id, production_date) q, id FROM live.production_records ORDER BY id LIMIT 40`],
  [
    `SELECT first_value(id) OVER w f, last_value(id) OVER w l FROM live.production_records WINDOW w AS (PARTITION BY item_code ORDER BY id) ORDER BY id LIMIT 30`,
  ],
  [
    `SELECT row_number() OVER (PARTITION BY item_code ORDER BY id) n, item_code, id FROM live.production_records ORDER BY id LIMIT 25`,
  ],
  [`SELECT strftime('%w', ${day}) wd, count(*) n FROM ${all} GROUP BY wd ORDER BY wd`],
  [`SELECT date(${day}, '+1 month') later, count(*) n FROM ${all} GROUP BY later ORDER BY later LIMIT 50`],
  [`SELECT CAST(substr(production_date, 1, 4) AS INTEGER) y, sum(good_quantity) t FROM ${all} GROUP BY y ORDER BY y`],
  [
    `SELECT CASE WHEN good_quantity >= 50 THEN 'large' WHEN good_quantity IS NULL THEN 'none' ELSE 'small' END size, count(*) n FROM ${all} GROUP BY size ORDER BY size`,
  ],
  [`SELECT sum(iif(good_quantity > 10, 1, 0)) n FROM ${all}`],
  [`SELECT sum(good_quantity) FILTER (WHERE item_code = 'BW0021') t FROM ${all}`],
  [
    `SELECT item_code, group_concat(DISTINCT substr(production_date, 1, 4)) years FROM ${all} WHERE production_date >= '2026' GROUP BY 1 ORDER BY 1`,
  ],
  [
    `SELECT a.item_code, a.t now, b.t before FROM (SELECT item_code, sum(good_quantity) t FROM live.production_records GROUP BY 1) a JOIN (SELECT item_code, sum(good_quantity) t FROM archive.production_records GROUP BY 1) b USING (item_code) ORDER BY 1`,
  ],
  [
    `SELECT l.item_code c, count(*) n FROM live.production_records l LEFT JOIN archive.production_records a ON a.id = l.id WHERE a.id IS NULL GROUP BY 1 ORDER BY 1`,
  ],
  [
    `SELECT 'live' part, count(*) n FROM live.production_records UNION ALL SELECT 'archive', count(*) FROM archive.production_records ORDER BY part`,
  ],
  [`SELECT item_code FROM live.production_records EXCEPT SELECT item_code FROM archive.production_records ORDER BY 1`],
  [
    `SELECT item_code FROM live.production_records INTERSECT SELECT item_code FROM archive.production_records ORDER BY 1`,
  ],
  [
    `SELECT id, good_quantity FROM ${all} WHERE good_quantity = (SELECT max(good_quantity) FROM ${all}) ORDER BY id, production_date`,
  ],
  [
    `SELECT item_code, (SELECT count(*) FROM archive.production_records b WHERE b.item_code = a.item_code) n FROM (SELECT DISTINCT item_code FROM ${all}) a ORDER BY 1`,
  ],
  [
    `SELECT count(*) n FROM ${all} a WHERE EXISTS (SELECT 1 FROM live.production_records b WHERE b.item_code = a.item_code AND b.good_quantity > a.good_quantity)`,
  ],
  [
    `WITH RECURSIVE months(m) AS (SELECT '2026-01-01' UNION ALL SELECT date(m, '+1 month') FROM months WHERE m < '2026-12-01') SELECT substr(m, 1, 7) ym, (SELECT coalesce(sum(good_quantity), 0) FROM ${all} WHERE substr(production_date, 1, 7) = substr(m, 1, 7)) t FROM months ORDER BY 1`,
  ],
  [`SELECT upper(item_code) || '-' || length(item_name) label, count(*) n FROM ${all} GROUP BY 1 ORDER BY 1`],
  [
    `SELECT item_name, count(*) n FROM ${all} WHERE item_name LIKE '%렌즈%' GROUP BY item_name ORDER BY n DESC, item_name`,
  ],
  [`SELECT item_name AS 품목명, sum(good_quantity) AS "생산 수량" FROM ${all} GROUP BY item_name ORDER BY 1`],
  [`SELECT ${day} d, sum(good_quantity) t FROM ${all} GROUP BY d ORDER BY t DESC, d LIMIT 1`],
  [`SELECT abs(-3) a, nullif(1, 1) b, printf('%.1f%%', 12.345) c, replace('a-b', '-', '+') d, instr('abc', 'c') e`],
  [`SELECT json_object('code', item_code, 'n', count(*)) j FROM ${all} GROUP BY item_code ORDER BY item_code`],
  [`VALUES (1, 'a'), (2, 'b')`],
  [
    `SELECT sqrt(avg(good_quantity * good_quantity) - avg(good_quantity) * avg(good_quantity)) > 0 AS spread FROM ${all}`,
  ],
  [
    `SELECT archive_count.n a, live_count.n l FROM (SELECT count(*) n FROM archive.production_records) archive_count, (SELECT count(*) n FROM live.production_records) live_count`,
  ],
  [
    `SELECT julianday('2026-03-01') - julianday('2026-02-01') AS days, sum(1) n FROM ${all} WHERE production_date LIKE '2026-02-%'`,
  ],
];
