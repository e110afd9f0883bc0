import { closeSync, fstatSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { headerOf, readBeginning } from "./connection.ts";
import { SourceError } from "./errors.ts";

/** A database smaller than this is read at once, some 5 ms, and held in memory until it is written; a larger one is copied in passes. */
export const smallBytes = 16 * 1024 * 1024;
/** The header of a -wal holds two salts that change whenever it is begun anew (sqlite.org/fileformat2.html, "The WAL File"). */
const walHeaderBytes = 32;

/**
 * The bytes of a file from `position` on, a piece at the most. The handle lets others rename and delete the file, which on Windows those of SQLite do
 * not (FILE_SHARE_DELETE), and is closed before anything is done with what was read, because the file cannot be replaced before.
 */
export function readPiece(file: string, position = 0): Buffer {
  const handle = openSync(file, "r");
  try {
    const size = Math.min(smallBytes, Math.max(0, fstatSync(handle).size - position));
    const bytes = Buffer.allocUnsafe(size);
    for (let length = 0; length < size; ) {
      const read = readSync(handle, bytes, length, size - length, position + length);
      if (read === 0) return bytes.subarray(0, length);
      length += read;
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}

/**
 * Opens a file in rollback-journal mode, `inode`, and keeps commits away until the connection is closed. Throws SourceError `changing` where another
 * file has its name by now, or it is in WAL mode: SQLite would make a `-wal` and a `-shm` beside it, which nobody who only reads takes away again.
 */
export function openLocked(source: string, inode: bigint | null | undefined, timeout: number): DatabaseSync {
  // Opened, but not read: what has the name afterwards too is what was opened.
  const db = new DatabaseSync(source, { readOnly: true, timeout });
  try {
    if (statSync(source, { bigint: true }).ino !== inode || headerOf(source).wal) throw changed();
    db.exec("BEGIN");
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Copies the bytes of a file that may be written, replaced or removed meanwhile; whether it was is for the caller to find out. */
export function copyBytes(from: string, to: string): void {
  const target = openSync(to, "w");
  try {
    for (let position = 0; ; position += smallBytes) {
      const piece = readPiece(from, position);
      writeFully(target, piece, position);
      if (piece.length < smallBytes) return;
    }
  } finally {
    closeSync(target);
  }
}

/** Writes all the bytes; a disk that fills up takes a part without an error, and writing the rest then says why. */
export function writeFully(handle: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(handle, bytes, written, bytes.length - written, position + written);
  }
}

/**
 * Copies a database in WAL mode that has a `-wal`, as two files: `copyMain` is to copy the main one to `part`, and may do so while it is
 * written. Throws SourceError `changing` when that gave no state of the file, and the file system's errors.
 *
 * It gives one because all that a checkpoint writes into the main file stands in the `-wal`, which keeps it until it is begun anew with
 * other salts. So whatever a checkpoint did to the main file meanwhile, the `-wal` copied afterwards makes it good, provided that its salts
 * are those of before. What a writer was just adding lacks its commit or its check sum and is left out, as after a crash.
 *
 * The source is not opened as a database: the program that closes a file last takes its `-wal` away, and one that only reads cannot. Would the
 * hub be that one, the `-wal` stayed, and would be read into a file that is put in the place of this one (sqlite.org/howtocorrupt.html, 1.4).
 */
export function copyWithWal(source: string, part: string, copyMain: () => void): void {
  const begun = identityOf(source);
  copyMain();
  try {
    copyBytes(`${source}-wal`, `${part}-wal`);
    if (identityOf(source) !== begun) throw changed();
    takeIn(part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw changed();
    throw error;
  } finally {
    forgetWal(part);
  }
}

/** Takes the `-wal` of an earlier attempt away: SQLite would read its older pages into whatever is copied to that name next. */
export function forgetWal(part: string): void {
  rmSync(`${part}-wal`, { force: true });
}

/** Which main file and which beginning of its -wal have the name. */
function identityOf(source: string): string {
  const main = statSync(source, { bigint: true, throwIfNoEntry: false })?.ino;
  let header: Buffer;
  try {
    header = readBeginning(`${source}-wal`, walHeaderBytes);
  } catch {
    // The last program that had the file open took it away.
    throw changed();
  }
  if (main === undefined || header.length < walHeaderBytes) throw changed();
  return `${main}.${header.toString("hex")}`;
}

/** Moves what stands in the -wal of a copy into it, and takes the -wal away. The copy is disposable, so nothing is synced. */
function takeIn(part: string): void {
  const db = new DatabaseSync(part);
  try {
    // Without others there needs to be no -shm either.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    db.close();
  }
}

const changed = (): SourceError => new SourceError("changing", "The file changed while it was copied.");
