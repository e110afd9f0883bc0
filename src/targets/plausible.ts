import type { ItemDays } from "../production/item-days.ts";
import { median } from "../statistics/robust.ts";

/** How many times its greatest usual day a day must be to be absurd: a slip of one digit too many on a good day is; no growth reaches it from one day to the next. */
const absurdTimes = 5;
/** The share of a series' days that may be absurd; with more of them they are how it is made now. */
const absurdShare = 0.02;
/** Absurd days that even a short series may have. */
const absurdAllowed = 3;
/** Days of production below which a series has no usual day of its own. */
const fewestDays = 12;

/**
 * A history as the forecast learns from it: a day up to the place `last` whose quantity is absurd for its item (999,999,999 where thousands are usual) has the
 * median of the other days in its place, and so has all that was made together; else one slip would be the growth of the whole factory, which every item borrows.
 * What was made is not told from it. Days after `last` are neither looked at nor changed.
 */
export function plausible(history: ItemDays, last: number): ItemDays {
  const whole = [...history.whole];
  const believed = history.items.map(({ values }) => greatestBelieved(values, last));
  const items = history.items.map((item, at) => ({
    ...item,
    values: corrected(item.values, last, believed[at]!, whole),
  }));
  // After the items' own, so that what is left is of items that are not among them, or too new to have a usual day.
  const ofWhole = greatestBelieved(whole, last);
  return {
    ...history,
    items: items.map((item, at) =>
      believed[at] === null ? { ...item, values: corrected(item.values, last, ofWhole, whole) } : item,
    ),
    whole: corrected(whole, last, ofWhole),
  };
}

/** The greatest quantity of a day, whatever its sign, that is believed of a series up to a place; null with too few days of production to tell. */
function greatestBelieved(values: readonly number[], last: number): number | null {
  const made = Float64Array.from(produced(values, last), Math.abs).sort();
  if (made.length < fewestDays) return null;
  const allowed = Math.max(absurdAllowed, Math.floor(absurdShare * made.length));
  return absurdTimes * made[made.length - 1 - allowed]!;
}

/** The values with the median of the other days of production in place of those beyond `most`; `whole` loses what they lose. */
function corrected(values: number[], last: number, most: number | null, whole?: number[]): number[] {
  if (most === null) return values;
  const isAbsurd = (value: number, at: number): boolean => at <= last && Math.abs(value) > most;
  if (!values.some(isAbsurd)) return values;
  const others = produced(values, last).filter((value) => Math.abs(value) <= most);
  const usual = others.length === 0 ? 0 : median(others);
  return values.map((value, at) => {
    if (!isAbsurd(value, at)) return value;
    if (whole) whole[at]! -= value - usual;
    return usual;
  });
}

const produced = (values: readonly number[], last: number): number[] =>
  values.filter((value, at) => value !== 0 && at <= last);
