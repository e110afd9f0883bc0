import { readXlsx } from "hucre/xlsx";
import { dayOf } from "../../oracle.ts";
import { posted } from "../chat.ts";
import { readCsv, readXlsxCells } from "../exports.ts";
import type { Hub, Json } from "../hub.ts";
import { cellsOf, chartOf, figure, markdownLines, numberIn, textsOf } from "./read.ts";
import {
  type Answers,
  dayShown,
  inOrder,
  month,
  monthBefore,
  type Question,
  type Sample,
  type Steps,
  weekOf,
  year,
} from "./sample.ts";

/** A way in which people and programs get figures: how each question is asked there, or why it cannot be. */
export interface Way {
  readonly name: string;
  readonly steps: Steps;
  readonly asks: { readonly [Q in Question]: ((hub: Hub, sample: Sample) => Promise<Answers[Q]>) | string };
}

const exact: Steps = { quantity: 0, average: 1e-9, share: 0 };
/** Two decimals; a share has one, in percent. */
const written: Steps = { quantity: 0.005 + 1e-9, average: 0.005 + 1e-9, share: 0.0005 + 1e-9 };
const tool: Steps = { quantity: 0, average: 0.005 + 1e-9, share: 0 };

type Range = { readonly from: string; readonly to: string };
const daysOf = ({ from, to }: Range): string => `date_from=${from}&date_to=${to}`;
const itemOf = (code: string): string => `item_code=${encodeURIComponent(code)}`;
const dayRange = (day: string): Range => ({ from: day, to: day });
const round = (value: number): number => Number(value.toPrecision(15));
const shareOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/** What was fetched since `forget`: several questions are answered by one page or file. */
const fetched = new Map<string, Promise<ArrayBuffer>>();

/** To be called when the data change. */
export const forget = (): void => fetched.clear();

/** Fetches what must be answered with 200. */
async function got(hub: Hub, path: string, init?: BunFetchRequestInit): Promise<Response> {
  const key = `${hub.url}${path}`;
  const body =
    fetched.get(key) ??
    hub.fetch(path, init).then(async (response) => {
      if (response.status !== 200) throw new Error(`${path}: status ${response.status}: ${await response.text()}`);
      return response.arrayBuffer();
    });
  fetched.set(key, body);
  return new Response(await body);
}
const json = async (hub: Hub, path: string): Promise<Json> => (await got(hub, path)).json();

/** The single part of a summary of all its days; nothing where there are no rows. */
async function whole(hub: Hub, range: Range, code = ""): Promise<{ total: number; count: number; average: number }> {
  const { period1 } = await json(
    hub,
    `/summary/compare?period1_from=${range.from}&period1_to=${range.to}&period2_from=${range.from}&period2_to=${range.to}&${itemOf(code)}`,
  );
  return { total: period1.total_quantity, count: period1.production_count, average: period1.average_quantity };
}

