import { afterAll, beforeAll, expect, test } from "bun:test";
import { Toolbox } from "../../src/chat/tools/toolbox.ts";
import type { ToolCall, ToolRun } from "../../src/chat/types.ts";
import { type OpenDesk, openDesk } from "../support/desk.ts";
import { type Row, row, temporaryHome, writeFactory } from "../support/files.ts";
import { type Hub, type Json, startHub } from "../support/hub.ts";

const names = ["클리어 렌즈", "블루 렌즈", "컬러 렌즈"];
/** Rows of one year: three items, quantities with fractions, and every seventh without any. */
const rowsOf = (year: number, count: number): Row[] =>
  Array.from({ length: count }, (_, at) =>
    row({
      id: at + 1,
      production_date: `${year}-${String((at % 12) + 1).padStart(2, "0")}-${String((at % 27) + 1).padStart(2, "0")} 오전 12:00:00`,
      item_code: `BW002${at % 3}`,
      item_name: names[at % 3]!,
      good_quantity: at % 7 === 0 ? null : at * 1.1,
    }),
  );

let hub: Hub;
let open: OpenDesk;
let toolbox: Toolbox;
beforeAll(async () => {
  // A home each: two that keep mirrors in one folder would clear each other's away.
  const [home, deskHome] = [temporaryHome(), temporaryHome()];
  const factory = {
    live: [...rowsOf(2026, 300), row({ id: 900, production_date: "2026-03-01", item_code: "N/1", item_name: null })],
    archives: new Map([[2025, rowsOf(2025, 200)]]),
  };
  for (const one of [home, deskHome]) writeFactory(one, factory);
  hub = await startHub({ home });
  open = openDesk(deskHome);
  toolbox = new Toolbox({ ...open, runCustomQuery: () => Promise.reject(new Error("No query is asked here.")) });
});
afterAll(async () => {
  open.close();
  await hub.stop();
});

async function run<Name extends ToolCall["name"]>(
  name: Name,
  given: Extract<ToolCall, { name: Name }>["arguments"],
): Promise<Extract<ToolRun, { name: Name }>> {
  const outcome = await toolbox.call({ name, arguments: given } as ToolCall, "00000000");
  if ("status" in outcome) throw new Error(outcome.message);
  return outcome as Extract<ToolRun, { name: Name }>;
}
const rest = async (path: string): Promise<Json> => (await hub.json(path)).body;
const sumOf = (rows: Json[], field: string): number => rows.reduce((all, one) => all + one[field], 0);

const halfYears = { date_from: "2025-07-01", date_to: "2026-06-30" };
const days = "date_from=2025-07-01&date_to=2026-06-30";

test("a summary's figures are those of the months that REST gives", async () => {
  for (const item_code of [undefined, "BW0021"]) {
    const months = await rest(`/summary/monthly_total?${days}${item_code ? `&item_code=${item_code}` : ""}`);
    const { result, evidence } = await run("get_production_summary", { ...halfYears, item_code });
    const { total_quantity, production_count, average_quantity } = result.data;
    expect(production_count).toBe(sumOf(months, "batch_count"));
    expect(total_quantity).toBeCloseTo(sumOf(months, "total_production"), 6);
    expect(average_quantity).toBe(Math.round((total_quantity / production_count) * 100) / 100);
    expect(result).toEqual({
      status: "success",
      query_period: "2025-07-01 ~ 2026-06-30",
      item_code: item_code ?? "all",
      db_targets: ["live", "archive_2025"],
      data: result.data,
    });
    expect(evidence).toEqual({
      tool: "get_production_summary",
      arguments: { ...halfYears, item_code },
      period: { from: "2025-07-01", to: "2026-06-30" },
      item_code: item_code ?? null,
      row_count: production_count,
      segments: ["live", "archive_2025"],
    });
  }
});

test("a trend holds REST's months, and the rows behind it are those of all months", async () => {
  const months: Json[] = await rest(`/summary/monthly_total?${days}&item_code=BW0020`);
  const { result, evidence } = await run("get_monthly_trend", { ...halfYears, item_code: "BW0020" });
  expect(result).toEqual({
    status: "success",
    period: "2025-07-01 ~ 2026-06-30",
    item_code: "BW0020",
    trend: months.map(({ avg_batch_size: _, ...month }) => month),
  });
  expect(evidence).toMatchObject({ item_code: "BW0020", row_count: sumOf(months, "batch_count") });
});

