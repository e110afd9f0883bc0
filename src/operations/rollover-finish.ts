import path from "node:path";
import { WorkerProcess } from "../workers/process.ts";
import type { BackupArgs } from "./backup.ts";
import { runInChild } from "./child.ts";
import { reasonOf } from "./database-file.ts";
import { type OperationContext, OperationError } from "./operation.ts";
import { dropIndexes, indexesToSetAside, restoreIndexes } from "./rollover-indexes.ts";
import { type RolloverJournal, removeJournal, signsOfLife, writeJournal } from "./rollover-journal.ts";
import {
  countMonths,
  firstDifference,
  lastFinishedDay,
  type RolloverPlan,
  renderCounted,
  type SurveyedFile,
  surveyFiles,
} from "./rollover-plan.ts";
import { letHubSee } from "./rollover-publish.ts";
import { nothingOdd } from "./rollover-rows.ts";
import { type Report, removeFromLive, sweep, Tally } from "./rollover-sweep.ts";
import { sourceFiles } from "./source-files.ts";

/** What became of a rollover's rows. */
export interface Finished extends Omit<Tally, "add" | "hold"> {
  after: RolloverPlan["counted"];
}

/** Sweeps over the files, in case the ERP replaces one of them or adds late rows meanwhile. */
const sweeps = 3;
/** Verifying 5 million rows takes 15 s; of as many as a disk holds on a slow machine it is not broken off. */
const verifyTimeoutMs = 2 * 3_600_000;
export const goesOn = "Every answer is right; the next start of the hub or of the command finishes it.";

/** In a process of its own, because SQLite keeps this one busy. Throws OperationError. */
export function backUp({ settings, log }: OperationContext, args: BackupArgs): Promise<unknown> {
  return runInChild({ name: "backup", home: settings.home, args }, { log, progress: () => {} });
}

/**
 * Moves what the archives own, proves the new ones, and compares what counts with what counted before. `known`: the files as they were just
 * before the new archives were made of them; null after an interruption. `tally`: what was done already. Throws OperationError; the journal then stays for the next start,
 * unless the months differ, which no repetition would mend.
 */
export async function finish(
  context: OperationContext,
  journal: RolloverJournal,
  known: readonly SurveyedFile[] | null,
  tally = new Tally(),
): Promise<Finished> {
  try {
    return await finishWith(context, journal, known, tally);
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw new OperationError(`The rollover was interrupted: ${reasonOf(error)} ${goesOn}`);
  }
}

async function finishWith(
  context: OperationContext,
  journal: RolloverJournal,
  known: readonly SurveyedFile[] | null,
  tally: Tally,
): Promise<Finished> {
  const { settings, log } = context;
  const fresh = known !== null;
  const rows = journal.counted.reduce((sum, month) => sum + month.rows, 0);
  const report = progressFrom(context, rows);
  let files = known ? surveyedBefore(context, known) : await surveyFiles(settings);
  // What goes into archives that are in service already is put there before anything is deleted, so that a hub can see it first.
  await sweep(context, journal, files, { fresh, copyOnly: true }, tally, report);
  const proof = proveArchives(context, journal);
  let backedUp: Promise<void> | null = null;
  try {
    const newYears = fresh ? journal.newYears : [];
    if (newYears.length > 0 || tally.moved > 0) await letHubSee(context, newYears);
    if (journal.newYears.length > 0) {
      await withoutIndexes(context, journal, files, tally, report, async () => {
        for (const year of journal.newYears) {
          await removeFromLive(context, journal, files, year, proof.isSound, tally, report);
        }
      });
      // As soon as this processor has nothing to do; what is put into an archive later makes its backup due again.
      if (proof.isSound()) backedUp = backUpArchives(context);
      // Only then may the new archives be written: SQLite holds writers up for as long as it verifies.
      await proof.verified;
      files = await surveyFiles(settings);
    }
    for (let round = 0; round < sweeps; round++) {
      if (round > 0) files = await surveyFiles(settings);
      if ((await sweep(context, journal, files, { fresh, copyOnly: false }, tally, report)) === 0) break;
    }
    if (tally.kept > 0) {
      log.warn(`${tally.kept} rows stay where they are and count there: another row has their id in the archive.`);
    }
    report(0, "compared");
    const after = await countMonths(await surveyFiles(settings), new Set(journal.counted.map(({ month }) => month)));
    log.info(renderCounted(after));
    backedUp ??= backUpArchives(context);
    await backedUp;
    removeJournal(settings.databaseDir);
    const month = firstDifference(journal.counted, after);
    if (month !== null) {
      throw new OperationError(
        `The month ${month} counts something else than before the rollover. Each row was deleted only when its archive held the same, so that the ERP has probably changed rows of finished years meanwhile. Compare the two tables; the backups made before the rollover stand in the backups folder.`,
      );
    }
    report(rows, "finished");
    const { moved, already, kept, longestLockMs } = tally;
    return { moved, already, kept, longestLockMs, after };
  } finally {
    proof.end();
    await backedUp;
  }
}

