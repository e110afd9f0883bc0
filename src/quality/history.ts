import { addDays, daysBetween, weekday } from "../production/calendar.ts";
import type { Columns } from "../rollup/columns.ts";
import type { Day } from "../segments/day.ts";
import { isKoreanHoliday } from "../statistics/holidays.ts";

/** Four years and a month: the oldest days that a season is learned from. Slips far in the past, such as 1900, lie before. */
const mostDays = 1_500;

/** The daily totals of one item: only days with rows, ascending. */
export interface ItemHistory {
  code: string;
  /** Positions on the history's axis of days. */
  at: Int32Array;
  /** Rows, good quantity, smallest and greatest quantity of a row (NaN where all are NULL). */
  count: Float64Array;
  sum: Float64Array;
  min: Float64Array;
  max: Float64Array;
}

/** Daily totals of all items over a gapless axis of days, from the first one looked at up to the last complete one. */
export interface History {
  first: Day;
  /** Days on the axis. */
  length: number;
  /** By code. */
  items: ItemHistory[];
  count: Float64Array;
  sum: Float64Array;
  /** Monday is 0. */
  weekday: Uint8Array;
  /** Months since the year 0, so that `% 12` is 0 for January; and the day of the month. */
  month: Int32Array;
  date: Uint8Array;
  /** 1 on public holidays. */
  holiday: Uint8Array;
}

interface Cells {
  at: number[];
  count: number[];
  sum: number[];
  min: number[];
  max: number[];
}

/** The day at a position of the axis. */
export const dayAt = (history: Pick<History, "first">, at: number): Day => addDays(history.first, at);
/** The position of a day on the axis; negative before it. */
export const positionOf = (history: Pick<History, "first">, day: Day): number => daysBetween(history.first, day);

/**
 * Puts the daily totals of all segments together, up to and including `last`. `holidays` is for a factory in Korea. Null where there is no day up to `last`.
 */
export function historyOf(segments: readonly Columns[], last: Day, holidays: boolean): History | null {
  const earliest = addDays(last, 1 - mostDays);
  const days = segments.flatMap((columns) => columns.days.filter((day) => day >= earliest && day <= last)).sort();
  const [first, newest] = [days[0], days.at(-1)];
  if (first === undefined || newest === undefined) return null;
  const length = daysBetween(first, newest) + 1;
  const cells = new Map<string, Cells>();
  const count = new Float64Array(length);
  const sum = new Float64Array(length);
  for (const columns of segments) {
    const own = columns.items.map(({ code }) => cellsOf(cells, code));
    for (const [position, day] of columns.days.entries()) {
      if (day < first || day > newest) continue;
      const at = daysBetween(first, day);
      for (let cell = columns.dayStart[position]!; cell < columns.dayStart[position + 1]!; cell++) {
        push(own[columns.item[cell]!]!, at, columns, cell);
        count[at]! += columns.count[cell]!;
        sum[at]! += columns.sum[cell]!;
      }
    }
  }
  const items = [...cells]
    .filter(([, { at }]) => at.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, own]) => merged(code, own));
  const axis = calendarOf(first, length, holidays);
  return { first, length, items, count, sum, ...axis };
}

/** Weekday, month and holidays along an axis of days. */
function calendarOf(
  first: Day,
  length: number,
  holidays: boolean,
): Pick<History, "weekday" | "month" | "date" | "holiday"> {
  const days = Array.from({ length }, (_, at) => addDays(first, at));
  return {
    weekday: Uint8Array.from(days, weekday),
    month: Int32Array.from(days, (day) => 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7)) - 1),
    date: Uint8Array.from(days, (day) => Number(day.slice(8))),
    holiday: Uint8Array.from(days, (day) => (holidays && isKoreanHoliday(day) ? 1 : 0)),
  };
}

function cellsOf(cells: Map<string, Cells>, code: string): Cells {
  let own = cells.get(code);
  if (!own) {
    own = { at: [], count: [], sum: [], min: [], max: [] };
    cells.set(code, own);
  }
  return own;
}

function push(own: Cells, at: number, { count, sum, min, max }: Columns, cell: number): void {
  own.at.push(at);
  own.count.push(count[cell]!);
  own.sum.push(sum[cell]!);
  own.min.push(min[cell]!);
  own.max.push(max[cell]!);
}

/** One cell a day: a day's rows may stand in two files. */
function merged(code: string, { at, count, sum, min, max }: Cells): ItemHistory {
  const order = at.map((_, cell) => cell).sort((a, b) => at[a]! - at[b]!);
  const cells: Cells = { at: [], count: [], sum: [], min: [], max: [] };
  for (const cell of order) {
    const last = cells.at.length - 1;
    if (cells.at[last] !== at[cell]) {
      cells.at.push(at[cell]!);
      cells.count.push(count[cell]!);
      cells.sum.push(sum[cell]!);
      cells.min.push(min[cell]!);
      cells.max.push(max[cell]!);
      continue;
    }
    cells.count[last]! += count[cell]!;
    cells.sum[last]! += sum[cell]!;
    if (!(cells.min[last]! <= min[cell]!)) cells.min[last] = Number.isNaN(min[cell]!) ? cells.min[last]! : min[cell]!;
    if (!(cells.max[last]! >= max[cell]!)) cells.max[last] = Number.isNaN(max[cell]!) ? cells.max[last]! : max[cell]!;
  }
  return {
    code,
    at: Int32Array.from(cells.at),
    count: Float64Array.from(cells.count),
    sum: Float64Array.from(cells.sum),
    min: Float64Array.from(cells.min),
    max: Float64Array.from(cells.max),
  };
}

/** The first cell of an item at or after a position. */
export function cellFrom({ at }: ItemHistory, position: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! >= position) high = middle;
    else low = middle + 1;
  }
  return low;
}
