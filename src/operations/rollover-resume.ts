import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { lockHome } from "../segments/home-lock.ts";
import { removeDatabase } from "../segments/mirror.ts";
import type { OperationContext } from "./operation.ts";
import { finish } from "./rollover-finish.ts";
import { hasJournal, type RolloverJournal, readJournal, removeJournal } from "./rollover-journal.ts";
import { partOf } from "./rollover-publish.ts";

/** Held by whoever carries a rollover out. */
const rolloverLock = "rollover.lock";

/**
 * Finishes or undoes a rollover that was interrupted; to be called at every start, before anything else touches the files. Returns a
 * sentence about what was done, or null when there was nothing to do or a rollover is under way in another process. Throws OperationError
 * when it cannot be finished now.
 */
export async function resumeRollover(context: OperationContext): Promise<string | null> {
  if (!hasJournal(context.settings.databaseDir)) return null;
  return unlessUnderWay(context, () => resume(context));
}

/** One rollover at a time: a second one would take the first one's preparations for leftovers. Null when there is one already. */
export async function unlessUnderWay<T>({ settings }: OperationContext, work: () => Promise<T>): Promise<T | null> {
  mkdirSync(settings.mirrorDir, { recursive: true });
  const lock = lockHome(settings.mirrorDir, rolloverLock);
  if (!lock) return null;
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** As `resumeRollover`, for whoever holds the lock. */
export async function resume(context: OperationContext): Promise<string | null> {
  const { databaseDir } = context.settings;
  const journal = readJournal(databaseDir);
  if (!journal) return null;
  const begun = undo(databaseDir, journal, true);
  if (!begun) {
    const sentence = "A rollover was interrupted before it changed anything; what it had prepared was removed.";
    context.log.warn(sentence);
    return sentence;
  }
  context.log.warn("A rollover was interrupted; it is being finished.");
  // What was not in service yet is left to the next rollover.
  const newYears = journal.newYears.filter((year) => isInService(databaseDir, year));
  const { moved } = await finish(context, { ...journal, newYears }, null);
  const sentence = `The interrupted rollover was finished: ${moved} more rows were moved.`;
  context.log.info(sentence);
  return sentence;
}

/** Removes what was prepared; the journal too, unless rows may have been moved already (`true` is returned then). */
export function undo(databaseDir: string, journal: RolloverJournal, resuming = false): boolean {
  for (const year of journal.newYears) removeDatabase(partOf(databaseDir, year));
  const published = journal.newYears.some((year) => isInService(databaseDir, year));
  const begun = published || (resuming && journal.newYears.length === 0);
  if (!begun) removeJournal(databaseDir);
  return begun;
}

const isInService = (databaseDir: string, year: number): boolean =>
  existsSync(path.join(databaseDir, `archive_${year}.db`));
