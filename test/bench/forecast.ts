/**
 * Back-test of the month's forecast (docs/targets.md) over demo data: at several days of each month of two years it is asked what will be made until the month's end,
 * knowing nothing later, and compared with what was made and with four forecasts that need no thought.
 *
 *     bun test/bench/forecast.ts [--seeds 20260113,7] [--today 2026-11-20] [--rows 150000]
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateDemo } from "../../src/demo/generate.ts";
import { addDays, addMonths, daysBetween } from "../../src/production/calendar.ts";
import { readAnswer } from "../../src/production/desk.ts";
import type { ItemDays } from "../../src/production/item-days.ts";
import { errorAt, forecastMonth, sumOf } from "../../src/targets/forecast.ts";
import { openDesk } from "../support/desk.ts";
import { temporaryHome } from "../support/files.ts";

const { values: options } = parseArgs({
  options: {
    seeds: { type: "string", default: "20260113,7,42" },
    today: { type: "string", default: "2026-11-20" },
    rows: { type: "string", default: "150000" },
  },
});
const { today } = options;

/** Days of the month that are over when the forecast is made. */
const days = [0, 1, 5, 10, 15, 20, 25];
/** Full months that are forecast, before the present one. */
const months = 22;

const naive = {
  "last year": "the same month of last year",
  "run rate": "what was made so far, by calendar days",
  "last month": "the month before",
  pace: "what was made so far and the last 28 days' daily mean for the rest",
} as const;
const methods = ["forecast", ...Object.keys(naive)] as ("forecast" | keyof typeof naive)[];

/** Sums over all forecasts made at one day of the month. */
interface Score {
  actual: number;
  items: Record<string, number>;
  /** Mean absolute percentage errors of items, and how many months of items they are of. */
  shares: Record<string, number>;
  counted: number;
  total: Record<string, number>;
  inside: number;
  insideTotal: number;
  totals: number;
}

const fresh = (): Score => ({
  actual: 0,
  items: {},
  shares: {},
  counted: 0,
  total: {},
  inside: 0,
  insideTotal: 0,
  totals: 0,
});

/** The history of a demo factory: all of its items, day by day. */
async function historyOf(seed: number): Promise<ItemDays> {
  const home = temporaryHome();
  generateDemo({ databaseDir: join(home, "database"), today, seed, rows: Number(options.rows) });
  const { desk, close } = openDesk(home);
  try {
    const items = readAnswer(await desk.ask("items", { limit: 100_000 })) as { item_code: string }[];
    const { first, newest } = readAnswer(await desk.ask("coverage", { today })) as { first: string; newest: string };
    const codes = items.map(({ item_code }) => item_code);
    return readAnswer(await desk.ask("item_days", { from: first, to: newest, items: codes })) as ItemDays;
  } finally {
    close();
    rmSync(home, { recursive: true });
  }
}

/** Forecasts one month of a history after so many of its days, and adds how far off each method was. */
function judge(history: ItemDays, month: string, over: number, score: Score): void {
  const at = (day: string): number => daysBetween(history.from, day);
  const start = at(`${month}-01`);
  const end = at(addDays(addMonths(`${month}-01`, 1), -1));
  const last = start + over - 1;
  const monthBefore = (back: number, values: readonly number[]): number =>
    sumOf(values, at(addMonths(`${month}-01`, -back)), at(addDays(addMonths(`${month}-01`, 1 - back), -1)));
  const { items, total, itemErrors, totalErrors } = forecastMonth(history, {
    month,
    last: addDays(`${month}-01`, over - 1),
  });
  const [low, high] = [errorAt(itemErrors, 0.1), errorAt(itemErrors, 0.9)];
  let actualOfAll = 0;
  let madeOfAll = 0;
  const ofAll: Record<string, number> = {};
  for (const { item_code, values } of history.items) {
    const actual = sumOf(values, start, end);
    const made = sumOf(values, start, last);
    const { expected, scale } = items.get(item_code)!;
    const said: Record<(typeof methods)[number], number> = {
      forecast: made + expected,
      "last year": monthBefore(12, values),
      "run rate": over === 0 ? 0 : (made / over) * (end - start + 1),
      "last month": monthBefore(1, values),
      pace: made + (sumOf(values, last - 27, last) / 28) * (end - last),
    };
    actualOfAll += actual;
    madeOfAll += made;
    score.actual += actual;
    for (const method of methods) {
      const error = Math.abs(said[method] - actual);
      score.items[method] = (score.items[method] ?? 0) + error;
      if (actual > 0) score.shares[method] = (score.shares[method] ?? 0) + error / actual;
      ofAll[method] = (ofAll[method] ?? 0) + said[method];
    }
    if (actual <= 0) continue;
    score.counted += 1;
    const come = actual - made;
    // A fraction for the last digit of sums.
    if (come >= Math.max(0, expected + low * scale) - 1e-6 && come <= Math.max(0, expected + high * scale) + 1e-6)
      score.inside += 1;
  }
  for (const method of methods)
    score.total[method] = (score.total[method] ?? 0) + Math.abs(ofAll[method]! - actualOfAll);
  const come = actualOfAll - madeOfAll;
  score.totals += 1;
  if (
    come >= total.expected + errorAt(totalErrors, 0.1) * total.scale &&
    come <= total.expected + errorAt(totalErrors, 0.9) * total.scale
  )
    score.insideTotal += 1;
}

