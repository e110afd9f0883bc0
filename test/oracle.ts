import { type Factory, type Row, rowValues } from "./support/files.ts";
import { type Near, near } from "./support/match.ts";

/** A request's parameters as they stand in its address; an empty value counts as absent. */
export type Query = Readonly<Record<string, string>>;

/** The fields of CONTRACT §3's cursor. */
export interface CursorFields {
  readonly d: string;
  readonly id: number;
  readonly src: "live" | "archive";
}

type Source = CursorFields["src"];

/** A row that counts, with the file it stands in. */
interface Stored {
  readonly row: Row;
  readonly source: Source;
  /** The archive's year; Live is newer than every archive. */
  readonly year: number;
  /** First 10 characters of the date text when they are a date, else null. */
  readonly day: string | null;
}

/** One row of `/records` as the hub shows it. */
export interface RecordAnswer extends Row {
  readonly source: Source;
}

interface Group {
  readonly total: Near;
  readonly count: number;
  readonly average: Near;
}

/** The day a date text begins with, or null when it begins with none (calendar-valid, year 0001 to 9999). */
export function dayOf(text: string): string | null {
  const found = text.match(/^(\d{4})-(\d{2})-(\d{2})/);
  if (!found) return null;
  const [, year, month, day] = found.map(Number) as [number, number, number, number];
  if (year < 1 || month < 1 || month > 12 || day < 1) return null;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day <= days ? found[0] : null;
}

