import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Settings } from "../config.ts";
import { lockHome } from "../segments/home-lock.ts";
import { removeDatabase } from "../segments/mirror.ts";
import { keptTarget } from "./backup-files.ts";
import { namesIn, type OperationContext, OperationError, removeLeftovers } from "./operation.ts";
import { dropKept } from "./swap.ts";

/** Where a drill restores to; a folder that is there while no drill runs was left by one that was interrupted. */
export const drillFolder = ".drill";
/** Begins the temporary name of a file that is about to be restored. The ERP may have files of its own ending in `.tmp` there. */
const restorePrefix = "hub_restore_";

/** Temporary name of a restored file, beside its target so that a rename can put it in place. */
export function restorePart(databaseDir: string, target: string): string {
  return path.join(databaseDir, `${restorePrefix}${target}.tmp`);
}

/** After a weekend the backup and the drill are due at the same instant; the drill of some 20 million rows takes minutes. */
const turnMs = 2 * 3_600_000;
const pollMs = 500;

/**
 * Carries out work on backups while nothing else does: a second operation would take the first one's temporary files for leftovers.
 * What an interrupted one left is removed first. Throws OperationError when another one is under way, where the context waits for none.
 */
export async function alone<T>(context: OperationContext, work: () => Promise<T>): Promise<T> {
  const { settings, log } = context;
  const lock = lockOperations(settings) ?? (context.waitsForTurn ? await turn(context) : null);
  if (!lock) {
    throw new OperationError(
      "Another backup, restore or drill is under way in this home folder. Nothing was changed. Try again when it has finished.",
    );
  }
  try {
    const left = removeLeft(settings);
    if (left.length > 0) log.info(`Removed what an interrupted operation left: ${left.join(", ")}`);
    return await work();
  } finally {
    lock.release();
  }
}

/** The lock, once whoever has it lets go of it; null when that takes too long. */
async function turn({ settings, log }: OperationContext): Promise<{ release: () => void } | null> {
  log.info("Waits until another backup, restore or drill in this home folder has finished.");
  for (const until = performance.now() + turnMs; performance.now() < until; ) {
    await Bun.sleep(pollMs);
    const lock = lockOperations(settings);
    if (lock) return lock;
  }
  return null;
}

/**
 * For the start of the hub: removes the temporary files that an interrupted backup, restore or drill left, and returns their names.
 * Does nothing while such an operation is under way in another process.
 */
export function removeInterrupted(settings: Settings): string[] {
  const lock = lockOperations(settings);
  if (!lock) return [];
  try {
    return removeLeft(settings);
  } finally {
    lock.release();
  }
}

function lockOperations({ mirrorDir }: Settings): { release: () => void } | null {
  try {
    mkdirSync(mirrorDir, { recursive: true });
  } catch {
    // A folder that cannot be written to: the operation itself says so, with the reason.
  }
  return lockHome(mirrorDir, "operations.lock");
}

function removeLeft({ databaseDir, backupsDir }: Settings): string[] {
  const left = removeLeftovers(backupsDir);
  const drill = path.join(backupsDir, drillFolder);
  if (existsSync(drill)) {
    rmSync(drill, { recursive: true, force: true });
    left.push(drillFolder);
  }
  for (const name of namesIn(databaseDir)) {
    const file = path.join(databaseDir, name);
    const kept = keptTarget(name);
    if (kept !== null) {
      // Between the two steps of a swap the file has both names; what a writer does under one would be seen under the other.
      if (!isSameFile(file, path.join(databaseDir, kept))) continue;
      dropKept(path.join(databaseDir, kept), file);
      left.push(name);
      continue;
    }
    const restored = name.startsWith(restorePrefix) && name.endsWith(".db.tmp");
    const halfKept = name.endsWith(".tmp") && keptTarget(name.slice(0, -".tmp".length)) !== null;
    if (restored) rollBack(path.join(databaseDir, name.slice(restorePrefix.length, -".tmp".length)));
    if ((restored || halfKept) && removeDatabase(file)) left.push(name);
  }
  return left;
}

/**
 * A restore that was interrupted while it took a file out of WAL mode left a `-journal`, which whoever only reads the file cannot roll
 * back: the hub would call it locked until the ERP writes again. Or it left the `-wal`, whose rows stand in the file by then.
 */
function rollBack(file: string): void {
  const journal = `${file}-journal`;
  if (!existsSync(file) || !(existsSync(journal) || existsSync(`${file}-wal`))) return;
  const db = new DatabaseSync(file, { timeout: 200 });
  try {
    db.exec("BEGIN EXCLUSIVE");
    // Rolled back by now, or cut off before anything stood in it; while the file is locked it is nobody else's.
    rmSync(journal, { force: true });
    db.exec("ROLLBACK");
  } catch {
    // In use by another program, which has rolled it back then, or damaged, which the hub reports when it reads it.
  } finally {
    // Takes the -wal away, unless another program has the file open.
    db.close();
  }
}

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
