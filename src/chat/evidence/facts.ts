import { addDays, addMonths } from "../../production/calendar.ts";
import { isDay } from "../../segments/day.ts";
import type { Period, SqlValue, ToolRun } from "../types.ts";
import { weekSpan } from "./dates.ts";

/** What a figure of a result is. */
export type FigureKind = "quantity" | "average" | "batches" | "percent" | "rate" | "difference" | "other";

/** An entry of a result: a month of a trend, an item of a ranking, a record, a row of a query. */
export interface Row {
  run: number;
  /** Lower case; `all` where it is about all items, null where the result does not say. */
  item: string | null;
  span: Period | null;
  figures: { kind: FigureKind; value: number; series: Series; at: number }[];
}

/** Figures of one kind, in the order of the result. */
export interface Series {
  kind: FigureKind;
  values: number[];
  rows: Row[];
  /** Whether the values are parts of a sum: no record counts in two of them. */
  parts: boolean;
  /** Whether the rows follow each other in time. */
  timed: boolean;
}

/** Everything that results state, by entry and by column. */
export interface Facts {
  rows: Row[];
  series: Series[];
  byItem: Map<string, Row[]>;
  byLabel: Map<string, Row[]>;
  /** Names of items and the codes they stand for, lower case. */
  names: Map<string, Set<string>>;
  /** Texts of the arguments, and names of segments. */
  texts: Set<string>;
  /** Periods asked about or found. */
  periods: Period[];
  /** The period of each run, in their order. */
  asked: (Period | null)[];
  /** Days, months and the like that results name. */
  spans: Period[];
  /** Sizes of the results. */
  sizes: number[];
}

const quantityColumn = /qty|quantit|total|sum|production|output|생산|수량|합계|총|min|max|최대|최소|누적/i;
const averageColumn = /avg|average|mean|평균/i;
const countColumn =
  /(?:batch|record|row|lot|prod\w*).*(?:count|cnt|num)|^(?:count|cnt|n|rows|records|batches|lots|runs)$|count\(\*\)|^(?:num|number)_of_(?:batch|record|lot|row)|건수|배치|로트 ?수|횟수/i;
const percentColumn = /rate|pct|percent|share|ratio|비율|비중|율$|률$|%/i;
const codeColumn = /^(?:item_?)?code$|^제품 ?코드$|^품번$/i;
const nameColumn = /^(?:item_?)?name$|제품명|품명/i;
const yearColumn = /^(?:year|연도|년도|yr)$/i;
const monthColumn = /^(?:month|월)$/i;
const rateColumn = /(?:change|growth|증감|증가|감소|성장|변화|등락).*(?:rate|pct|percent|율|률|%)|growth/i;
const differenceColumn = /diff|change|delta|차이|증감(?![률율])/i;

/** Takes the results apart into entries and figures. */
export function factsOf(runs: readonly ToolRun[]): Facts {
  const facts: Facts = {
    rows: [],
    series: [],
    byItem: new Map(),
    byLabel: new Map(),
    names: new Map(),
    texts: new Set(),
    periods: [],
    asked: runs.map(({ evidence }) => evidence.period),
    spans: [],
    sizes: [],
  };
  for (const [at, run] of runs.entries()) new Reading(facts, run, at).read();
  const summaries = runs.flatMap((run, at) => (run.name === "get_production_summary" ? [at] : []));
  if (summaries.length > 1) sideBySide(facts, new Set(summaries));
  for (const row of facts.rows) if (row.item !== null) add(facts.byItem, row.item, row);
  return facts;
}

function add<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Summaries of several periods or items can be compared like the rows of one result, and added up where they share no record. */
function sideBySide(facts: Facts, runs: ReadonlySet<number>): void {
  const all = facts.rows.filter((row) => runs.has(row.run));
  const groups = [all, all.filter(({ item }) => item !== "all"), all.filter(({ item }) => item === "all")];
  for (const rows of groups) {
    if (rows.length < 2 || (rows !== all && rows.length === all.length)) continue;
    const timed = new Set(rows.map(({ item }) => item)).size === 1;
    const parts = !rows.some((one, at) => rows.slice(at + 1).some((other) => overlap(one, other)));
    for (const kind of ["quantity", "batches", "average"] as const) {
      const series: Series = { kind, values: [], rows: [], parts: parts && kind !== "average", timed };
      for (const row of rows) {
        const { value } = row.figures.find((figure) => figure.kind === kind)!;
        row.figures.push({ kind, value, series, at: series.values.length });
        series.values.push(value);
        series.rows.push(row);
      }
      facts.series.push(series);
    }
  }
}

