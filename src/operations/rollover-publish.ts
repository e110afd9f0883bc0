import type { Database } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { FileStatus } from "../segments/file-status.ts";
import { lockHome } from "../segments/home-lock.ts";
import { type Holding, liveFileName } from "../segments/ownership.ts";
import { requireSpace } from "./database-file.ts";
import { fsyncFile, type OperationContext, OperationError, replaceFile } from "./operation.ts";
import { buildArchive, isStillSame, type NewArchive } from "./rollover-archive.ts";
import { identityOf, openForWriting, unlocked } from "./rollover-lock.ts";
import { holdingsAfter, type RolloverPlan, type SurveyedFile } from "./rollover-plan.ts";
import { agree, nothingOdd } from "./rollover-rows.ts";
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
  /** The same as files of the plan, without what is known of their rows. */
  parts: SurveyedFile[];
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
    const before = await unlocked(livePath, nothing, () => dataVersion(watcher));
    const archives: Built["archives"] = [];
    const parts: SurveyedFile[] = [];
    for (const year of plan.newYears) {
      const name = `archive_${year}`;
      const holding = owned.get(name) as Holding;
      const { ownsFrom: from, ownsTo: to } = holding;
      const part = partOf(databaseDir, year);
      const archive = { live: livePath, part, from, to, undatedPrefixes: live.survey.undatedPrefixes };
      const months = await buildArchive(archive, (rows, phase) => report(rows, `${name}.db, ${phase}`));
      const planned = plan.moves.filter((move) => move.to === `${name}.db` && move.from === liveFileName);
      if (months.size !== planned.length || planned.some((move) => !agree(months.get(move.month), move))) {
        throw changedMeanwhile();
      }
      archives.push({ year, archive });
      parts.push({ ...holding, path: part, survey: nothingOdd });
    }
    const isWritten = () => dataVersion(watcher) !== before || identityOf(livePath) !== identity;
    return { archives, parts, isWritten, close: () => watcher.close() };
  } catch (error) {
    watcher.close();
    throw error;
  }
}

/** What is done on the way into service. */
interface Publishing {
  /** Puts rows of other archives into the new ones, which nobody reads yet: a hub compares an archive with Live as soon as it is in service. */
  complete: (parts: SurveyedFile[]) => Promise<void>;
  /** Hears that the first one is in service: from then on nothing is undone. */
  onPublished: () => void;
}

/** Puts the new archives in service, the oldest first. */
export async function publish(
  context: OperationContext,
  built: Built | null,
  { complete, onPublished }: Publishing,
): Promise<void> {
  if (!built) return;
  const { databaseDir } = context.settings;
  const livePath = path.join(databaseDir, liveFileName);
  const { archives, isWritten, close } = built;
  try {
    if (await unlocked(livePath, nothing, isWritten)) {
      for (const { archive } of archives) if (!(await isStillSame(archive))) throw changedMeanwhile();
    }
    await complete(built.parts);
    for (const { path: part } of built.parts) fsyncFile(part);
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
 * Waits until a running hub has looked at the folder; not at all where none runs. Of new archives it must have compared the rows with Live's
 * and answer from a mirror of Live: whoever reads Live itself would keep the rows from being deleted for as long as an answer takes. Half a
 * minute is enough for that; its answers are right without it.
 */
export async function letHubSee({ settings }: OperationContext, newYears: readonly number[]): Promise<void> {
  const lock = lockHome(settings.mirrorDir);
  lock?.release();
  if (lock) return;
  const url = hubUrl(settings);
  if (newYears.length === 0 || url === null) return Bun.sleep(hubLooksMs);
  const until = performance.now() + hubPatienceMs;
  while (performance.now() < until && !(await isReady(url, newYears))) await Bun.sleep(250);
}

/** True when the hub has found Live's rows in the new archives; one that cannot be asked is given the time it needs to look. */
async function isReady(url: string, newYears: readonly number[]): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(hubLooksMs) });
    const { files } = (await response.json()) as { files: Pick<FileStatus, "name" | "read_from" | "duplicate_rows">[] };
    if (newYears.some((year) => !files.some(({ name }) => name === `archive_${year}`))) return false;
    const live = files.find(({ name }) => name === "live");
    return live === undefined || (live.read_from === "mirror" && live.duplicate_rows > 0);
  } catch {
    await Bun.sleep(hubLooksMs);
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
