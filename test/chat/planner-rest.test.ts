import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import { plain } from "../../src/chat/planner/markdown.ts";
import { factoryClock } from "../../src/observe/clock.ts";
import { isDay } from "../../src/segments/day.ts";
import { caseArbitrary, type Layout } from "../support/cases.ts";
import { archivePath, livePath, temporaryHome, writeDatabase, writeFactory } from "../support/files.ts";
import { newest as fromNewest, type Hub, type Json, startHub } from "../support/hub.ts";

/** Random factories; each is asked every question below once in Korean and once in English. */
const CASES = Number(process.env.HUB_TEST_CASES ?? 12);
const SEED = Number(process.env.HUB_TEST_SEED ?? Date.now() % 2 ** 31);

const hubs = new Map<Layout, Promise<Hub>>();
afterAll(async () => {
  for (const hub of hubs.values()) await (await hub).stop();
});

/** Days with their names in both languages. */
interface Named {
  from: string;
  to: string;
  ko: string;
  en: string;
}
const periods: readonly Named[] = [
  ...["2021", "2022", "2023", "2024", "2025"].map((year) => ({
    from: `${year}-01-01`,
    to: `${year}-12-31`,
    ko: `${year}년`,
    en: `in ${year}`,
  })),
  { from: "2025-06-01", to: "2025-06-30", ko: "2025년 6월", en: "in June 2025" },
  { from: "2024-02-01", to: "2024-02-29", ko: "2024년 2월", en: "in February 2024" },
  { from: "2024-01-01", to: "2024-06-30", ko: "2024년 상반기", en: "in the first half of 2024" },
  { from: "2025-10-01", to: "2025-12-31", ko: "2025년 4분기", en: "in Q4 2025" },
  { from: "2024-12-31", to: "2025-01-02", ko: "2024-12-31부터 2025-01-02까지", en: "from 2024-12-31 to 2025-01-02" },
  { from: "2022-06-15", to: "2022-06-15", ko: "2022년 6월 15일", en: "on June 15, 2022" },
];

/** The cell of a table: a text as it stands there, a figure, or anything. */
type Cell = string | number | null;
/** What REST says: the table of the answer, figures that its sentence must have, and the number of records behind them. */
interface Wanted {
  rows: Cell[][];
  said?: number[];
  count: number | null;
}
interface Asked {
  period: Named;
  other: Named;
  /** A code; the empty text for all items. */
  item: string;
  rest: (path: string) => Promise<Json>;
}
interface Question {
  ko: (asked: Asked) => string;
  en: (asked: Asked) => string;
  tool: string;
  /** Null where the order of two records is nobody's to say. */
  wanted: (asked: Asked) => Promise<Wanted | null>;
  /** Asks about no days, or about all of them. */
  timeless?: true;
  /** Asks about one item, or about all of them alone. */
  items?: "one" | "all";
}

const range = ({ from, to }: Named): string => `date_from=${from}&date_to=${to}`;
const about = ({ period, item }: Asked): string => `${range(period)}&item_code=${encodeURIComponent(item)}`;
const sum = (rows: Json[], field: string): number => rows.reduce((all, row) => all + row[field], 0);
const label = (item_code: string, name: string | null): string =>
  name ? `${plain(item_code)} (${plain(name)})` : plain(item_code);

async function total(asked: Asked): Promise<{ total: number; count: number; average: number }> {
  const months: Json[] = await asked.rest(`/summary/monthly_total?${about(asked)}`);
  const [quantity, count] = [sum(months, "total_production"), sum(months, "batch_count")];
  return { total: quantity, count, average: count === 0 ? 0 : quantity / count };
}
const totalTable = async (asked: Asked, said: "total" | "count" | "average"): Promise<Wanted> => {
  const all = await total(asked);
  const rows = [[asked.item === "" ? null : label(asked.item, await nameOf(asked)), all.total, all.count, all.average]];
  return { rows: rows.map(([, ...cells]) => cells), said: all.count === 0 ? [] : [all[said]], count: all.count };
};
/** The item's name as the chat and REST show it: the newest. */
async function nameOf({ item, rest }: Asked): Promise<string | null> {
  const items: Json[] = await rest(`/items?limit=2000&q=${encodeURIComponent(item)}`);
  return items.find(({ item_code }) => item_code === item)?.item_name ?? null;
}

