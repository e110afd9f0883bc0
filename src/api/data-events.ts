import type { Events, HubEvents } from "../observe/events.ts";
import type { Catalog } from "../segments/catalog.ts";
import { newestWrite } from "../segments/file-status.ts";

/** How soon listeners hear that other data answer, ms: a look is the comparison of two texts. */
const lookEveryMs = 50;

/** What listeners are told of the data. */
export function describeData(catalog: Catalog): HubEvents["data"] {
  return { version: catalog.lastPublished?.version ?? null, as_of: newestWrite(catalog.status()) };
}

/** Emits `data` whenever another version of the data answers, until the events end. */
export function announceData(catalog: Catalog, events: Events): void {
  let told = describeData(catalog).version;
  const timer = setInterval(() => {
    if ((catalog.lastPublished?.version ?? null) === told) return;
    const data = describeData(catalog);
    told = data.version;
    events.emit("data", data);
  }, lookEveryMs);
  events.ended.addEventListener("abort", () => clearInterval(timer), { once: true });
}