const rest: Way = {
  name: "REST",
  steps: exact,
  asks: {
    "total of a month": async (hub) => (await json(hub, `/summary/monthly_total?${daysOf(month)}`))[0].total_production,
    "total of a day": async (hub, { day }) =>
      (await json(hub, `/summary/daily?${daysOf(dayRange(day))}`))[0].total_production,
    "total of a week": async (hub, { day }) =>
      (await json(hub, `/summary/weekly?${daysOf(weekOf(day))}`))[0].total_production,
    "total of an item in a period": async (hub, { item, from, to }) =>
      (await json(hub, `/summary/by_item?${daysOf({ from, to })}&${itemOf(item)}`)).data[0]?.total_production ?? 0,
    average: async (hub) => (await json(hub, `/summary/monthly_total?${daysOf(month)}`))[0].avg_batch_size,
    "number of records": async (hub) => (await json(hub, `/records?${daysOf(month)}&limit=5000`)).count,
    "days of a month": async (hub) =>
      (await json(hub, `/summary/daily?${daysOf(month)}`)).map((one: Json) => [one.day, one.total_production]),
    "months of a year": async (hub) =>
      (await json(hub, `/summary/monthly_total?${daysOf(year)}`)).map((one: Json) => [
        one.year_month,
        one.total_production,
      ]),
    "top 5 items": async (hub) =>
      (await json(hub, `/summary/by_item?${daysOf(month)}&limit=5`)).data.map((one: Json) => [
        one.item_code,
        one.total_production,
      ]),
    "comparison of two periods": async (hub) => {
      const { period1, period2, comparison } = await json(
        hub,
        `/summary/compare?period1_from=${month.from}&period1_to=${month.to}&period2_from=${monthBefore.from}&period2_to=${monthBefore.to}`,
      );
      return [period1.total_quantity, period2.total_quantity, comparison.quantity_diff];
    },
    "a lot's history": async (hub, { lot }) =>
      inOrder(
        (await json(hub, `/records?lot_number=${lot}`)).data.map((one: Json) => [
          dayShown(one.production_date),
          one.item_code,
          one.good_quantity,
        ]),
      ),
    // The client divides: both totals are there.
    "share of an item": async (hub, { item }) =>
      shareOf((await whole(hub, month, item)).total, (await whole(hub, month)).total),
    "target achievement": async (hub) => {
      const { total } = await json(hub, `/targets/achievement?month=${month.name}`);
      return [total.made, total.achievement];
    },
  },
};

/** A row of an export, with the day where its date text begins with one. */
interface Cells {
  day: string | null;
  text: string;
  lot: string;
  code: string;
  quantity: number | null;
}

/** Everything is in the file; whoever has it adds up. */
function exported(name: string, rowsIn: (hub: Hub) => Promise<Cells[]>): Way {
  const among = ({ day }: Cells, { from, to }: Range) => day !== null && day >= from && day <= to;
  const total = (rows: readonly Cells[]) => round(rows.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0));
  const within = async (hub: Hub, range: Range) => (await rowsIn(hub)).filter((row) => among(row, range));
  const by = (rows: readonly Cells[], keyOf: (row: Cells) => string): [string, number][] =>
    [...Map.groupBy(rows, keyOf)]
      .map(([key, group]) => [key, total(group)] as [string, number])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name,
    steps: { ...exact, quantity: 1e-6 },
    asks: {
      "total of a month": async (hub) => total(await within(hub, month)),
      "total of a day": async (hub, { day }) => total(await within(hub, dayRange(day))),
      "total of a week": async (hub, { day }) => total(await within(hub, weekOf(day))),
      "total of an item in a period": async (hub, { item, from, to }) =>
        total((await within(hub, { from, to })).filter(({ code }) => code === item)),
      average: async (hub) => {
        const rows = await within(hub, month);
        return total(rows) / rows.length;
      },
      "number of records": async (hub) => (await within(hub, month)).length,
      "days of a month": async (hub) => by(await within(hub, month), ({ day }) => day!),
      "months of a year": async (hub) => by(await within(hub, year), ({ day }) => day!.slice(0, 7)),
      "top 5 items": async (hub) =>
        by(await within(hub, month), ({ code }) => code)
          .sort((a, b) => b[1] - a[1])
          .slice(0, 5),
      "comparison of two periods": async (hub) => {
        const [now, before] = [total(await within(hub, month)), total(await within(hub, monthBefore))];
        return [now, before, round(now - before)];
      },
      "a lot's history": async (hub, { lot }) =>
        inOrder(
          (await rowsIn(hub))
            .filter((row) => row.lot === lot)
            .map(({ text, code, quantity }) => [dayShown(text), code, quantity]),
        ),
      "share of an item": async (hub, { item }) => {
        const rows = await within(hub, month);
        return shareOf(total(rows.filter(({ code }) => code === item)), total(rows));
      },
      "target achievement": "an export has records alone",
    },
  };
}

