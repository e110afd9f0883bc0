import { closeSync, openSync, readSync, renameSync } from "node:fs";
// node:sqlite, not bun:sqlite: binding the values of a million rows takes 0.8 s here and 1.3 s there (Bun 1.4.5).
import { DatabaseSync } from "node:sqlite";
import { removeDatabase } from "../segments/mirror.ts";
import type { DemoValue } from "./rows.ts";
import { BATCH_ROWS, ROW_COLUMNS } from "./rows.ts";

/** "DEMO" as SQLite's application_id: tells a file of the generator from one of the ERP, wherever it was copied to. */
const DEMO_APPLICATION_ID = 0x44454d4f;
/** Where the application_id stands in a database file: https://www.sqlite.org/fileformat.html#application_id */
const APPLICATION_ID_OFFSET = 68;

/** Rows between two reports of progress: some 8 ms of work, so that a report may cost something. */
const REPORT_ROWS = 8192;

const TABLE = `CREATE TABLE production_records (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  production_date TEXT NOT NULL,
  lot_number TEXT,
  item_code TEXT NOT NULL,
  item_name TEXT,
  good_quantity REAL DEFAULT 0
)`;

/** The indexes that the watcher of the earlier service left in the files. */
export const DEMO_INDEXES: Readonly<Record<string, string>> = {
  idx_production_date: "production_date",
  idx_item_code: "item_code",
  idx_item_date: "item_code, production_date",
  idx_lot_number: "lot_number",
};

/** What to write into one file. */
export interface DemoFile {
  readonly path: string;
  readonly batches: Iterable<DemoValue[]>;
  /** Id of the first row of `batches`; the ids go up by one from there. */
  readonly firstId: number;
  /** Rows that another, finished file owns and that stand in this one as well: the newest `count` ones of its `year`. */
  readonly leftovers?: { readonly path: string; readonly year: number; readonly count: number };
  /** Called every few milliseconds, and after each index, with the number of rows or index entries written since. */
  readonly onWritten: (count: number, phase: "rows" | "indexes") => void;
}

/** Whether the file at `path` was written by the generator. A file that is absent or too short was not. */
export function isDemoFile(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    const header = new DataView(new ArrayBuffer(4));
    return readSync(file, header, 0, 4, APPLICATION_ID_OFFSET) === 4 && header.getUint32(0) === DEMO_APPLICATION_ID;
  } finally {
    closeSync(file);
  }
}

/**
 * Writes the file under a temporary name and gives it its own name when it is complete, so that a killed generator never
 * leaves half a file. Returns the number of rows written. Needs some 100 MB of memory, however many rows there are.
 */
export function writeDemoFile(file: DemoFile): number {
  const temporary = `${file.path}.tmp`;
  removeDatabase(temporary);
  const db = new DatabaseSync(temporary);
  let rows = 0;
  try {
    // Nothing to protect: after a crash the temporary file is thrown away. Indexes sort in 64 MB and spill to a file.
    db.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
    db.exec(`PRAGMA cache_size = -65536; PRAGMA application_id = ${DEMO_APPLICATION_ID}`);
    db.exec(TABLE);
    if (file.leftovers) rows += copyLeftovers(db, file.leftovers);
    db.exec("BEGIN");
    rows += insertBatches(db, file);
    db.exec("COMMIT");
    for (const [name, columns] of Object.entries(DEMO_INDEXES)) {
      db.exec(`CREATE INDEX ${name} ON production_records (${columns})`);
      file.onWritten(rows, "indexes");
    }
  } finally {
    db.close();
  }
  removeDatabase(file.path);
  renameSync(temporary, file.path);
  return rows;
}

function copyLeftovers(db: DatabaseSync, { path, year, count }: NonNullable<DemoFile["leftovers"]>): number {
  db.prepare("ATTACH ? AS owner").run(path);
  const { changes } = db
    .prepare(
      `INSERT INTO main.production_records
       SELECT * FROM (
         SELECT * FROM owner.production_records WHERE production_date GLOB ? ORDER BY id DESC LIMIT ?
       ) ORDER BY id`,
    )
    .run(`${year}-12-[0-3][0-9]*`, count);
  db.exec("DETACH owner");
  return Number(changes);
}

function insertBatches(db: DatabaseSync, { batches, firstId, onWritten }: DemoFile): number {
  db.exec("DELETE FROM sqlite_sequence");
  db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('production_records', ?)").run(firstId - 1);

  const width = ROW_COLUMNS.length;
  const oneRow = `(${ROW_COLUMNS.map(() => "?").join(", ")})`;
  const insert = (rows: number) =>
    db.prepare(
      `INSERT INTO production_records (${ROW_COLUMNS.join(", ")}) VALUES ${Array(rows).fill(oneRow).join(", ")}`,
    );
  const insertFull = insert(BATCH_ROWS);
  let written = 0;
  let reported = 0;
  for (const batch of batches) {
    const rows = batch.length / width;
    (rows === BATCH_ROWS ? insertFull : insert(rows)).run(...batch);
    written += rows;
    if (written - reported >= REPORT_ROWS) {
      onWritten(written - reported, "rows");
      reported = written;
    }
  }
  onWritten(written - reported, "rows");
  return written;
}