/** Parts of a period, with the batches of all of them. */
async function parts(asked: Asked, path: string, name: string): Promise<[string, number, number][]> {
  const rows: Json[] = await asked.rest(`${path}?${about(asked)}`);
  return rows.map((row) => [row[name], row.total_production, row.batch_count]);
}
const daily = (asked: Asked) => parts(asked, "/summary/daily", "day");
const monthly = (asked: Asked) => parts(asked, "/summary/monthly_total", "year_month");
const together = (rows: [string, number, number][], key: (name: string) => string): [string, number, number][] => {
  const found = new Map<string, [string, number, number]>();
  for (const [name, quantity, batches] of rows) {
    const [, before, count] = found.get(key(name)) ?? ["", 0, 0];
    found.set(key(name), [key(name), before + quantity, count + batches]);
  }
  return [...found.values()];
};
const course = (rows: [string, number, number][], count: number | null): Wanted => ({
  rows: rows.map(([name, quantity, batches], at) => [
    name,
    quantity,
    batches,
    at === 0 ? "" : quantity - rows[at - 1]![1],
  ]),
  said: rows.length === 0 ? [] : [rows.reduce((all, [, quantity]) => all + quantity, 0)],
  count,
});
const batchesOf = (rows: [string, number, number][]): number => rows.reduce((all, [, , batches]) => all + batches, 0);
/** The first by quantity; of the same quantity the earliest. */
const extreme = (rows: [string, number, number][], sign: 1 | -1, limit: number) =>
  [...rows].sort((a, b) => sign * (a[1] - b[1]) || (a[0] < b[0] ? -1 : 1)).slice(0, limit);
const byItem = async ({ period, rest }: Asked, limit = 1000): Promise<Json[]> =>
  (await rest(`/summary/by_item?${range(period)}&limit=${limit}`)).data;
const recordRow = (row: Json): Cell[] => [
  row.production_date,
  plain(row.lot_number),
  plain(row.item_code),
  plain(row.item_name),
  row.good_quantity ?? "",
];
/**
 * The newest records that REST finds. Of the same date text the greater id comes first, where REST puts Live's before the archives': a query over
 * all files does not see in which of them a row stands.
 */
const newest = async ({ rest }: Asked, filter: string, limit: number): Promise<Wanted | null> => {
  const rows: Json[] = (await rest(`/records?${filter}&limit=1000&raw_dates=true`)).data;
  const bytes = ({ production_date }: Json): Buffer => Buffer.from(production_date);
  const sorted = rows.sort((a, b) => Buffer.compare(bytes(b), bytes(a)) || b.id - a.id).slice(0, limit);
  // Rows of different files may share date text and id.
  if (new Set(rows.map(({ production_date, id }) => `${production_date} ${id}`)).size < rows.length) return null;
  const shown = sorted.map((row) => {
    const day = row.production_date.slice(0, 10);
    return recordRow(isDay(day) ? { ...row, production_date: day } : row);
  });
  return { rows: shown, count: shown.length };
};
const ofItem = async ({ rest, item }: Asked, limit: number): Promise<Json[]> =>
  rest(`/records/${encodeURIComponent(item)}?limit=${limit}`);
const history = (rows: Json[]): Cell[][] =>
  rows.map(recordRow).map(([day, lot, , , quantity]) => [day!, lot!, quantity!]);

