import type { Database } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { FileStatus } from "../segments/file-status.ts";
import { lockHome } from "../segments/home-lock.ts";
import { type Holding, liveFileName } from "../segments/ownership.ts";
import { requireSpace } from "./database-file.ts";
import { type OperationContext, OperationError, replaceFile } from "./operation.ts";
import { buildArchive, isStillSame, type NewArchive } from "./rollover-archive.ts";
import { identityOf, openForWriting, patiently } from "./rollover-lock.ts";
import { holdingsAfter, type RolloverPlan, type SurveyedFile } from "./rollover-plan.ts";
import { agree } from "./rollover-rows.ts";
import type { Report } from "./rollover-sweep.ts";
import { hubUrl } from "./running-hub.ts";

/** A hub looks at the folder every second, and must have seen the new archive before rows disappear from Live. */
const hubLooksMs = 2_500;
const hubPatienceMs = 30_000;
export const nothing = "Nothing was changed.";

/** Name of a new archive while it is made. */
export const partOf = (databaseDir: string, year: number): string => path.join(databaseDir, `archive_${year}.db.tmp`);

/** New archives under their temporary names. */
export interface Built {
  archives: { year: number; archive: NewArchive }[];
  /** True when Live may have been written since. */
  isWritten: () => boolean;
  close: () => void;
}

/** Builds the new archives under temporary names; null where the plan needs none. Throws OperationError when the ERP changed their rows. */
export async function buildArchives(
  { settings: { databaseDir } }: OperationContext,
  plan: RolloverPlan,
  files: readonly SurveyedFile[],
  report: Report,
): Promise<Built | null> {
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

/** Puts the new archives in service, the oldest first. `onPublished` hears of the first one: from then on nothing is undone. */
export async function publish(context: OperationContext, built: Built | null, onPublished: () => void): Promise<void> {
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
}

/**
 * Waits until a running hub has looked at the folder; not at all where none runs. With `newArchives` also until it has compared them with Live and
 * answers from a mirror of Live: whoever reads Live itself would keep the rows from being deleted for as long as an answer takes. Half a minute is
 * enough for that; its answers are right without it.
 */
export async function letHubSee({ settings }: OperationContext, newArchives: boolean): Promise<void> {
  const lock = lockHome(settings.mirrorDir);
  lock?.release();
  if (lock) return;
  await Bun.sleep(hubLooksMs);
  const url = hubUrl(settings);
  const until = performance.now() + hubPatienceMs;
  while (newArchives && url !== null && performance.now() < until && !(await isReady(url))) await Bun.sleep(250);
}

/** True when the hub has found Live's rows in the new archives, or cannot be asked. */
async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(hubLooksMs) });
    const { files } = (await response.json()) as { files: Pick<FileStatus, "name" | "read_from" | "duplicate_rows">[] };
    const live = files.find(({ name }) => name === "live");
    return live === undefined || (live.read_from === "mirror" && live.duplicate_rows > 0);
  } catch {
    return true;
  }
}

const changedMeanwhile = (): OperationError =>
  new OperationError(
    `The ERP changed rows of finished years while they were copied. ${nothing} Try again when the ERP is not writing.`,
  );

/** Changes when another connection commits (PRAGMA data_version). */
const dataVersion = (db: Database): number =>
  db.query<{ data_version: number }, []>("PRAGMA data_version").get()!.data_version;
