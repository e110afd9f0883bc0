import { type Stats, statSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Settings } from "../config.ts";
import { factoryClock, isAhead } from "../observe/clock.ts";
import { liveFileName } from "../segments/ownership.ts";
import { namesIn } from "./operation.ts";

/** One finished backup. */
export interface BackupFile {
  path: string;
  name: string;
  /** File name of what it is a backup of, such as `production_analysis.db`. */
  target: string;
  /** `YYYYMMDD_HHMMSS` in the factory's time. */
  stamp: string;
  bytes: number;
  /** The moment whose state it shows, ms since the epoch: `runBackup` sets the modification time to it. */
  takenAt: number;
}

const backupPattern = /^(production|archive_\d{4}|hub)_(\d{8}_\d{6})\.db$/;
const keptPattern = /^(production_analysis\.db|archive_\d{4}\.db|hub\.db)\.before-restore-\d{8}_\d{6}$/;

/** Name of a backup of `target`, such as `archive_2024_20260113_020000.db` (CONTRACT §1). */
export function backupName(target: string, stamp: string): string {
  const base = target === liveFileName ? "production" : path.basename(target, ".db");
  return `${base}_${stamp}.db`;
}

/** Name under which a restore keeps the file it replaces. */
export function keptName(target: string, stamp: string): string {
  return `${target}.before-restore-${stamp}`;
}

/** The file that a restore replaced and kept under this name; null for every other name. */
export function keptTarget(name: string): string | null {
  return keptPattern.exec(name)?.[1] ?? null;
}

/** The file that a backup, or a file kept by a restore, belongs to; null where its name does not say so. */
export function targetOf(name: string): string | null {
  const base = backupPattern.exec(name)?.[1];
  if (base) return base === "production" ? liveFileName : `${base}.db`;
  return keptTarget(name);
}

/** The backups in a folder, newest first; other files are passed over, and a folder that is not there has none. */
export function listBackups(folder: string): BackupFile[] {
  const found = namesIn(folder).map((name) =>
    targetOfBackup(name) ? asBackup(folder, name, statSync(path.join(folder, name), { throwIfNoEntry: false })) : null,
  );
  return newestFirst(found);
}

/** As `backupsByTarget`, for a server, which a slow disk must not hold up. */
export async function readBackups(folder: string): Promise<Map<string, BackupFile[]>> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => targetOfBackup(name) !== null);
  const found = names.map(async (name) =>
    asBackup(folder, name, await stat(path.join(folder, name)).catch(() => undefined)),
  );
  return Map.groupBy(newestFirst(await Promise.all(found)), ({ target }) => target);
}

/** The file that a backup belongs to; null where the name is none of a backup's. */
const targetOfBackup = (name: string): string | null => (backupPattern.test(name) ? targetOf(name) : null);

function asBackup(folder: string, name: string, found: Stats | undefined): BackupFile | null {
  const stamp = backupPattern.exec(name)?.[2];
  const target = targetOf(name);
  if (!found?.isFile() || !stamp || !target) return null;
  return { path: path.join(folder, name), name, target, stamp, bytes: found.size, takenAt: found.mtimeMs };
}

/** What time zones may differ by at most, ms: a backup's name has the factory's time. */
const zonesMs = 15 * 3_600_000;

/**
 * True for a backup of a time to come, by the time of its file or by its name: it was made while the clock was ahead, and nobody knows how old it is.
 */
export function isOfTimeToCome({ takenAt, stamp }: BackupFile): boolean {
  return isAhead(takenAt) || stamp > stampOf(Date.now() + zonesMs);
}

/** `YYYYMMDD_HHMMSS` in UTC. */
const stampOf = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_");

/** Those of a time to come come last, as the oldest: else they would be kept, tried and told of for years in the place of the newest. */
const newestFirst = (backups: readonly (BackupFile | null)[]): BackupFile[] =>
  backups
    .filter((backup) => backup !== null)
    .sort(
      (a, b) =>
        Number(isOfTimeToCome(a)) - Number(isOfTimeToCome(b)) || (a.stamp < b.stamp ? 1 : a.stamp > b.stamp ? -1 : 0),
    );

/** The backups of each file, newest first. */
export function backupsByTarget(folder: string): Map<string, BackupFile[]> {
  return Map.groupBy(listBackups(folder), ({ target }) => target);
}

/** The factory's time as a stamp for file names, once no file has a name with it; times repeat when summer time ends. */
export async function freeStamp({ timezone }: Settings, isTaken: (stamp: string) => boolean): Promise<string> {
  const clock = factoryClock(timezone);
  for (;;) {
    const stamp = clock.logStamp().replaceAll(/[-:]/g, "").replace(" ", "_");
    if (!isTaken(stamp)) return stamp;
    await Bun.sleep(100);
  }
}
