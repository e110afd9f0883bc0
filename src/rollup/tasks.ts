import { Reader } from "../segments/reader.ts";
import type { Segment } from "../segments/types.ts";
import { buildColumns } from "./build.ts";
import { RollupShelf } from "./shelf.ts";

/** Order to make the daily totals of a segment and put them into hub.db. */
export interface RollupOrder {
  databaseDir: string;
  segment: Segment;
}

/** Makes daily totals in a process of its own, because the pass over 7 million rows takes some three seconds of processor time. */
export const rollupTasks = {
  "rollup.build": async ({ databaseDir, segment }: RollupOrder, report: (rows: number) => void): Promise<void> => {
    const started = performance.now();
    const reader = new Reader();
    try {
      const columns = await buildColumns(segment, reader, report);
      new RollupShelf(databaseDir).store(segment, columns, performance.now() - started);
    } finally {
      reader.close();
    }
  },
};