const scores = new Map(days.map((over) => [over, fresh()]));
const started = performance.now();
let forecasts = 0;
for (const seed of options.seeds.split(",").map(Number)) {
  const history = await historyOf(seed);
  for (let back = months; back >= 1; back--) {
    const month = addMonths(`${today.slice(0, 7)}-01`, -back).slice(0, 7);
    for (const over of days) {
      judge(history, month, over, scores.get(over)!);
      forecasts += 1;
    }
  }
}
const ms = (performance.now() - started) / forecasts;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const table = (title: string, of: (score: Score, method: string) => number): void => {
  console.log(`\n${title}\n\n| days over | ${methods.join(" | ")} |\n| ---: |${" ---: |".repeat(methods.length)}`);
  for (const [over, score] of scores)
    console.log(`| ${over} | ${methods.map((method) => percent(of(score, method))).join(" | ")} |`);
};
table(
  "Mean absolute error of items, as a share of what was made (MAE / mean)",
  ({ items, actual }, method) => items[method]! / actual,
);
table(
  "Mean absolute percentage error of items that were made (MAPE)",
  ({ shares, counted }, method) => shares[method]! / counted,
);
table("Mean absolute error of all items together", ({ total, actual }, method) => total[method]! / actual);
console.log(
  "\nShare of the truths within the 80 % interval\n\n| days over | items | all together |\n| ---: | ---: | ---: |",
);
for (const [over, { inside, counted, insideTotal, totals }] of scores)
  console.log(`| ${over} | ${percent(inside / counted)} | ${percent(insideTotal / totals)} |`);
const all = [...scores.values()];
const sum = (of: (score: Score) => number): number => all.reduce((some, score) => some + of(score), 0);
const [ofItems, ofTotals] = [
  sum(({ inside }) => inside) / sum(({ counted }) => counted),
  sum(({ insideTotal }) => insideTotal) / sum(({ totals }) => totals),
];
console.log(
  `\nIn all: items ${percent(ofItems)}, all together ${percent(ofTotals)}. ${forecasts} forecasts, ${ms.toFixed(0)} ms each.`,
);

// What the documentation promises (docs/targets.md).
const best = (score: Score, of: "items" | "total"): number =>
  Math.min(...Object.keys(naive).map((method) => score[of][method]!));
const lost = [...scores].flatMap(([over, score]) =>
  (["items", "total"] as const)
    .filter((of) => score[of].forecast! >= best(score, of))
    .map((of) => `${of} after ${over} days`),
);
if (lost.length > 0) console.log(`A naive forecast is better: ${lost.join(", ")}.`);
if (Math.abs(ofItems - 0.8) > 0.05 || Math.abs(ofTotals - 0.8) > 0.1) console.log("The interval is not near 80 %.");
process.exit(lost.length > 0 || Math.abs(ofItems - 0.8) > 0.05 || Math.abs(ofTotals - 0.8) > 0.1 ? 1 : 0);
