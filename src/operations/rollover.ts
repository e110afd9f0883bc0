import type { Database } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { factoryClock } from "../observe/clock.ts";
import type { Day } from "../segments/day.ts";
import { lockHome } from "../segments/home-lock.ts";
import { removeDatabase } from "../segments/mirror.ts";
import { liveFileName } from "../segments/ownership.ts";
import { alone } from "./alone.ts";
import { runBackup } from "./backup.ts";
import { reasonOf, requireSpace } from "./database-file.ts";
import { type OperationContext, OperationError, replaceFile } from "./operation.ts";
import { buildArchive, isStillSame, type NewArchive } from "./rollover-archive.ts";
import { type RolloverJournal, readJournal, removeJournal, writeJournal } from "./rollover-journal.ts";
import { identityOf, openForWriting, patiently, writing } from "./rollover-lock.ts";
import { findBlocked, fits, moveRows } from "./rollover-move.ts";
import {
  countMonths,
  firstDifference,
  holdingsAfter,
  lastFinishedDay,
  planRollover,
  type RolloverPlan,
  renderCounted,
  renderPlan,
  type SurveyedFile,
  surveyFiles,
} from "./rollover-plan.ts";
import { agree } from "./rollover-rows.ts";
import { settledVersion } from "./settled.ts";

export { renderPlan } from "./rollover-plan.ts";

export interface RolloverArgs {
  /** Only say what would be done. */
  dryRun?: boolean;
  /** The factory's date; by default that of its clock. */
  today?: Day;
}

export interface RolloverResult {
  summary: string;
  dry_run: boolean;
  plan: RolloverPlan;
  /** What counts in the months concerned afterwards; null when nothing was done. */
  after: RolloverPlan["counted"] | null;
  /** Rows that stand in the file of their day now. */
  moved: number;
  /** Rows that stay where they are and count there, because another row has their id in the archive. */
  kept: number;
  /** The longest time that the ERP could have waited for a lock, ms. */
  longest_lock_ms: number;
  /** Megabytes inside the Live file that the next rows will fill; the file itself does not shrink. */
  free_in_live_mb: number;
  ms: number;
}

/** A refill that is under way shows by a file that changes; a file that is never quiet is judged by its rows instead. */
const quiet = { pauseMs: 250, checks: 4, rounds: 10 };
/** A hub looks at the folder every second, and must have seen the new archive before rows disappear from Live. */
const hubLooksMs = 2_500;
/** Sweeps over the files, in case the ERP replaces one of them or adds late rows meanwhile. */
const sweeps = 3;
const nothing = "Nothing was changed.";
const goesOn = "Every answer is right; the next start of the hub or of the command finishes it.";

/**
 * Moves the rows of finished years from Live into `archive_YYYY.db`, a file for each year, and late and misplaced rows into the archive
 * that owns their day. First backups are made; then the new archives are built and checked under temporary names and put in service by a
 * rename; only then is deleted from Live what they hold with the same content. Answers are right at every instant. Throws OperationError;
 * unless it says otherwise nothing was changed.
 */
export async function runRollover(context: OperationContext, args: RolloverArgs = {}): Promise<RolloverResult> {
  const started = performance.now();
  const today = args.today ?? factoryClock(context.settings.timezone).today();
  const done = (result: Omit<RolloverResult, "ms" | "dry_run">): RolloverResult => ({
    ...result,
    dry_run: args.dryRun === true,
    ms: Math.round(performance.now() - started),
  });
  if (!args.dryRun) await resumeRollover(context);
  await settledVersion(path.join(context.settings.databaseDir, liveFileName), quiet);
  const { plan, files } = await translating(() => planRollover(context.settings, today));
  context.log.info(renderPlan(plan));
  const rows = plan.moves.reduce((sum, move) => sum + move.rows, 0);
  if (args.dryRun || rows === 0) {
    const summary = rows === 0 ? "There is nothing to move." : `Dry run: ${rows} rows would be moved. ${nothing}`;
    return done({ summary, plan, after: null, moved: 0, kept: 0, longest_lock_ms: 0, free_in_live_mb: 0 });
  }
  const hasLive = existsSync(path.join(context.settings.databaseDir, liveFileName));
  await runBackup(context, { live: hasLive, archive: true });
  return alone(context, async () => {
    const { databaseDir } = context.settings;
    const journal: RolloverJournal = { newYears: plan.newYears, today, counted: plan.counted };
    writeJournal(databaseDir, journal);
    let published = false;
    try {
      await translating(() =>
        makeArchives(context, plan, files, () => {
          published = true;
        }),
      );
    } catch (error) {
      if (!published) {
        undo(databaseDir, journal);
        throw error;
      }
      throw new OperationError(`The rollover was interrupted after an archive was put in service: ${goesOn}`);
    }
    const { moved, kept, longestLockMs, after } = await finish(context, journal, true);
    const names = plan.newYears.map((year) => `archive_${year}.db`).join(", ");
    return done({
      summary: `Moved ${moved} rows${names ? `, new: ${names}` : ""}. Every month counts what it did before.`,
      plan,
      after,
      moved,
      kept,
      longest_lock_ms: Math.round(longestLockMs),
      free_in_live_mb: freeMb(path.join(databaseDir, liveFileName)),
    });
  });
}

