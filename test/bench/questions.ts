/** Questions as users ask them of data from 2023 to 2026, with a period or an item drawn anew each time. */

/** Codes of the demo's catalogue: popular ones, rare ones, and two that look like wildcards. */
const codes = ["BW0021", "BW0024", "C1203", "B0061", "C1247", "BW0032", "X0001", "T0310", "B_061", "B%2561"];

const whole = (from: number, to: number): number => from + Math.floor(Math.random() * (to - from + 1));
const two = (value: number): string => String(value).padStart(2, "0");
const day = (from: number, to: number): string => `${whole(from, to)}-${two(whole(1, 12))}-${two(whole(1, 28))}`;
const code = (): string => codes[whole(0, codes.length - 1)]!;

/** The summaries whose time is claimed, each with the same question in SQL over the tables of all files. */
export const summaries: Readonly<Record<string, { path: () => string; sql: string }>> = {
  "monthly_total over everything": {
    path: () => `/summary/monthly_total?date_from=2023-01-01&date_to=${day(2027, 2099)}`,
    sql: "SELECT substr(production_date, 1, 7), count(*), total(good_quantity) FROM production_records GROUP BY 1",
  },
  "by_item over two years": {
    path: () => `/summary/by_item?date_from=2024-01-${two(whole(1, 28))}&date_to=2025-12-${two(whole(1, 28))}`,
    sql: `SELECT item_code, count(*), total(good_quantity) FROM production_records
      WHERE production_date >= '2024-01-01' AND production_date < '2026' GROUP BY 1`,
  },
  "monthly_by_item of a month": {
    path: () =>
      `/summary/monthly_by_item?year_month=${whole(2023, 2025)}-${two(whole(1, 12))}&limit=${whole(100, 5000)}`,
    sql: `SELECT item_code, count(*), total(good_quantity) FROM production_records
      WHERE production_date >= '2025-03-01' AND production_date < '2025-04' GROUP BY 1`,
  },
  items: {
    path: () => `/items?limit=${whole(100, 2000)}`,
    sql: "SELECT item_code, count(*) FROM production_records GROUP BY 1",
  },
  compare: {
    path: () =>
      `/summary/compare?period1_from=2024-01-${two(whole(1, 28))}&period1_to=2024-12-31&period2_from=2025-01-${two(whole(1, 28))}&period2_to=2025-12-31`,
    sql: `SELECT production_date >= '2025', count(*), total(good_quantity) FROM production_records
      WHERE production_date >= '2024-01-01' AND production_date < '2026' GROUP BY 1`,
  },
  "top 5 items of a year": {
    path: () => `/summary/by_item?date_from=2025-01-${two(whole(1, 28))}&date_to=2025-12-31&limit=5`,
    sql: `SELECT item_code, count(*), total(good_quantity) FROM production_records
      WHERE production_date >= '2025-01-01' AND production_date < '2026' GROUP BY 1 ORDER BY 3 DESC LIMIT 5`,
  },
};

/** `/summary/monthly_total` over a period drawn at random. */
export const randomMonths = (): string =>
  `/summary/monthly_total?date_from=${day(2023, 2024)}&date_to=${day(2025, 2026)}`;

/** What a dashboard, REST clients and a monitor ask all day. */
export const mix: readonly (() => string)[] = [
  randomMonths,
  () => `/summary/daily?date_from=${day(2025, 2025)}&date_to=${day(2026, 2026)}`,
  () => `/summary/by_item?date_from=${day(2023, 2024)}&date_to=${day(2025, 2026)}`,
  () => `/summary/monthly_by_item?year_month=${whole(2023, 2026)}-${two(whole(1, 12))}`,
  () => `/items?limit=${whole(10, 200)}`,
  () =>
    `/summary/compare?period1_from=${day(2023, 2024)}&period1_to=2025-06-30&period2_from=${day(2023, 2024)}&period2_to=2025-06-30&item_code=${code()}`,
  () => `/records?limit=${whole(10, 100)}`,
  () => `/records?limit=50&date_to=${day(2023, 2026)}`,
  () => `/records?limit=50&item_code=${code()}&date_to=${day(2024, 2026)}`,
  () => `/records?limit=20&q=${whole(10_000, 21_000)}&date_to=${day(2024, 2026)}`,
  () => `/records?limit=20&lot_number=LT25${two(whole(1, 12))}${two(whole(1, 28))}-0`,
  () => "/healthz",
];

/** `count` addresses drawn from these questions in turn. */
export function draw(questions: readonly (() => string)[], count: number): string[] {
  return Array.from({ length: count }, (_, at) => questions[at % questions.length]!());
}
