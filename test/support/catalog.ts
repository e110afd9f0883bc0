import { join } from "node:path";
import { Catalog } from "../../src/segments/catalog.ts";
import type { CatalogOptions } from "../../src/segments/catalog-options.ts";

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