test("the top items are REST's, five unless told", async () => {
  const { data } = await rest(`/summary/by_item?${days}&limit=2`);
  const { result, evidence } = await run("get_top_items", { ...halfYears, limit: 2 });
  expect(result).toEqual({
    status: "success",
    period: "2025-07-01 ~ 2026-06-30",
    top_items: data.map(({ batch_count: _, ...item }: Json) => item),
  });
  expect(evidence.row_count).toBe(sumOf(data, "batch_count"));
  expect((await run("get_top_items", halfYears)).result.top_items).toHaveLength(4);
});

test("a comparison is REST's, and its evidence spans both periods", async () => {
  const periods = {
    period1_from: "2026-02-01",
    period1_to: "2026-02-28",
    period2_from: "2025-12-01",
    period2_to: "2025-12-31",
  };
  const query = new URLSearchParams(periods);
  const { result, evidence } = await run("compare_periods", periods);
  expect(result).toEqual(await rest(`/summary/compare?${query}`));
  expect(evidence).toMatchObject({
    period: { from: "2025-12-01", to: "2026-02-28" },
    row_count: result.period1.production_count + result.period2.production_count,
    segments: ["live", "archive_2025"],
  });
});

test("a history is REST's newest records, ten unless told, and one of an unknown item is empty and says so", async () => {
  const records: Json[] = await rest("/records/BW0022?limit=10");
  const { result, evidence } = await run("get_item_history", { item_code: "BW0022" });
  expect(result).toMatchObject({
    item_code: "BW0022",
    record_count: 10,
    records: records.map(({ source, production_date, lot_number, good_quantity }) => ({
      source,
      production_date,
      lot_number,
      good_quantity,
    })),
    message: expect.stringContaining("10건"),
  });
  expect(evidence.period).toEqual({ from: records.at(-1).production_date, to: records[0].production_date });
  const none = await run("get_item_history", { item_code: "없는 제품" });
  expect(none.result).toMatchObject({ record_count: 0, records: [], message: expect.stringContaining("없습니다") });
  expect(none.evidence).toMatchObject({ period: null, row_count: 0 });
});

test("a search finds what REST finds; without the archives it counts Live's rows alone", async () => {
  const items = await rest(`/items?q=${encodeURIComponent("렌즈")}&limit=10`);
  const all = await run("search_production_items", { keyword: "렌즈" });
  expect(all.result).toMatchObject({ search_keyword: "렌즈", include_archive: true, found_items: items });
  const live = await run("search_production_items", { keyword: "렌즈", include_archive: false });
  expect(live.result.found_items.map(({ record_count }) => record_count)).toEqual([100, 100, 100]);
  expect(live.result.found_items[0]).toMatchObject({ item_code: "BW0020", item_name: "클리어 렌즈" });
  expect((await run("search_production_items", { keyword: "%" })).result.found_items).toEqual([]);
});

const wrong: [what: string, call: ToolCall, told: RegExp][] = [
  ["no day", { name: "get_monthly_trend", arguments: { ...halfYears, date_to: "2026-02-30" } }, /date_to.*YYYY-MM-DD/],
  ["backwards", { name: "get_top_items", arguments: { date_from: "2026-02-01", date_to: "2026-01-01" } }, /after/],
  ["too many", { name: "get_item_history", arguments: { item_code: "BW0021", limit: 51 } }, /limit/],
  ["nothing", { name: "search_production_items", arguments: { keyword: "" } }, /keyword/],
  ["missing", { name: "compare_periods", arguments: {} as never }, /period1_from.*period2_to/],
];
for (const [what, call, told] of wrong) {
  test(`arguments with ${what} come back as an error that names the field`, async () => {
    expect(await toolbox.call(call, "00000000")).toEqual({
      status: "error",
      code: "INVALID_ARGUMENTS",
      message: expect.stringMatching(told),
    });
  });
}