const csv = exported("CSV", async (hub) => {
  const [, ...lines] = readCsv(await (await got(hub, "/records.csv")).text());
  return lines.map(([, , text, lot, code, , quantity]) => {
    return {
      text: text!,
      day: dayOf(text!),
      lot: lot!,
      code: code!,
      quantity: quantity === "" ? null : Number(quantity),
    };
  });
});

const excel = exported("Excel", async (hub) => {
  const [, ...lines] = await readXlsxCells(await (await got(hub, "/records.xlsx")).bytes());
  return lines.map(([, , text, lot, code, , quantity]) => {
    const date = (text as string | null) ?? "";
    return {
      text: date,
      day: dayOf(date),
      lot: (lot as string) ?? "",
      code: code as string,
      quantity: quantity as number | null,
    };
  });
});

const page = async (hub: Hub, path: string): Promise<string> =>
  (await got(hub, path, { headers: { Accept: "text/html" } })).text();
const shownDays = ({ from, to }: Range): string => `from=${from}&to=${to}`;
const overview = (hub: Hub, range: Range, unit = "day") => page(hub, `/?${shownDays(range)}&compare=none&unit=${unit}`);
const card = (html: string, id: string): number => numberIn(html, `#card-${id} data`) ?? 0;

/** The parts of the overview's chart in which there are batches, from what the chart is drawn from. */
function bars(html: string, width: number): [string, number][] {
  const { starts, series } = chartOf(html, "series");
  const [quantities, batches] = series.map(({ values }: Json) => values);
  return starts.flatMap((start: string, at: number) =>
    batches[at] > 0 ? [[start.slice(0, width), quantities[at]]] : [],
  );
}

/** The same from the table beside the chart, which readers without the chart have. */
function lines(html: string): [string, number][] {
  return cellsOf(html, "#chart-series tbody tr").flatMap(([start, quantity, batches]) =>
    figure(batches)! > 0 ? [[start!, figure(quantity)!] as [string, number]] : [],
  );
}

const itemPage = (hub: Hub, code: string, range: Range) =>
  page(hub, `/dashboard/items/${encodeURIComponent(code)}?${shownDays(range)}&compare=none`);

const dashboard: Way = {
  name: "dashboard",
  // What is made of a target is shown in whole pieces.
  steps: { ...written, target: 0.5 + 1e-9 },
  asks: {
    "total of a month": async (hub) => card(await overview(hub, month), "total"),
    "total of a day": async (hub, { day }) => card(await overview(hub, dayRange(day)), "total"),
    "total of a week": async (hub, { day }) => card(await overview(hub, weekOf(day)), "total"),
    "total of an item in a period": async (hub, { item, from, to }) =>
      card(await itemPage(hub, item, { from, to }), "total"),
    average: async (hub) => card(await overview(hub, month), "average"),
    "number of records": async (hub) => card(await overview(hub, month), "batches"),
    "days of a month": async (hub) => lines(await overview(hub, month)),
    "months of a year": async (hub) => lines(await overview(hub, year, "month")),
    "top 5 items": async (hub) => {
      const html = await overview(hub, month);
      const codes = textsOf(html, "table.pareto tbody .code");
      return cellsOf(html, "table.pareto tbody tr")
        .map(([, quantity], at) => [codes[at]!, figure(quantity)!] as [string, number])
        .slice(0, 5);
    },
    "comparison of two periods": async (hub) => {
      const compared = `compare_from=${monthBefore.from}&compare_to=${monthBefore.to}`;
      const html = await page(hub, `/dashboard/compare?${shownDays(month)}&${compared}`);
      const [, before, now, difference] = cellsOf(html, "#compare-total")[0]!;
      return [figure(now)!, figure(before)!, figure(difference)!];
    },
    "a lot's history": async (hub, { lot }) => {
      const html = await page(hub, `/dashboard/batches?${shownDays(month)}&show=${encodeURIComponent(`lot:${lot}`)}`);
      const codes = textsOf(html, "#lot-history tbody .code");
      return inOrder(
        cellsOf(html, "#lot-history tbody tr").map(([day, , quantity], at) => [
          dayShown(day!),
          codes[at],
          figure(quantity),
        ]),
      );
    },
    "share of an item": async (hub, { item }) => {
      const html = await itemPage(hub, item, month);
      return numberIn(html, "#card-share .value data");
    },
    "target achievement": async (hub) => {
      const html = await page(hub, `/dashboard/targets?month=${month.name}`);
      const made = cellsOf(html, "#target-items tfoot tr")[0]!;
      return [figure(made[4])!, numberIn(html, "#card-achievement data")!];
    },
  },
};

