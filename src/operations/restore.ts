import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { Settings } from "../config.ts";
import { stateOf } from "../segments/content-mark.ts";
import { copySource } from "../segments/copy.ts";
import { lockHome } from "../segments/home-lock.ts";
import { removeDatabase } from "../segments/mirror.ts";
import { hubDbName } from "../store/hub-db.ts";
import { alone, restorePart } from "./alone.ts";
import { freeStamp, keptName, keptTarget, targetOf } from "./backup-files.ts";
import { examine, type Found, reasonOf, requireSpace, setFormat } from "./database-file.ts";
import { counted, fsyncFile, inSeconds, type OperationContext, OperationError } from "./operation.ts";
import { type Hold, hold, swap, swapBack } from "./swap.ts";

export interface RestoreResult {
  summary: string;
  /** Name of the backup. */
  backup: string;
  /** Name of the file that was replaced, and under which name it was kept; null where there was none. */
  file: string;
  kept: string | null;
  rows: number | null;
  max_id: number | null;
  ms: number;
}

const steps = ["copied", "verified", "locked", "kept", "replaced", "checked"];

/**
 * Puts a backup in the place of the file that its name says; `file` is a path, or the name of a backup or of a file that a restore kept. The file
 * it replaces is kept as `*.before-restore-…`. Killed at any instant, the folder holds either the old state or the new one. Throws OperationError, with
 * the old state in place, when the backup is damaged, the file is in use, or the restored one fails its check.
 */
export function runRestore(context: OperationContext, { file }: { file: string }): Promise<RestoreResult> {
  return alone(context, () => restore(context, file));
}

async function restore(context: OperationContext, file: string): Promise<RestoreResult> {
  const { backupsDir, databaseDir } = context.settings;
  // What an earlier restore kept stands beside the data.
  const folder = keptTarget(file) === null ? backupsDir : databaseDir;
  const backup = existsSync(file) ? path.resolve(file) : path.join(folder, file);
  const name = path.basename(backup);
  if (!existsSync(backup)) {
    throw new OperationError(`There is no backup ${file}. Nothing was changed. Backups stand in ${folder}.`);
  }
  const target = targetOf(name);
  if (target === null) {
    throw new OperationError(
      `The name ${name} does not say which file it is a backup of. Nothing was changed. Names are as in production_20260113_020000.db and archive_2024_20260113_020000.db.`,
    );
  }
  // Held until the end, so that no hub starts with the file that is about to be replaced.
  const hubLock = target === hubDbName ? lockHub(context.settings) : null;
  try {
    return await restoreTo(target, backup, context);
  } finally {
    hubLock?.release();
  }
}

/** Throws OperationError while a hub runs: it has hub.db open, and would go on with the old one. */
function lockHub({ mirrorDir }: Settings): { release: () => void } {
  const lock = lockHome(mirrorDir);
  if (lock) return lock;
  throw new OperationError(
    `${hubDbName} belongs to the hub, which is running with this home folder. Nothing was changed. Stop the hub, give the command again, and start it.`,
  );
}

async function restoreTo(target: string, backup: string, context: OperationContext): Promise<RestoreResult> {
  const started = performance.now();
  const { databaseDir } = context.settings;
  const name = path.basename(backup);
  const boundary = (phase: string) => {
    context.progress({ done: steps.indexOf(phase) + 1, total: steps.length, phase: `${target}, ${phase}` });
  };
  const present = path.join(databaseDir, target);
  const part = restorePart(databaseDir, target);
  let held: Hold | null = null;
  let swapped = false;
  try {
    requireSpace(databaseDir, statSync(backup).size);
    removeDatabase(part);
    await copySource(backup, part);
    boundary("copied");
    const production = target !== hubDbName;
    const found = examine(part, { thorough: true, production });
    boundary("verified");
    held = await hold(present);
    boundary("locked");
    if (held?.sound) setFormat(part, held.wal);
    fsyncFile(part);
    const kept = path.join(
      databaseDir,
      keptName(
        target,
        await freeStamp(context.settings, (stamp) => existsSync(path.join(databaseDir, keptName(target, stamp)))),
      ),
    );
    swap(part, present, kept, held, boundary);
    swapped = true;
    held?.release(false);
    boundary("replaced");
    try {
      check(present, found, production);
    } catch (error) {
      swapBack(present, kept, held);
      throw new OperationError(
        `${target} was not restored: what was put in its place failed its check. ${reasonOf(error)} The file from before is back in its place.`,
      );
    }
    boundary("checked");
    const time = inSeconds(performance.now() - started);
    const rows = found.rows === null ? "" : ` with ${counted(found.rows, "row")}`;
    const before = held ? ` The file from before is kept as ${path.basename(kept)}.` : "";
    return {
      summary: `Restored ${target} from ${name}${rows} in ${time}.${before}`,
      backup: name,
      file: target,
      kept: held ? path.basename(kept) : null,
      rows: found.rows,
      max_id: found.maxId,
      ms: Math.round(performance.now() - started),
    };
  } catch (error) {
    if (swapped || error instanceof OperationError) throw error;
    throw new OperationError(`${target} was not restored from ${name}: ${reasonOf(error)} Nothing was changed.`);
  } finally {
    held?.release(!swapped);
    removeDatabase(part);
  }
}

/** Without locks, so that the ERP need not wait; what it has written meanwhile is its own affair, and the file it began with was sound. */
function check(file: string, expected: Found, production: boolean): void {
  const before = stateOf(file);
  let failure: unknown = null;
  try {
    const { rows, maxId } = examine(file, { thorough: false, production });
    if (rows !== expected.rows || maxId !== expected.maxId) {
      failure = new Error(`It holds ${rows} rows instead of ${expected.rows}.`);
    }
  } catch (error) {
    failure = error;
  }
  if (failure !== null && stateOf(file) === before) throw failure;
}
