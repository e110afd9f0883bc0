import { isoWeek } from "../../production/iso-week.ts";
import type { Grain, ToolRun } from "../types.ts";

/** A part of a period with its figures. */
export interface Part {
  /** The day, the ISO week, the month, `2026-Q1`, the year, or the weekday's number (Monday is 1). */
  key: string;
  total: number;
  batches: number;
  /** Days with production, of a weekday. */
  days?: number;
}

/** Puts days, weekdays or months, as a tool gave them, together to the parts that were asked for, ascending. */
export function partsOf(run: ToolRun, grain: Grain): Part[] {
  const parts = new Map<string, Part>();
  for (const one of given(run)) {
    const { key, total, batches } = one;
    const name = keyOf(key, grain);
    const part = parts.get(name);
    if (part) {
      part.total += total;
      part.batches += batches;
    } else parts.set(name, { ...one, key: name });
  }
  return [...parts.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function given(run: ToolRun): Part[] {
  if (run.name === "get_monthly_trend") {
    return run.result.trend.map((row) => ({
      key: row.year_month,
      total: row.total_production,
      batches: row.batch_count,
    }));
  }
  if (run.name !== "execute_custom_query") return [];
  return run.result.data.map((row) => ({
    key: String(row.weekday ?? row.day),
    total: Number(row.total_production ?? 0),
    batches: Number(row.batch_count ?? 0),
    ...(row.production_days !== undefined && { days: Number(row.production_days) }),
  }));
}

function keyOf(key: string, grain: Grain): string {
  if (grain === "week") return isoWeek(key);
  if (grain === "quarter") return `${key.slice(0, 4)}-Q${Math.ceil(Number(key.slice(5, 7)) / 3)}`;
  return grain === "year" ? key.slice(0, 4) : key;
}