/**
 * Finishes or undoes a rollover that was interrupted; to be called at every start, before anything else touches the files. Returns a
 * sentence about what was done, or null when there was nothing to do. Throws OperationError when another operation is under way or it
 * cannot be finished now.
 */
export async function resumeRollover(context: OperationContext): Promise<string | null> {
  const { databaseDir } = context.settings;
  if (!existsSync(path.join(databaseDir, ".rollover.json"))) return null;
  return alone(context, async () => {
    const journal = readJournal(databaseDir);
    if (!journal) return null;
    const begun = undo(databaseDir, journal, true);
    if (!begun) {
      const sentence = "A rollover was interrupted before it changed anything; what it had prepared was removed.";
      context.log.warn(sentence);
      return sentence;
    }
    context.log.warn("A rollover was interrupted; it is being finished.");
    const { moved } = await finish(context, journal, false);
    const sentence = `The interrupted rollover was finished: ${moved} more rows were moved.`;
    context.log.info(sentence);
    return sentence;
  });
}

/** Removes what was prepared; the journal too, unless rows may have been moved already (`true` is returned then). */
function undo(databaseDir: string, journal: RolloverJournal, resuming = false): boolean {
  for (const year of journal.newYears) removeDatabase(partOf(databaseDir, year));
  const published = journal.newYears.some((year) => existsSync(path.join(databaseDir, `archive_${year}.db`)));
  const begun = published || (resuming && journal.newYears.length === 0);
  if (!begun) removeJournal(databaseDir);
  return begun;
}

const partOf = (databaseDir: string, year: number): string => path.join(databaseDir, `archive_${year}.db.tmp`);

/** Builds the new archives and puts them in service, the oldest first. */
async function makeArchives(
  context: OperationContext,
  plan: RolloverPlan,
  files: readonly SurveyedFile[],
  onPublished: () => void,
): Promise<void> {
  const { databaseDir } = context.settings;
  if (plan.newYears.length === 0) return;
  const livePath = path.join(databaseDir, liveFileName);
  requireSpace(databaseDir, statSync(livePath).size);
  const live = files.find(({ source }) => source === "live") as SurveyedFile;
  const owned = new Map(holdingsAfter(files, plan.newYears).map((holding) => [holding.name, holding]));
  const identity = identityOf(livePath);
  const watcher = openForWriting(livePath);
  try {
    const before = await patiently(livePath, nothing, () => dataVersion(watcher));
    const archives: NewArchive[] = [];
    const report = reporter(context, plan);
    for (const year of plan.newYears) {
      const name = `archive_${year}`;
      const { ownsFrom: from, ownsTo: to } = owned.get(name)!;
      const part = partOf(databaseDir, year);
      const archive = { live: livePath, part, from, to, undatedPrefixes: live.survey.undatedPrefixes };
      const months = await buildArchive(archive, (rows, phase) => report(rows, `${name}.db, ${phase}`));
      const planned = plan.moves.filter((move) => move.to === `${name}.db` && move.from === liveFileName);
      if (months.size !== planned.length || planned.some((move) => !agree(months.get(move.month), move))) {
        throw changedMeanwhile();
      }
      archives.push(archive);
    }
    const isWritten = () => dataVersion(watcher) !== before || identityOf(livePath) !== identity;
    if (await patiently(livePath, nothing, isWritten)) {
      for (const archive of archives) if (!(await isStillSame(archive))) throw changedMeanwhile();
    }
    for (const [position, { part }] of archives.entries()) {
      report(0, "before publication");
      const target = path.join(databaseDir, `archive_${plan.newYears[position]}.db`);
      if (existsSync(target)) throw new OperationError(`${path.basename(target)} has appeared meanwhile. ${nothing}`);
      await patiently(livePath, nothing, () => writing(watcher, () => replaceFile(part, target)));
      onPublished();
      report(0, "after publication");
    }
  } finally {
    watcher.close();
  }
  await letHubSee(context);
}

const changedMeanwhile = (): OperationError =>
  new OperationError(
    `The ERP changed rows of finished years while they were copied. ${nothing} Try again when the ERP is not writing.`,
  );

/** Changes when another connection commits (PRAGMA data_version). */
const dataVersion = (db: Database): number =>
  db.query<{ data_version: number }, []>("PRAGMA data_version").get()!.data_version;

/** Each row is copied once and moved once. */
function reporter({ progress }: OperationContext, plan: RolloverPlan): (rows: number, phase: string) => void {
  const total = Math.max(1, 2 * plan.moves.reduce((sum, { rows }) => sum + rows, 0));
  let done = 0;
  return (rows, phase) => {
    done = Math.min(total, done + rows);
    progress({ done, total, phase });
  };
}

