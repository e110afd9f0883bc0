import { buildColumns } from "../rollup/build.ts";
import type { Columns } from "../rollup/columns.ts";
import { RollupShelf } from "../rollup/shelf.ts";
import { Reader } from "../segments/reader.ts";
import type { Segment } from "../segments/types.ts";
import { openHubDb } from "../store/hub-db.ts";
import { type Checked, type CheckOptions, check } from "./check.ts";
import { ScannedDays } from "./scanned-days.ts";

/** Order to look through a version of the data. */
export interface QualityOrder extends CheckOptions {
  databaseDir: string;
  /** False where no daily totals are kept: they are then added up here, which reads all rows. */
  hasRollups: boolean;
}

/** What was found, null where some daily totals are still to be made; and the processor time it took, ms. */
export interface Looked {
  checked: Checked | null;
  cpuMs: number;
}

/** Daily totals that were added up here, by segment and version: archives do not change while the process lives. */
const addedUp = new Map<string, { version: string; excluded: number; columns: Columns }>();

/** Looks for faults in a process of its own: on four years of daily totals it takes a second or two of processor time. */
export const qualityTasks = {
  "quality.check": async ({ databaseDir, hasRollups, ...options }: QualityOrder): Promise<Looked> => {
    const before = process.cpuUsage();
    const reader = new Reader();
    const db = openHubDb(databaseDir);
    try {
      const shelf = hasRollups ? new RollupShelf(databaseDir) : null;
      const columnsOf = new Map<Segment, Columns>();
      for (const segment of options.snapshot.segments) {
        const columns = shelf ? shelf.columns(segment) : await columnsFromRows(segment, reader);
        if (!columns) return { checked: null, cpuMs: cpuMsSince(before) };
        columnsOf.set(segment, columns);
      }
      const checked = check(options, { reader, scanned: new ScannedDays(db), columnsOf });
      return { checked, cpuMs: cpuMsSince(before) };
    } finally {
      db.close();
      reader.close();
    }
  },
};

async function columnsFromRows(segment: Segment, reader: Reader): Promise<Columns> {
  const { name, version, excluded } = segment;
  const known = addedUp.get(name);
  if (known?.version === version && known.excluded === excluded.rows) return known.columns;
  const columns = await buildColumns(segment, reader, () => {});
  addedUp.set(name, { version, excluded: excluded.rows, columns });
  return columns;
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
