import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Cursor } from "../production/cursor.ts";
import { listRecords, type RecordFilter } from "../production/records.ts";
import { SearchShelf } from "../search/shelf.ts";
import { SourceError } from "../segments/errors.ts";
import { isUnchanged, Reader } from "../segments/reader.ts";
import type { Snapshot } from "../segments/types.ts";
import { endWithParent } from "../workers/orphan.ts";
import { encodeCsv } from "./csv.ts";
import type { ExportRow } from "./rows.ts";
import { encodeXlsx } from "./xlsx.ts";

export type ExportFormat = "csv" | "xlsx";

/** What an export process is told on its input. */
export interface ExportOrder {
  format: ExportFormat;
  filter: RecordFilter;
  rawDates: boolean;
  snapshot: Snapshot;
  /** The folder of hub.db, where search indexes are kept; null to read the rows themselves. */
  hubDbDir: string | null;
}

/** Rows read at a time: about 1 MB. */
const pageRows = 5_000;

/**
 * Writes one export to standard output, in a process of its own so that neither its memory nor its work weighs on the server; the pipe
 * makes it wait for a slow reader. Exit code 1 tells the server that the file is not complete.
 */
export async function runExport(): Promise<void> {
  endWithParent();
  const order = (await Bun.stdin.json()) as ExportOrder;
  const encode = order.format === "csv" ? encodeCsv : encodeXlsx;
  try {
    await pipeline(Readable.from(encode(pages(order)), { objectMode: false }), process.stdout);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${path.basename(import.meta.file)}: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

/** Pages of rows in the record order, all from one snapshot. Throws SourceError when a file that is read directly changes. */
function* pages({ filter, rawDates, snapshot, hubDbDir }: ExportOrder): Generator<ExportRow[]> {
  const search = hubDbDir === null ? null : new SearchShelf(hubDbDir);
  const context = { reader: new Reader(), snapshot, rollupOf: () => null, search };
  const sources = snapshot.segments.filter(({ immutable }) => !immutable);
  let cursor: Cursor | undefined;
  do {
    const page = listRecords(context, filter, { limit: pageRows, cursor, rawDates });
    if (!sources.every(isUnchanged)) throw new SourceError("changing", "The data changed during the export.");
    yield page.records;
    cursor = page.next ?? undefined;
  } while (cursor);
}