async function letHubSee({ settings }: OperationContext): Promise<void> {
  const lock = lockHome(settings.mirrorDir);
  lock?.release();
  if (!lock) await Bun.sleep(hubLooksMs);
}

interface Finished {
  moved: number;
  kept: number;
  longestLockMs: number;
  after: RolloverPlan["counted"];
}

/** Moves what the archives own, and compares what counts with what counted before. `fresh`: the new archives were made a moment ago. */
async function finish(context: OperationContext, journal: RolloverJournal, fresh: boolean): Promise<Finished> {
  const { settings, log } = context;
  try {
    const rows = journal.counted.reduce((sum, month) => sum + month.rows, 0);
    const report = progressFrom(context, rows);
    const result = await sweepAll(context, journal, fresh, report);
    report(0, "compared");
    const after = await countMonths(await surveyFiles(settings), new Set(journal.counted.map(({ month }) => month)));
    log.info(renderCounted(after));
    removeJournal(settings.databaseDir);
    const month = firstDifference(journal.counted, after);
    if (month !== null) {
      throw new OperationError(
        `The month ${month} counts something else than before the rollover. Each row was deleted only when its archive held the same, so that the ERP has probably changed rows of finished years meanwhile. Compare the two tables; the backups made before the rollover stand in the backups folder.`,
      );
    }
    report(rows, "finished");
    return { ...result, after };
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw new OperationError(`The rollover was interrupted: ${reasonOf(error)} ${goesOn}`);
  }
}

type Report = (rows: number, phase: string) => void;

async function sweepAll(
  context: OperationContext,
  journal: RolloverJournal,
  fresh: boolean,
  report: Report,
): Promise<Omit<Finished, "after">> {
  // What goes into archives that are in service already is put there before anything is deleted, so that a hub can see it first.
  let files = await surveyFiles(context.settings);
  const copied = await sweep(context, journal, files, { fresh, copyOnly: true }, report);
  if (copied.moved > 0) await letHubSee(context);
  const total = { moved: 0, kept: 0, longestLockMs: 0 };
  for (let round = 0; round < sweeps; round++) {
    if (round > 0) files = await surveyFiles(context.settings);
    const { moved, kept, longestLockMs } = await sweep(context, journal, files, { fresh, copyOnly: false }, report);
    total.moved += moved;
    total.kept = kept;
    total.longestLockMs = Math.max(total.longestLockMs, longestLockMs);
    if (moved === 0) break;
  }
  if (total.kept > 0) {
    context.log.warn(
      `${total.kept} rows stay where they are and count there: another row has their id in the archive.`,
    );
  }
  return total;
}

/** One pass over all pairs of files. */
async function sweep(
  { log }: OperationContext,
  journal: RolloverJournal,
  files: readonly SurveyedFile[],
  { fresh, copyOnly }: { fresh: boolean; copyOnly: boolean },
  report: Report,
): Promise<Omit<Finished, "after">> {
  const total = { moved: 0, kept: 0, longestLockMs: 0 };
  const until = lastFinishedDay(journal.today);
  for (const from of files) {
    for (const to of files) {
      const isNew = from.source === "live" && journal.newYears.some((year) => to.name === `archive_${year}`);
      const days = { from: to.ownsFrom, to: [to.ownsTo, until].sort()[0] as string };
      const any = [...from.survey.days.keys()].some((day) => day >= days.from && day <= days.to);
      if (to.source === "live" || to.name === from.name || !any || (copyOnly && isNew)) continue;
      if (!(await fits(from, to))) {
        if (!copyOnly) log.warn(`${to.fileName} lacks columns that ${from.fileName} has; its rows stay there.`);
        continue;
      }
      const blocked = await findBlocked(files, to, days);
      const phase = `${from.fileName} to ${to.fileName}`;
      const order = { from, to, days, blocked, fresh: fresh && isNew, copyOnly };
      const { moved, kept, longestLockMs } = await moveRows(order, (rows) => report(copyOnly ? 0 : rows, phase));
      total.moved += moved;
      total.kept += kept;
      total.longestLockMs = Math.max(total.longestLockMs, longestLockMs);
    }
  }
  return total;
}

function progressFrom({ progress }: OperationContext, rows: number): (rows: number, phase: string) => void {
  const total = Math.max(1, 2 * rows);
  let done = rows;
  return (more, phase) => {
    done = Math.min(total, done + more);
    progress({ done, total, phase });
  };
}

function freeMb(file: string): number {
  if (!existsSync(file)) return 0;
  const db = openForWriting(file);
  try {
    const pragma = (name: string) => Object.values(db.query<Record<string, number>, []>(`PRAGMA ${name}`).get()!)[0]!;
    return Math.round((pragma("freelist_count") * pragma("page_size")) / 1024 / 1024);
  } finally {
    db.close();
  }
}

async function translating<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw new OperationError(`The rollover was not carried out: ${reasonOf(error)} ${nothing}`);
  }
}
