import { Database } from "bun:sqlite";
import { renameSync, rmSync } from "node:fs";
import path from "node:path";

/** The hub's own database, beside the data. */
export const hubDbName = "hub.db";

/** Each entry brings the schema one version further (PRAGMA user_version); entries are never changed, only added. */
const migrations: readonly string[] = [
  `CREATE TABLE job (
     name TEXT PRIMARY KEY,
     paused INTEGER NOT NULL DEFAULT 0,
     started_at INTEGER,
     finished_at INTEGER,
     succeeded_at INTEGER,
     result TEXT,
     message TEXT
   ) WITHOUT ROWID`,
  // Derived from the ERP's files, made anew whenever it is missing: one row per segment with its totals as columns (src/rollup).
  `CREATE TABLE rollup (
     segment TEXT PRIMARY KEY,
     version TEXT NOT NULL,
     placement TEXT NOT NULL,
     format INTEGER NOT NULL,
     built_at INTEGER NOT NULL,
     build_ms INTEGER NOT NULL,
     cells INTEGER NOT NULL,
     checksum TEXT NOT NULL,
     data BLOB NOT NULL
   )`,
  // Search indexes (src/search), derived as well: which one is in use for a segment, and the bytes of all of them in pages.
  `CREATE TABLE search_index (
     segment TEXT PRIMARY KEY,
     version TEXT NOT NULL,
     format INTEGER NOT NULL,
     build INTEGER NOT NULL,
     first_page INTEGER NOT NULL,
     pages INTEGER NOT NULL,
     contents_at INTEGER NOT NULL,
     contents_length INTEGER NOT NULL,
     refused TEXT
   ) WITHOUT ROWID`,
  `CREATE TABLE search_page (
     page INTEGER PRIMARY KEY,
     checksum INTEGER NOT NULL,
     bytes BLOB NOT NULL
   )`,
  // When a hub had the job in its schedule first; what is due since then and never ran was missed.
  `ALTER TABLE job ADD COLUMN seen_at INTEGER`,
  // Views that people saved on the dashboard (saved-views.ts): nothing else could give them back, so every backup holds them.
  `CREATE TABLE saved_view (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL,
     name_key TEXT NOT NULL UNIQUE,
     address TEXT NOT NULL,
     on_wall INTEGER NOT NULL,
     saved_at INTEGER NOT NULL
   )`,
  // Conversations with the chat (src/chat/sessions.ts): the turns as JSON, and whose they are.
  `CREATE TABLE chat_session (
     address TEXT NOT NULL,
     id TEXT NOT NULL,
     used_at INTEGER NOT NULL,
     turns TEXT NOT NULL,
     PRIMARY KEY (address, id)
   ) WITHOUT ROWID`,
];

/**
 * Tables that no backup needs: what is derived from the ERP's files is made anew wherever it is missing, and conversations, which are forgotten
 * within the hour, are not to outlast that in a backup.
 */
const passingTables = ["rollup", "search_index", "search_page", "chat_session"];

/** hub.db was written by a newer hub; the message says what to do. */
export class NewerSchemaError extends Error {
  override name = "NewerSchemaError";
}

/**
 * Opens hub.db, makes it where it is missing, and brings its schema up to date. A damaged file is set aside as `hub.db.damaged`: the hub can
 * find out anew what it needs, and what people saved is in the backups. Throws NewerSchemaError when a newer hub wrote it.
 */
export function openHubDb(databaseDir: string): Database {
  const file = path.join(databaseDir, hubDbName);
  try {
    return open(file);
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    if (!code.startsWith("SQLITE_NOTADB") && !code.startsWith("SQLITE_CORRUPT")) throw error;
    setAside(file);
    return open(file);
  }
}

function open(file: string): Database {
  const db = new Database(file, { create: true });
  try {
    db.run("PRAGMA busy_timeout = 5000");
    db.run("PRAGMA journal_mode = WAL");
    db.run("PRAGMA synchronous = NORMAL");
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database): void {
  const upgrade = db.transaction(() => {
    const { user_version: version } = db.query<{ user_version: number }, []>("PRAGMA user_version").get()!;
    if (version > migrations.length) {
      throw new NewerSchemaError(
        `${hubDbName} was written by a newer hub (schema ${version}, this one knows ${migrations.length}). Start that hub, or restore the hub.db of the older one from database/backups.`,
      );
    }
    for (const migration of migrations.slice(version)) db.run(migration);
    db.run(`PRAGMA user_version = ${migrations.length}`);
  });
  upgrade.immediate();
}

function setAside(file: string): void {
  renameSync(file, `${file}.damaged`);
  for (const side of ["-wal", "-shm"]) rmSync(`${file}${side}`, { force: true });
}

/** Empties a copy of hub.db of all that a backup need not hold, so that a backup holds the hub's state alone: some kilobytes instead of 150 MB. */
export function forgetDerived(file: string): void {
  const db = new Database(file, { readwrite: true });
  try {
    const present = db.query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of present) if (passingTables.includes(name)) db.run(`DELETE FROM ${name}`);
    db.run("VACUUM");
  } finally {
    db.close();
  }
}
