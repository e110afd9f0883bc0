import type { NamedRow } from "../rollup/columns.ts";
import type { Segment, Snapshot } from "../segments/types.ts";
import type { Context } from "./context.ts";
import { segmentsFor } from "./range.ts";
import { asText, compareText } from "./text-order.ts";

export interface Item {
  item_code: string;
  /** The newest name; null where no row has one. */
  item_name: string | null;
  record_count: number;
}

/** What items are asked for. */
export interface ItemFilter {
  q?: string | undefined;
  limit: number;
  /** Those of the files that can be read now are enough; their numbers of records are too small then. */
  readable?: boolean | undefined;
}

/** Items whose code or name contains `q` (all without it), by number of records, then code. */
export function listItems(context: Context, { q, limit, readable }: ItemFilter): Item[] {
  const counts = new Map<string, number>();
  for (const segment of segmentsFor(context.snapshot, { readable })) {
    const sql = "SELECT item_code, count(*) FROM {rows} WHERE {kept} GROUP BY item_code";
    const rollup = context.rollupOf(segment);
    const counted = rollup
      ? rollup.items.map(({ code, rows }) => [code, rows] as const)
      : context.reader.rows<[unknown, number]>(segment, sql, []);
    for (const [stored, count] of counted) {
      const code = asText(stored);
      counts.set(code, (counts.get(code) ?? 0) + count);
    }
  }
  const names = itemNames(context, counts.keys());
  const wanted = q === undefined ? null : asciiLower(q);
  const items = [...counts].map(([item_code, record_count]) => ({
    item_code,
    item_name: names.get(item_code) ?? null,
    record_count,
  }));
  return items
    .filter(
      ({ item_code, item_name }) =>
        wanted === null || asciiLower(item_code).includes(wanted) || asciiLower(item_name ?? "").includes(wanted),
    )
    .sort((a, b) => b.record_count - a.record_count || compareText(a.item_code, b.item_code))
    .slice(0, limit);
}

/** Lower-cases A to Z alone, as SQLite's LIKE compares, so that a search finds the same here and in SQL. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Names found so far for a set of segment versions: an item has one name, whichever answer shows it. */
const known = new WeakMap<Snapshot, Map<string, string | null>>();

/**
 * The newest name of each item: of its last row with a valid day and a name, else of its last row with a name. A file that cannot be read now
 * is left out: totals of other files' days do not fail for want of a name.
 */
export function itemNames(context: Context, codes: Iterable<string>): Map<string, string | null> {
  const names = known.get(context.snapshot) ?? new Map<string, string | null>();
  known.set(context.snapshot, names);
  for (const code of codes) {
    if (!names.has(code)) names.set(code, newestName(context, code, true) ?? newestName(context, code, false));
  }
  return names;
}

function newestName(context: Context, code: string, dated: boolean): string | null {
  let newest: { named: NamedRow; source: string; segment: string } | null = null;
  for (const segment of context.snapshot.segments) {
    const { maxText } = segment.facts;
    if (maxText === null || (newest && compareText(newest.named[0], maxText) > 0)) continue;
    const named = newestNamed(context, segment, code, dated);
    if (!named) continue;
    const { source, name } = segment;
    const later =
      newest === null ||
      (compareText(named[0], newest.named[0]) ||
        compareText(source, newest.source) ||
        named[1] - newest.named[1] ||
        compareText(name, newest.segment)) > 0;
    if (later) newest = { named, source, segment: name };
  }
  return newest ? newest.named[2] : null;
}

/** The newest row of an item with a name in one segment. */
function newestNamed({ reader, rollupOf }: Context, segment: Segment, code: string, dated: boolean): NamedRow | null {
  const rollup = rollupOf(segment);
  if (rollup) return rollup.item(code)?.[dated ? "newestDated" : "newestNamed"] ?? null;
  const sql = `SELECT CAST(production_date AS TEXT), id, CAST(item_name AS TEXT) FROM {rows}
    WHERE item_code = ? AND item_name IS NOT NULL AND {kept} AND ${dated ? "{dated}" : "1"}
    ORDER BY production_date DESC, id DESC LIMIT 1`;
  return reader.rows<NamedRow>(segment, sql, [code])[0] ?? null;
}
