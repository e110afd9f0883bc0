import type { Rollup } from "../rollup/rollup.ts";
import type { SearchShelf } from "../search/shelf.ts";
import type { Reader } from "../segments/reader.ts";
import type { Segment, Snapshot } from "../segments/types.ts";

/** What a question is answered from: one set of segment versions and the connection that reads them. */
export interface Context {
  snapshot: Snapshot;
  reader: Reader;
  /** The daily totals of a segment where they are ready; else the rows are added up. */
  rollupOf: (segment: Segment) => Rollup | null;
  /** The search indexes; without them the rows are read. */
  search?: SearchShelf | null;
}