const charts: Way = {
  name: "dashboard's charts",
  steps: exact,
  asks: {
    "total of a month": async (hub) => sum(bars(await overview(hub, month, "month"), 7)),
    "total of a day": async (hub, { day }) => sum(bars(await overview(hub, dayRange(day)), 10)),
    "total of a week": async (hub, { day }) => sum(bars(await overview(hub, weekOf(day), "week"), 10)),
    "total of an item in a period": "the chart of an item has whole months",
    average: "a chart has quantities and batches",
    "number of records": async (hub) => chartOf(await overview(hub, month, "month"), "series").series[1].values[0],
    "days of a month": async (hub) => bars(await overview(hub, month), 10),
    "months of a year": async (hub) => bars(await overview(hub, year, "month"), 7),
    "top 5 items": "bars of a table, which the dashboard answers",
    "comparison of two periods": async (hub) => {
      const compared = `compare_from=${monthBefore.from}&compare_to=${monthBefore.to}`;
      const { series } = chartOf(await page(hub, `/?${shownDays(month)}&${compared}&unit=month`), "series");
      const [now, before] = [series[0].values[0], series[2].values[0]];
      return [now, before, round(now - before)];
    },
    "a lot's history": "a list",
    "share of an item": "bars of a table, which the dashboard answers",
    "target achievement": async (hub) => {
      const { total } = await json(hub, `/targets/achievement?month=${month.name}`);
      const made = chartOf(await page(hub, `/dashboard/targets?month=${month.name}`), "course").series[0];
      return [made.values.at(-1), made.values.at(-1) / total.target];
    },
  },
};
const sum = (parts: readonly [string, number][]): number => round(parts.reduce((all, [, value]) => all + value, 0));

/** Asks the planner, and reads the table of its answer. */
async function asked(hub: Hub, query: string): Promise<string[][]> {
  const { status, body } = await hub.json("/chat", posted({ query }));
  if (status !== 200 || body.status !== "success" || body.model_used !== "offline" || body.tools_used.length === 0) {
    throw new Error(`'${query}' was answered ${status}: ${JSON.stringify(body)}`);
  }
  return markdownLines(body.answer);
}
const inKorean = ({ name }: { name: string }): string => `${name.slice(0, 4)}년 ${Number(name.slice(5))}월`;
const spanOf = ({ from, to }: Range): string => `${from}부터 ${to}까지`;
const pairs = (table: readonly string[][], key: number, value: number): [string, number][] =>
  table.map((line) => [line[key]!, figure(line[value])!]);

