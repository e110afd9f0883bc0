import fc from "fast-check";
import { dayOf, type Oracle } from "../../oracle.ts";
import type { Factory, Row } from "../files.ts";
import { type Near, near } from "../match.ts";

/** A factory's files, and what is asked about them. */
export interface Sample {
  readonly factory: Factory;
  readonly item: string;
  /** Days of a period, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly lot: string;
  /** A day of the month that is asked about. */
  readonly day: string;
  /** Targets of that month by item. */
  readonly targets: Readonly<Record<string, number>>;
}

/** The month that is asked about, and the same one a year before, each with its last day. */
export const month = { name: "2026-05", from: "2026-05-01", to: "2026-05-31" };
export const monthBefore = { name: "2025-05", from: "2025-05-01", to: "2025-05-31" };
/** The year whose months are asked about: most of it lies in an archive. */
export const year = { name: "2025", from: "2025-01-01", to: "2025-12-31" };

const items: Readonly<Record<string, readonly (string | null)[]>> = {
  BW0021: ["클리어 렌즈", "클리어 렌즈 신형"],
  BW0022: ["블루 렌즈", null],
  B0061: ["아쿠아 원데이 10P"],
  C1203: ["비너스 브라운 원데이"],
  "M0007/2_A": ["먼슬리 & <혼합>"],
  BW0085: [null],
  C1215: ["=비너스 그레이"],
};
const codes = Object.keys(items);
const lots = ["LT260501-001", "LT260501-002", "LT260513-007", "LT250513-001"];
const times = [" 오전 12:00:00", " 오후 03:04:05", "", " 14:05:00"];
const undated = ["미정", "2026-05-32", "2026-02-30 오전 12:00:00", "", "20260513"];
/** What SQLite keeps in a REAL column as it is: text that begins as a number, other text, bytes, infinity. */
const noNumbers = ["12abc", "1,200", "abc", Buffer.from("7개"), Number.POSITIVE_INFINITY] as unknown as number[];

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const two = (value: number): string => String(value).padStart(2, "0");
const dayIn = (months: readonly string[]) =>
  fc.tuple(pick(months), fc.integer({ min: 1, max: 28 })).map(([name, day]) => `${name}-${two(day)}`);
const everyMonth = ["2024", "2025", "2026"].flatMap((name) =>
  Array.from({ length: 10 }, (_, at) => `${name}-${two(at + 1)}`),
);
const day = fc.oneof(
  { weight: 5, arbitrary: dayIn([month.name]) },
  { weight: 3, arbitrary: dayIn([monthBefore.name]) },
  { weight: 4, arbitrary: dayIn(everyMonth) },
  // The first and last days of what is asked about, and their neighbours.
  { weight: 1, arbitrary: pick(["2026-04-30", "2026-05-01", "2026-05-31", "2026-06-01", "2025-01-01", "2025-12-31"]) },
);
const dateText = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(day, pick(times)).map(([one, time]) => one + time) },
  { weight: 1, arbitrary: pick(undated) },
);
const quantity = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 90_000 }) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 9_000_000 }).map((value) => value / 100) },
  { weight: 1, arbitrary: fc.integer({ min: -500, max: -1 }) },
  { weight: 2, arbitrary: pick([0, null, ...noNumbers]) },
);
const drawnRow = fc.record({
  production_date: dateText,
  lot_number: fc.oneof(pick(lots), pick([null, "", "미상"])),
  item: pick(codes).chain((code) => pick(items[code]!).map((name) => ({ item_code: code, item_name: name }))),
  good_quantity: quantity,
  /** Where it stands: where its day belongs, in Live whatever its day, or in both files. */
  stands: pick(["home", "home", "home", "home", "home", "home", "live", "both", "both, changed"] as const),
});

/** Draws a Live and two archives in which every kind of nasty row occurs, with something to ask about. */
export const sampleArbitrary: fc.Arbitrary<Sample> = fc
  .record({
    drawn: fc.array(drawnRow, { minLength: 40, maxLength: 160 }),
    item: pick(codes),
    period: fc.tuple(day, day),
    lot: pick(lots),
    day: dayIn([month.name]),
    targets: fc.dictionary(pick(codes.slice(0, 4)), fc.integer({ min: 1, max: 500_000 }), { minKeys: 1 }),
  })
  .map(({ drawn, period, ...asked }) => {
    const files: Record<"2024" | "2025" | "live", Row[]> = { 2024: [], 2025: [], live: [] };
    const add = (at: number, { item, stands, ...fields }: (typeof drawn)[number]): void => {
      const one: Row = { id: at + 1, ...item, ...fields };
      const name = one.production_date.slice(0, 4);
      const home = name === "2024" || name === "2025" ? name : "live";
      if (stands === "live") files.live.push(one);
      else files[home].push(one);
      if (home === "live" || !stands.startsWith("both")) return;
      files.live.push(stands === "both" ? one : { ...one, good_quantity: 7 });
    };
    for (const [at, one] of drawn.entries()) add(at, one);
    // Some row in what is asked about, and one after it, so that the month is over whatever was drawn.
    for (const [at, text] of [`${asked.day} 오전 12:00:00`, "2025-05-13", "2026-10-15"].entries()) {
      const item = { item_code: asked.item, item_name: "렌즈" };
      add(drawn.length + at, {
        production_date: text,
        lot_number: asked.lot,
        item,
        good_quantity: 1000,
        stands: "home",
      });
    }
    const [from, to] = period.sort() as [string, string];
    const archives = new Map([
      [2024, files["2024"]],
      [2025, files["2025"]],
    ]);
    return { ...asked, from, to, factory: { live: files.live, archives } };
  });

