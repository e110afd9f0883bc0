import type { Columns, NamedRow } from "../rollup/columns.ts";
import { afterAll, type Day } from "../segments/day.ts";
import type { Reader } from "../segments/reader.ts";
import { hasIndex } from "../segments/schema.ts";
import type { Segment } from "../segments/types.ts";
import { type Found, findingId } from "./finding.ts";
import { cellFrom, dayAt, type History } from "./history.ts";

/** Days within which a changed name is told. */
const renamedDays = 28;

/** The newest name of each item, from the daily totals: of its newest row with a valid day and a name, else of its newest with a name. */
export function newestNames(columns: readonly Columns[]): Map<string, string | null> {
  const newest = new Map<string, NamedRow>();
  for (const kind of ["newestNamed", "newestDated"] as const) {
    const own = new Map<string, NamedRow>();
    for (const { items } of columns) {
      for (const { code, [kind]: named } of items) {
        const found = own.get(code);
        if (named && (!found || named[0] > found[0] || (named[0] === found[0] && named[1] > found[1])))
          own.set(code, named);
      }
    }
    for (const [code, named] of own) newest.set(code, named);
  }
  return new Map(columns.flatMap(({ items }) => items.map(({ code }) => [code, newest.get(code)?.[2] ?? null])));
}

/**
 * Items whose newest name is another one than before the last 28 days, with the day on which it changed: one or two seeks along the index per item, and five more
 * for one that changed. A name that came and went within these days is not found. Throws SourceError when a file cannot be read.
 */
export function changedNames(
  reader: Reader,
  segments: readonly Segment[],
  history: History,
  names: ReadonlyMap<string, string | null>,
): Found[] {
  const end = history.length;
  const from = end - renamedDays;
  const newestFirst = segments
    .filter(({ facts }) => hasIndex(facts.indexes, "item_code,production_date"))
    .toSorted((a, b) => (a.ownsTo > b.ownsTo ? -1 : 1));
  const nameBefore = (code: string, day: Day): string | null => {
    for (const segment of newestFirst) {
      const sql = `SELECT CAST(item_name AS TEXT) FROM {rows}
        WHERE item_code = ? AND production_date < ? AND item_name IS NOT NULL AND {kept} AND {dated}
        ORDER BY production_date DESC, id DESC LIMIT 1`;
      const [found] = reader.rows<[string]>(segment, sql, [code, day]);
      if (found) return found[0];
    }
    return null;
  };
  return history.items.flatMap((item): Found[] => {
    const name = names.get(item.code) ?? null;
    const first = cellFrom(item, from);
    if (name === null || first === 0 || first === item.at.length) return [];
    const before = nameBefore(item.code, dayAt(history, from));
    if (before === null || before === name) return [];
    // The first day at whose end the name is not what it was.
    let [low, high] = [first, item.at.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nameBefore(item.code, dayAt(history, item.at[middle]!) + afterAll) === before) low = middle + 1;
      else high = middle;
    }
    const day = dayAt(history, item.at[low]!);
    const kind = "name-changed" as const;
    const id = findingId(kind, item.code, name);
    return [{ id, kind, severity: "info", day, item: item.code, extent: 0, figures: { before, name } }];
  });
}
