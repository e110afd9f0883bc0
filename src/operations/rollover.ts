import type { Database } from "bun:sqlite";
import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { factoryClock } from "../observe/clock.ts";
import type { Day } from "../segments/day.ts";
import { lockHome } from "../segments/home-lock.ts";
import { removeDatabase } from "../segments/mirror.ts";
import { type Holding, liveFileName } from "../segments/ownership.ts";
import type { BackupArgs } from "./backup.ts";
import { runInChild } from "./child.ts";
import { reasonOf, requireSpace } from "./database-file.ts";
import { type OperationContext, OperationError, replaceFile } from "./operation.ts";
import { buildArchive, isStillSame, type NewArchive } from "./rollover-archive.ts";
import { hasJournal, type RolloverJournal, readJournal, removeJournal, writeJournal } from "./rollover-journal.ts";
import { identityOf, openForWriting, patiently } from "./rollover-lock.ts";
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
import { agree, type Survey } from "./rollover-rows.ts";
import { settledVersion } from "./settled.ts";
import { sourceFiles } from "./source-files.ts";

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
const nothingToMove = "There is nothing to move: every row of a finished year stands in its archive.";
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
  const work = args.dryRun ? () => describe(context, today) : () => rollOver(context, today);
  const result = args.dryRun ? await work() : await unlessUnderWay(context, work);
  if (!result) {
    throw new OperationError(
      `Another rollover is under way in this home folder. ${nothing} Wait until it has finished.`,
    );
  }
  return { ...result, dry_run: args.dryRun === true, ms: Math.round(performance.now() - started) };
}

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
async function unlessUnderWay<T>({ settings }: OperationContext, work: () => Promise<T>): Promise<T | null> {
  mkdirSync(settings.mirrorDir, { recursive: true });
  const lock = lockHome(settings.mirrorDir, "rollover.lock");
  if (!lock) return null;
  try {
    return await work();
  } finally {
    lock.release();
  }
}

type Outcome = Omit<RolloverResult, "ms" | "dry_run">;
const noOutcome = { after: null, moved: 0, kept: 0, longest_lock_ms: 0, free_in_live_mb: 0 };

async function look(context: OperationContext, today: Day) {
  await settledVersion(path.join(context.settings.databaseDir, liveFileName), quiet);
  const found = await translating(() => planRollover(context.settings, today));
  context.log.info(renderPlan(found.plan));
  return { ...found, rows: found.plan.moves.reduce((sum, move) => sum + move.rows, 0) };
}

async function describe(context: OperationContext, today: Day): Promise<Outcome> {
  const { plan, rows } = await look(context, today);
  const summary = rows === 0 ? nothingToMove : `Dry run: ${rows} rows would be moved. ${nothing}`;
  return { summary, plan, ...noOutcome };
}

async function rollOver(context: OperationContext, today: Day): Promise<Outcome> {
  await resume(context);
  const { plan, files, rows } = await look(context, today);
  if (rows === 0) return { summary: nothingToMove, plan, ...noOutcome };
  const { databaseDir } = context.settings;
  const journal: RolloverJournal = { newYears: plan.newYears, today, counted: plan.counted };
  writeJournal(databaseDir, journal);
  let published = false;
  try {
    await translating(async () => {
      // The backup reads what the archives are built from: with a core for each, neither waits for the other.
      const [backup, built] = await Promise.allSettled([backUp(context), buildArchives(context, plan, files)]);
      if (built.status === "rejected") throw built.reason;
      if (backup.status === "rejected") throw backup.reason;
      await publish(context, built.value, () => {
        published = true;
      });
    });
  } catch (error) {
    if (!published) {
      undo(databaseDir, journal);
      throw error;
    }
    throw new OperationError(`The rollover was interrupted after an archive was put in service. ${goesOn}`);
  }
  const { moved, kept, longestLockMs, after } = await finish(context, journal, files);
  const names = plan.newYears.map((year) => `archive_${year}.db`).join(", ");
  return {
    summary: `Moved ${moved} rows${names ? `, new: ${names}` : ""}. Every month counts what it did before.`,
    plan,
    after,
    moved,
    kept,
    longest_lock_ms: Math.round(longestLockMs),
    free_in_live_mb: freeMb(path.join(databaseDir, liveFileName)),
  };
}

/** In a process of its own, because SQLite keeps this one busy. */
function backUp({ settings, log }: OperationContext): Promise<unknown> {
  const live = existsSync(path.join(settings.databaseDir, liveFileName));
  const args: BackupArgs = { live, archive: true };
  return runInChild({ name: "backup", home: settings.home, args }, { log, progress: () => {} });
}

