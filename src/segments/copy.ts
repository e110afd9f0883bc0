import { statSync, writeFileSync } from "node:fs";
import { busyTimeoutMs, hasBytes, headerOf } from "./connection.ts";
import { contentMark } from "./content-mark.ts";
import { asSourceError, SourceError } from "./errors.ts";
import { copyBytes, copyWithWal, forgetWal, openLocked, readPiece, smallBytes } from "./file-copy.ts";
import { copyLarge } from "./large-copy.ts";
import { look } from "./look.ts";
import type { SourceVersion } from "./source-version.ts";

/** Attempts to copy a file that changes while it is copied. */
const copyAttempts = 5;

/**
 * Copies a database that another program may be writing, consistently and without making that program wait for longer than it must.
 * Returns the version and content mark of the source that the copy shows; they may be older than the copy, never newer.
 * The source is open for the copy alone. Throws SourceError when it is absent, locked, broken, or keeps changing.
 */
export async function copySource(source: string, part: string): Promise<SourceVersion> {
  // A process that was killed in the middle of a copy may have left one.
  forgetWal(part);
  // A program that opens and closes a WAL file for every write changes what lies beside it all the time, and one that replaces a file by
  // hand removes it for an instant; one of its pauses is enough.
  for (let attempt = 1; ; attempt++) {
    try {
      return await copyOnce(source, part);
    } catch (thrown) {
      const error = asSourceError(thrown);
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
  if (before.bytes - before.walBytes >= smallBytes) return copyLarge(source, part);
  const identity = inode(source);
  const header = headerOf(source);
  const mark = contentMark(source);
  if (!header.wal) {
    copyUnderLock(source, part, identity);
    // A lock belongs to the file and not to its name, so that what took the name meanwhile was copied without one.
    if (inode(source) !== identity) throw new SourceError("changing", "The file was replaced while it was copied.");
    // The look before the lock may be older than what was copied; then the next look finds a change and copies once more.
    return { version: before.version, mark, lookedAt };
  }
  if (hasBytes(`${source}-wal`)) copyWithWal(source, part, () => copyBytes(source, part));
  else copyUntouched(source, part, before.version);
  return { version: before.version, mark, lookedAt };
}

/** A read lock holds commits up, but no longer than reading a small file takes (4 MB: 1 ms); it is written afterwards. */
function copyUnderLock(source: string, part: string, identity: bigint | undefined): void {
  const db = openLocked(source, identity, busyTimeoutMs);
  let bytes: Buffer;
  try {
    bytes = readPiece(source);
  } finally {
    db.close();
  }
  if (bytes.length === smallBytes) throw new SourceError("changing", "The file grew while it was copied.");
  writeFileSync(part, bytes);
}

function inode(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** A file in WAL format without a -wal has no writer: its bytes are copied without opening it as a database, which would make a -wal. */
function copyUntouched(source: string, part: string, version: string): void {
  copyBytes(source, part);
  if (look(source).version !== version) {
    throw new SourceError("changing", "The file changed while it was copied.");
  }
}
