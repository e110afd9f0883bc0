/** Why a file cannot be read as a segment just now. */
export type SourceTrouble = "absent" | "locked" | "broken" | "changing";

/** A source file could not be read; the message is a sentence for operators without a path. */
export class SourceError extends Error {
  readonly trouble: SourceTrouble;
  /** Name of the segment that was being read, where it is known. */
  segment?: string;
  constructor(trouble: SourceTrouble, message: string) {
    super(message);
    this.name = "SourceError";
    this.trouble = trouble;
  }
}

/** A question needs days for which there is no readable file and no earlier version of it. */
export class UnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnavailableError";
  }
}

const troubles: Record<string, [SourceTrouble, string]> = {
  SQLITE_BUSY: ["locked", "The file is locked by another program."],
  SQLITE_LOCKED: ["locked", "The file is locked by another program."],
  SQLITE_NOTADB: ["broken", "The file is not an SQLite database."],
  SQLITE_CORRUPT: ["broken", "The file is damaged: SQLite finds its structure malformed."],
  SQLITE_CANTOPEN: ["locked", "The file cannot be opened: it is missing, locked, or not readable for the hub."],
  SQLITE_PERM: ["locked", "The hub has no right to read the file."],
  SQLITE_IOERR: ["broken", "Reading the file failed with an input/output error."],
  SQLITE_READONLY: ["locked", "The file waits to be recovered by the program that writes it."],
  SQLITE_FULL: ["locked", "The disk is full, so that the file could not be copied."],
};

/** node:sqlite gives result codes as numbers, of which the last byte is the primary one (https://www.sqlite.org/rescode.html). */
const primaryCodes: Record<number, string> = {
  3: "SQLITE_PERM",
  5: "SQLITE_BUSY",
  6: "SQLITE_LOCKED",
  8: "SQLITE_READONLY",
  10: "SQLITE_IOERR",
  11: "SQLITE_CORRUPT",
  13: "SQLITE_FULL",
  14: "SQLITE_CANTOPEN",
  26: "SQLITE_NOTADB",
};

/** Translates an error of SQLite or the file system into a SourceError; anything else is returned unchanged. */
export function asSourceError(error: unknown): unknown {
  if (error instanceof SourceError || !(error instanceof Error)) return error;
  const { code: named, errcode } = error as { code?: unknown; errcode?: number };
  const code = String((errcode === undefined ? named : primaryCodes[errcode & 0xff]) ?? "");
  for (const [prefix, [trouble, message]] of Object.entries(troubles)) {
    if (code.startsWith(prefix)) return new SourceError(trouble, message);
  }
  if (code === "ENOENT") return new SourceError("absent", "The file does not exist.");
  if (["EACCES", "EPERM", "EBUSY"].includes(code)) {
    return new SourceError(
      "locked",
      "The file cannot be opened: another program holds it or the hub has no right to it.",
    );
  }
  if (code === "ENOSPC") return new SourceError("locked", "The disk is full, so that the file could not be copied.");
  if (/no such (table|column)/.test(error.message)) {
    return new SourceError("broken", "The file has no table production_records with the expected columns.");
  }
  return error;
}
