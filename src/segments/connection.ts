import { constants, Database } from "bun:sqlite";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { SourceError } from "./errors.ts";

/** How long a statement waits for a lock, ms. Short: whoever asks has the last good version to fall back on. */
export const busyTimeoutMs = 200;

/** Opens a new database, in memory unless a file is named, to which others are attached; `busy_timeout` is set before anything else. */
export function openHost(file = ":memory:"): Database {
  const flags = constants.SQLITE_OPEN_READWRITE | constants.SQLITE_OPEN_CREATE | constants.SQLITE_OPEN_URI;
  const db = new Database(file, flags);
  db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  return db;
}

/** A connection as far as statements without a result go, so that one of `node:sqlite` will do as well. */
export type Runs = Pick<Database, "run">;

/**
 * Attaches a file for reading only. Immutable files are read without locks, and so is a file in WAL format that has no `-wal`: nobody has
 * it open then, and opening it the usual way would leave a `-wal` and a `-shm` beside it (readers look at the version again afterwards).
 */
export function attach(db: Runs, schema: string, file: string, immutable: boolean): void {
  if (!existsSync(file)) throw new SourceError("absent", "The file does not exist.");
  if (statSync(file).size === 0) throw new SourceError("broken", "The file is empty.");
  const unlocked = immutable || (headerOf(file).wal && !hasBytes(`${file}-wal`));
  const uri = `${sqliteUri(file)}?mode=ro${unlocked ? "&immutable=1" : ""}`;
  db.run(`ATTACH '${uri.replaceAll("'", "''")}' AS ${schema}`);
}

/** A path as SQLite wants it in a URI: the host of a network path is part of the path there, not an authority (sqlite.org/uri.html). */
function sqliteUri(file: string): string {
  const { host, pathname } = pathToFileURL(file);
  return host === "" ? `file://${pathname}` : `file:////${host}${pathname}`;
}

/** What the first 100 bytes of a database say: its journal format and the counter that every commit outside WAL raises. */
export interface Header {
  wal: boolean;
  changeCounter: number;
}

/** Reads the header of an SQLite file. Throws SourceError when it is none. */
export function headerOf(file: string): Header {
  const bytes = readBeginning(file, 100);
  if (bytes.length < 100 || bytes.toString("latin1", 0, 15) !== "SQLite format 3") {
    throw new SourceError("broken", bytes.length === 0 ? "The file is empty." : "The file is not an SQLite database.");
  }
  return { wal: bytes[18] === 2, changeCounter: bytes.readUInt32BE(24) };
}

/** The first bytes of a file, fewer where it is shorter. */
export function readBeginning(file: string, length: number): Buffer {
  const handle = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(handle, bytes, 0, length, 0));
  } finally {
    closeSync(handle);
  }
}

/** True when the file exists and is not empty. */
export function hasBytes(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