/** The ISO 8601 week of a day, e.g. `2026-W03`: a week belongs to the year of its Thursday. */
export function isoWeekOf(day: string): string {
  const thursday = new Date(`${day}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const newYear = new Date(thursday);
  newYear.setUTCMonth(0, 1);
  const week = Math.floor((thursday.getTime() - newYear.getTime()) / (7 * 86_400_000)) + 1;
  return `${String(thursday.getUTCFullYear()).padStart(4, "0")}-W${String(week).padStart(2, "0")}`;
}

/** The ISO 8601 day of the week: 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}

/** A cursor of CONTRACT §3 for a row: URL-safe base64 of its three fields. */
export function encodeCursor(fields: CursorFields): string {
  return Buffer.from(JSON.stringify(fields)).toString("base64url");
}

/**
 * The naive answer to every data endpoint of CONTRACT §3: all rows of all files in memory, filtered, sorted and added up
 * in the plainest way. Sums are `Near` values, because the order of addition is the hub's own business.
 */
export class Oracle {
  /** Every row that counts, in record order. */
  readonly #rows: readonly Stored[];
  readonly #names: ReadonlyMap<string, string | null>;

  /** @param cutoffYear the setting ARCHIVE_CUTOFF_YEAR, when there is one */
  constructor(factory: Factory, cutoffYear?: number) {
    this.#rows = countedRows(factory, cutoffYear).map(withNumber).sort(inRecordOrder);
    this.#names = newestNames(this.#rows);
  }

  /** Whether two counted rows share date text, source and id, so that a cursor's three fields do not tell them apart. */
  get hasTwins(): boolean {
    return this.#rows.some((stored, index) => {
      const next = this.#rows[index + 1];
      return next !== undefined && comparePosition(positionOf(stored), positionOf(next)) === 0;
    });
  }

  /** Cursor positions of all counted rows, in record order. */
  get positions(): CursorFields[] {
    return this.#rows.map(positionOf);
  }

  /** `/records`; `next` is the position a `next_cursor` must stand for, null at the end. */
  records(query: Query): { data: RecordAnswer[]; next: CursorFields | null; has_more: boolean; count: number } {
    const limit = Number(query.limit || 1000);
    const offset = Number(query.offset || 0);
    let matching = this.#filtered(query);
    if (query.cursor) {
      const after = JSON.parse(Buffer.from(query.cursor, "base64url").toString()) as CursorFields;
      matching = matching.filter((stored) => comparePosition(positionOf(stored), after) > 0);
    }
    const page = matching.slice(offset, offset + limit);
    const last = page.at(-1);
    const hasMore = matching.length > offset + page.length && last !== undefined;
    return {
      data: page.map((stored) => shown(stored, query)),
      next: hasMore ? positionOf(last) : null,
      has_more: hasMore,
      count: page.length,
    };
  }

  /** `/records.csv` and `/records.xlsx`: all rows of the filters. */
  exported(query: Query): RecordAnswer[] {
    return this.#filtered(query).map((stored) => shown(stored, query));
  }

  /** `/records/{item_code}` */
  recordsOfItem(code: string, query: Query): RecordAnswer[] {
    const limit = Number(query.limit || 5000);
    return this.#rows
      .filter(({ row }) => row.item_code === code)
      .slice(0, limit)
      .map((stored) => shown(stored, query));
  }

  /** `/items` */
  items(query: Query): unknown[] {
    return groupBy(this.#rows, ({ row }) => row.item_code)
      .map(([code, rows]) => ({ item_code: code, item_name: this.#name(code), record_count: rows.length }))
      .filter((item) => !query.q || contains(item.item_code, query.q) || contains(item.item_name, query.q))
      .sort((a, b) => b.record_count - a.record_count || compareText(a.item_code, b.item_code))
      .slice(0, Number(query.limit || 200));
  }

  /** `/summary/monthly_total` */
  monthlyTotal(query: Query): unknown[] {
    return this.#perPeriod(query, "year_month", (day) => day.slice(0, 7));
  }

  /** `/summary/daily` */
  daily(query: Query): unknown[] {
    return this.#perPeriod(query, "day", (day) => day);
  }

  /** `/summary/weekly` */
  weekly(query: Query): unknown[] {
    return this.#perPeriod(query, "week", isoWeekOf);
  }

  /** `/summary/by_weekday` */
  byWeekday(query: Query): unknown[] {
    const rows = this.#dated(query);
    return [1, 2, 3, 4, 5, 6, 7].map((weekday) => {
      const own = rows.filter(({ day }) => weekdayOf(day ?? "") === weekday);
      const { total, count } = grouped(own);
      const days = new Set(own.map(({ day }) => day)).size;
      return {
        weekday,
        total_production: total,
        batch_count: count,
        production_days: days,
        avg_per_day: days === 0 ? null : scaled(total, 1 / days),
      };
    });
  }

  /** `/summary/by_item` */
  byItem(query: Query): unknown {
    const data = groupBy(this.#dated(query), ({ row }) => row.item_code)
      .map(([code, rows]) => ({ code, ...grouped(rows) }))
      .sort((a, b) => compareTotals(b.total, a.total) || compareText(a.code, b.code))
      .slice(0, Number(query.limit || 100))
      .map(({ code, total, count }) => ({
        item_code: code,
        item_name: this.#name(code),
        total_production: total,
        batch_count: count,
      }));
    return { data, count: data.length, date_range: { from: query.date_from, to: query.date_to } };
  }

  /** `/summary/monthly_by_item` */
  monthlyByItem(query: Query): unknown[] {
    return groupBy(this.#dated(query), ({ day, row }) => `${day?.slice(0, 7)} ${row.item_code}`)
      .map(([key, rows]) => ({ month: key.slice(0, 7), code: key.slice(8), ...grouped(rows) }))
      .filter(({ month }) => !query.year_month || month === query.year_month)
      .sort((a, b) => compareText(b.month, a.month) || compareTotals(b.total, a.total) || compareText(a.code, b.code))
      .slice(0, Number(query.limit || 5000))
      .map(({ month, code, total, count, average }) => ({
        year_month: month,
        item_code: code,
        item_name: this.#name(code),
        total_production: total,
        batch_count: count,
        avg_batch_size: average,
      }));
  }

  /** `/summary/compare` */
  compare(query: Query): unknown {
    const of = (name: "period1" | "period2") => {
      const from = query[`${name}_from`] ?? "";
      const to = query[`${name}_to`] ?? "";
      const { item_code = "" } = query;
      return { range: `${from} ~ ${to}`, ...grouped(this.#dated({ date_from: from, date_to: to, item_code })) };
    };
    const show = (period: ReturnType<typeof of>) => ({
      range: period.range,
      total_quantity: period.total,
      production_count: period.count,
      average_quantity: rounded(period.average, 2),
    });
    const first = of("period1");
    const second = of("period2");
    const difference = near(first.total.value - second.total.value, first.total.tolerance + second.total.tolerance);
    const order = compareTotals(first.total, second.total);
    return {
      status: "success",
      item_code: query.item_code || "all",
      period1: show(first),
      period2: show(second),
      comparison: {
        quantity_diff: difference,
        change_rate_pct: second.total.value === 0 ? null : rounded(scaled(difference, 100 / second.total.value), 1),
        direction: order > 0 ? "증가" : order < 0 ? "감소" : "동일",
      },
    };
  }

  #name(code: string): string | null {
    return this.#names.get(code) ?? null;
  }

  #perPeriod(query: Query, field: string, periodOf: (day: string) => string): unknown[] {
    return groupBy(this.#dated(query), ({ day }) => periodOf(day ?? ""))
      .sort(([a], [b]) => compareText(a, b))
      .map(([period, rows]) => {
        const { total, count, average } = grouped(rows);
        return { [field]: period, total_production: total, batch_count: count, avg_batch_size: average };
      });
  }

  /** Rows with a valid day that match the summaries' filters. */
  #dated(query: Query): Stored[] {
    return this.#rows.filter(
      ({ day, row }) => day !== null && inRange(day, query) && (!query.item_code || row.item_code === query.item_code),
    );
  }

  /** Rows that match the filters of `/records`. */
  #filtered(query: Query): Stored[] {
    const { q = "", lot_number = "", item_code = "", min_quantity, max_quantity } = query;
    return this.#rows.filter(
      ({ row, day }) =>
        (!item_code || row.item_code === item_code) &&
        (!q || contains(row.item_code, q) || contains(row.item_name, q) || contains(row.lot_number, q)) &&
        (!lot_number || (row.lot_number?.startsWith(lot_number) ?? false)) &&
        (!(query.date_from || query.date_to) || (day !== null && inRange(day, query))) &&
        (!min_quantity || (row.good_quantity !== null && row.good_quantity >= Number(min_quantity))) &&
        (!max_quantity || (row.good_quantity !== null && row.good_quantity <= Number(max_quantity))),
    );
  }
}

/** The rows that count: all of them, without those that stand in a file that does not own their day while the owner holds the same. */
function countedRows(factory: Factory, cutoffYear: number | undefined): Stored[] {
  const years = [...factory.archives.keys()].sort((a, b) => a - b);
  const files = [
    ...years.map((year) => ({ year, source: "archive" as Source, rows: factory.archives.get(year) ?? [] })),
    { year: Number.POSITIVE_INFINITY, source: "live" as Source, rows: factory.live ?? [] },
  ];
  const cutoff = cutoffYear ?? years.at(-1) ?? Number.NEGATIVE_INFINITY;
  // The archives' last years: as named, but the newest ends at the cutoff and none ends after it.
  const lastYears = years.map((year, index) => (index === years.length - 1 ? cutoff : Math.min(year, cutoff)));
  const ownerOf = (day: string): number => {
    const index = lastYears.findIndex((last) => Number(day.slice(0, 4)) <= last);
    return index === -1 ? Number.POSITIVE_INFINITY : (years[index] ?? Number.POSITIVE_INFINITY);
  };
  const contents = new Map(
    files.map((file) => [file.year, new Set(file.rows.map((row) => JSON.stringify(rowValues(row))))]),
  );
  return files.flatMap(({ year, source, rows }) =>
    rows
      .map((row) => ({ row, source, year, day: dayOf(row.production_date) }))
      .filter(({ row, day }) => {
        if (day === null) return true;
        const owner = ownerOf(day);
        return owner === year || !contents.get(owner)?.has(JSON.stringify(rowValues(row)));
      }),
  );
}

/** SQLite keeps text, bytes and infinity in a column of numbers as they are; a quantity that is no number counts as absent. */
function withNumber(stored: Stored): Stored {
  const { row } = stored;
  return Number.isFinite(row.good_quantity) ? stored : { ...stored, row: { ...row, good_quantity: null } };
}

/** Code to the newest name: of a dated row, else of an undated one. */
function newestNames(rows: readonly Stored[]): Map<string, string | null> {
  const names = new Map<string, string | null>();
  for (const { row } of [...rows.filter(({ day }) => day !== null), ...rows.filter(({ day }) => day === null)]) {
    if (!names.has(row.item_code) && row.item_name !== null) names.set(row.item_code, row.item_name);
  }
  return names;
}

function positionOf({ row, source }: Stored): CursorFields {
  return { d: row.production_date, id: row.id, src: source };
}

/** Record order of two positions: date text, then live before archive, then id, all descending. */
function comparePosition(a: CursorFields, b: CursorFields): number {
  return compareText(b.d, a.d) || compareText(b.src, a.src) || b.id - a.id;
}

function inRecordOrder(a: Stored, b: Stored): number {
  return comparePosition(positionOf(a), positionOf(b)) || b.year - a.year;
}

function shown({ row, source, day }: Stored, query: Query): RecordAnswer {
  const text = row.production_date;
  return { source, ...row, production_date: query.raw_dates === "true" ? text : (day ?? text) };
}

function inRange(day: string, { date_from, date_to }: Query): boolean {
  return (!date_from || day >= date_from) && (!date_to || day <= date_to);
}

/** SQLite's LIKE without wildcards: only ASCII letters are the same in both cases. */
function contains(text: string | null, part: string): boolean {
  const fold = (value: string) => value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return text !== null && fold(text).includes(fold(part));
}

/** SQLite compares text by its UTF-8 bytes, JavaScript by UTF-16 units: they differ beyond U+FFFF. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function groupBy(rows: readonly Stored[], keyOf: (row: Stored) => string): [string, Stored[]][] {
  const groups = new Map<string, Stored[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups];
}

/** Sum, count and average over all rows; no quantity counts as 0. */
function grouped(rows: readonly Stored[]): Group {
  const quantities = rows.map(({ row }) => row.good_quantity ?? 0);
  const total = quantities.reduce((sum, quantity) => sum + quantity, 0);
  // Relative to what was added up: opposite signs may cancel each other, but not their rounding errors.
  const tolerance = 1e-9 * quantities.reduce((sum, quantity) => sum + Math.abs(quantity), 0);
  const count = rows.length;
  return { total: near(total, tolerance), count, average: near(count ? total / count : 0, tolerance) };
}

/** Totals are equal when they agree in 12 significant digits. */
function compareTotals(a: Near, b: Near): number {
  return Number(a.value.toPrecision(12)) - Number(b.value.toPrecision(12));
}

function scaled({ value, tolerance }: Near, factor: number): Near {
  return near(value * factor, tolerance * Math.abs(factor));
}

/** A value that is rounded to `decimals` places, up or down when it stands in the middle. */
function rounded({ value, tolerance }: Near, decimals: number): Near {
  return near(value, tolerance + 0.5 * 10 ** -decimals + 1e-9 * Math.abs(value), decimals);
}
