import type { Reader } from "../segments/reader.ts";
import type { Snapshot } from "../segments/types.ts";

/** What a question is answered from: one set of segment versions and the connection that reads them. */
export interface Context {
  snapshot: Snapshot;
  reader: Reader;
}
