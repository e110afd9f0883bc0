import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { closeAsLast } from "../segments/close-as-last.ts";
import { busyTimeoutMs } from "../segments/connection.ts";
import { asSourceError } from "../segments/errors.ts";
import type { OperationContext } from "./operation.ts";
import { requireDatabaseFolder, type SourceFile, sourceFiles } from "./source-files.ts";

export interface CheckpointArgs {
  /** Checkpoints every -wal, also below the limit and with HEAL_INDEXES=false. */
  force?: boolean;
}

/** What became of the `-wal` of one file. */
export interface CheckpointedFile {
  file: string;
  /**
   * `none`: there is no -wal. `small`: below the limit, and in use. `left`: nobody had the file open any more; it is closed as its last
   * program should have. `shrunk`: emptied or gone. `held`: something keeps it from shrinking. `untouched`: HEAL_INDEXES=false.
   */
  state: "none" | "small" | "left" | "shrunk" | "held" | "untouched";
  walMbBefore: number;
  walMbAfter: number;
  /** What keeps it from shrinking; null otherwise. */
  note: string | null;
}

export interface CheckpointResult {
  summary: string;
  files: CheckpointedFile[];
}

const mb = 1024 * 1024;

/**
 * Moves what stands in a `-wal` past the limit into its file and empties it, as far as no reader or writer is hurt: the copying (PASSIVE) waits for
 * nobody and holds nobody up, and the emptying (TRUNCATE) gives up at once where it would have to wait.
 * See https://sqlite.org/pragma.html#pragma_wal_checkpoint. Throws OperationError where there is no database folder.
 */
export function runCheckpoint(context: OperationContext, { force = false }: CheckpointArgs = {}): CheckpointResult {
  const { settings, log, progress } = context;
  requireDatabaseFolder(settings);
  const all = sourceFiles(settings);
  const files = all.map((file, position): CheckpointedFile => {
    progress({ done: position, total: all.length, phase: file.fileName });
    const before = walBytes(file);
    const result = (state: CheckpointedFile["state"], note: string | null = null): CheckpointedFile => {
      const after = walBytes(file);
      // Whoever gave the order reads it in the result.
      if (note && !force) log.warn(`${file.fileName}-wal (${inMb(before)} MB) does not shrink: ${note}`);
      return { file: file.fileName, state, walMbBefore: inMb(before), walMbAfter: inMb(after), note };
    };
    // Opening a file without a -wal would make one.
    if (before === 0) return result("none");
    const isSmall = !force && before < settings.walLimitMb * mb;
    if (isSmall) return result(settings.healIndexes && closeAsLast(file.path) ? "left" : "small");
    if (!force && !settings.healIndexes)
      return result("untouched", "HEAL_INDEXES=false keeps the hub from writing to the ERP's files.");
    const note = checkpoint(file.path);
    return result(note === null ? "shrunk" : "held", note);
  });
  progress({ done: all.length, total: all.length, phase: "done" });
  return { summary: force ? fileByFile(files, settings.databaseDir) : summaryOf(files), files };
}

/** Returns null when the -wal was emptied, else what keeps it from shrinking. */
function checkpoint(path: string): string | null {
  try {
    const db = new Database(path, { readwrite: true, create: false });
    try {
      db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      const passive = pragmaCheckpoint(db, "PASSIVE");
      if (passive.busy) return "Another program is checkpointing it just now.";
      if (passive.checkpointed < passive.log) {
        return `A program has been reading since before its last writes (${passive.log - passive.checkpointed} of ${passive.log} pages wait for it). It shrinks once that program ends its read.`;
      }
      db.run("PRAGMA busy_timeout = 0");
      if (!pragmaCheckpoint(db, "TRUNCATE").busy) return null;
      return isWriting(db)
        ? "A program is in the middle of a write transaction. Everything before is safe in the file; it shrinks once the transaction ends."
        : "A program holds a read open. Everything is safe in the file; it shrinks once that program ends its read.";
    } finally {
      db.close();
    }
  } catch (error) {
    return (asSourceError(error) as Error).message;
  }
}

function pragmaCheckpoint(db: Database, mode: "PASSIVE" | "TRUNCATE") {
  return db.query<{ busy: number; log: number; checkpointed: number }, []>(`PRAGMA wal_checkpoint(${mode})`).get()!;
}

function isWriting(db: Database): boolean {
  try {
    db.run("BEGIN IMMEDIATE");
    db.run("ROLLBACK");
    return false;
  } catch {
    return true;
  }
}

function walBytes(file: SourceFile): number {
  return statSync(`${file.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function inMb(bytes: number): number {
  return Math.round((bytes / mb) * 100) / 100;
}

/** A line for each file: what became of its `-wal`. */
function fileByFile(files: readonly CheckpointedFile[], databaseDir: string): string {
  if (files.length === 0) return `There is no file of the ERP's in ${databaseDir}.`;
  return files
    .map(({ file, state, walMbBefore, walMbAfter, note }) => {
      if (state === "none") return `${file}: it has no -wal, so there is nothing to do.`;
      return `${file}: its -wal had ${walMbBefore} MB and has ${walMbAfter} MB now.${note ? ` ${note}` : ""}`;
    })
    .join("\n");
}

function summaryOf(files: readonly CheckpointedFile[]): string {
  const shrunk = files.filter(({ state }) => state === "shrunk");
  const left = files.filter(({ state }) => state === "left");
  const held = files.filter(({ note }) => note !== null);
  if (shrunk.length + left.length + held.length === 0) return "No -wal file is past the limit.";
  const parts = [
    ...shrunk.map(({ file, walMbBefore, walMbAfter }) => `${file}-wal shrank from ${walMbBefore} to ${walMbAfter} MB.`),
    ...left.map(
      ({ file }) => `${file}-wal was left over from a program that has ended; its rows stand in the file now.`,
    ),
    ...held.map(({ file, walMbBefore, note }) => `${file}-wal stays at ${walMbBefore} MB: ${note}`),
  ];
  return parts.join(" ");
}