function overlap(one: Row, other: Row): boolean {
  const sameItem = one.item === other.item || one.item === "all" || other.item === "all";
  return sameItem && one.span!.from <= other.span!.to && other.span!.from <= one.span!.to;
}

class Reading {
  readonly #facts: Facts;
  readonly #run: ToolRun;
  readonly #at: number;
  readonly #series = new Map<string, Series>();

  constructor(facts: Facts, run: ToolRun, at: number) {
    this.#facts = facts;
    this.#run = run;
    this.#at = at;
  }

  read(): void {
    const { texts, periods, sizes } = this.#facts;
    const run = this.#run;
    for (const value of Object.values(run.arguments).flat()) if (typeof value === "string") texts.add(value);
    for (const segment of run.evidence.segments) texts.add(segment);
    if (run.evidence.period) periods.push(run.evidence.period);
    switch (run.name) {
      case "search_production_items":
        sizes.push(run.result.found_items.length);
        for (const { item_code, item_name, record_count } of run.result.found_items) {
          this.#name(item_code, item_name);
          this.#figure(this.#row(item_code, null), "batches", record_count, "record_count");
        }
        break;
      case "get_production_summary": {
        const { data, item_code } = run.result;
        const row = this.#row(item_code, { from: run.arguments.date_from, to: run.arguments.date_to });
        this.#totals(row, data);
        break;
      }
      case "get_monthly_trend": {
        const { trend, item_code } = run.result;
        sizes.push(trend.length);
        for (const { year_month, total_production, batch_count } of trend) {
          const row = this.#row(item_code, monthSpan(year_month));
          this.#figure(row, "quantity", total_production, "total_production", true, true);
          this.#figure(row, "batches", batch_count, "batch_count", true, true);
          if (batch_count !== 0) this.#figure(row, "average", total_production / batch_count, "average", false, true);
        }
        break;
      }
      case "get_top_items": {
        const span = { from: run.arguments.date_from, to: run.arguments.date_to };
        sizes.push(run.result.top_items.length);
        for (const { item_code, item_name, total_production } of run.result.top_items) {
          this.#name(item_code, item_name);
          this.#figure(this.#row(item_code, span), "quantity", total_production, "total_production");
        }
        break;
      }
      case "compare_periods": {
        const { period1, period2, comparison, item_code } = run.result;
        const { period1_from, period1_to, period2_from, period2_to } = run.arguments;
        periods.push({ from: period1_from, to: period1_to }, { from: period2_from, to: period2_to });
        const apart = period1_to < period2_from || period2_to < period1_from;
        for (const [span, totals] of [
          [{ from: period1_from, to: period1_to }, period1],
          [{ from: period2_from, to: period2_to }, period2],
        ] as const) {
          const row = this.#row(item_code, span);
          this.#totals(row, totals, apart);
          this.#figure(row, "difference", comparison.quantity_diff, "quantity_diff", false);
          if (comparison.change_rate_pct !== null)
            this.#figure(row, "rate", comparison.change_rate_pct, "change_rate_pct", false);
        }
        sizes.push(2);
        break;
      }
      case "get_item_history":
        sizes.push(run.result.records.length);
        for (const { production_date, lot_number, good_quantity } of run.result.records) {
          const row = this.#row(run.result.item_code, spanOf(production_date));
          if (lot_number !== null) this.#label(row, lot_number);
          if (good_quantity !== null) this.#figure(row, "quantity", good_quantity, "good_quantity");
        }
        break;
      case "execute_custom_query":
        sizes.push(run.result.row_count);
        this.#query(run.result);
        break;
    }
  }

