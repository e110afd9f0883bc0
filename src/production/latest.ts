import type { Context } from "./context.ts";
import { listRecords, type ProductionRecord } from "./records.ts";
import { compareText } from "./text-order.ts";
import { type TotalFilter, totalsByItem, totalsByPeriod } from "./totals.ts";

/** The newest rows of a range, of all items or of some, in the record order (without the tie between two archive files). */
export function latestRecords(
  context: Context,
  { limit, items, ...range }: TotalFilter & { limit: number },
): ProductionRecord[] {
  if (items === undefined) return listRecords(context, range, { limit }).records;
  const newest = newestDays(context, { ...range, items }, limit);
  if (newest === null) return [];
  // Of several items each is sought by its index; only those that have rows on the newest days.
  return [...totalsByItem(context, { ...newest, items }).keys()]
    .flatMap((itemCode) => listRecords(context, { ...newest, itemCode }, { limit, rawDates: true }).records)
    .sort((a, b) => compareText(b.production_date, a.production_date) || compareText(b.source, a.source) || b.id - a.id)
    .slice(0, limit)
    .map((record) => ({ ...record, production_date: record.production_date.slice(0, 10) }));
}

/** The shortest end of the range that holds `limit` rows of the items; null where there are none. */
function newestDays(context: Context, filter: TotalFilter, limit: number): TotalFilter | null {
  const days = [...totalsByPeriod(context, filter, (day) => day)].sort(([a], [b]) => compareText(b, a));
  let rows = 0;
  for (const [day, { count }] of days) {
    rows += count;
    if (rows >= limit) return { from: day, to: filter.to };
  }
  const [oldest] = days.at(-1) ?? [];
  return oldest === undefined ? null : { from: oldest, to: filter.to };
}
