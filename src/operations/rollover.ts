import { existsSync } from "node:fs";
import path from "node:path";
import { factoryClock } from "../observe/clock.ts";
import type { Day } from "../segments/day.ts";
import { liveFileName } from "../segments/ownership.ts";
import { reasonOf } from "./database-file.ts";
import { type OperationContext, OperationError } from "./operation.ts";
import { backUp, finish, goesOn } from "./rollover-finish.ts";
import { type RolloverJournal, signsOfLife, writeJournal } from "./rollover-journal.ts";
import { openForWriting } from "./rollover-lock.ts";
import { planRollover, type RolloverPlan, renderPlan } from "./rollover-plan.ts";
import { buildArchives, nothing, publish } from "./rollover-publish.ts";
import { resume, undo, unlessUnderWay } from "./rollover-resume.ts";
import { type Report, sweep, Tally } from "./rollover-sweep.ts";
import { requireNoTriggers } from "./rollover-triggers.ts";
import { settledVersion } from "./settled.ts";

export { resumeRollover } from "./rollover-resume.ts";

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
  /** Rows that stand in the archive of their day now and did not before. */
  moved: number;
  /** Rows that were deleted elsewhere, because the archive of their day had held them already. */
  already: number;
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
const nothingToMove = "There is nothing to move: every row of a finished year stands in its archive.";

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

type Outcome = Omit<RolloverResult, "ms" | "dry_run">;
const noOutcome = { after: null, moved: 0, already: 0, kept: 0, longest_lock_ms: 0, free_in_live_mb: 0 };

async function look(context: OperationContext, today: Day) {
  await settledVersion(path.join(context.settings.databaseDir, liveFileName), quiet);
  const found = await translating(async () => {
    const planned = await planRollover(context.settings, today);
    await requireNoTriggers(planned.files, planned.plan.moves);
    return planned;
  });
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
  const livePath = path.join(databaseDir, liveFileName);
  const journal: RolloverJournal = { newYears: plan.newYears, today, counted: plan.counted };
  writeJournal(databaseDir, journal);
  const tally = new Tally();
  let published = false;
  try {
    await translating(async () => {
      // The backup reads what the archives are built from: with a core for each, neither waits for the other.
      const [backup, built] = await Promise.allSettled([
        backUp(context, { live: existsSync(livePath), archive: "due" }),
        buildArchives(context, plan, files, reporter(context, plan)),
      ]);
      if (built.status === "rejected") throw built.reason;
      if (backup.status === "rejected") {
        built.value?.close();
        throw backup.reason;
      }
      await publish(context, built.value, {
        complete: async (parts) => {
          const options = { fresh: true, copyOnly: true, into: parts };
          await sweep(context, journal, [...files, ...parts], options, tally, () => {});
        },
        onPublished: () => {
          published = true;
        },
      });
    });
  } catch (error) {
    if (!published) {
      undo(databaseDir, journal);
      throw error;
    }
    throw new OperationError(`The rollover was interrupted after an archive was put in service. ${goesOn}`);
  }
  const { after, moved, already, kept, longestLockMs } = await finish(context, journal, files, tally);
  const free_in_live_mb = freeMb(livePath);
  return {
    summary: summaryOf(plan, { moved, already, free_in_live_mb }),
    plan,
    after,
    moved,
    already,
    kept,
    longest_lock_ms: Math.round(longestLockMs),
    free_in_live_mb,
  };
}

function summaryOf(
  { newYears }: RolloverPlan,
  { moved, already, free_in_live_mb }: Pick<RolloverResult, "moved" | "already" | "free_in_live_mb">,
): string {
  const names = newYears.map((year) => `archive_${year}.db`).join(", ");
  const sentences = [`Moved ${moved} rows${names ? `, new: ${names}` : ""}.`];
  if (already > 0) sentences.push(`Deleted ${already} more that the archive of their day held already.`);
  sentences.push("Every month counts what it did before.");
  if (free_in_live_mb > 0) {
    sentences.push(`Live keeps its size; ${free_in_live_mb} MB in it are free for new rows.`);
  }
  return sentences.join(" ");
}

/** Each row is copied once and moved once. */
function reporter({ settings, progress }: OperationContext, plan: RolloverPlan): Report {
  const total = Math.max(1, 2 * plan.moves.reduce((sum, { rows }) => sum + rows, 0));
  const beat = signsOfLife(settings.databaseDir);
  let done = 0;
  return (rows, phase) => {
    beat();
    done = Math.min(total, done + rows);
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
