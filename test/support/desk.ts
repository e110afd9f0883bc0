import { join } from "node:path";
import { Desk } from "../../src/production/desk.ts";
import { Catalog } from "../../src/segments/catalog.ts";

/** A desk over the files of a home, in the test's own process. */
export interface OpenDesk {
  readonly desk: Desk;
  readonly catalog: Catalog;
  close(): void;
}

/** Opens a desk that answers from the rows themselves, without daily totals; with `mirrorMaxMb` 0 from the ERP's own files. */
export function openDesk(home: string, { mirrorMaxMb = 100 } = {}): OpenDesk {
  const databaseDir = join(home, "database");
  const catalog = new Catalog({
    databaseDir,
    mirrorDir: join(databaseDir, ".mirror"),
    archiveCutoffYear: null,
    mirrorMaxMb,
    rollup: false,
    report: () => {},
  });
  const desk = new Desk({
    catalog,
    rollups: null,
    isSearchIndexed: () => false,
    databaseDir,
    workers: 1,
    inlineMaxRows: 20_000,
    queryTimeoutSec: 10,
    onAnswer: () => {},
  });
  return {
    desk,
    catalog,
    close() {
      desk.close();
      catalog.close();
    },
  };
}
