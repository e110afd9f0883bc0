import { z } from "zod";
import { addDays, addMonths, daysBetween, startOf, type Unit, unitWithin } from "../production/calendar.ts";
import { type Day, isDay } from "../segments/day.ts";

/** Periods by name, as they stand in an address. */
export const periods = [
  "today",
  "yesterday",
  "this_week",
  "last_7",
  "last_30",
  "last_90",
  "this_month",
  "last_month",
  "this_quarter",
  "last_quarter",
  "this_year",
  "last_year",
] as const;
export type Period = (typeof periods)[number] | "custom";
export const comparisons = ["none", "previous", "last_year", "custom"] as const;
export const unitChoices = ["auto", "day", "week", "month"] as const;

/** What every page of the dashboard shows: the same in every address, and what is not in it has its default. */
export interface Filter {
  period: Period;
  /** Days, both inclusive. */
  from: Day;
  to: Day;
  /** Item codes; none means all. */
  items: readonly string[];
  /** Part of an item's code or name; empty for none. */
  q: string;
  compare: (typeof comparisons)[number];
  /** Days to compare with, both inclusive, where `compare` is `custom`. */
  other?: { from: Day; to: Day };
  unit: (typeof unitChoices)[number];
}

interface Days {
  from: Day;
  to: Day;
}

type Range = Pick<Filter, "period" | "from" | "to">;

/** A value in an address that means nothing; its default is used in its place. */
export interface Fault {
  field: "period" | "from" | "to" | "range" | "items" | "q" | "compare" | "unit";
  value: string;
}

/** What periods are reckoned from. */
export interface Now {
  /** The factory's date. */
  today: Day;
  /** The newest day with rows up to today; null without any. */
  newest: Day | null;
}

const fields = {
  period: z.enum([...periods, "custom"]),
  from: z.string().refine(isDay),
  to: z.string().refine(isDay),
  items: z.array(z.string().max(50)).max(200),
  q: z.string().max(100),
  compare: z.enum(comparisons),
  days: z.tuple([z.string().refine(isDay), z.string().refine(isDay)]).refine(([from, to]) => from <= to),
  unit: z.enum(unitChoices),
};

const preset = { period: "last_30", items: [], q: "", compare: "previous", unit: "auto" } as const;
/** Characters of a wrong value that are repeated to whoever sent it. */
const mostShown = 60;

/** A value as it is repeated to whoever sent it. */
export function shortened(value: string): string {
  return value.length > mostShown ? `${value.slice(0, mostShown)}…` : value;
}

/** Reads the filter from an address. Whatever it holds, there is a filter to show; `faults` says what was not used. */
export function parseFilter(query: URLSearchParams, now: Now): { filter: Filter; faults: Fault[] } {
  const faults: Fault[] = [];
  const complain = (field: Fault["field"], value: string): void => {
    faults.push({ field, value: shortened(value) });
  };
  const read = <T>(field: Exclude<Fault["field"], "range">, schema: z.ZodType<T>, value: unknown): T | undefined => {
    if (value === undefined) return undefined;
    const result = schema.safeParse(value);
    if (!result.success) complain(field, String(value));
    return result.data;
  };
  const text = (name: string): string | undefined => query.getAll(name).at(-1)?.trim() || undefined;

  const period = read("period", fields.period, text("period"));
  const named = period !== undefined && period !== "custom";
  const from = named ? undefined : read("from", fields.from, text("from"));
  const to = named ? undefined : read("to", fields.to, text("to"));
  let range: Range | null = null;
  if (named) range = { period, ...daysOf(period, now) };
  else if ((from ?? to) !== undefined && !faults.some(({ field }) => field === "from" || field === "to")) {
    const ends = { from: from ?? to!, to: to ?? now.newest ?? now.today };
    if (ends.from <= ends.to) range = { period: "custom", ...ends };
    else complain("range", `${ends.from} > ${ends.to}`);
  }
  range ??= { period: preset.period, ...daysOf(preset.period, now) };
  /** A named comparison wins over days, as a named period does; the choice of days begins with those of the previous period. */
  const readComparison = (range: Range): Pick<Filter, "compare" | "other"> => {
    const compare = read("compare", fields.compare, text("compare"));
    if (compare !== undefined && compare !== "custom") return { compare };
    const [first, last] = ["compare_from", "compare_to"].map(text);
    const days = read("compare", fields.days, first || last ? [first ?? last, last ?? first] : undefined);
    if (days) return { compare: "custom", other: { from: days[0], to: days[1] } };
    if (compare === undefined || faults.some(({ field }) => field === "compare")) return { compare: preset.compare };
    return { compare, other: comparedDays({ ...range, compare: "previous" })! };
  };
  const codes = query.getAll("items").flatMap(readCodes);
  return {
    filter: {
      ...range,
      items: read("items", fields.items, codes.length > 0 ? [...new Set(codes)] : undefined) ?? preset.items,
      q: read("q", fields.q, text("q")) ?? preset.q,
      ...readComparison(range),
      unit: read("unit", fields.unit, text("unit")) ?? preset.unit,
    },
    faults,
  };
}