const planner: Way = {
  name: "chat without a model",
  steps: written,
  asks: {
    "total of a month": async (hub) => figure((await asked(hub, `${inKorean(month)} 총 생산량은?`))[0]![1])!,
    "total of a day": async (hub, { day }) => figure((await asked(hub, `${day} 생산량은?`))[0]![1])!,
    "total of a week": async (hub, { day }) => figure((await asked(hub, `${spanOf(weekOf(day))} 총 생산량`))[0]![1])!,
    "total of an item in a period": async (hub, { item, from, to }) =>
      figure((await asked(hub, `${spanOf({ from, to })} ${item} 총 생산량`))[0]![1])!,
    average: async (hub) => figure((await asked(hub, `${inKorean(month)} 평균 생산량은?`))[0]![3])!,
    "number of records": async (hub) => figure((await asked(hub, `${inKorean(month)} 몇 건 생산했어?`))[0]![2])!,
    "days of a month": async (hub) => pairs(await asked(hub, `${inKorean(month)} 일별 생산량`), 0, 1),
    "months of a year": async (hub) => pairs(await asked(hub, `${year.name}년 월별 생산량`), 0, 1),
    "top 5 items": async (hub) => pairs(await asked(hub, `${inKorean(month)} 상위 5개 제품`), 1, 3),
    "comparison of two periods": async (hub) => {
      const [now, before] = pairs(await asked(hub, `${inKorean(monthBefore)}과 ${inKorean(month)} 비교`), 0, 1);
      return [now![1], before![1], round(now![1] - before![1])];
    },
    "a lot's history": async (hub, { lot }) =>
      inOrder((await asked(hub, `로트 ${lot} 조회`)).map((line) => [dayShown(line[0]!), line[2]!, figure(line[4])])),
    "share of an item": async (hub, { item }) => {
      const [own] = await asked(hub, `${inKorean(month)} ${item} 비중은?`);
      return own ? figure(own[2])! / 100 : null;
    },
    "target achievement": "the planner knows no targets",
  },
};

