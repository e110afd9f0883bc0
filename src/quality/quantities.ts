import { mad, madToSigma, median, quantile } from "../statistics/robust.ts";
import { type Found, findingId } from "./finding.ts";
import { cellFrom, dayAt, type History, type ItemHistory } from "./history.ts";

/** Days with rows from which an item's usual quantities are known. */
const leastDays = 12;
/** How far from the usual on a logarithmic scale, in robust standard deviations, and at least how many times as much or as little. */
const leastSigmas = 6;
const leastHigh = 4;
const leastLow = 20;
/** A correction may take back this part of a usual row, whatever was usual; more than that is a row with the wrong sign. */
const leastCorrection = 0.3;
/** Days with rows of all items from which it is known whether negative quantities are usual at all. */
const knownCells = 300;

/**
 * Rows of an item with far more or far less than its rows usually have, and rows with a negative quantity that is no correction as it is usual, on
 * the days from `from` up to but without `end`. The daily totals hold the smallest and the greatest row of each day, so no row is read.
 */
export function oddQuantities(history: History, from: number, end: number): Found[] {
  const corrections = usualCorrections(history, end);
  return history.items.flatMap((item) => ofItem(history, item, from, end, corrections));
}

/** The greatest part of a usual row that negative rows usually take back; 0 where there are none, null where too little is known. */
function usualCorrections(history: History, end: number): number | null {
  const parts: number[] = [];
  let cells = 0;
  for (const item of history.items) {
    const usual = usualRow(item, end);
    if (usual === null) continue;
    const last = cellFrom(item, end);
    cells += last;
    for (let cell = 0; cell < last; cell++) if (item.min[cell]! < 0) parts.push(-item.min[cell]! / usual);
  }
  if (cells < knownCells) return null;
  // A few among hundreds of days are slips themselves, and not what is usual.
  return parts.length < 5 || parts.length < cells / 1_000 ? 0 : Math.max(leastCorrection, 3 * quantile(parts, 0.75));
}

/** What a row of an item usually is: the middle of its days' averages. Null where too little is known. */
function usualRow(item: ItemHistory, end: number): number | null {
  const last = cellFrom(item, end);
  if (last < leastDays) return null;
  const rows: number[] = [];
  for (let cell = 0; cell < last; cell++) if (item.sum[cell]! > 0) rows.push(item.sum[cell]! / item.count[cell]!);
  return rows.length < leastDays ? null : median(rows);
}

function ofItem(history: History, item: ItemHistory, from: number, end: number, correction: number | null): Found[] {
  const usual = usualRow(item, end);
  const first = cellFrom(item, from);
  const last = cellFrom(item, end);
  if (usual === null || first === last) return [];
  const high = bound(item.max.subarray(0, last), leastHigh);
  const low = bound(item.min.subarray(0, last), leastLow);
  const found: Found[] = [];
  const add = (kind: "absurd-quantity" | "negative-quantity", cell: number, quantity: number): void => {
    const day = dayAt(history, item.at[cell]!);
    const figures = { quantity, usual, ratio: quantity / usual, rows: item.count[cell]! };
    found.push({
      id: findingId(kind, item.code, day),
      kind,
      severity: "warning",
      day,
      item: item.code,
      // A still odder one on the same day is not what somebody found fine.
      extent: Math.abs(quantity) > usual || quantity < 0 ? Math.abs(quantity) : -quantity,
      figures,
    });
  };
  for (let cell = first; cell < last; cell++) {
    const [min, max] = [item.min[cell]!, item.max[cell]!];
    if (high && max > high.middle * high.factor) add("absurd-quantity", cell, max);
    else if (low && min > 0 && min < low.middle / low.factor) add("absurd-quantity", cell, min);
    if (min < 0 && correction !== null && -min > correction * usual) add("negative-quantity", cell, min);
  }
  return found;
}

/** The middle of the values above 0, and the factor from it beyond which a value is absurd. */
function bound(values: Float64Array, least: number): { middle: number; factor: number } | null {
  const logs = values.filter((value) => value > 0).map(Math.log);
  if (logs.length < leastDays) return null;
  const middle = median(logs);
  return { middle: Math.exp(middle), factor: Math.max(least, Math.exp(leastSigmas * madToSigma * mad(logs, middle))) };
}