/** The address of a page that shows a filter, without what is the default anyway; `own` are parameters of the page's own. */
export function addressOf(path: string, filter: Filter, own: Readonly<Record<string, string>> = {}): string {
  const { period, from, to, items, q, compare, other, unit } = filter;
  const query = new URLSearchParams();
  if (period === "custom") {
    query.set("from", from);
    query.set("to", to);
  } else if (period !== preset.period) query.set("period", period);
  if (items.length > 0) query.set("items", items.map(writeCode).join(","));
  if (q !== preset.q) query.set("q", q);
  if (compare === "custom" && other) {
    query.set("compare_from", other.from);
    query.set("compare_to", other.to);
  } else if (compare !== preset.compare) query.set("compare", compare);
  if (unit !== preset.unit) query.set("unit", unit);
  for (const [name, text] of Object.entries(own)) query.set(name, text);
  // Commas and colons need no escape in a query (RFC 3986 §3.4), and addresses are read by people.
  const search = query.toString().replaceAll("%2C", ",");
  return search === "" ? path : `${path}?${search}`;
}

/** The days that a filter's period is compared with; null where nothing is compared. */
export function comparedDays(filter: Range & Pick<Filter, "compare" | "other">): { from: Day; to: Day } | null {
  const { period, from, to, compare, other } = filter;
  if (compare === "none") return null;
  if (compare === "custom" && other) return other;
  const months = compare === "last_year" ? 12 : (monthsOf[period] ?? wholeMonths(from, to));
  if (months !== null) return monthsBefore({ from, to }, months);
  const back = period === "this_week" ? -7 : -(daysBetween(from, to) + 1);
  return { from: addDays(from, back), to: addDays(to, back) };
}

/** How many whole months a range is; null where it is none. */
function wholeMonths(from: Day, to: Day): number | null {
  const end = addDays(to, 1);
  if (!from.endsWith("-01") || !end.endsWith("-01")) return null;
  const monthOf = (day: Day): number => 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7));
  return monthOf(end) - monthOf(from);
}

/** How many months each period by name is that consists of months. */
const monthsOf: Partial<Record<Period, number>> = {
  this_month: 1,
  last_month: 1,
  this_quarter: 3,
  last_quarter: 3,
  this_year: 12,
  last_year: 12,
};

/** The same days so many months before; the end of a whole month stays one. */
function monthsBefore({ from, to }: Days, months: number): Days {
  const end = wholeMonths(from, to) === null ? addMonths(to, -months) : addDays(addMonths(addDays(to, 1), -months), -1);
  return { from: addMonths(from, -months), to: end };
}

/** The unit of a filter's series: as chosen, else one that gives some 10 to 100 bars. */
export function unitOf({ unit, from, to }: Filter): Unit {
  return unit === "auto" ? unitWithin(from, to, "day", 100) : unit;
}

/** So many days without a row at the end of what is over may be a weekend and a holiday. */
const mostQuietDays = 3;

/**
 * The days of a period by name. It ends where the data end, because days that nothing is known of yet would make it look as if it fell behind
 * what it is compared with: what goes on now, and what is over where more days are missing than are usual without production.
 */
function daysOf(period: Exclude<Period, "custom">, now: Now): Days {
  const { from, to } = calendarDays(period, now);
  const { today, newest } = now;
  if (newest === null || newest < from || newest >= to) return { from, to };
  return to >= today || daysBetween(newest, to) > mostQuietDays ? { from, to: newest } : { from, to };
}

/** The last so many days end where the data end, so that a hub whose ERP is a day behind does not open on empty days. */
function calendarDays(period: Exclude<Period, "custom">, { today, newest }: Now): Days {
  const end = newest ?? today;
  const since = (from: Day): Days => ({ from, to: today });
  const last = (days: number) => ({ from: addDays(end, 1 - days), to: end });
  switch (period) {
    case "today":
      return { from: today, to: today };
    case "yesterday":
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case "this_week":
      return since(startOf(today, "week"));
    case "last_7":
      return last(7);
    case "last_30":
      return last(30);
    case "last_90":
      return last(90);
    case "this_month":
      return since(startOf(today, "month"));
    case "last_month": {
      const first = startOf(today, "month");
      return { from: addMonths(first, -1), to: addDays(first, -1) };
    }
    case "this_quarter":
      return since(quarterOf(today));
    case "last_quarter": {
      const first = quarterOf(today);
      return { from: addMonths(first, -3), to: addDays(first, -1) };
    }
    case "this_year":
      return since(startOf(today, "year"));
    case "last_year": {
      const first = startOf(today, "year");
      return { from: addMonths(first, -12), to: addDays(first, -1) };
    }
  }
}

/** The first day of the quarter that a day lies in. */
const quarterOf = (day: Day): Day => addMonths(startOf(day, "month"), -((Number(day.slice(5, 7)) - 1) % 3));

/** Codes stand in a list with commas, so a comma of a code's own is written %2C (and a %2C or %25 of its own with %25). */
const writeCode = (code: string): string => code.replace(/%(?=2C|25)/g, "%25").replaceAll(",", "%2C");
const readCodes = (list: string): string[] =>
  list
    .split(",")
    .map((code) => code.trim().replaceAll("%2C", ",").replaceAll("%25", "%"))
    .filter(Boolean);
