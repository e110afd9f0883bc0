import { IndexLostError } from "../search/pages.ts";
import type { SearchPart } from "../search/search-index.ts";
import type { Segment } from "../segments/types.ts";
import type { Context } from "./context.ts";
import type { RecordFilter } from "./records.ts";

/** Ids handed to one statement. */
const mostIds = 5_000;

/**
 * The first `most` rows of a segment that its search index and then `select`, which applies the whole filter, find; null where the rows
 * must be read instead: the filter asks for nothing that the index knows, or there is none, or it turns out to be damaged or gone.
 */
export function searchedRows<Row>(
  { search }: Context,
  segment: Segment,
  filter: RecordFilter,
  part: SearchPart,
  most: number,
  select: (ids: number[], most: number) => Row[],
): Row[] | null {
  // One item's rows come straight from an index of the file.
  const { q, lotPrefix, minQuantity, maxQuantity } = filter;
  if ([q, lotPrefix, minQuantity, maxQuantity].every((value) => value === undefined)) return null;
  const index = search?.find(segment);
  if (!search || !index) return null;
  try {
    const candidates = index.search(filter, part);
    if (!candidates) return null;
    const rows: Row[] = [];
    for (let portion = most; rows.length < most; portion *= 2) {
      const ids = candidates.next(Math.min(portion, mostIds));
      if (ids.length === 0) break;
      for (const row of select(ids, most - rows.length)) rows.push(row);
    }
    return rows;
  } catch (error) {
    if (!(error instanceof IndexLostError)) throw error;
    search.drop(segment);
    return null;
  }
}
