import { daysText, firstDayEver } from "../../segments/day.ts";
import type { CallPlan, Grain, ItemMatch, Period, ToolName, ToolRun } from "../types.ts";
import { plain } from "./markdown.ts";
import type { Part } from "./parts.ts";
import type { Words } from "./words/ko.ts";

const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

/** A share or a change, to a tenth. */
export const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });

/** Figures with thousands separators, as both languages write them; -0 without its sign. */
export const figure = (value: number | null): string => exact.format(value || 0);

/** A difference with its sign. */
export function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${figure(value)}`;
}

/** What one tool found. */
export type Run<Name extends ToolName> = Extract<ToolRun, { name: Name }>;

/** The runs of one tool. */
export function only<Name extends ToolName>(runs: readonly ToolRun[], name: Name): Run<Name>[] {
  return runs.filter((run): run is Run<Name> => run.name === name);
}

/** What is said below the first line: a sentence or several, and a table of the figures. */
export interface Body {
  sentence: string;
  figures?: string | undefined;
}

/** The days that a call asks about; null for one without. */
export function periodOf(run: ToolRun): Period | null {
  if (run.name === "execute_custom_query") return run.evidence.period;
  return "date_from" in run.arguments ? { from: run.arguments.date_from, to: run.arguments.date_to } : null;
}

/** The days of a period as they are written. */
export const span = (period: Period, text: Words): string =>
  period.from === firstDayEver ? text.allTime(period.to) : daysText(period);

/** What a call asked about: a lot, the item of its arguments, or those of the question, or all. */
export function who(plan: CallPlan, run: ToolRun, text: Words): string {
  const { items, lots = [] } = plan.focus;
  const params = run.name === "execute_custom_query" ? (run.arguments.params ?? []) : [];
  const lot = lots.find((one) => params.includes(one));
  if (lot !== undefined) return text.lot(plain(lot));
  const code = "item_code" in run.arguments ? run.arguments.item_code : undefined;
  const queried = items.filter((item) => params.includes(item.item_code));
  const named =
    code === undefined
      ? queried
      : [items.find((item) => item.item_code === code) ?? { item_code: code, item_name: null }];
  return named.length > 0 ? named.map(label).join(", ") : text.everyItem;
}

/** An item by code and name. */
export function label({ item_code, item_name }: ItemMatch): string {
  return item_name === null || item_name === "" ? plain(item_code) : `${plain(item_code)} (${plain(item_name)})`;
}

/** A day, week, month or weekday as it is written. */
export function name(part: Part, grain: Grain, text: Words): string {
  return grain === "weekday" ? text.weekdays[Number(part.key) - 1]! : part.key;
}

/** The cells of total, batches and average. */
export function amounts(one: { total_quantity: number; production_count: number; average_quantity: number }): string[] {
  return [figure(one.total_quantity), figure(one.production_count), figure(one.average_quantity)];
}
