import { addDays } from "../../production/calendar.ts";
import { lastDayEver } from "../../segments/day.ts";
import { described, type ItemMatch, type Period, type SqlValue, type ToolCall } from "../types.ts";

/** Most rows that a custom query may give. */
export const mostRows = 1000;

const day = "substr(production_date, 1, 10)";

/** Without the last binary digits, so that 0.1 + 0.2 ties with 0.3, as in REST's answers. */
const tidyTotal = "ROUND(total_production, 6)";

/** Days and items of the daily totals, which hold days alone. */
function among(period: Period | null, items: readonly ItemMatch[]): { sql: string; params: SqlValue[] } {
  const parts: string[] = [];
  const params: SqlValue[] = [];
  if (period) {
    parts.push("day >= ?", "day < ?");
    params.push(period.from, endOf(period));
  }
  if (items.length > 0) parts.push(ofItems(items, params));
  return { sql: parts.length > 0 ? ` WHERE ${parts.join(" AND ")}` : "", params };
}

/** The first text behind a period: a stored text may go on after its day, so the end is the beginning of the next one. */
const endOf = ({ to }: Period): string => (to === lastDayEver ? `${to}~` : addDays(to, 1));

/** The first text behind all that begin like this one. */
function successor(beginning: string): string {
  const last = [...beginning].at(-1)!;
  return beginning.slice(0, -last.length) + String.fromCodePoint(last.codePointAt(0)! + 1);
}

function ofItems(items: readonly ItemMatch[], params: SqlValue[]): string {
  params.push(...items.map(({ item_code }) => item_code));
  return `item_code IN (${items.map(() => "?").join(", ")})`;
}

function where(
  period: Period | null,
  items: readonly ItemMatch[],
  lot: string | null = null,
): { sql: string; params: SqlValue[] } {
  const parts: string[] = [];
  const params: SqlValue[] = [];
  // Texts that begin with no valid day, such as 2026-02-30, count for no day (CONTRACT: "A day").
  if (period || lot === null) parts.push(`date(${day}) = ${day}`);
  if (period) {
    parts.push("production_date >= ?", "production_date < ?");
    params.push(period.from, endOf(period));
  }
  if (items.length > 0) parts.push(ofItems(items, params));
  if (lot !== null) {
    // As ranges, for which there is an index; people write small letters where the number has large ones.
    const beginnings = [...new Set([lot, lot.toUpperCase()])];
    parts.push(`(${beginnings.map(() => "lot_number >= ? AND lot_number < ?").join(" OR ")})`);
    params.push(...beginnings.flatMap((one) => [one, successor(one)]));
  }
  return { sql: ` WHERE ${parts.join(" AND ")}`, params };
}

function query(sql: string, params: SqlValue[], description: string): ToolCall {
  return { name: "execute_custom_query", arguments: { sql, params, description } };
}

/** Good quantity and batches of every day, ascending. */
export function dailyTotals(period: Period, items: readonly ItemMatch[]): ToolCall {
  const { sql, params } = among(period, items);
  return query(
    `SELECT day, TOTAL(good_quantity) AS total_production, SUM(records) AS batch_count FROM daily_totals${sql} GROUP BY day ORDER BY 1 LIMIT ${mostRows}`,
    params,
    described.dailyTotals,
  );
}

/** Good quantity, batches and the number of days with production of every day of the week, 1 being Monday, ascending. */
export function weekdayTotals(period: Period, items: readonly ItemMatch[]): ToolCall {
  const { sql, params } = among(period, items);
  return query(
    `SELECT (strftime('%w', day) + 6) % 7 + 1 AS weekday, TOTAL(good_quantity) AS total_production, SUM(records) AS batch_count, COUNT(DISTINCT day) AS production_days FROM daily_totals${sql} GROUP BY 1 ORDER BY 1`,
    params,
    "weekday totals",
  );
}

/** Good quantity and the number of days with production, in one row. */
export function dailyAverage(period: Period, items: readonly ItemMatch[]): ToolCall {
  const { sql, params } = among(period, items);
  return query(
    `SELECT TOTAL(good_quantity) AS total_production, COUNT(DISTINCT day) AS day_count FROM daily_totals${sql}`,
    params,
    "daily average",
  );
}

/** The days with the most (the least) good quantity. */
export function extremeDays(
  period: Period,
  items: readonly ItemMatch[],
  order: "ASC" | "DESC",
  limit: number,
): ToolCall {
  const { sql, params } = among(period, items);
  return query(
    `SELECT day, TOTAL(good_quantity) AS total_production, SUM(records) AS batch_count FROM daily_totals${sql} GROUP BY day ORDER BY ${tidyTotal} ${order}, 1 LIMIT ${limit}`,
    params,
    "best days",
  );
}

/** The items with the least good quantity. */
export function leastItems(period: Period, limit: number): ToolCall {
  const { sql, params } = among(period, []);
  return query(
    `SELECT item_code, item_name, TOTAL(good_quantity) AS total_production FROM daily_totals${sql} GROUP BY item_code ORDER BY ${tidyTotal}, 1 LIMIT ${limit}`,
    params,
    "items with the least production",
  );
}

/** The items that fell (rose) against other days, those that did so the most first; `changed_items` in each row is how many there are in all. */
export function changedItems(period: Period, base: Period, direction: "falls" | "rises", limit: number): ToolCall {
  const within = "TOTAL(iif(day >= ? AND day < ?, good_quantity, 0))";
  const change = "ROUND(total_production - base_production, 6)";
  const [sign, order] = direction === "falls" ? ["<", "ASC"] : [">", "DESC"];
  const days = [period.from, period.to, base.from, base.to].sort();
  const { sql, params } = among({ from: days.at(0)!, to: days.at(-1)! }, []);
  return query(
    `SELECT item_code, item_name, ${within} AS total_production, ${within} AS base_production, COUNT(*) OVER () AS changed_items FROM daily_totals${sql} GROUP BY item_code HAVING ${change} ${sign} 0 ORDER BY ${change} ${order}, 1 LIMIT ${limit}`,
    [period.from, endOf(period), base.from, endOf(base), ...params],
    described[direction],
  );
}

/** How many items were made. */
export function itemCount(period: Period | null): ToolCall {
  const { sql, params } = among(period, []);
  return query(`SELECT COUNT(DISTINCT item_code) AS item_count FROM daily_totals${sql}`, params, "number of items");
}

/** Single records, newest first; of one lot where its number, or the beginning of it, is given. */
export function records(
  period: Period | null,
  items: readonly ItemMatch[],
  limit: number,
  lot: string | null = null,
): ToolCall {
  const { sql, params } = where(period, items, lot);
  // A lot is found also where its text is no day, and shown with that text.
  const shown = lot === null || period ? day : `iif(date(${day}) = ${day}, ${day}, production_date)`;
  return query(
    `SELECT ${shown} AS production_date, lot_number, item_code, item_name, good_quantity FROM production_records${sql} ORDER BY production_records.production_date DESC, id DESC LIMIT ${limit}`,
    params,
    lot === null ? "records" : "lot",
  );
}
