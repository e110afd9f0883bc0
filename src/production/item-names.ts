import { afterAll, type Day } from "../segments/day.ts";
import { hasIndex } from "../segments/schema.ts";
import type { Segment } from "../segments/types.ts";
import type { Context } from "./context.ts";
import { itemNames } from "./items.ts";
import { segmentsFor } from "./range.ts";

/** A name that an item had, and the last day on which a month closed with it. */
export interface EarlierName {
  item_name: string;
  last_day: Day;
}

/**
 * Names other than its newest with which an item closed some month, latest first. A month is one step along the index, where all rows of an
 * item would be some 300,000 scattered ones; a name that came and went within a month is not found, nor one in a file without the index.
 */
export function earlierNames(context: Context, { itemCode }: { itemCode: string }): EarlierName[] {
  const newest = itemNames(context, [itemCode]).get(itemCode);
  const last = new Map<string, Day>();
  for (const segment of segmentsFor(context.snapshot, {})) {
    for (const [day, name] of monthEnds(context, segment, itemCode)) {
      if (name !== newest && day > (last.get(name) ?? "")) last.set(name, day);
    }
  }
  return [...last]
    .map(([item_name, last_day]) => ({ item_name, last_day }))
    .sort((a, b) => (a.last_day < b.last_day ? 1 : -1));
}

/** The last row with a name of each month, newest first. */
function* monthEnds({ reader }: Context, segment: Segment, itemCode: string): Generator<[day: Day, name: string]> {
  if (!hasIndex(segment.facts.indexes, "item_code,production_date")) return;
  const sql = `SELECT substr(production_date, 1, 10), CAST(item_name AS TEXT) FROM {rows}
    WHERE item_code = ? AND production_date < ? AND item_name IS NOT NULL AND {kept} AND {dated}
    ORDER BY production_date DESC, id DESC LIMIT 1`;
  for (let before: string = afterAll; ; ) {
    const [found] = reader.rows<[Day, string]>(segment, sql, [itemCode, before]);
    if (!found) return;
    yield found;
    before = found[0].slice(0, 7);
  }
}