  #query({ columns, data }: Extract<ToolRun, { name: "execute_custom_query" }>["result"]): void {
    const [year, month] = [yearColumn, monthColumn].map((name) => columns.find((one) => name.test(one)));
    const roles = columns.map((column) => {
      const kind = kindOf(column);
      const parts = kind === "quantity" || kind === "batches";
      return { column, kind, parts, isCode: codeColumn.test(column), isName: nameColumn.test(column) };
    });
    for (const cells of data) {
      const row = this.#row(null, null);
      const names: string[] = [];
      for (const { column, kind, parts, isCode, isName } of roles) {
        const value = cells[column] ?? null;
        if (value === null) continue;
        if (typeof value === "number") this.#figure(row, kind, value, column, parts);
        else if (isCode) row.item = value.toLowerCase();
        else if (isName) names.push(value);
        else {
          const span = spanOf(value);
          if (span) row.span ??= span;
          else this.#label(row, value);
        }
      }
      if (year !== undefined) row.span ??= spanOf(yearAndMonth(cells[year], month === undefined ? null : cells[month]));
      for (const name of names) row.item === null ? this.#label(row, name) : this.#name(row.item, name);
      if (row.span) this.#facts.spans.push(row.span);
    }
  }

  #row(item: string | null, span: Period | null): Row {
    const row: Row = { run: this.#at, item: item?.toLowerCase() ?? null, span, figures: [] };
    this.#facts.rows.push(row);
    if (span) this.#facts.spans.push(span);
    return row;
  }

  #totals(
    row: Row,
    data: { total_quantity: number; average_quantity: number; production_count: number },
    parts = true,
  ): void {
    this.#figure(row, "quantity", data.total_quantity, "total", parts);
    this.#figure(row, "batches", data.production_count, "count", parts);
    this.#figure(row, "average", data.average_quantity, "average", false);
  }

  #figure(row: Row, kind: FigureKind, value: number, column: string, parts = true, timed = false): void {
    let series = this.#series.get(column);
    if (!series) {
      series = { kind, values: [], rows: [], parts, timed };
      this.#series.set(column, series);
      this.#facts.series.push(series);
    }
    row.figures.push({ kind, value, series, at: series.values.length });
    series.values.push(value);
    series.rows.push(row);
  }

  #name(code: string, name: string | null): void {
    if (name === null || name.trim() === "") return;
    const key = name.trim().toLowerCase();
    const codes = this.#facts.names.get(key);
    if (codes) codes.add(code.toLowerCase());
    else this.#facts.names.set(key, new Set([code.toLowerCase()]));
  }

  #label(row: Row, text: string): void {
    add(this.#facts.byLabel, text.trim().toLowerCase(), row);
  }
}

function yearAndMonth(year: SqlValue | undefined, month: SqlValue | undefined): string {
  return Number(month) >= 1 && Number(month) <= 12 ? `${year}-${String(month).padStart(2, "0")}` : String(year);
}

function kindOf(column: string): FigureKind {
  if (rateColumn.test(column)) return "rate";
  if (percentColumn.test(column)) return "percent";
  if (differenceColumn.test(column)) return "difference";
  if (averageColumn.test(column)) return "average";
  if (countColumn.test(column)) return "batches";
  if (/count|cnt|rank|순위|개수|종류|일수|수$/i.test(column) && !/수량/.test(column)) return "other";
  return quantityColumn.test(column) ? "quantity" : "other";
}

function monthSpan(yearMonth: string): Period {
  const from = `${yearMonth}-01`;
  return { from, to: addDays(addMonths(from, 1), -1) };
}

/** The days that a text of a result stands for; null where it is no date. */
function spanOf(text: string): Period | null {
  if (!/^\d{4}/.test(text)) return null;
  const start = text.slice(0, 10);
  if (isDay(start)) return { from: start, to: start };
  if (/^\d{4}-(?:0[1-9]|1[0-2])$/.test(text)) return monthSpan(text);
  const week = /^(\d{4})-?W(\d{2})$/.exec(text);
  if (week) return weekSpan(Number(week[1]), Number(week[2]));
  const quarter = /^(\d{4})[- ]?Q([1-4])$/i.exec(text);
  if (quarter) {
    const from = `${quarter[1]}-${String(Number(quarter[2]) * 3 - 2).padStart(2, "0")}-01`;
    return { from, to: addDays(addMonths(from, 3), -1) };
  }
  return /^(?:19|20)\d{2}$/.test(text) ? { from: `${text}-01-01`, to: `${text}-12-31` } : null;
}