async function resume(context: OperationContext): Promise<string | null> {
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
  const { moved } = await finish(context, journal, null);
  const sentence = `The interrupted rollover was finished: ${moved} more rows were moved.`;
  context.log.info(sentence);
  return sentence;
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

interface Built {
  archives: { year: number; archive: NewArchive }[];
  /** True when Live may have been written since. */
  isWritten: () => boolean;
  close: () => void;
}

/** Builds the new archives under temporary names. */
async function buildArchives(
  context: OperationContext,
  plan: RolloverPlan,
  files: readonly SurveyedFile[],
): Promise<Built | null> {
  const { databaseDir } = context.settings;
  if (plan.newYears.length === 0) return null;
  const livePath = path.join(databaseDir, liveFileName);
  requireSpace(databaseDir, 2 * statSync(livePath).size);
  const live = files.find(({ source }) => source === "live") as SurveyedFile;
  const owned = new Map(holdingsAfter(files, plan.newYears).map((holding) => [holding.name, holding]));
  const identity = identityOf(livePath);
  const watcher = openForWriting(livePath);
  try {
    const before = await patiently(livePath, nothing, () => dataVersion(watcher));
    const archives: Built["archives"] = [];
    const report = reporter(context, plan);
    for (const year of plan.newYears) {
      const name = `archive_${year}`;
      const { ownsFrom: from, ownsTo: to } = owned.get(name) as Holding;
      const part = partOf(databaseDir, year);
      const archive = { live: livePath, part, from, to, undatedPrefixes: live.survey.undatedPrefixes };
      const months = await buildArchive(archive, (rows, phase) => report(rows, `${name}.db, ${phase}`));
      const planned = plan.moves.filter((move) => move.to === `${name}.db` && move.from === liveFileName);
      if (months.size !== planned.length || planned.some((move) => !agree(months.get(move.month), move))) {
        throw changedMeanwhile();
      }
      archives.push({ year, archive });
    }
    const isWritten = () => dataVersion(watcher) !== before || identityOf(livePath) !== identity;
    return { archives, isWritten, close: () => watcher.close() };
  } catch (error) {
    watcher.close();
    throw error;
  }
}

/** Puts the new archives in service, the oldest first. */
async function publish(context: OperationContext, built: Built | null, onPublished: () => void): Promise<void> {
  if (!built) return;
  const { databaseDir } = context.settings;
  const livePath = path.join(databaseDir, liveFileName);
  const { archives, isWritten, close } = built;
  try {
    if (await patiently(livePath, nothing, isWritten)) {
      for (const { archive } of archives) if (!(await isStillSame(archive))) throw changedMeanwhile();
    }
  } finally {
    close();
  }
  for (const { year, archive } of archives) {
    const target = path.join(databaseDir, `archive_${year}.db`);
    context.progress({ done: 1, total: 2, phase: `before archive_${year}.db is in service` });
    if (existsSync(target)) throw new OperationError(`${path.basename(target)} has appeared meanwhile. ${nothing}`);
    replaceFile(archive.part, target);
    onPublished();
    context.progress({ done: 1, total: 2, phase: `archive_${year}.db is in service` });
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

/** Moves what the archives own, and compares what counts with what counted before. `known`: the files as they were just before
 * the new archives were made of them; null after an interruption. */
async function finish(
  context: OperationContext,
  journal: RolloverJournal,
  known: readonly SurveyedFile[] | null,
): Promise<Finished> {
  const { settings, log } = context;
  try {
    const rows = journal.counted.reduce((sum, month) => sum + month.rows, 0);
    const report = progressFrom(context, rows);
    const result = await sweepAll(context, journal, known, report);
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
  known: readonly SurveyedFile[] | null,
  report: Report,
): Promise<Omit<Finished, "after">> {
  // What goes into archives that are in service already is put there before anything is deleted, so that a hub can see it first.
  const fresh = known !== null;
  let files = known ? surveyedBefore(context, known) : await surveyFiles(context.settings);
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

/** The files as they are named now with what a look through them found a moment ago; a later sweep finds what was added since. */
function surveyedBefore({ settings }: OperationContext, known: readonly SurveyedFile[]): SurveyedFile[] {
  const nothingOdd: Survey = { days: new Map(), undatedPrefixes: [], undatedRows: 0 };
  return sourceFiles(settings).map((file) => ({
    ...file,
    survey: known.find(({ name }) => name === file.name)?.survey ?? nothingOdd,
  }));
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
