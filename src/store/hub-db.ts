import { Database } from "bun:sqlite";
import { existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { copyName, keepCopy } from "./before-upgrade.ts";
import { migrations } from "./migrations.ts";

/** The hub's own database, beside the data. */
export const hubDbName = "hub.db";
const busyTimeoutMs = 5_000;

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
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    versionOf(db); // before anything is written
    useWal(db);
    db.run("PRAGMA synchronous = NORMAL");
    migrate(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Where another process is making the file at the same moment SQLite refuses at once, whatever the busy timeout (0.4 % of four starts together). */
function useWal(db: Database): void {
  const until = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      return void db.run("PRAGMA journal_mode = WAL");
    } catch (error) {
      if ((error as { code?: unknown }).code !== "SQLITE_BUSY" || performance.now() > until) throw error;
      Bun.sleepSync(10);
    }
  }
}

/**
 * Closes hub.db with all that was written in the file itself: a process of the hub that has it open for an instant longer keeps the `-wal`, and whoever
 * gives hub.db another name, to go back to an older hub, would leave its newest pages to the file that takes its place.
 */
export function closeHubDb(db: Database): void {
  try {
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // A full disk: the -wal stays, and the next start takes it in.
  }
  db.close();
}

/** A database of the same schema that lives as long as this process: for what must go on while the disk takes nothing. */
export function openMemoryDb(): Database {
  const db = new Database(":memory:");
  for (const migration of migrations) db.run(migration);
  return db;
}

/** Brings the schema up to date in one transaction, so that a hub.db is of the version before or of this one, whatever ends the process. */
function migrate(db: Database, file: string): void {
  const before = versionOf(db);
  if (before === migrations.length) return;
  if (before > 0) keepCopy(file, before, migrations.length);
  const upgrade = db.transaction(() => {
    for (const migration of migrations.slice(versionOf(db))) db.run(migration);
    db.run(`PRAGMA user_version = ${migrations.length}`);
  });
  upgrade.immediate();
}

function versionOf(db: Database): number {
  const { user_version: version } = db.query<{ user_version: number }, []>("PRAGMA user_version").get()!;
  if (version <= migrations.length) return version;
  throw new NewerSchemaError(
    `${hubDbName} was written by a newer hub (schema ${version}, this one knows ${migrations.length}). Nothing was changed. Start that hub, or give ${hubDbName} another name and ${copyName(hubDbName, version)} the name ${hubDbName}, or restore the ${hubDbName} of the older one from database/backups.`,
  );
}

/**
 * The version of hub.db's schema, changing nothing; null where there is none or it cannot be read, so that the next start makes it anew. Throws
 * NewerSchemaError when a newer hub wrote it: this one should not work in the folder.
 */
export function hubDbVersion(databaseDir: string): number | null {
  const file = path.join(databaseDir, hubDbName);
  if (!existsSync(file)) return null;
  let db: Database | null = null;
  try {
    db = new Database(file, { readwrite: true, create: false });
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    return versionOf(db);
  } catch (error) {
    if (error instanceof NewerSchemaError) throw error;
    return null;
  } finally {
    db?.close();
  }
}

function setAside(file: string): void {
  renameSync(file, `${file}.damaged`);
  for (const side of ["-wal", "-shm"]) rmSync(`${file}${side}`, { force: true });
}