/** The answers to the questions; days and months are those with rows, a lot's batches in any order. */
export interface Answers {
  "total of a month": number;
  "total of a day": number;
  "total of a week": number;
  "total of an item in a period": number;
  average: number;
  "number of records": number;
  "days of a month": [day: string, total: number][];
  "months of a year": [month: string, total: number][];
  "top 5 items": [code: string, total: number][];
  "comparison of two periods": [now: number, before: number, difference: number];
  "a lot's history": [day: string, code: string, quantity: number | null][];
  "share of an item": number | null;
  "target achievement": [made: number, achieved: number];
}

export type Question = keyof Answers;

/** How coarse a way shows quantities, averages and shares: half of the last digit. */
export interface Steps {
  readonly quantity: number;
  readonly average: number;
  readonly share: number;
  /** Of what is made of a target, where that is coarser than other quantities. */
  readonly target?: number;
}

/** What every way must answer, out of plain arithmetic over the rows. */
export function expectedAnswers(oracle: Oracle, sample: Sample, steps: Steps): Record<Question, unknown> {
  const { item, from, to, lot, day, targets } = sample;
  const totalOf = (range: { from: string; to: string }, code = "") =>
    Object.values(
      (
        oracle.compare({
          period1_from: range.from,
          period1_to: range.to,
          period2_from: range.from,
          period2_to: range.to,
          item_code: code,
        }) as { period1: Record<string, Near> }
      ).period1,
    ) as unknown as [string, Near, number, Near];
  const shown = (value: Near, step = steps.quantity) => near(value.value, value.tolerance + step);
  const parts = (list: unknown[], field: string) =>
    (list as Record<string, Near>[]).map((one) => [one[field], shown(one.total_production!)]);
  const rangeOf = ({ from, to }: { from: string; to: string }) => ({ date_from: from, date_to: to });
  const [, whole, count, average] = totalOf(month);
  const [, before] = totalOf(monthBefore);
  const [, own] = totalOf(month, item);
  const made = Object.keys(targets).map((code) => totalOf(month, code)[1]);
  const wanted = Object.values(targets).reduce((sum, target) => sum + target, 0);
  const sumOf = (list: readonly Near[]) =>
    near(
      list.reduce((sum, { value }) => sum + value, 0),
      list.reduce((sum, { tolerance }) => sum + tolerance, 0),
    );
  const reached = sumOf(made);
  return {
    "total of a month": shown(whole),
    "total of a day": shown(totalOf({ from: day, to: day })[1]),
    "total of a week": shown(totalOf(weekOf(day))[1]),
    "total of an item in a period": shown(totalOf({ from, to }, item)[1]),
    average: shown(average, steps.average),
    "number of records": count,
    "days of a month": parts(oracle.daily(rangeOf(month)), "day"),
    "months of a year": parts(oracle.monthlyTotal(rangeOf(year)), "year_month"),
    "top 5 items": parts((oracle.byItem({ ...rangeOf(month), limit: "5" }) as { data: unknown[] }).data, "item_code"),
    "comparison of two periods": [
      shown(whole),
      shown(before),
      shown(near(whole.value - before.value, whole.tolerance + before.tolerance)),
    ],
    "a lot's history": inOrder(
      oracle
        .records({ lot_number: lot, limit: "5000" })
        .data.map((one) => [dayShown(one.production_date), one.item_code, one.good_quantity]),
    ).map(([date, code, quantity]) => [date, code, quantity === null ? null : near(quantity, steps.quantity)]),
    "share of an item": whole.value > 0 ? near(own.value / whole.value, 1e-9 + steps.share) : null,
    "target achievement": [shown(reached, steps.target), near(reached.value / wanted, 1e-9 + steps.share)],
  };
}

/** Monday to Sunday of the week of a day. */
export function weekOf(day: string): { from: string; to: string } {
  const date = new Date(`${day}T00:00:00Z`);
  const plus = (days: number) => new Date(date.getTime() + days * 86_400_000).toISOString().slice(0, 10);
  const weekday = (date.getUTCDay() + 6) % 7;
  return { from: plus(-weekday), to: plus(6 - weekday) };
}

/** The day that a text begins with; ways differ in how they show a text that begins with none. */
export function dayShown(text: string): string {
  return dayOf(text) ?? "undated";
}

/** A lot's batches in an order that all ways can be brought into, however they round: not every way knows which file a row stands in. */
export function inOrder(batches: readonly (readonly unknown[])[]): Answers["a lot's history"] {
  const text = (one: readonly unknown[]): string => `${one[0]} ${one[1]}`;
  return (batches as Answers["a lot's history"]).toSorted(
    (a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0) || (a[2] ?? -Infinity) - (b[2] ?? -Infinity),
  );
}
