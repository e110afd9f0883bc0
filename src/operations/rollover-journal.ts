import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { fsyncFolder } from "./operation.ts";
import type { RolloverPlan } from "./rollover-plan.ts";

/** What must be known to finish or undo a rollover that was interrupted. */
export interface RolloverJournal {
  /** Years whose archives this rollover makes; none of them existed when it began. */
  newYears: number[];
  /** The factory's date it was begun on. */
  today: string;
  /** What counted before, in the months concerned. */
  counted: RolloverPlan["counted"];
  /** The new archives have passed SQLite's `integrity_check`. */
  verified?: boolean;
  /** Names of Live's indexes that are set aside while rows are moved, and must be there again in the end. */
  setAside?: string[];
}

const fileOf = (databaseDir: string): string => path.join(databaseDir, ".rollover.json");

/** Writes the journal to the disk: before the first change, and before each step that a later start must know of. */
export function writeJournal(databaseDir: string, journal: RolloverJournal): void {
  const part = `${fileOf(databaseDir)}.tmp`;
  const handle = openSync(part, "w");
  try {
    writeSync(handle, JSON.stringify(journal));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(part, fileOf(databaseDir));
  fsyncFolder(databaseDir);
}

/** A rollover that has given no sign of life for this long was killed, and its files are like any others until the next start. */
const silentMs = 120_000;
const signEveryMs = 10_000;

/** True while a rollover is under way, as far as its journal tells: one look at it, which opens nothing. */
export function isUnderWay(databaseDir: string): boolean {
  try {
    const stat = statSync(fileOf(databaseDir), { throwIfNoEntry: false });
    return stat !== undefined && Date.now() - stat.mtimeMs < silentMs;
  } catch {
    // A share that answers with an error: no rollover gets far there.
    return false;
  }
}

/** A function that keeps `isUnderWay` true, to be called as often as something was done. */
export function signsOfLife(databaseDir: string): () => void {
  let next = Date.now() + signEveryMs;
  return () => {
    const now = new Date();
    if (now.getTime() < next) return;
    next = now.getTime() + signEveryMs;
    if (hasJournal(databaseDir)) utimesSync(fileOf(databaseDir), now, now);
  };
}

/** True when a rollover was begun and not finished. */
export const hasJournal = (databaseDir: string): boolean => existsSync(fileOf(databaseDir));

/** The journal of a rollover that was not finished; null when there is none. */
export function readJournal(databaseDir: string): RolloverJournal | null {
  rmSync(`${fileOf(databaseDir)}.tmp`, { force: true });
  try {
    return JSON.parse(readFileSync(fileOf(databaseDir), "utf8")) as RolloverJournal;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Declares the rollover finished or undone. */
export function removeJournal(databaseDir: string): void {
  rmSync(fileOf(databaseDir), { force: true });
  fsyncFolder(databaseDir);
}
