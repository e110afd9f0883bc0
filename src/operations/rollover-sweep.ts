import type { Day } from "../segments/day.ts";
import type { OperationContext } from "./operation.ts";
import type { RolloverJournal } from "./rollover-journal.ts";
import { findBlocked, fits, type MoveResult, moveRows, removeArchived } from "./rollover-move.ts";
import { lastFinishedDay, type SurveyedFile } from "./rollover-plan.ts";

/** Hears of rows that were dealt with, and of what is being done. */
export type Report = (rows: number, phase: string) => void;

/** What was moved so far. */
export class Tally {
  /** Rows that stand in an archive now and did not before the rollover. */
  moved = 0;
  /** Rows that were deleted elsewhere because the archive of their day held them before the rollover. */
  already = 0;
  /** Rows that stay where they are and count there, because another row has their id in the archive. */
  kept = 0;
  /** The longest time that a file was locked, ms. */
  longestLockMs = 0;

  /** Adds what was done with one pair of files; `isNew`: the archive was made from the very rows. */
  add({ left, added, longestLockMs }: MoveResult, isNew: boolean): void {
    this.moved += isNew ? left : added;
    this.already += isNew ? 0 : left - added;
    this.hold(longestLockMs);
  }

  /** Notes for how long a file was locked, ms. */
  hold(ms: number): void {
    this.longestLockMs = Math.max(this.longestLockMs, ms);
  }
}

/** Which rows a sweep may touch, and how. */
export interface SweepOptions {
  /** The new archives were made from Live a moment ago: a row of theirs that differs there was changed by the ERP since. */
  fresh: boolean;
  /** Only put rows of other files than those they were made from into archives; nothing is deleted. */
  copyOnly: boolean;
  /** The archives that are given rows; all of them unless told. */
  into?: readonly SurveyedFile[];
}

/** Deletes from Live the rows that the new archive of a year holds with the same content. Only reads the archive. */
export async function removeFromLive(
  { log }: OperationContext,
  journal: RolloverJournal,
  files: readonly SurveyedFile[],
  year: number,
  isSound: () => boolean,
  tally: Tally,
  report: Report,
): Promise<void> {
  const from = files.find(({ source }) => source === "live");
  const to = files.find(({ name }) => name === `archive_${year}`);
  if (!from || !to) return;
  const days = daysFor(to, journal);
  if (!hasAny(from, days) || (await findBlocked(files, to, days)).size > 0) return;
  const phase = `${from.fileName} to ${to.fileName}`;
  const result = await removeArchived({ from, to, days, isSound }, (rows) => report(rows, phase));
  tally.add(result, true);
  if (result.replaced) log.warn(replacedSentence(from.fileName));
}

/** One pass over all pairs of files: moves rows into the archive that owns their day. Returns how many rows left a file. */
export async function sweep(
  { log }: OperationContext,
  journal: RolloverJournal,
  files: readonly SurveyedFile[],
  { fresh, copyOnly, into = files }: SweepOptions,
  tally: Tally,
  report: Report,
): Promise<number> {
  let left = 0;
  tally.kept = 0;
  for (const from of files) {
    for (const to of into) {
      const isNew = from.source === "live" && journal.newYears.some((year) => to.name === `archive_${year}`);
      const days = daysFor(to, journal);
      if (to.source === "live" || to.name === from.name || !hasAny(from, days) || (copyOnly && isNew)) continue;
      if (!(await fits(from, to))) {
        if (!copyOnly) log.warn(`${to.fileName} lacks columns that ${from.fileName} has; its rows stay there.`);
        continue;
      }
      const blocked = await findBlocked(files, to, days);
      const phase = `${from.fileName} to ${to.fileName}`;
      const order = { from, to, days, blocked, fresh: fresh && isNew, copyOnly };
      const result = await moveRows(order, (rows) => report(copyOnly ? 0 : rows, phase));
      tally.add(result, isNew);
      tally.kept += result.kept;
      left += result.left;
      if (result.replaced) log.warn(replacedSentence(from.fileName));
    }
  }
  return left;
}

function daysFor({ ownsFrom, ownsTo }: SurveyedFile, { today }: RolloverJournal): { from: Day; to: Day } {
  return { from: ownsFrom, to: [ownsTo, lastFinishedDay(today)].sort()[0] as Day };
}

const hasAny = ({ survey }: SurveyedFile, { from, to }: { from: Day; to: Day }): boolean =>
  [...survey.days.keys()].some((day) => day >= from && day <= to);

const replacedSentence = (fileName: string): string =>
  `${fileName} was replaced by another file while its rows were moved. Nothing is lost: what had been moved stands in the archives, and the new file is looked through from its beginning.`;