const questions: readonly Question[] = [
  {
    ko: ({ period, item }) => `${period.ko} ${item} 총 생산량은?`,
    en: ({ period, item }) => `What was the total production ${item && `of ${item} `}${period.en}?`,
    tool: "get_production_summary",
    wanted: (asked) => totalTable(asked, "total"),
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 배치당 평균 생산량은?`,
    en: ({ period, item }) => `average batch size ${item && `of ${item} `}${period.en}`,
    tool: "get_production_summary",
    wanted: (asked) => totalTable(asked, "average"),
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 몇 건 생산했어?`,
    en: ({ period, item }) => `how many batches ${item && `of ${item} `}${period.en}?`,
    tool: "get_production_summary",
    wanted: (asked) => totalTable(asked, "count"),
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 월별 생산량 추이`,
    en: ({ period, item }) => `monthly trend ${item && `of ${item} `}${period.en}`,
    tool: "get_monthly_trend",
    wanted: async (asked) => {
      const rows = await monthly(asked);
      return course(rows, batchesOf(rows));
    },
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 일별 생산량`,
    en: ({ period, item }) => `daily production ${item && `of ${item} `}${period.en}`,
    tool: "execute_custom_query",
    wanted: async (asked) => {
      const rows = await daily(asked);
      return course(rows, rows.length);
    },
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 주별 생산량`,
    en: ({ period, item }) => `weekly production ${item && `of ${item} `}${period.en}`,
    tool: "execute_custom_query",
    wanted: async (asked) => course(await parts(asked, "/summary/weekly", "week"), (await daily(asked)).length),
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 요일별 생산량`,
    en: ({ period, item }) => `production ${item && `of ${item} `}by weekday ${period.en}`,
    tool: "execute_custom_query",
    wanted: async (asked) => {
      const week: Json[] = await asked.rest(`/summary/by_weekday?${about(asked)}`);
      const made = week.filter(({ production_days }) => production_days > 0);
      const averages = made.map(({ avg_per_day }) => avg_per_day);
      return {
        rows: made.map((one) => [one.total_production, one.batch_count, one.production_days, one.avg_per_day]),
        said: made.length < 2 ? [] : [sum(made, "total_production"), Math.max(...averages), Math.min(...averages)],
        count: made.length,
      };
    },
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 분기별 생산량`,
    en: ({ period, item }) => `quarterly production ${item && `of ${item} `}${period.en}`,
    tool: "get_monthly_trend",
    wanted: async (asked) => {
      const rows = await monthly(asked);
      const quarters = together(rows, (one) => `${one.slice(0, 4)}-Q${Math.ceil(Number(one.slice(5)) / 3)}`);
      return course(quarters, batchesOf(rows));
    },
  },
  {
    ko: ({ period }) => `${period.ko} 생산량 상위 3개 제품`,
    en: ({ period }) => `top 3 products ${period.en}`,
    tool: "get_top_items",
    items: "all",
    wanted: async (asked) => {
      const items = await byItem(asked, 3);
      return {
        rows: items.map((one, at) => [at + 1, plain(one.item_code), plain(one.item_name), one.total_production]),
        count: sum(items, "batch_count"),
      };
    },
  },
  {
    ko: ({ period }) => `${period.ko} 가장 적게 생산한 제품 3개`,
    en: ({ period }) => `bottom 3 items ${period.en}`,
    tool: "execute_custom_query",
    items: "all",
    wanted: async (asked) => {
      const items = (await byItem(asked)).sort(
        (a, b) =>
          a.total_production - b.total_production || Buffer.compare(Buffer.from(a.item_code), Buffer.from(b.item_code)),
      );
      const least = items.slice(0, 3);
      return {
        rows: least.map((one, at) => [at + 1, plain(one.item_code), plain(one.item_name), one.total_production]),
        count: least.length,
      };
    },
  },
  {
    ko: ({ period }) => `${period.ko} 제품별 비중`,
    en: ({ period }) => `share by product ${period.en}`,
    tool: "get_top_items",
    items: "all",
    wanted: async (asked) => {
      const items = await byItem(asked, 10);
      const all = (await total(asked)).total;
      // Ties away from zero, as figures are written: Math.round makes -0.2 of -0.25.
      const percent = (part: number): number => (Math.sign(part) * Math.round(Math.abs((1000 * part) / all))) / 10;
      // Of nothing, or less, there are no shares, as on the pages.
      if (all <= 0) return { rows: [], count: null };
      const rows = items.map((one) => [
        label(one.item_code, one.item_name),
        one.total_production,
        percent(one.total_production),
      ]);
      return { rows: [...rows.map(([, ...cells]) => cells), [all, 100]], count: sum(items, "batch_count") };
    },
  },
  {
    ko: ({ period, other, item }) => `${item} ${period.ko}과 ${other.ko} 비교`,
    en: ({ period, other, item }) =>
      `compare ${period.en.replace(/^(in|on|from) /, "")} with ${other.en.replace(/^(in|on|from) /, "")}${item && ` for ${item}`}`,
    tool: "compare_periods",
    wanted: async ({ period, other, item, rest }) => {
      // The later one is compared with the earlier one.
      const [now, base] = period.from >= other.from ? [period, other] : [other, period];
      // Where the data end within one of them both are cut to what is known, as planner-answer.test.ts tells.
      const { data } = await rest(`/records?limit=1&date_to=${factoryClock("Asia/Seoul").today()}`);
      const newest: string = data[0]?.production_date.slice(0, 10) ?? "";
      if ([now, base].some(({ from, to }) => newest >= from && newest < to)) return null;
      const days = `period1_from=${now.from}&period1_to=${now.to}&period2_from=${base.from}&period2_to=${base.to}`;
      const { period1, period2 } = await rest(`/summary/compare?${days}&item_code=${encodeURIComponent(item)}`);
      const cells = (one: Json): Cell[] => [one.total_quantity, one.production_count, one.average_quantity];
      return { rows: [cells(period1), cells(period2)], count: period1.production_count + period2.production_count };
    },
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 이력 5건`,
    en: ({ period, item }) => `last 5 records ${item && `of ${item} `}${period.en}`,
    tool: "execute_custom_query",
    wanted: (asked) => newest(asked, about(asked), 5),
  },
  {
    ko: ({ item }) => `${item} 이력 7건`,
    en: ({ item }) => `last 7 records of ${item}`,
    tool: "get_item_history",
    timeless: true,
    items: "one",
    wanted: async (asked) => {
      const rows = await ofItem(asked, 7);
      return { rows: history(rows), count: rows.length };
    },
  },
  {
    ko: ({ item }) => `${item} 마지막 생산일은?`,
    en: ({ item }) => `when was ${item} last produced?`,
    tool: "get_item_history",
    timeless: true,
    items: "one",
    wanted: async (asked) => {
      const rows = await ofItem(asked, 1);
      return { rows: history(rows), count: rows.length };
    },
  },
  {
    ko: () => "LT260113-001 로트 찾아줘",
    en: () => "when was lot lt260113-001 made?",
    tool: "execute_custom_query",
    timeless: true,
    items: "all",
    wanted: (asked) => newest(asked, "lot_number=LT260113-001", 50),
  },
  {
    ko: ({ period }) => `${period.ko} 로트 LT2601`,
    en: ({ period }) => `lots LT2601 ${period.en}`,
    tool: "execute_custom_query",
    items: "all",
    wanted: (asked) => newest(asked, `${range(asked.period)}&lot_number=LT2601`, 50),
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 가장 많이 생산한 날 2개`,
    en: ({ period, item }) => `2 best days ${item && `of ${item} `}${period.en}`,
    tool: "execute_custom_query",
    wanted: async (asked) => {
      const rows = extreme(await daily(asked), -1, 2);
      return { rows, said: rows.slice(0, 1).map(([, quantity]) => quantity), count: rows.length };
    },
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 생산량이 가장 적은 날`,
    en: ({ period, item }) => `worst day ${item && `of ${item} `}${period.en}`,
    tool: "execute_custom_query",
    wanted: async (asked) => {
      const rows = extreme(await daily(asked), 1, 1);
      return { rows, said: rows.map(([, quantity]) => quantity), count: rows.length };
    },
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 가장 많이 생산한 달은?`,
    en: ({ period, item }) => `best month ${item && `of ${item} `}${period.en}`,
    tool: "get_monthly_trend",
    wanted: async (asked) => {
      const rows = await monthly(asked);
      return { rows: extreme(rows, -1, 1), count: batchesOf(rows) };
    },
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 하루 평균 생산량`,
    en: ({ period, item }) => `average daily production ${item && `of ${item} `}${period.en}`,
    tool: "execute_custom_query",
    wanted: async (asked) => {
      const days = await daily(asked);
      const all = days.reduce((sofar, [, quantity]) => sofar + quantity, 0);
      return {
        rows: days.length === 0 ? [] : [[all]],
        said: days.length === 0 ? [] : [all / days.length, days.length],
        count: 1,
      };
    },
  },
  {
    ko: ({ period, item }) => `${period.ko} ${item} 월평균 생산량`,
    en: ({ period, item }) => `average per month ${item && `of ${item} `}${period.en}`,
    tool: "get_monthly_trend",
    wanted: async (asked) => {
      const months = await monthly(asked);
      const all = months.reduce((sofar, [, quantity]) => sofar + quantity, 0);
      return {
        rows: months.length === 0 ? [] : [[all]],
        said: months.length === 0 ? [] : [all / months.length],
        count: batchesOf(months),
      };
    },
  },
  {
    ko: ({ period }) => `${period.ko} 생산한 제품 수`,
    en: ({ period }) => `how many different products did we make ${period.en}?`,
    tool: "execute_custom_query",
    items: "all",
    wanted: async (asked) => ({ rows: [], said: [(await byItem(asked)).length], count: 1 }),
  },
];

