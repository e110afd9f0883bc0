import { statfsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { attach, headerOf, openHost } from "../segments/connection.ts";
import { asSourceError, SourceError } from "../segments/errors.ts";
import { table, verifyTable } from "../segments/schema.ts";
import { OperationError } from "./operation.ts";

/** What a database file turned out to hold. */
export interface Found {
  /** Rows of the production table; null for a file without one (the hub's own state). */
  rows: number | null;
  maxId: number | null;
}

const mb = 1024 * 1024;
/** What the disk must keep free besides a copy: SQLite's temporary files, logs, a day of the ERP's writes. */
const spareBytes = 200 * mb;
/** Rows counted under one read lock of the source: some 10 ms. */
const countedAtOnce = 100_000;

/**
 * Checks a file that nobody writes, without locks and without leaving anything beside it: `quick_check`, or `integrity_check` where
 * `thorough`; table and columns where it is a `production` file. Throws SourceError when it is damaged or something else.
 */
export function examine(file: string, { thorough, production }: { thorough: boolean; production: boolean }): Found {
  const db = openHost();
  try {
    headerOf(file);
    attach(db, "file", file, true);
    const check = thorough ? "integrity_check" : "quick_check";
    const [verdict] = db.query<Record<string, string>, []>(`PRAGMA file.${check}(1)`).all();
    if (verdict?.[check] !== "ok") {
      throw new SourceError("broken", `The file is damaged: SQLite's ${check} found an error.`);
    }
    if (!production) return { rows: null, maxId: null };
    verifyTable(db, "file");
    return db
      .query<{ rows: number; maxId: number | null }, []>(
        `SELECT (SELECT count(*) FROM file.${table}) AS rows, (SELECT max(id) FROM file.${table}) AS maxId`,
      )
      .get()!;
  } catch (error) {
    throw asSourceError(error);
  } finally {
    db.close();
  }
}

/** Counts the rows of a file that the ERP may be writing, in steps that hold its commits up for some 10 ms each. */
export function countInSteps(file: string): Found {
  const db = openHost();
  try {
    attach(db, "file", file, false);
    const step = db.query<{ rows: number; last: number | null }, [number]>(
      `SELECT count(*) AS rows, max(id) AS last FROM
       (SELECT id FROM file.${table} WHERE id > ? ORDER BY id LIMIT ${countedAtOnce})`,
    );
    let rows = 0;
    let maxId: number | null = null;
    for (;;) {
      const { rows: more, last }: { rows: number; last: number | null } = step.get(maxId ?? Number.MIN_SAFE_INTEGER)!;
      if (last === null) return { rows, maxId };
      rows += more;
      maxId = last;
    }
  } catch (error) {
    throw asSourceError(error);
  } finally {
    db.close();
  }
}

/** Gives a finished copy the journal format of the file it stands for; nothing is left beside it. */
export function setFormat(file: string, wal: boolean): void {
  if (headerOf(file).wal === wal) return;
  const db = new DatabaseSync(file);
  try {
    db.exec(`PRAGMA journal_mode = ${wal ? "WAL" : "DELETE"}`);
  } finally {
    db.close();
  }
}

/** Throws OperationError unless the disk that holds `folder` has room for so many bytes and what else will be written meanwhile. */
export function requireSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = Math.ceil(bytes * 1.2) + spareBytes;
  if (bavail * bsize >= needed) return;
  throw new OperationError(
    `There is not enough free disk space: ${inMb(needed)} MB are needed and ${inMb(bavail * bsize)} MB are free. Nothing was changed. Make room on the disk and try again.`,
  );
}

const inMb = (bytes: number): string => Math.round(bytes / mb).toString();

/** Why something failed, as a sentence for operators without a path or a stack trace. */
export function reasonOf(error: unknown): string {
  if (error instanceof OperationError) return error.message;
  if (isDiskFull(error)) return "The disk is full.";
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EROFS") return "The folder is read-only.";
  if (code === "EEXIST" || code === "ENOTDIR") return "A file stands where the folder is needed.";
  const known = asSourceError(error);
  if (known instanceof SourceError) return known.message;
  return code ? `The system reports ${code}.` : sentence((error as Error).message);
}

/** True when a write failed because the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: number };
  return code === "ENOSPC" || code === "EDQUOT" || String(code).startsWith("SQLITE_FULL") || errcode === 13;
}

const sentence = (text: string): string => (text.endsWith(".") ? text : `${text}.`);
