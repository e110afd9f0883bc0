import { IndexLostError } from "../search/pages.ts";
import type { SearchFilter, SearchPart } from "../search/search-index.ts";
import type { Reader } from "../segments/reader.ts";
import type { Segment } from "../segments/types.ts";
import type { Context } from "./context.ts";
import type { DayRange } from "./range.ts";

/**
 * Rows that SQL may have to pass over because they count in another file, or have no valid day where days are asked for: the lists do not
 * tell them apart, and to pass over a candidate (5 µs) costs ten times what it costs along the rows.
 */
const maxPassedOver = 10_000;
/** Ids handed to the first statement, and to any. */
const firstIds = 64;
const mostIds = 5_000;

/**
 * The first `most` rows of a segment that its search index and then `select`, which applies the whole filter, find; null where the rows
 * must be read instead: the filter asks for nothing that the index knows, many rows count elsewhere (as during a rollover), or there is
 * none, or it turns out to be damaged or gone.
 */
export function searchedRows<Row>(
  { reader, search }: Context,
  segment: Segment,
  filter: SearchFilter & DayRange,
  part: SearchPart,
  most: number,
  select: (ids: number[], most: number) => Row[],
): Row[] | null {
  // One item's rows come straight from an index of the file.
  const { q, lotPrefix, minQuantity, maxQuantity } = filter;
  if ([q, lotPrefix, minQuantity, maxQuantity].every((value) => value === undefined)) return null;
  const undated = filter.from === undefined && filter.to === undefined ? 0 : segment.facts.undated.rows;
  if (segment.excluded.rows + undated > maxPassedOver) return null;
  const index = search?.find(segment);
  if (!search || !index) return null;
  try {
    const candidates = index.search(filter, part);
    if (!candidates) return null;
    const rows: Row[] = [];
    for (let portion = Math.min(firstIds, most); rows.length < most; ) {
      const ids = candidates.next(Math.min(portion, mostIds));
      if (ids.length === 0) break;
      const found = select(ids, most - rows.length);
      for (const row of found) rows.push(row);
      if (found.length === ids.length) portion = most - rows.length;
      // Up to a thousand candidates are too old, because the index knows the date text of one row in a thousand only.
      else if (part.oldest !== undefined && isOlder(reader, segment, ids.at(-1)!, part.oldest)) break;
      else portion = 2 * Math.max(portion, firstIds);
    }
    return rows;
  } catch (error) {
    if (!(error instanceof IndexLostError)) throw error;
    search.failed(segment, error);
    return null;
  }
}

function isOlder(reader: Reader, segment: Segment, id: number, text: string): boolean {
  return reader.rows(segment, "SELECT 1 FROM {rows} WHERE id = ? AND production_date < ?", [id, text]).length > 0;
}
