import type { HubEvents } from "../observe/events.ts";
import type { Catalog } from "../segments/catalog.ts";
import { newestWrite } from "../segments/file-status.ts";

/** What listeners are told of the data. */
export function describeData(catalog: Catalog): HubEvents["data"] {
  return { version: catalog.lastPublished?.version ?? null, as_of: newestWrite(catalog.status()) };
}
