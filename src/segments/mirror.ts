import { Database } from "bun:sqlite";
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { busyTimeoutMs, hasBytes, headerOf, readBeginning } from "./connection.ts";
import { SourceError } from "./errors.ts";
import { readFacts } from "./facts.ts";
import { look } from "./look.ts";
import { indexesOf, requiredIndexes, table, verifyTable } from "./schema.ts";
import type { Facts } from "./types.ts";

/** Order to copy a source file into a mirror; carried out in a process that does nothing else with SQLite files. */
export interface MirrorOrder {
  source: string;
  /** Where the finished mirror is to stand; the copy is made beside it under a temporary name. */
  target: string;
  /** Sync the mirror to the disk before it is published, so that it can be trusted after a power cut. */
  durable: boolean;
}

export interface MirrorResult {
  facts: Facts;
  /** Version of the source that the copy shows. */
  version: string;
  /** Content mark of that version, see `contentMark`. */
  mark: string;
}

/** Bytes copied under one lock: some 50 ms, so that a writer in rollback-journal mode never waits longer than that for us. */
const sliceBytes = 64 * 1024 * 1024;
/** Attempts to copy a file that changes while it is copied. */
const copyAttempts = 5;
/** Attempts to copy a large file between the ERP's commits, before one pass is made under a single lock. */
const slicedAttempts = 4;

/**
 * A mark of the content that tells two writes within one tick of the file system's clock apart: the change counter that every commit
 * in rollback-journal mode raises, and the header of the wal-index that every commit in WAL mode changes
 * (SQLite file format, "File change counter"; wal-index format, "WalIndexHdr").
 */
export function contentMark(source: string): string {
  const header = headerOf(source);
  const shm = `${source}-shm`;
  const walIndex = header.wal && existsSync(shm) ? readBeginning(shm, 48).toString("hex") : "";
  return header.wal ? `${walMark}${header.changeCounter}/${walIndex}` : String(header.changeCounter);
}

const walMark = "wal ";

/** True when a content mark is that of a file in WAL format. */
export function isWalMark(mark: string): boolean {
  return mark.startsWith(walMark);
}

/**
 * Copies a source, checks the copy, adds the indexes it lacks and publishes it by rename.
 * The source is open for the copy alone. Throws SourceError when it is locked, broken, or keeps changing.
 */
export async function makeMirror(order: MirrorOrder): Promise<MirrorResult> {
  const part = `${order.target}.tmp`;
  removeDatabase(part);
  try {
    const { version, mark } = await copyPatiently(order.source, part);
    const facts = finish(part, order.durable);
    renameSync(part, order.target);
    return { facts, version, mark };
  } catch (error) {
    removeDatabase(part);
    throw error;
  }
}

/** Deletes a database with its side files; true when nothing is left of it. */
export function removeDatabase(file: string): boolean {
  for (const path of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) {
    try {
      rmSync(path, { force: true });
    } catch {
      // Windows: a reader still has it open; whoever cleans up next tries again.
      return false;
    }
  }
  return true;
}

/** A program that opens and closes a WAL file for every write changes what lies beside it all the time; one of its pauses is enough. */
async function copyPatiently(source: string, part: string): Promise<{ version: string; mark: string }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await copySource(source, part);
    } catch (error) {
      const changing = error instanceof SourceError && error.trouble === "changing";
      if (!changing || attempt === copyAttempts) throw error;
      await Bun.sleep(10);
    }
  }
}

async function copySource(source: string, part: string): Promise<{ version: string; mark: string }> {
  const before = look(source);
  if (!before.exists) throw new SourceError("absent", "The file does not exist.");
  const header = headerOf(source);
  const mark = contentMark(source);
  if (!header.wal) {
    copyUnderLock(source, part, before.bytes);
    // The look before the lock may be older than what was copied; then the next look finds a change and copies once more.
    return { version: before.version, mark };
  }
  if (hasBytes(`${source}-wal`)) await copyThroughWal(source, part);
  else copyUntouched(source, part, before.version);
  return { version: before.version, mark };
}

/**
 * Copies a file in rollback-journal mode. A read lock holds commits up while it is held, so a large file is copied in slices with a lock
 * for each, and starts again when a commit came between two of them. Only when the ERP never pauses for long enough is the whole file
 * copied under one lock.
 */
function copyUnderLock(source: string, part: string, bytes: number): void {
  const db = new DatabaseSync(source, { readOnly: true, timeout: busyTimeoutMs });
  try {
    const locked = <T>(work: () => T): T => {
      db.exec("BEGIN");
      try {
        db.prepare("SELECT count(*) FROM sqlite_schema").get();
        return work();
      } finally {
        db.exec("ROLLBACK");
      }
    };
    if (bytes <= sliceBytes) {
      locked(() => copyFileSync(source, part));
      return;
    }
    for (let attempt = 0; attempt < slicedAttempts; attempt++) {
      if (copyInSlices(source, part, locked)) return;
    }
    locked(() => copyFileSync(source, part));
  } finally {
    db.close();
  }
}

function copyInSlices(source: string, part: string, locked: <T>(work: () => T) => T): boolean {
  const from = openSync(source, "r");
  const to = openSync(part, "w");
  try {
    const buffer = Buffer.alloc(sliceBytes);
    let counter: number | null = null;
    for (let position = 0; ; position += sliceBytes) {
      const length = locked(() => {
        const now = changeCounter(from);
        if (counter !== null && now !== counter) return -1;
        counter = now;
        return readSync(from, buffer, 0, sliceBytes, position);
      });
      if (length < 0) return false;
      writeSync(to, buffer, 0, length, position);
      if (length < sliceBytes) return true;
    }
  } finally {
    closeSync(to);
    closeSync(from);
  }
}

function changeCounter(handle: number): number {
  const bytes = Buffer.alloc(4);
  readSync(handle, bytes, 0, 4, 24);
  return bytes.readUInt32BE(0);
}

/** In WAL mode a reader never holds a writer up, so one pass in one read transaction is both consistent and harmless. */
async function copyThroughWal(source: string, part: string): Promise<void> {
  const db = new DatabaseSync(source, { readOnly: true, timeout: busyTimeoutMs });
  try {
    await backup(db, part, { rate: -1 });
  } finally {
    db.close();
  }
}

/** A file in WAL format without a -wal has no writer: its bytes are copied without opening it as a database, which would make a -wal. */
function copyUntouched(source: string, part: string, version: string): void {
  copyFileSync(source, part);
  if (look(source).version !== version) {
    throw new SourceError("changing", "The file changed while it was copied.");
  }
}

function finish(part: string, durable: boolean): Facts {
  const db = new Database(part);
  try {
    // Disposable until it is published, so nothing is synced or journalled meanwhile; a copy in WAL format becomes a plain one.
    db.run("PRAGMA journal_mode = MEMORY");
    db.run("PRAGMA synchronous = OFF");
    db.run("PRAGMA cache_size = -65536");
    const verdict = db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get();
    if (verdict?.quick_check !== "ok") {
      throw new SourceError("broken", "The file is damaged: SQLite's quick_check found an error.");
    }
    verifyTable(db, "main");
    const present = indexesOf(db, "main");
    for (const index of requiredIndexes) {
      if (present.includes(index.columns)) continue;
      db.run(`CREATE INDEX IF NOT EXISTS hub_${index.name} ON ${table} (${index.columns})`);
    }
    db.run("PRAGMA analysis_limit = 400");
    db.run("ANALYZE");
    return readFacts(db, "main", true);
  } finally {
    db.close();
    if (durable) sync(part);
  }
}

function sync(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