/** A call of one of the chat's tools. */
export interface Call {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Calls tools, and gives what each of them found. */
export type Caller = (hub: Hub, calls: readonly Call[]) => Promise<Json[]>;

const toolDays = ({ from, to }: Range) => ({ date_from: from, date_to: to });

/** The tools that a model has, called by whoever it is. */
export function throughTools(name: string, call: Caller): Way {
  const summary = (range: Range, item_code?: string): Call => ({
    name: "get_production_summary",
    args: { ...toolDays(range), ...(item_code === undefined ? {} : { item_code }) },
  });
  const totals = async (hub: Hub, ...calls: Call[]): Promise<Json[]> =>
    (await call(hub, calls)).map(({ data }) => data);
  return {
    name,
    steps: tool,
    asks: {
      "total of a month": async (hub) => (await totals(hub, summary(month)))[0].total_quantity,
      "total of a day": async (hub, { day }) => (await totals(hub, summary(dayRange(day))))[0].total_quantity,
      "total of a week": async (hub, { day }) => (await totals(hub, summary(weekOf(day))))[0].total_quantity,
      "total of an item in a period": async (hub, { item, from, to }) =>
        (await totals(hub, summary({ from, to }, item)))[0].total_quantity,
      average: async (hub) => (await totals(hub, summary(month)))[0].average_quantity,
      "number of records": async (hub) => (await totals(hub, summary(month)))[0].production_count,
      "days of a month": "a query, as below",
      "months of a year": async (hub) => {
        const [{ trend }] = (await call(hub, [{ name: "get_monthly_trend", args: toolDays(year) }])) as [Json];
        return trend.map((one: Json) => [one.year_month, one.total_production]);
      },
      "top 5 items": async (hub) => {
        const [{ top_items }] = (await call(hub, [
          { name: "get_top_items", args: { ...toolDays(month), limit: 5 } },
        ])) as [Json];
        return top_items.map((one: Json) => [one.item_code, one.total_production]);
      },
      "comparison of two periods": async (hub) => {
        const args = {
          period1_from: month.from,
          period1_to: month.to,
          period2_from: monthBefore.from,
          period2_to: monthBefore.to,
        };
        const [{ period1, period2, comparison }] = (await call(hub, [{ name: "compare_periods", args }])) as [Json];
        return [period1.total_quantity, period2.total_quantity, comparison.quantity_diff];
      },
      // Of each item that there is, the batches of the lot.
      "a lot's history": async (hub, { lot }) => {
        const search = (keyword: string): Call => ({ name: "search_production_items", args: { keyword } });
        const searched = await call(hub, [search("0"), search("C1")]);
        const codes = new Set<string>(
          searched.flatMap(({ found_items }) => found_items.map(({ item_code }: Json) => item_code)),
        );
        const found = await call(
          hub,
          [...codes].map((item_code) => ({ name: "get_item_history", args: { item_code, limit: 50 } })),
        );
        return inOrder(
          found.flatMap(({ item_code, records }) =>
            records
              .filter((one: Json) => one.lot_number === lot)
              .map((one: Json) => [dayShown(one.production_date), item_code, one.good_quantity]),
          ),
        );
      },
      "share of an item": async (hub, { item }) => {
        const [own, all] = await totals(hub, summary(month, item), summary(month));
        return shareOf(own.total_quantity, all.total_quantity);
      },
      "target achievement": "the tools know no targets",
    },
  };
}

/** Queries that a model writes: the same figures, out of the rows and out of the daily totals. */
export function throughQueries(name: string, call: Caller): Way {
  const rows = async (hub: Hub, sql: string, ...params: string[]): Promise<Json[]> => {
    const [{ data }] = (await call(hub, [{ name: "execute_custom_query", args: { sql, params } }])) as [Json];
    return data;
  };
  // The middle of the texts of a day, and valid days alone, as the model's instructions say.
  const day = "substr(production_date, 1, 10)";
  const within = `FROM production_records WHERE ${day} BETWEEN ? AND ? AND date(${day}) = ${day}`;
  const total = async (hub: Hub, { from, to }: Range): Promise<number> =>
    round((await rows(hub, `SELECT TOTAL(good_quantity) AS total ${within}`, from, to))[0].total);
  const ofItem = async (hub: Hub, { from, to }: Range, item: string): Promise<number> =>
    round(
      (await rows(hub, `SELECT TOTAL(good_quantity) AS total ${within} AND item_code = ?`, from, to, item))[0].total,
    );
  const parts = (found: Json[], key: string): [string, number][] => found.map((one) => [one[key], round(one.total)]);
  return {
    name,
    steps: { ...exact, quantity: 1e-6 },
    asks: {
      "total of a month": (hub) => total(hub, month),
      "total of a day": (hub, { day }) => total(hub, dayRange(day)),
      "total of a week": (hub, { day }) => total(hub, weekOf(day)),
      "total of an item in a period": (hub, { item, from, to }) => ofItem(hub, { from, to }, item),
      average: async (hub) =>
        (await rows(hub, `SELECT TOTAL(good_quantity) / COUNT(*) AS average ${within}`, month.from, month.to))[0]
          .average,
      "number of records": async (hub) =>
        (await rows(hub, `SELECT COUNT(*) AS n ${within}`, month.from, month.to))[0].n,
      "days of a month": async (hub) =>
        parts(
          await rows(
            hub,
            "SELECT day, TOTAL(good_quantity) AS total FROM daily_totals WHERE day BETWEEN ? AND ? GROUP BY day ORDER BY day",
            month.from,
            month.to,
          ),
          "day",
        ),
      "months of a year": async (hub) =>
        parts(
          await rows(
            hub,
            `SELECT substr(production_date, 1, 7) AS month, TOTAL(good_quantity) AS total ${within} GROUP BY 1 ORDER BY 1`,
            year.from,
            year.to,
          ),
          "month",
        ),
      "top 5 items": async (hub) =>
        parts(
          await rows(
            hub,
            `SELECT item_code, TOTAL(good_quantity) AS total ${within} GROUP BY 1 ORDER BY ROUND(total, 6) DESC, 1 LIMIT 5`,
            month.from,
            month.to,
          ),
          "item_code",
        ),
      "comparison of two periods": async (hub) => {
        const [now, before] = [await total(hub, month), await total(hub, monthBefore)];
        return [now, before, round(now - before)];
      },
      "a lot's history": async (hub, { lot }) =>
        inOrder(
          (
            await rows(
              hub,
              `SELECT iif(date(${day}) = ${day}, ${day}, production_date) AS day, item_code, good_quantity FROM production_records WHERE lot_number = ?`,
              lot,
            )
          ).map((one) => [dayShown(one.day), one.item_code, one.good_quantity]),
        ),
      "share of an item": async (hub, { item }) => shareOf(await ofItem(hub, month, item), await total(hub, month)),
      "target achievement": "targets are no production records",
    },
  };
}

const report = (hub: Hub, kind: string, day: string): Promise<Json> => json(hub, `/reports/${kind}/${day}`);
const noPeriod = "a report is of a day, a week or a month";
const noYear = "a report is of a month at most";
const noLots = "a report tells of no single batches";

const reports: Way = {
  name: "report",
  steps: exact,
  asks: {
    "total of a month": async (hub) => (await report(hub, "monthly", month.to)).totals.total_production,
    "total of a day": async (hub, { day }) => (await report(hub, "daily", day)).totals.total_production,
    "total of a week": async (hub, { day }) => (await report(hub, "weekly", day)).totals.total_production,
    "total of an item in a period": noPeriod,
    average: async (hub) => (await report(hub, "monthly", month.to)).totals.avg_batch_size,
    "number of records": async (hub) => (await report(hub, "monthly", month.to)).totals.batch_count,
    "days of a month": async (hub) =>
      (await report(hub, "monthly", month.to)).days.flatMap((one: Json) =>
        one.batch_count > 0 ? [[one.day, one.total_production]] : [],
      ),
    "months of a year": noYear,
    "top 5 items": async (hub) =>
      (await report(hub, "monthly", month.to)).items
        .slice(0, 5)
        .map((one: Json) => [one.item_code, one.total_production]),
    "comparison of two periods": async (hub) => {
      const { totals, comparisons } = await report(hub, "monthly", month.to);
      const { total_production, difference } = comparisons.find(({ basis }: Json) => basis === "last_year");
      return [totals.total_production, total_production, difference];
    },
    "a lot's history": noLots,
    "share of an item": async (hub, { item }) =>
      (await report(hub, "monthly", month.to)).items.find((one: Json) => one.item_code === item)?.share ?? null,
    "target achievement": async (hub) => {
      const { whole } = (await report(hub, "monthly", month.to)).targets;
      return [whole.achieved, whole.rate];
    },
  },
};

const reportPage = (hub: Hub, kind: string, day: string): Promise<string> =>
  page(hub, `/dashboard/reports/${kind}/${day}`);
const keyFigure = (html: string, at: number): number => figure(textsOf(html, "dl.figures dd")[at])!;

const reportPages: Way = {
  name: "report's page",
  // Whole pieces.
  steps: { quantity: 0.5 + 1e-9, average: 0.5 + 1e-9, share: 0.0005 + 1e-9 },
  asks: {
    "total of a month": async (hub) => keyFigure(await reportPage(hub, "monthly", month.from), 0),
    "total of a day": async (hub, { day }) => keyFigure(await reportPage(hub, "daily", day), 0),
    "total of a week": async (hub, { day }) => keyFigure(await reportPage(hub, "weekly", day), 0),
    "total of an item in a period": noPeriod,
    average: async (hub) => keyFigure(await reportPage(hub, "monthly", month.from), 2),
    "number of records": async (hub) => keyFigure(await reportPage(hub, "monthly", month.from), 1),
    "days of a month": async (hub) =>
      cellsOf(await reportPage(hub, "monthly", month.from), "section.days tbody tr").flatMap(
        ([, quantity, batches], at) =>
          figure(batches)! > 0 ? [[`${month.name}-${String(at + 1).padStart(2, "0")}`, figure(quantity)!]] : [],
      ),
    "months of a year": noYear,
    "top 5 items": async (hub) =>
      cellsOf(await reportPage(hub, "monthly", month.from), "section.items tbody tr")
        .slice(0, 5)
        .map(([code, , quantity]) => [code!, figure(quantity)!]),
    "comparison of two periods": async (hub) => {
      const html = await reportPage(hub, "monthly", month.from);
      const line = cellsOf(html, "section.comparisons tbody tr").find(([, period]) =>
        period?.startsWith(monthBefore.from),
      )!;
      return [keyFigure(html, 0), figure(line[2])!, figure(line[3])!];
    },
    "a lot's history": noLots,
    "share of an item": async (hub, { item }) =>
      figure(
        cellsOf(await reportPage(hub, "monthly", month.from), "section.items tbody tr").find(
          ([code]) => code === item,
        )?.[4],
      ),
    "target achievement": async (hub) => {
      const line = cellsOf(await reportPage(hub, "monthly", month.from), "section.targets tfoot tr")[0]!;
      return [figure(line[3])!, figure(line[4])!];
    },
  },
};

/** The rows of each sheet of a report's workbook. */
async function sheetsOf(hub: Hub, kind: string, day: string): Promise<Json[][][]> {
  const bytes = await (await got(hub, `/reports/${kind}/${day}.xlsx?lang=en`)).bytes();
  return (await readXlsx(bytes)).sheets.map(({ rows }) => rows as Json[][]);
}
const summaryCell = async (hub: Hub, kind: string, day: string, heading: string): Promise<number> =>
  (await sheetsOf(hub, kind, day))[0]!.find(([first]) => first === heading)?.[1];

const workbooks: Way = {
  name: "report's workbook",
  steps: exact,
  asks: {
    "total of a month": (hub) => summaryCell(hub, "monthly", month.from, "Total good quantity"),
    "total of a day": (hub, { day }) => summaryCell(hub, "daily", day, "Total good quantity"),
    "total of a week": (hub, { day }) => summaryCell(hub, "weekly", day, "Total good quantity"),
    "total of an item in a period": noPeriod,
    average: (hub) => summaryCell(hub, "monthly", month.from, "Average a batch"),
    "number of records": (hub) => summaryCell(hub, "monthly", month.from, "Batches"),
    "days of a month": async (hub) =>
      (await sheetsOf(hub, "monthly", month.from))[1]!
        .slice(1, 32)
        .flatMap(([, quantity, batches], at) =>
          batches > 0 ? [[`${month.name}-${String(at + 1).padStart(2, "0")}`, quantity]] : [],
        ),
    "months of a year": noYear,
    "top 5 items": async (hub) =>
      itemLines(await sheetsOf(hub, "monthly", month.from))
        .slice(0, 5)
        .map(([code, , quantity]) => [code, quantity]),
    "comparison of two periods": async (hub) => {
      const sheets = await sheetsOf(hub, "monthly", month.from);
      const line = sheets[0]!.find(([, period]) => String(period).startsWith(monthBefore.from))!;
      return [sheets[0]!.find(([first]) => first === "Total good quantity")![1], line[2], line[3]];
    },
    "a lot's history": noLots,
    "share of an item": async (hub, { item }) =>
      itemLines(await sheetsOf(hub, "monthly", month.from)).find(([code]) => code === item)?.[4] ?? null,
    "target achievement": async (hub) => {
      const [summary] = await sheetsOf(hub, "monthly", month.from);
      const line = summary!.findLast((cells) => typeof cells[2] === "number" && typeof cells[4] === "number")!;
      return [line[3], line[4]];
    },
  },
};

/** Below the headings, without the last line, of all items together. */
function itemLines(sheets: Json[][][]): Json[][] {
  const below = sheets[2]!.slice(1);
  const end = below.findIndex(([, , quantity]) => typeof quantity !== "number");
  return below.slice(0, (end < 0 ? below.length : end) - 1);
}

/** The ways that need nothing but a hub. */
export const plainWays: readonly Way[] = [
  rest,
  csv,
  excel,
  dashboard,
  charts,
  planner,
  reports,
  reportPages,
  workbooks,
];
