import type { DemoDay } from "./calendar.ts";
import { addDays, rowsPerDay } from "./calendar.ts";
import type { DemoItem } from "./catalogue.ts";
import type { Random } from "./random.ts";
import { WeightedChoice } from "./random.ts";

export type DemoValue = string | number | null;

/** The columns of one row, in the order of the values that `demoRows` gives. */
export const ROW_COLUMNS = ["production_date", "lot_number", "item_code", "item_name", "good_quantity"] as const;

/** Rows in one batch of `demoRows`: more values per statement gained nothing (0.8 s per million rows from 32 rows on). */
export const BATCH_ROWS = 32;

/** What one file of demo data holds. */
export interface RowPlan {
  readonly days: readonly DemoDay[];
  readonly rows: number;
  /** Month of the file's first day, counted from the first month of all the data. */
  readonly firstMonth: number;
  readonly catalogue: readonly DemoItem[];
  /** Share of each item of the catalogue in an average month. */
  readonly popularity: readonly number[];
  /** About how many rows carry a text that is no date, and how many a day that another file owns. */
  readonly undated: number;
  readonly misplaced: number;
  readonly foreignDays: readonly string[];
}

/** As the ERP writes it: the Korean long form of midnight, whatever the time of the booking was. */
const LONG_FORM = " 오전 12:00:00";
const PLAIN_SHARE = 0.08;
const TIMED_SHARE = 0.04;
/** Bookings that reach the ERP up to four days late, so that ids are only roughly in the order of the days. */
const LATE_SHARE = 0.04;
/** Rows that book a further part of the lot before. */
const SAME_LOT_SHARE = 0.12;
const NO_LOT_SHARE = 0.02;
const NO_NAME_SHARE = 0.001;

/** Shift times from 08:00 to 19:59, as they stand behind the day. */
const TIMES = Array.from({ length: 720 }, (_, minute) => {
  const hour = String(8 + Math.floor(minute / 60)).padStart(2, "0");
  return ` ${hour}:${String(minute % 60).padStart(2, "0")}:00`;
});

/** Texts that do not begin with a valid date; each was typed by hand into some ERP. */
function noDates(year: string): string[] {
  return [
    "",
    "미정",
    "N/A",
    `${year}/03/02`,
    `${year}0302`,
    "0000-00-00",
    `${year}-02-30${LONG_FORM}`,
    `${year}-13-01`,
  ];
}

/**
 * Good quantity of a batch: around the usual size, mostly whole; 2 % with a fraction, 0.3 % zero, 0.2 % negative
 * (a correction of an earlier booking), 0.2 % not known.
 */
function quantity(usual: number, random: Random): number | null {
  const kind = random.fraction();
  const whole = Math.round(usual * (0.7 + 0.6 * random.fraction()));
  if (kind < 0.002) return null;
  if (kind < 0.005) return 0;
  if (kind < 0.007) return -Math.ceil(whole / 20);
  if (kind < 0.027) return whole + (1 + random.below(19)) / 20;
  return whole;
}

interface MonthlyChoice {
  readonly items: WeightedChoice;
  readonly names: readonly string[];
}

/** What is produced in a month and under which names. */
function choiceOf(plan: RowPlan, month: number, calendarMonth: number): MonthlyChoice {
  const weights = plan.catalogue.map(({ produced, season }, index) =>
    month < produced.from || month > produced.to ? 0 : plan.popularity[index]! * season[calendarMonth]!,
  );
  const names = plan.catalogue.map(({ names }) => names.findLast(({ fromMonth }) => fromMonth <= month)!.name);
  return { items: new WeightedChoice(weights), names };
}

/**
 * The rows of one file in the order of their booking, as batches of up to `BATCH_ROWS` rows: one flat array with the
 * values of `ROW_COLUMNS` row after row. The array is filled anew for each batch; a last, smaller batch is shorter.
 */
export function* demoRows(plan: RowPlan, random: Random): Generator<DemoValue[]> {
  const { days, catalogue, foreignDays } = plan;
  const counts = rowsPerDay(days, plan.rows);
  const longTexts = days.map(({ day }) => day + LONG_FORM);
  const undatedTexts = noDates(days[0]!.day.slice(0, 4));
  const undatedEvery = Math.max(2, Math.floor(plan.rows / plan.undated));
  const misplacedEvery = Math.max(2, Math.floor(plan.rows / plan.misplaced));
  const lotSerials = ["000"];

  const width = ROW_COLUMNS.length;
  const batch: DemoValue[] = new Array(BATCH_ROWS * width);
  let filled = 0;
  let row = 0;
  let choice: MonthlyChoice | undefined;
  let choiceMonth = "";
  let item = 0;
  let lot = "";

  for (const [index, { day }] of days.entries()) {
    if (day.slice(0, 7) !== choiceMonth) {
      choiceMonth = day.slice(0, 7);
      const calendarMonth = Number(day.slice(5, 7)) - 1;
      choice = choiceOf(plan, plan.firstMonth + calendarMonth, calendarMonth);
    }
    const { items, names } = choice!;
    const lotPrefix = `LT${day.slice(2, 4)}${day.slice(5, 7)}${day.slice(8, 10)}-`;
    let serial = 0;

    for (let left = counts[index]!; left > 0; left--, row++) {
      if (serial === 0 || random.fraction() >= SAME_LOT_SHARE) {
        item = items.pick(random.fraction());
        serial++;
        if (serial === lotSerials.length) lotSerials.push(String(serial).padStart(3, "0"));
        lot = lotPrefix + lotSerials[serial]!;
      }

      const dayIndex = random.fraction() < LATE_SHARE ? Math.max(0, index - 1 - random.below(4)) : index;
      const spelling = random.fraction();
      let text = longTexts[dayIndex]!;
      if (row % undatedEvery === undatedEvery >> 1) text = undatedTexts[random.below(undatedTexts.length)]!;
      else if (row % misplacedEvery === misplacedEvery >> 2)
        text = foreignDays[random.below(foreignDays.length)]! + LONG_FORM;
      else if (spelling < PLAIN_SHARE) text = days[dayIndex]!.day;
      else if (spelling < PLAIN_SHARE + TIMED_SHARE) text = days[dayIndex]!.day + TIMES[random.below(TIMES.length)]!;

      const missing = random.fraction();
      batch[filled] = text;
      batch[filled + 1] = missing < NO_LOT_SHARE ? null : lot;
      batch[filled + 2] = catalogue[item]!.code;
      batch[filled + 3] = missing >= 1 - NO_NAME_SHARE ? null : names[item]!;
      batch[filled + 4] = quantity(catalogue[item]!.batchSize, random);
      filled += width;
      if (filled === batch.length) {
        yield batch;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield batch.slice(0, filled);
}

/** Days just outside the years of a file, which rows of that file may carry by mistake; none after `today`. */
export function foreignDays(year: number, options: { before: boolean; after: boolean; today: string }): string[] {
  const days: string[] = [];
  for (let offset = 1; offset <= 10; offset++) {
    if (options.before) days.push(addDays(`${year}-01-01`, -offset));
    const next = addDays(`${year}-12-31`, offset);
    if (options.after && next <= options.today) days.push(next);
  }
  return days;
}
