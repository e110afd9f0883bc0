import { type Desk, readAnswer } from "../../production/desk.ts";
import type { Item } from "../../production/items.ts";
import { type QuestionName, type Questions, segmentsOf } from "../../production/questions.ts";
import type { ProductionRecord } from "../../production/records.ts";
import type { Comparison, ItemTotal, monthlyTotals, PeriodSummary } from "../../production/summaries.ts";
import { compareText } from "../../production/text-order.ts";
import type { Catalog } from "../../segments/catalog.ts";
import { isDay, lastDayEver } from "../../segments/day.ts";
import type { Period, RunCustomQuery, ToolFields, ToolName } from "../types.ts";
import type { ValidArguments } from "./arguments.ts";

/** Items that a search lists (CONTRACT §4). */
const mostFound = 10;
/** More than any factory has: a search in one file looks among all items that fit. */
export const everyItem = 1_000_000;

/** What the tools ask. */
export interface ToolServices {
  desk: Desk;
  catalog: Catalog;
  runCustomQuery: RunCustomQuery;
}

/** What a tool found, and what that rests on. */
export interface Found<Name extends ToolName> {
  fields: ToolFields[Name];
  period: Period | null;
  /** Production records behind the figures. */
  rows: number;
  segments: string[];
}

type Tool<Name extends ToolName> = (
  asking: Asking,
  values: ValidArguments[Name],
  services: ToolServices,
) => Promise<Found<Name>>;

/** Asks the desk in the name of one request, and remembers which segments were read. */
export class Asking {
  readonly #services: ToolServices;
  readonly #requestId: string;
  readonly #signal: AbortSignal | undefined;
  readonly #segments = new Set<string>();

  constructor(services: ToolServices, requestId: string, signal: AbortSignal | undefined) {
    this.#services = services;
    this.#requestId = requestId;
    this.#signal = signal;
  }

  get segments(): string[] {
    return [...this.#segments];
  }

  /** The answer as a value. Throws what `Desk.ask` throws. */
  async ask<Name extends QuestionName>(name: Name, parameters: Questions[Name]): Promise<unknown> {
    const { desk, catalog } = this.#services;
    const answer = await desk.ask(name, parameters, this.#requestId, this.#signal);
    for (const segment of segmentsOf(await catalog.current(), name, parameters)) this.#segments.add(segment.name);
    return readAnswer(answer);
  }
}

const inWords = ({ from, to }: Period): string => `${from} ~ ${to}`;
const itemsOf = (code: string | undefined): string[] | undefined => (code === undefined ? undefined : [code]);
const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** The tools that are questions to the desk; the custom query has a process of its own. */
export const tools: { [Name in Exclude<ToolName, "execute_custom_query">]: Tool<Name> } = {
  search_production_items: async (asking, { keyword, include_archive }, { catalog }) => {
    const items = include_archive
      ? ((await asking.ask("items", { q: keyword, limit: mostFound })) as Item[])
      : await searchLive(asking, keyword, catalog);
    return {
      fields: {
        search_keyword: keyword,
        include_archive,
        found_items: items,
        message:
          items.length === 0
            ? `'${keyword}'에 해당하는 제품을 찾지 못했습니다.`
            : `'${keyword}'에 해당하는 제품 ${items.length}개를 찾았습니다.`,
      },
      period: null,
      rows: sum(items.map(({ record_count }) => record_count)),
      segments: asking.segments,
    };
  },

  get_production_summary: async (asking, { date_from: from, date_to: to, item_code }) => {
    const total = (await asking.ask("period_total", { from, to, items: itemsOf(item_code) })) as PeriodSummary;
    const { total_quantity, average_quantity, production_count } = total;
    return {
      fields: {
        query_period: total.range,
        item_code: item_code ?? "all",
        db_targets: asking.segments,
        data: { total_quantity, average_quantity, production_count },
      },
      period: { from, to },
      rows: production_count,
      segments: asking.segments,
    };
  },

  get_monthly_trend: async (asking, { date_from: from, date_to: to, item_code }) => {
    const months = (await asking.ask("monthly_total", { from, to, items: itemsOf(item_code) })) as ReturnType<
      typeof monthlyTotals
    >;
    const trend = months.map(({ year_month, total_production, batch_count }) => ({
      year_month,
      total_production,
      batch_count,
    }));
    return {
      fields: { period: inWords({ from, to }), item_code: item_code ?? "all", trend },
      period: { from, to },
      rows: sum(trend.map(({ batch_count }) => batch_count)),
      segments: asking.segments,
    };
  },

  get_top_items: async (asking, { date_from: from, date_to: to, limit }) => {
    const { data } = (await asking.ask("by_item", { from, to, limit })) as { data: ItemTotal[] };
    return {
      fields: {
        period: inWords({ from, to }),
        top_items: data.map(({ item_code, item_name, total_production }) => ({
          item_code,
          item_name,
          total_production,
        })),
      },
      period: { from, to },
      rows: sum(data.map(({ batch_count }) => batch_count)),
      segments: asking.segments,
    };
  },

  compare_periods: async (asking, values) => {
    const period1 = { from: values.period1_from, to: values.period1_to };
    const period2 = { from: values.period2_from, to: values.period2_to };
    const items = itemsOf(values.item_code);
    const body = (await asking.ask("compare", { period1, period2, items })) as Comparison & { status: string };
    const { status: _, ...fields } = body;
    return {
      fields,
      period: { from: [period1.from, period2.from].sort()[0]!, to: [period1.to, period2.to].sort()[1]! },
      rows: fields.period1.production_count + fields.period2.production_count,
      segments: asking.segments,
    };
  },

  get_item_history: async (asking, { item_code: itemCode, limit }) => {
    const rows = (await asking.ask("item_records", { itemCode, limit, rawDates: false })) as ProductionRecord[];
    const records = rows.map(({ source, production_date, lot_number, good_quantity }) => ({
      source,
      production_date,
      lot_number,
      good_quantity,
    }));
    const days = records.map(({ production_date }) => production_date).filter(isDay);
    return {
      fields: {
        item_code: itemCode,
        record_count: records.length,
        records,
        message:
          records.length === 0
            ? `'${itemCode}'의 생산 기록이 없습니다.`
            : `'${itemCode}'의 최근 생산 기록 ${records.length}건입니다.`,
      },
      period: days.length === 0 ? null : { from: days.at(-1)!, to: days[0]! },
      rows: records.length,
      segments: asking.segments,
    };
  },
};

/** Items that have rows on the days Live owns, by the number of those rows, then code. */
async function searchLive(asking: Asking, keyword: string, catalog: Catalog): Promise<Item[]> {
  const known = (await asking.ask("items", { q: keyword, limit: everyItem, readable: true })) as Item[];
  const { segments } = await catalog.current();
  const from = segments.find(({ source }) => source === "live")?.ownsFrom;
  if (from === undefined) return [];
  const items = known.map(({ item_code }) => item_code);
  const { data } = (await asking.ask("by_item", { from, to: lastDayEver, items, limit: everyItem })) as {
    data: ItemTotal[];
  };
  const rows = new Map(data.map(({ item_code, batch_count }) => [item_code, batch_count]));
  return known
    .filter(({ item_code }) => rows.has(item_code))
    .map((item) => ({ ...item, record_count: rows.get(item.item_code)! }))
    .sort((a, b) => b.record_count - a.record_count || compareText(a.item_code, b.item_code))
    .slice(0, mostFound);
}
