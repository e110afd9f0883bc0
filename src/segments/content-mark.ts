import { headerOf, readBeginning } from "./connection.ts";
import { look } from "./look.ts";

/**
 * A mark of the content that tells two writes within one tick of the file system's clock apart: the change counter that every commit
 * in rollback-journal mode raises, and the header of the wal-index that every commit in WAL mode changes
 * (SQLite file format, "File change counter"; wal-index format, "WalIndexHdr").
 */
export function contentMark(source: string): string {
  const header = headerOf(source);
  const walIndex = header.wal ? walIndexOf(source) : "";
  return header.wal ? `${walMark}${header.changeCounter}/${walIndex}` : String(header.changeCounter);
}

function walIndexOf(source: string): string {
  try {
    return readBeginning(`${source}-shm`, 48).toString("hex");
  } catch (error) {
    // Nobody has the file open, or whoever had it closes it just now.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

const walMark = "wal ";

/** True when a content mark is that of a file in WAL format. */
export function isWalMark(mark: string): boolean {
  return mark.startsWith(walMark);
}

/** A text that changes when a file is written, as far as can be told without opening it as a database; a segment's version. */
export function stateOf(file: string): string {
  return `${look(file).version}/${contentMark(file)}`;
}
