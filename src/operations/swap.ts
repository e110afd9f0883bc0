import { copyFileSync, existsSync, linkSync, lstatSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { hasBytes, headerOf } from "../segments/connection.ts";
import { SourceError } from "../segments/errors.ts";
import { removeDatabase } from "../segments/mirror.ts";
import { hubDbName } from "../store/hub-db.ts";
import { fsyncFile, fsyncFolder, OperationError, replaceFile } from "./operation.ts";
import { patiently } from "./patience.ts";

/** How long another program's lock on the file is waited for. */
const lockPatienceMs = 2_000;
/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const notADatabase = new Set([11, 26]);

/** The file that a restore replaces, kept from being written until `release`. */
export interface Hold {
  /** Journal format the file had; what stands there now has none, so that no `-wal` belongs to it. */
  wal: boolean;
  /** False where the file is too damaged to be locked; its `-wal` and `-journal` stay as they are. */
  sound: boolean;
  /** Lets the file go; `unchanged` also gives it its journal format back. */
  release(unchanged: boolean): void;
}

const unsound: Hold = { wal: false, sound: false, release: () => {} };

/**
 * Takes the file for itself: what its `-wal` holds is merged, and no other program can write it. Null where there is no file.
 * Throws OperationError when another program has it in use or writes it.
 */
export async function hold(file: string): Promise<Hold | null> {
  if (!existsSync(file)) return null;
  if (lstatSync(file).isSymbolicLink()) {
    throw new OperationError(
      `${path.basename(file)} is a link to a file elsewhere, which a restore would cut off. Nothing was changed. Put the file itself in its place and try again.`,
    );
  }
  // SQLite would delete a -wal beside a file that is none of its own.
  if (hasBytes(file) && !isDatabase(file)) return unsound;
  try {
    return await patiently(
      () => take(file),
      (error) => !isNoDatabase(error),
      { forMs: lockPatienceMs, pauseMs: 50 },
    );
  } catch (error) {
    if (isNoDatabase(error)) return unsound;
    throw inUse(file, error);
  }
}

function isNoDatabase(error: unknown): boolean {
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && notADatabase.has(errcode & 0xff);
}

function isDatabase(file: string): boolean {
  try {
    headerOf(file);
    return true;
  } catch (error) {
    if (error instanceof SourceError) return false;
    throw error;
  }
}

function take(file: string): Hold {
  const db = new DatabaseSync(file, { timeout: 200 });
  try {
    const mode = () => (db.prepare("PRAGMA journal_mode").get() as { journal_mode: string }).journal_mode;
    const wal = mode() === "wal";
    // Leaving WAL needs the file for oneself alone: it merges the -wal, and fails while any other program has the file open.
    if (wal) db.exec("PRAGMA journal_mode = DELETE");
    db.exec("BEGIN EXCLUSIVE");
    if (mode() === "wal") throw new Error("Another program has opened the file meanwhile.");
    let held = true;
    return {
      wal,
      sound: true,
      release(unchanged) {
        if (!held) return;
        held = false;
        try {
          db.exec("ROLLBACK");
          if (unchanged && wal) db.exec("PRAGMA journal_mode = WAL");
        } finally {
          db.close();
        }
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

function inUse(file: string, error: unknown): OperationError {
  const { errcode } = error as { errcode?: number };
  const name = path.basename(file);
  if (errcode === 8 || errcode === 14) {
    return new OperationError(`${name} cannot be replaced, because the hub may not write it. Nothing was changed.`);
  }
  return new OperationError(
    `${name} is in use by another program, which would lose what it writes. Nothing was changed. Close ${name === hubDbName ? "that program" : "the ERP"} and try again.`,
  );
}

/**
 * Puts `part` in the place of `target` and keeps what stood there as `kept`, so that there is no instant without a file. Throws
 * OperationError, with everything as before, when the file cannot be replaced.
 */
export function swap(part: string, target: string, kept: string, held: Hold | null, boundary: (phase: string) => void) {
  const folder = path.dirname(target);
  if (held) keep(target, kept);
  if (!held?.sound) moveSideFiles(target, kept);
  fsyncFolder(folder);
  boundary("kept");
  try {
    if (hasBytes(`${target}-wal`)) throw inUse(target, null);
    // Windows lets nobody rename over a file that is open, not even its own locks.
    if (process.platform === "win32") held?.release(true);
    replaceFile(part, target);
  } catch (error) {
    dropKept(target, kept);
    throw error;
  }
}

/** Undoes `swap`: what was kept stands in its place again. */
export function swapBack(target: string, kept: string, held: Hold | null): void {
  if (held) {
    replaceFile(kept, target);
    moveSideFiles(kept, target);
  } else removeDatabase(target);
  fsyncFolder(path.dirname(target));
}

/** Gives up the second name of a file that was not replaced after all. */
export function dropKept(target: string, kept: string): void {
  moveSideFiles(kept, target);
  rmSync(kept, { force: true });
  fsyncFolder(path.dirname(target));
}

function keep(target: string, kept: string): void {
  try {
    linkSync(target, kept);
  } catch {
    // FAT and some network drives know no second name: a copy takes longer, but serves as well.
    const part = `${kept}.tmp`;
    try {
      copyFileSync(target, part);
      fsyncFile(part);
      renameSync(part, kept);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  }
}

/** A `-wal` or `-journal` beside another file would be taken for that file's own and written into it. */
function moveSideFiles(from: string, to: string): void {
  for (const suffix of ["-wal", "-journal"]) {
    if (existsSync(`${from}${suffix}`) && !existsSync(`${to}${suffix}`))
      renameSync(`${from}${suffix}`, `${to}${suffix}`);
  }
  rmSync(`${from}-shm`, { force: true });
}