/** Does the work with those of Live's indexes set aside that cost more than they are worth meanwhile. */
async function withoutIndexes(
  { settings, log }: OperationContext,
  journal: RolloverJournal,
  files: readonly SurveyedFile[],
  tally: Tally,
  report: Report,
  work: () => Promise<void>,
): Promise<void> {
  const live = files.find(({ source }) => source === "live");
  if (!live) return work();
  const names = settings.healIndexes ? indexesToSetAside(live.path, ...moving(live, journal)) : [];
  const setAside = [...new Set([...(journal.setAside ?? []), ...names])];
  if (setAside.length === 0) return work();
  journal.setAside = setAside;
  writeJournal(settings.databaseDir, journal);
  report(0, "indexes of Live, about to be set aside");
  let worked = false;
  try {
    tally.hold(await dropIndexes(live.path, names));
    report(0, "indexes of Live, set aside");
    await work();
    worked = true;
  } finally {
    const restored = restoreIndexes(live.path, setAside, log).then((ms) => tally.hold(ms));
    // What ended the work matters more than what ends this; the journal still names the indexes then.
    await (worked ? restored : restored.catch(() => {}));
    report(0, "indexes of Live, made again");
  }
}

/** Rows of Live that are moved, and rows that stay. */
function moving(
  { survey: { days, undatedRows } }: SurveyedFile,
  { today }: RolloverJournal,
): [moving: number, staying: number] {
  const until = lastFinishedDay(today);
  let moved = 0;
  let staying = undatedRows;
  for (const [day, { rows }] of days) {
    if (day <= until) moved += rows;
    else staying += rows;
  }
  return [moved, staying];
}

/** The files as they are named now with what a look through them found a moment ago; a later sweep finds what was added since. */
function surveyedBefore({ settings }: OperationContext, known: readonly SurveyedFile[]): SurveyedFile[] {
  return sourceFiles(settings).map((file) => ({
    ...file,
    survey: known.find(({ name }) => name === file.name)?.survey ?? nothingOdd,
  }));
}

function progressFrom({ settings, progress }: OperationContext, rows: number): Report {
  const total = Math.max(1, 2 * rows);
  const beat = signsOfLife(settings.databaseDir);
  let done = rows;
  return (more, phase) => {
    beat();
    done = Math.min(total, done + more);
    progress({ done, total, phase });
  };
}

interface Proof {
  /** Rejects with OperationError when a new archive is not sound. */
  verified: Promise<void>;
  /** False once one has turned out not to be. */
  isSound: () => boolean;
  /** Stops verifying. */
  end: () => void;
}

/**
 * Lets a second processor verify the new archives while this process moves rows. That the rows themselves are in the archive is proved
 * otherwise, one by one before each is deleted; what `integrity_check` adds to the `quick_check` of before is that the indexes agree with the
 * table, and an index can be made anew from the table at any time.
 */
function proveArchives(context: OperationContext, journal: RolloverJournal): Proof {
  const worker = new WorkerProcess();
  let sound = true;
  const verified = verifyArchives(context, journal, worker);
  verified.catch(() => {
    sound = false;
  });
  return { verified, isSound: () => sound, end: () => worker.close() };
}

async function verifyArchives(
  { settings: { databaseDir } }: OperationContext,
  journal: RolloverJournal,
  worker: WorkerProcess,
): Promise<void> {
  if (journal.verified) return;
  for (const year of journal.newYears) {
    const name = `archive_${year}.db`;
    const order = { file: path.join(databaseDir, name) };
    const { payload } = await worker.call("rollover.verify", order, verifyTimeoutMs);
    const verdict = JSON.parse(Buffer.from(payload).toString()) as string;
    if (verdict !== "ok") {
      throw new OperationError(
        `${name} is in service, but SQLite's integrity_check finds fault with it: ${verdict.replaceAll("\n", " ")}. No more rows are moved into it. Nothing is lost: each row that is gone from Live was the same in the archive, and the Live backup made before the rollover holds it too. Check the disk. To go back, restore that backup with --restore and remove ${name}.`,
      );
    }
  }
  journal.verified = true;
  writeJournal(databaseDir, journal);
}

/** An archive without a backup is no reason to leave the rollover unfinished: the nightly backup takes it up. */
async function backUpArchives(context: OperationContext): Promise<void> {
  try {
    await backUp(context, { archive: "due" });
  } catch (error) {
    context.log.warn(`The archives were not backed up yet. ${reasonOf(error)} The nightly backup takes them up.`);
  }
}