/** The rows of the first table of an answer, without headings. */
function tableOf(answer: string): string[][] {
  const lines = answer.split("\n");
  const first = lines.findIndex((line) => line.startsWith("| "));
  if (first < 0) return [];
  const rows = lines.slice(first + 2).filter((line) => line.startsWith("| "));
  return rows.map((line) => line.slice(2, -2).split(/ \| /));
}

/** Figures show two decimals; a sum's last digits depend on the order of adding. */
const isNear = (shown: number, wanted: number): boolean =>
  Math.abs(shown - wanted) <= 0.005_001 + Math.abs(wanted) * 1e-12;
const figures = (text: string): number[] =>
  (text.match(/-?\d[\d,]*(\.\d+)?/g) ?? []).map((one) => Number(one.replaceAll(",", "")));

function same(shown: string | undefined, wanted: Cell): boolean {
  if (wanted === null) return true;
  if (typeof wanted !== "number") return shown?.trim() === wanted.trim();
  return isNear(Number(shown?.replaceAll(",", "").replace(/^\+/, "")), wanted);
}

/** What is wrong with an answer; null where it says what REST says. */
function wrong(body: Json, { tool, timeless }: Question, { period, item }: Asked, wanted: Wanted): string | null {
  const [evidence] = body.evidence;
  if (body.status !== "success" || evidence?.tool !== tool) return `was answered by ${evidence?.tool}`;
  if (evidence.item_code !== (item || null)) return `is about the item ${evidence.item_code}`;
  const days = evidence.period && `${evidence.period.from} ~ ${evidence.period.to}`;
  const compared = tool === "compare_periods";
  if (!timeless && !compared && days !== `${period.from} ~ ${period.to}`) return `is about the days ${days}`;
  if (!timeless && !body.answer.split("\n")[0].includes(period.from)) return "does not begin with its period";
  if (wanted.count !== null && evidence.row_count !== wanted.count) {
    return `rests on ${evidence.row_count} records, not ${wanted.count}`;
  }
  const table = tableOf(body.answer);
  // Of a table with the name of what was asked about, the figures count.
  const shown = table.map((row) => row.slice(-(wanted.rows[0]?.length ?? 0)));
  const matches =
    wanted.rows.length === table.length &&
    wanted.rows.every((row, at) => row.every((cell, of) => same(shown[at]![of], cell)));
  if (!matches) return `shows ${JSON.stringify(table)}, not ${JSON.stringify(wanted.rows)}`;
  const sentence = figures(body.answer.split("\n\n")[1] ?? "");
  const missing = (wanted.said ?? []).filter((one) => !sentence.some((found) => isNear(found, one)));
  return missing.length > 0 ? `does not say ${missing.join(", ")}` : null;
}

