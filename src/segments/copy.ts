import { closeSync, copyFileSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { busyTimeoutMs, hasBytes, headerOf } from "./connection.ts";
import { contentMark } from "./content-mark.ts";
import { SourceError } from "./errors.ts";
import { look } from "./look.ts";

/** Bytes copied under one lock: some 50 ms, so that a writer in rollback-journal mode never waits longer than that for us. */
const sliceBytes = 64 * 1024 * 1024;
/** Attempts to copy a file that changes while it is copied. */
const copyAttempts = 5;
/** Attempts to copy a large file between the ERP's commits, before one pass is made under a single lock. */
const slicedAttempts = 4;

/** Which content of a source was read. */
export interface SourceVersion {
  /** What a look said of it. */
  version: string;
  /** Content mark, see `contentMark`. */
  mark: string;
  /** When it was looked at, ms since the epoch: a write soon before may hide another one behind the same time. */
  lookedAt: number;
}

/**
 * Copies a database that another program may be writing, consistently and without making that program wait for longer than it must.
 * Returns the version and content mark of the source that the copy shows; they may be older than the copy, never newer.
 * The source is open for the copy alone. Throws SourceError when it is absent, locked, broken, or keeps changing.
 */
export async function copySource(source: string, part: string): Promise<SourceVersion> {
  // A program that opens and closes a WAL file for every write changes what lies beside it all the time, and one that replaces a file by
  // hand removes it for an instant; one of its pauses is enough.
  for (let attempt = 1; ; attempt++) {
    try {
      return await copyOnce(source, part);
    } catch (error) {
      const passing = error instanceof SourceError && (error.trouble === "changing" || error.trouble === "absent");
      if (!passing || attempt === copyAttempts) throw error;
      await Bun.sleep(10 * 2 ** attempt);
    }
  }
}

async function copyOnce(source: string, part: string): Promise<SourceVersion> {
  const lookedAt = Date.now();
  const before = look(source);
  if (!before.exists) throw new SourceError("absent", "The file does not exist.");
  const identity = inode(source);
  const header = headerOf(source);
  const mark = contentMark(source);
  if (!header.wal) {
    copyUnderLock(source, part, before.bytes);
    // A lock belongs to the file and not to its name, so that what took the name meanwhile was copied without one.
    if (inode(source) !== identity) throw new SourceError("changing", "The file was replaced while it was copied.");
    // The look before the lock may be older than what was copied; then the next look finds a change and copies once more.
    return { version: before.version, mark, lookedAt };
  }
  if (hasBytes(`${source}-wal`)) await copyThroughWal(source, part);
  else copyUntouched(source, part, before.version);
  return { version: before.version, mark, lookedAt };
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
      // A disk that fills up takes a part without an error; writing the rest then says why.
      for (let written = 0; written < length; ) {
        written += writeSync(to, buffer, written, length - written, position + written);
      }
      if (length < sliceBytes) return true;
    }
  } finally {
    closeSync(to);
    closeSync(from);
  }
}

function inode(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
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
