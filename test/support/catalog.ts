import { join } from "node:path";
import { Catalog } from "../../src/segments/catalog.ts";
import type { CatalogOptions } from "../../src/segments/catalog-options.ts";
import type { Snapshot } from "../../src/segments/types.ts";
import { eventually } from "./hub.ts";

/** The folder of the mirrors of a hub's home. */
export const mirrorDirOf = (home: string): string => join(home, "database", ".mirror");

/** Opens the catalog of the files of a home, in the test's own process: without daily totals, and silent. */
export function openCatalog(home: string, options: Partial<CatalogOptions> = {}): Catalog {
  return new Catalog({
    databaseDir: join(home, "database"),
    mirrorDir: mirrorDirOf(home),
    archiveCutoffYear: null,
    mirrorMaxMb: 1024,
    rollup: false,
    report: () => {},
    ...options,
  });
}

/** The snapshot of the files as they are now: where reading them takes longer than a request waits, an earlier one answers, and the catalog says so. */
export function newestOf(catalog: Catalog): Promise<Snapshot> {
  return eventually("the files as they are now", async () => {
    const snapshot = await catalog.current();
    return catalog.lagging || snapshot !== catalog.lastPublished ? undefined : snapshot;
  });
}
