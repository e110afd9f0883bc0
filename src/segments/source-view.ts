import type { Database } from "bun:sqlite";
import { closeSync, openSync, statSync } from "node:fs";
import { closeAsLast } from "./close-as-last.ts";
import { attach, headerOf } from "./connection.ts";
import { contentMark } from "./content-mark.ts";
import { SourceError } from "./errors.ts";
import { look } from "./look.ts";
import { Pages } from "./pages.ts";
import { pauseForOthers } from "./pause.ts";
import type { SourceVersion } from "./source-version.ts";
import { overlayOf, readWalState, type WalState } from "./wal.ts";

/** The name under which the source is attached. */
export const sourceSchema = "source";
/** Attempts to find the wal-index the same before and after a read transaction began. */
const beginAttempts = 20;

/** One state of a file that another program may be writing, as a database (attached as `source`) and as pages. */
export interface SourceView {
  pages: Pages;
  /** Lets a writer through that waits. Throws SourceError `changing` when it wrote. To be called every few milliseconds. */
  breathe: () => void;
}

/**
 * Attaches a source to `db` for as long as `use` runs, all of which sees one state of it. Returns what `use` did and which state it saw;
 * that may be older than what was seen, never newer. Throws SourceError when the source is absent, locked, broken, or changed meanwhile.
 *
 * In rollback-journal mode a read lock is held, and let go of every `holdMs`, because commits wait for it; so is the file itself, because on
 * Windows whoever replaces it waits for that. In WAL mode one read transaction keeps nobody waiting.
 */
export function withSourceView<T>(
  db: Database,
  source: string,
  holdMs: number,
  use: (view: SourceView) => T,
): { result: T; version: SourceVersion } {
  const lookedAt = Date.now();
  const before = look(source);
  if (!before.exists) throw new SourceError("absent", "The file does not exist.");
  const version = { version: before.version, mark: contentMark(source), lookedAt };
  const { wal } = headerOf(source);
  // Side files are closed last, with the pages: closing any handle drops the locks of SQLite's own ones (fcntl(2)).
  const handles: number[] = [];
  const pages = new Pages(source);
  const opened: Opened = { db, source, pages, handles, isAttached: false };
  const { inode } = pages;
  try {
    take(opened);
    // What took the file's name meanwhile is not the file that is read as pages.
    if (statSync(source, { bigint: true }).ino !== inode) throw changed();
    if (!wal) return { result: underLock(opened, holdMs, use), version };
    if (before.walBytes > 0) return { result: inReadTransaction(opened, use), version };
    return { result: untouched(opened, before.version, use), version };
  } finally {
    if (db.inTransaction) db.run("ROLLBACK");
    letGo(opened);
    // Whoever closed the file meanwhile did not find itself the last, and left its -wal.
    const isSame = handles.length > 0 && statSync(source, { bigint: true, throwIfNoEntry: false })?.ino === inode;
    if (isSame) closeAsLast(source);
  }
}

interface Opened {
  db: Database;
  source: string;
  pages: Pages;
  handles: number[];
  isAttached: boolean;
}

function take(opened: Opened): void {
  attach(opened.db, sourceSchema, opened.source, false);
  opened.isAttached = true;
}

function letGo(opened: Opened): void {
  if (opened.isAttached) opened.db.run(`DETACH ${sourceSchema}`);
  opened.isAttached = false;
  for (const handle of opened.handles) closeSync(handle);
  opened.pages.close();
}

type Use<T> = (view: SourceView) => T;

const changed = (): SourceError => new SourceError("changing", "The file changed while it was read.");

function begin(db: Database): void {
  db.run("BEGIN");
  // BEGIN alone locks nothing.
  db.query(`SELECT count(*) FROM ${sourceSchema}.sqlite_schema`).get();
}

function underLock<T>(opened: Opened, holdMs: number, use: Use<T>): T {
  const { db, pages } = opened;
  begin(db);
  // A -wal of another file, left where this one was put, is read by SQLite all the same; the pages would not be what it sees.
  const mode = db.query<{ journal_mode: string }, []>(`PRAGMA ${sourceSchema}.journal_mode`).get()!.journal_mode;
  if (mode === "wal") throw changed();
  let since = performance.now();
  const { stamp } = pages;
  const breathe = () => {
    if (performance.now() - since < holdMs) return;
    db.run("COMMIT");
    letGo(opened);
    pauseForOthers();
    pages.reopen();
    take(opened);
    begin(db);
    since = performance.now();
    if (pages.stamp !== stamp) throw changed();
  };
  const result = use({ pages, breathe });
  // The lock keeps SQLite's writers away; a program that copies another file over this one heeds no lock.
  if (pages.stamp !== stamp) throw changed();
  db.run("COMMIT");
  return result;
}

function inReadTransaction<T>({ db, source, pages, handles }: Opened, use: Use<T>): T {
  // A first read makes the wal-index where there is none yet.
  begin(db);
  const open = (suffix: string): number => {
    try {
      handles.push(openSync(`${source}${suffix}`, "r"));
    } catch {
      // The last program that had the file open took -wal and -shm away.
      throw changed();
    }
    return handles.at(-1)!;
  };
  const state = beginKnown(db, open("-shm"));
  // When the main file holds every commit, the -wal adds nothing and may be begun anew at any time.
  if (state.writtenBack < state.frames) pages.lay(overlayOf(open("-wal"), state, pages.size));
  const result = use({ pages, breathe: () => {} });
  db.run("COMMIT");
  return result;
}

/** Begins a read transaction of which the wal-index's state is known, because it was the same before and after. */
function beginKnown(db: Database, shm: number): WalState {
  for (let attempt = 0; attempt < beginAttempts; attempt++) {
    const before = readWalState(shm);
    db.run("ROLLBACK");
    begin(db);
    const after = readWalState(shm);
    if (before && after?.header.equals(before.header)) return after;
  }
  throw changed();
}

/** A file in WAL format without a -wal has no writer; it is read without locks and looked at again, like a copy of it (copy.ts). */
function untouched<T>({ db, source, pages }: Opened, version: string, use: Use<T>): T {
  begin(db);
  const result = use({ pages, breathe: () => {} });
  db.run("COMMIT");
  if (look(source).version !== version) throw changed();
  return result;
}
