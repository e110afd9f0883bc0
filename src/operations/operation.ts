import { readdirSync, renameSync } from "node:fs";
import path from "node:path";
import type { Settings } from "../config.ts";
import type { Progress } from "../observe/progress.ts";
import { fsyncFolder } from "../segments/fsync.ts";
import { removeDatabase } from "../segments/mirror.ts";

export { fsyncFile, fsyncFolder } from "../segments/fsync.ts";

/** An operation could not be done; the message says what happened, what it means for the data and what to do. Exit code 1. */
export class OperationError extends Error {
  override name = "OperationError";
}

/** Where an operation says what it does. */
export interface OperationLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Hands a table over line by line: a log escapes line ends, and a plan in one line is no plan. */
export function eachLine(message: string, say: (line: string) => void): void {
  for (const line of message.split("\n")) if (line.trim() !== "") say(line);
}

/** A duration for people, such as `0.4 s`; never 0, as if nothing had been done. */
export function inSeconds(ms: number): string {
  return `${Math.max(1, Math.round(ms / 100)) / 10} s`;
}

/** A number of things, such as `1 file` or `3 files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What every operation is given. */
export interface OperationContext {
  settings: Settings;
  log: OperationLog;
  progress: (progress: Progress) => void;
  /** Waits for its turn where another operation on the backups is under way, because nobody is there who would try again; without it, that is an error. */
  waitsForTurn?: boolean;
}

/** Renames in one step, over a file that may stand there. Throws OperationError when another program has it open (Windows). */
export function replaceFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EBUSY" || code === "EPERM" || code === "EACCES") {
      throw new OperationError(
        `${path.basename(to)} could not be replaced, because another program has it open or the hub may not write there (${code}). Nothing was changed. Close the program and try again.`,
      );
    }
    throw error;
  }
  fsyncFolder(path.dirname(to));
}

/** The names in a folder; none where it is not there or cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Removes the databases under temporary names that an interrupted operation left in a folder; returns their names. */
export function removeLeftovers(folder: string): string[] {
  const left = namesIn(folder).filter((name) => name.endsWith(".db.tmp"));
  return left.filter((name) => removeDatabase(path.join(folder, name)));
}
