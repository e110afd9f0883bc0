/**
 * What a programmer would write who knows the hub by its OpenAPI document alone: `bun walk.ts URL`. `schema.d.ts` is made from that document by
 * openapi-typescript. Walks all records, asks for summaries, and prints what came as JSON.
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

declare const process: { argv: string[] };

type Row = components["schemas"]["Record"];

const client = createClient<paths>({ baseUrl: `${process.argv[2]}/api/v1` });

async function everyRecord(): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { data, error } = await client.GET("/records", {
      params: { query: { limit: 500, ...(cursor && { cursor }) } },
    });
    if (error) throw new Error(`records: ${JSON.stringify(error.detail)}`);
    rows.push(...data.data);
    if (!data.has_more || data.next_cursor === null) return rows;
    cursor = data.next_cursor;
  }
}

const rows = await everyRecord();
const days = rows.map(({ production_date }) => production_date).sort();
const period = { date_from: days[0]!, date_to: days.at(-1)! };
const { data: months = [] } = await client.GET("/summary/monthly_total", { params: { query: {} } });
const { data: week = [] } = await client.GET("/summary/by_weekday", { params: { query: {} } });
const { data: byItem } = await client.GET("/summary/by_item", { params: { query: { ...period, limit: 1000 } } });
const { data: items = [] } = await client.GET("/items", { params: { query: { limit: 2000 } } });
const { data: ofItem = [] } = await client.GET("/records/{item_code}", {
  params: { path: { item_code: items[0]!.item_code }, query: { limit: 50_000 } },
});
const { error: refusal } = await client.GET("/summary/monthly_total", {
  params: { query: { date_from: "13 January" } },
});
const { data: chat } = await client.POST("/chat", { body: { query: "이번 달 총 생산량은?" } });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

console.log(
  JSON.stringify({
    ids: rows.map(({ source, id }) => `${source}/${id}`),
    good: sum(rows.map(({ good_quantity }) => good_quantity ?? 0)),
    monthly: sum(months.map(({ total_production }) => total_production)),
    byWeekday: sum(week.map(({ avg_per_day, production_days }) => (avg_per_day ?? 0) * production_days)),
    byItem: sum((byItem?.data ?? []).map(({ total_production }) => total_production)),
    counted: sum(items.map(({ record_count }) => record_count)),
    firstItem: [items[0]!.record_count, ofItem.length],
    refusal: refusal?.detail,
    chat: chat?.status,
  }),
);