/** Codes that a question can name as it stands; what is said of the others is told elsewhere. */
const nameable = new Set(["BW0021", "bw0021", "B0061", "C1203", "A/1", "A_1", "AB1"]);

test(
  "the planner's answers have REST's figures for the same days, in both languages",
  async () => {
    console.log(`planner and REST: ${CASES} factories, HUB_TEST_SEED=${SEED}`);
    let compared = 0;
    const differences: string[] = [];
    for (const [index, drawn] of fc.sample(caseArbitrary, { numRuns: CASES, seed: SEED }).entries()) {
      const { layout, factory } = drawn;
      let started = hubs.get(layout);
      if (started) {
        const { home } = await started;
        if (factory.live) writeDatabase(livePath(home), factory.live);
        for (const [year, rows] of factory.archives) writeDatabase(archivePath(home, year), rows);
      } else {
        const home = temporaryHome();
        writeFactory(home, factory);
        const cutoff = layout.cutoffYear && { ARCHIVE_CUTOFF_YEAR: String(layout.cutoffYear) };
        started = startHub({ home, env: { ...cutoff } });
        hubs.set(layout, started);
      }
      const hub = await started;
      await (await fromNewest(hub, "/items?limit=1")).bytes();
      const rest = async (path: string): Promise<Json> => (await hub.json(path)).body;
      const rows = [...(factory.live ?? []), ...[...factory.archives.values()].flat()];
      const codes = [...new Set(rows.map(({ item_code }) => item_code))].filter((code) => nameable.has(code));
      const asking = questions.flatMap((question, at) => {
        const choice = index + at;
        const withItem = question.items === "one" || (question.items !== "all" && choice % 2 === 0);
        if (withItem && codes.length === 0) return [];
        const item = withItem ? codes[choice % codes.length]! : "";
        const period = periods[(index * 3 + at * 5) % periods.length]!;
        const other = periods[(index * 3 + at * 5 + 1) % periods.length]!;
        return [{ question, asked: { period, other, item, rest } }];
      });
      await Promise.all(
        asking.map(async ({ question, asked }) => {
          const wanted = await question.wanted(asked);
          if (wanted === null) return;
          for (const language of ["ko", "en"] as const) {
            const query = question[language](asked).replaceAll(/\s+/g, " ").trim();
            const { body } = await hub.json("/chat", {
              method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify({ query }),
            });
            const fault = wrong(body, question, asked, wanted);
            if (fault) differences.push(`factory ${index}: '${query}' ${fault}; ${body.answer.slice(0, 300)}`);
            compared += 1;
          }
        }),
      );
    }
    expect(differences.slice(0, 10)).toEqual([]);
    expect(compared).toBeGreaterThan(CASES * 20);
    console.log(`planner and REST: ${compared} answers compared`);
  },
  180_000 + CASES * 5_000,
);
