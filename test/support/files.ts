import { Database } from "bun:sqlite";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** One row of `production_records`, as CONTRACT §1 declares it. */
export interface Row {
  readonly id: number;
  readonly production_date: string;
  readonly lot_number: string | null;
  readonly item_code: string;
  readonly item_name: string | null;
  readonly good_quantity: number | null;
}

/** How a SQLite file keeps its transactions safe; the ERP uses either. */
export type JournalMode = "delete" | "wal";

/** The rows of one factory: Live (absent when null) and archives by the year in their names. */
export interface Factory {
  readonly live: readonly Row[] | null;
  readonly archives: ReadonlyMap<number, readonly Row[]>;
}

/** The statement that makes the table of CONTRACT §1, word for word. */
export const CREATE_TABLE = `CREATE TABLE production_records(
  id INTEGER PRIMARY KEY AUTOINCREMENT, production_date TEXT NOT NULL, lot_number TEXT,
  item_code TEXT NOT NULL, item_name TEXT, good_quantity REAL DEFAULT 0)`;

/** The statement that adds one row with all its columns, in the order of `rowValues`. */
export const INSERT_ROW = "INSERT INTO production_records VALUES (?, ?, ?, ?, ?, ?)";

/** The values of a row in the order of the table's columns. */
export function rowValues(row: Row): [number, string, string | null, string, string | null, number | null] {
  return [row.id, row.production_date, row.lot_number, row.item_code, row.item_name, row.good_quantity];
}

/** Path of Live in a hub's home. */
export function livePath(home: string): string {
  return join(home, "database", "production_analysis.db");
}

/** Path of the archive of `year` in a hub's home. */
export function archivePath(home: string, year: number): string {
  return join(home, "database", `archive_${year}.db`);
}

/** Writes `rows` as a complete database file under a temporary name and renames it to `path`, as an ERP export does. */
export function writeDatabase(path: string, rows: readonly Row[], journal: JournalMode = "delete"): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  const database = new Database(temporary, { create: true });
  database.run(`PRAGMA journal_mode = ${journal}`);
  database.run("PRAGMA synchronous = OFF");
  database.run(CREATE_TABLE);
  const insert = database.prepare(INSERT_ROW);
  database.transaction(() => {
    for (const row of rows) insert.run(...rowValues(row));
  })();
  insert.finalize();
  database.close(true);
  // SQLite would write what an earlier program's -wal holds into the new file: one that stays is the replacing program's to remove
  // (https://www.sqlite.org/howtocorrupt.html, 1.4). It stays when the hub was just reading as its writer closed it.
  for (const side of ["-wal", "-shm"]) rmSync(path + side, { force: true });
  renameSync(temporary, path);
}

/** A file leaves WAL mode only when nobody else has it open, and SQLite does not wait for that, whatever the busy timeout. */
export function setJournal(database: Database, journal: JournalMode): void {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      return void database.run(`PRAGMA journal_mode = ${journal}`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "SQLITE_BUSY" || Date.now() > end) throw error;
      Bun.sleepSync(10);
    }
  }
}

/** Opens a file that others have open as well: each statement waits for what these do with it just then. */
export function openBeside(path: string): Database {
  const database = new Database(path, { readwrite: true });
  database.run("PRAGMA busy_timeout = 60000");
  return database;
}

/** Replaces all rows of an existing file in one transaction on the same file, as an ERP that writes in place does. */
export function rewriteInPlace(path: string, rows: readonly Row[], journal: JournalMode = "delete"): void {
  const database = openBeside(path);
  setJournal(database, journal);
  database.run("PRAGMA synchronous = OFF");
  const insert = database.prepare(INSERT_ROW);
  database
    .transaction(() => {
      database.run("DELETE FROM production_records");
      for (const row of rows) insert.run(...rowValues(row));
    })
    .immediate();
  insert.finalize();
  database.close(true);
}

/** Writes every file of `factory` into the home's database folder. */
export function writeFactory(home: string, factory: Factory, journal: JournalMode = "delete"): void {
  if (factory.live) writeDatabase(livePath(home), factory.live, journal);
  for (const [year, rows] of factory.archives) writeDatabase(archivePath(home, year), rows, journal);
}

/** The day of a row that begins with one. */
export const dayOf = ({ production_date }: Row): string => production_date.slice(0, 10);

/** Writes rows where their days belong, up to the end of `year` into its archive and later ones into Live; and `more` into Live whatever their days. */
export function writeUpToYear(home: string, year: number, rows: readonly Row[], more: readonly Row[] = []): void {
  const isArchived = (one: Row): boolean => dayOf(one) <= `${year}-12-31`;
  writeFactory(home, {
    live: [...rows.filter((one) => !isArchived(one)), ...more],
    archives: new Map([[year, rows.filter(isArchived)]]),
  });
}

const homes = new Set<string>();

/** Removes the folders of all hubs so far; what a hub that just ended still holds stays. */
export function removeHomes(): void {
  for (const home of homes) {
    try {
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
      homes.delete(home);
    } catch {}
  }
}

/** An empty folder for one hub, removed when the tests end. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), "hub-test-"));
  homes.add(home);
  return home;
}

let nextId = 0;

/** A row with sensible values, of which a test names only those it is about. */
export function row(values: Partial<Row> = {}): Row {
  nextId += 1;
  return {
    id: nextId,
    production_date: "2026-01-13 오전 12:00:00",
    lot_number: `LT${nextId}`,
    item_code: "BW0021",
    item_name: "클리어 렌즈",
    good_quantity: 100,
    ...values,
  };
}
