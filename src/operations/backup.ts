import { closeSync, existsSync, mkdirSync, openSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { stateOf } from "../segments/content-mark.ts";
import { copySource } from "../segments/copy.ts";
import { asSourceError, SourceError } from "../segments/errors.ts";
import { look } from "../segments/look.ts";
import { removeDatabase } from "../segments/mirror.ts";
import { hubDbName } from "../store/hub-db.ts";
import { forgetDerived } from "../store/passing-tables.ts";
import { alone } from "./alone.ts";
import { type BackupFile, backupName, backupsByTarget, freeStamp, isOfTimeToCome } from "./backup-files.ts";
import { countInSteps, examine, type Found, isDiskFull, reasonOf, requireSpace, setFormat } from "./database-file.ts";
import { copyMirror } from "./mirror-copy.ts";
import { counted, fsyncFile, inSeconds, type OperationContext, OperationError, replaceFile } from "./operation.ts";
import { patiently } from "./patience.ts";
import { isInTransaction, settledVersion } from "./settled.ts";
import { expectedFiles, requireDatabaseFolder } from "./source-files.ts";

export interface BackupArgs {
  live?: boolean;
  /** `due`: only those that changed since their newest backup or have none of the last seven days. */
  archive?: boolean | "due";
  /** Also thin out the backups of files that were not backed up this time. */
  cleanup?: boolean;
  /** Mirror files of the present versions by segment name (`live`, `archive_2024`), which spare the source a copy. */
  mirror?: Record<string, string>;
}

/** One backup that was made. */
export interface BackupMade {
  /** File name of what was backed up. */
  file: string;
  /** File name of the backup. */
  backup: string;
  rows: number | null;
  max_id: number | null;
  bytes: number;
  ms: number;
  from: "source" | "mirror";
  /** True when rows and greatest id were compared with the source; false when the ERP wrote all the while. */
  compared: boolean;
}

export interface BackupResult {
  summary: string;
  files: BackupMade[];
  /** Names of the older backups that were removed. */
  removed: string[];
  ms: number;
}

interface Target {
  file: string;
  /** Segment name; null for the hub's own state. */
  segment: string | null;
  path: string;
}

const steps = ["copied", "checked", "compared", "synced", "stored"] as const;
const weekMs = 7 * 24 * 3_600_000;
/** How long a lock of the ERP is waited for: a refill of a large file takes seconds. */
const lockPatienceMs = 10_000;
/** A file written this short a time ago may be in the middle of a refill. */
const quietMs = 1_000;
const mb = 1024 * 1024;
/** Files up to this size are copied anew when the ERP wrote meanwhile; of larger ones one copy is enough of a burden. */
const copiedAgainBytes = 64 * mb;
const copyAttempts = 3;

/**
 * Backs up Live, the archives, or (with neither flag) Live and those archives that changed or have no backup of the last seven days; the
 * hub's own state goes with them. Each backup is a consistent copy, checked and compared with its source before it gets its name; only
 * then are the oldest ones beyond the retention removed. Throws OperationError when any file could not be backed up; the others are.
 */
export async function runBackup(context: OperationContext, args: BackupArgs = {}): Promise<BackupResult> {
  requireDatabaseFolder(context.settings);
  return alone(context, () => backUpAll(context, args));
}

async function backUpAll(context: OperationContext, args: BackupArgs): Promise<BackupResult> {
  const started = performance.now();
  const { settings, log } = context;
  const { backupsDir } = settings;
  const targets = chooseTargets(context, args);
  const result: BackupResult = { summary: "", files: [], removed: [], ms: 0 };
  const failures = new Map<string, string[]>();
  for (const [position, target] of targets.entries()) {
    const boundary: Boundary = (step) => {
      const done = position * steps.length + steps.indexOf(step) + 1;
      context.progress({ done, total: targets.length * steps.length, phase: `${target.file}, ${step}` });
    };
    try {
      const made = await backUp(context, target, args.mirror?.[target.segment ?? ""], boundary);
      result.files.push(made);
      const rows = made.rows === null ? "" : `${counted(made.rows, "row")}, `;
      log.info(
        `Backed up ${made.file} as ${made.backup}: ${rows}${(made.bytes / mb).toFixed(1)} MB, ${inSeconds(made.ms)}`,
      );
      result.removed.push(...thinOut(context, target.file, made.backup));
    } catch (error) {
      const reason = isAbsent(error) ? `It is not in ${settings.databaseDir}.` : reasonOf(error);
      failures.set(reason, [...(failures.get(reason) ?? []), target.file]);
    }
  }
  if (args.cleanup) result.removed.push(...thinOutOthers(context, targets));
  if (failures.size > 0) {
    const made = result.files.map(({ backup }) => backup);
    const others = made.length > 0 ? ` Made: ${made.join(", ")}.` : "";
    throw new OperationError(`${sentencesOf(failures)} Earlier backups are untouched.${others}`);
  }
  result.ms = Math.round(performance.now() - started);
  result.summary = summaryOf(result, backupsDir);
  return result;
}

const isAbsent = (error: unknown): boolean => error instanceof SourceError && error.trouble === "absent";

/** One sentence for each reason, so that a folder that is read-only is not said of every file by itself. */
function sentencesOf(failures: ReadonlyMap<string, readonly string[]>): string {
  return [...failures]
    .map(([reason, files]) => `${files.join(", ")} ${files.length === 1 ? "was" : "were"} not backed up: ${reason}`)
    .join(" ");
}

function summaryOf({ files, removed, ms }: BackupResult, folder: string): string {
  if (files.length === 0) return "There is no archive file to back up.";
  const names = files.map(({ backup, compared }) =>
    compared ? backup : `${backup} (written meanwhile, not compared)`,
  );
  const gone = removed.length > 0 ? ` Removed ${counted(removed.length, "older backup")}.` : "";
  return `Backed up ${counted(files.length, "file")} to ${folder} in ${inSeconds(ms)}: ${names.join(", ")}.${gone}`;
}

function chooseTargets({ settings }: OperationContext, { live, archive }: BackupArgs): Target[] {
  const { databaseDir, backupsDir } = settings;
  const backups = backupsByTarget(backupsDir);
  const both = !live && !archive;
  const targets = expectedFiles(settings)
    .filter((file) => {
      if (file.source === "live") return live || both;
      if (archive === true) return true;
      return (both || archive === "due") && isDue(file.path, backups.get(file.fileName)?.[0]);
    })
    .map(({ fileName, name, path: source }): Target => ({ file: fileName, segment: name, path: source }));
  const hub = path.join(databaseDir, hubDbName);
  if (existsSync(hub)) targets.push({ file: hubDbName, segment: null, path: hub });
  return targets;
}

/** True when an archive has no backup of the last week, or was touched since the state that its newest one shows. */
function isDue(source: string, newest: BackupFile | undefined): boolean {
  if (!newest || isOfTimeToCome(newest) || Date.now() - newest.takenAt > weekMs) return true;
  return touchedAt(source) >= newest.takenAt;
}

/** When a database was changed last in any way, ms since the epoch. */
function touchedAt(source: string): number {
  const times = [source, `${source}-wal`].map((file) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    // A copy that keeps the old modification time is noticed by the time of its last change of any kind.
    return stat && stat.size > 0 ? Math.max(stat.mtimeMs, stat.ctimeMs) : 0;
  });
  return Math.max(...times);
}

/** A copy that has passed its check but not got its name yet. */
interface Copy extends Pick<BackupMade, "from" | "compared"> {
  found: Found;
  /** The moment whose state it shows, ms since the epoch. */
  takenAt: number;
}

type Boundary = (step: (typeof steps)[number]) => void;

async function backUp(
  context: OperationContext,
  target: Target,
  mirror: string | undefined,
  boundary: Boundary,
): Promise<BackupMade> {
  const started = performance.now();
  const { backupsDir } = context.settings;
  if (!look(target.path).exists) throw new SourceError("absent", "The file does not exist.");
  requireRights(backupsDir, () => mkdirSync(backupsDir, { recursive: true }));
  const isTaken = (stamp: string) => existsSync(path.join(backupsDir, backupName(target.file, stamp)));
  const name = backupName(target.file, await freeStamp(context.settings, isTaken));
  const final = path.join(backupsDir, name);
  const part = `${final}.tmp`;
  try {
    // First of all, so that a folder that cannot be written to is told apart from a source that cannot be read.
    requireRights(backupsDir, () => closeSync(openSync(part, "w")));
    const ofMirror = mirror ? copyOfMirror(context, target, mirror, part, boundary) : null;
    const copy = ofMirror ?? (await copyOfSource(context, target, part, boundary));
    boundary("compared");
    // Plain whatever the source is: who looks into a backup in WAL format leaves a -wal and a -shm beside it.
    setFormat(part, false);
    utimesSync(part, new Date(), new Date(copy.takenAt));
    fsyncFile(part);
    boundary("synced");
    replaceFile(part, final);
    boundary("stored");
    return {
      file: target.file,
      backup: name,
      rows: copy.found.rows,
      max_id: copy.found.maxId,
      bytes: statSync(final).size,
      ms: Math.round(performance.now() - started),
      from: copy.from,
      compared: copy.compared,
    };
  } finally {
    removeDatabase(part);
  }
}

/** Null where the mirror is gone or damaged: the hub has replaced it meanwhile, and the source itself is copied. */
function copyOfMirror(
  { settings, log }: OperationContext,
  target: Target,
  mirror: string,
  part: string,
  boundary: Boundary,
): Copy | null {
  try {
    const { size, birthtimeMs, mtimeMs } = statSync(mirror);
    // A mirror is begun after the look at its source and finished later.
    const mirroredAt = Math.min(birthtimeMs || mtimeMs, mtimeMs);
    const lookedAt = Date.now();
    // Twice: a copy without the mirror's own indexes is written anew to be as small as the source.
    requireSpace(settings.backupsDir, 2 * size);
    copyMirror(mirror, target.path, part);
    boundary("copied");
    const found = examine(part, { thorough: false, production: true });
    boundary("checked");
    const counted = countSource(target.path);
    const compared = counted !== null && isSame(found, counted.found);
    if (!compared) log.info(`${target.file} was written meanwhile: its backup shows the state of the hub's mirror`);
    // A file that nobody wrote for weeks is as its mirror shows it: a backup of last night must not count as weeks old.
    const isAsNow = compared && touchedAt(target.path) < mirroredAt;
    return { found, takenAt: isAsNow ? lookedAt : mirroredAt, from: "mirror", compared };
  } catch (error) {
    if (error instanceof OperationError || isDiskFull(error)) throw error;
    log.info(`${target.file} is backed up from the file itself, because its mirror cannot be used: ${reasonOf(error)}`);
    return null;
  }
}

async function copyOfSource(
  { settings, log }: OperationContext,
  target: Target,
  part: string,
  boundary: Boundary,
): Promise<Copy> {
  const production = target.segment !== null;
  for (let attempt = 1; ; attempt++) {
    await waitForQuiet(target.path);
    const { bytes } = look(target.path);
    requireSpace(settings.backupsDir, bytes);
    const last = attempt === copyAttempts || bytes > copiedAgainBytes;
    const takenAt = Date.now();
    const { version, mark } = await patiently(() => copySource(target.path, part), isPassing, {
      forMs: lockPatienceMs,
      pauseMs: 250,
    });
    if (!production) forgetDerived(part);
    boundary("copied");
    const state = `${version}/${mark}`;
    let found: Found;
    try {
      found = examine(part, { thorough: false, production });
    } catch (error) {
      // Somebody who writes the file without SQLite's locks: his next pause is waited for.
      if (last || stateOf(target.path) === state) throw error;
      continue;
    }
    boundary("checked");
    if (!production) return { found, takenAt, from: "source", compared: true };
    const counted = countSource(target.path);
    if (counted?.state === state) {
      if (isSame(found, counted.found)) return { found, takenAt, from: "source", compared: true };
      throw new Error(`The copy holds ${found.rows} rows where the file holds ${counted.found.rows}.`);
    }
    if (!last) continue;
    log.info(`${target.file} was written while it was backed up: its backup is sound and shows the state before`);
    return { found, takenAt, from: "source", compared: false };
  }
}

/** Throws a sentence about the folder where the hub may not write into it: as an error of a file it would be told of the one that is backed up. */
function requireRights(folder: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    throw new OperationError(`The hub may not write into ${folder} (${code}). Give its account the right to.`);
  }
}

/** Rows and greatest id of a source, and the state in which it had them; null when it was written or cannot be read. */
function countSource(source: string): { found: Found; state: string } | null {
  try {
    const state = stateOf(source);
    const found = countInSteps(source);
    return stateOf(source) === state ? { found, state } : null;
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

const isSame = (a: Found, b: Found): boolean => a.rows === b.rows && a.maxId === b.maxId;

/** A refill in several transactions pauses for less than a second between them; it is waited for, but not for ever. */
async function waitForQuiet(source: string): Promise<void> {
  const age = Date.now() - look(source).modifiedMs;
  if ((age >= 0 && age < quietMs) || isInTransaction(source)) {
    await settledVersion(source, { pauseMs: quietMs / 4, checks: 4, rounds: 5 });
  }
}

/** It was there a moment ago, so an absent one is most likely being replaced by hand; a damaged one stays as it is. */
function isPassing(error: unknown): boolean {
  const known = asSourceError(error);
  return known instanceof SourceError && known.trouble !== "broken" && !isDiskFull(error);
}

/** Removes what is beyond the retention; `made` is the backup that has just proved good. */
function thinOut({ settings, log }: OperationContext, target: string, made: string): string[] {
  const { liveBackupRetention, archiveBackupRetention } = settings;
  const keep = target.startsWith("archive_") ? archiveBackupRetention : liveBackupRetention;
  const beyond = (backupsByTarget(settings.backupsDir).get(target) ?? []).slice(keep);
  return beyond.flatMap(({ name, path: file }) => {
    if (name === made) return [];
    if (removeDatabase(file)) return [name];
    log.warn(`The old backup ${name} could not be removed, because another program has it open.`);
    return [];
  });
}

/** Thins out the backups of files that were not backed up this time, unless the newest one turns out to be bad. */
function thinOutOthers(context: OperationContext, targets: readonly Target[]): string[] {
  const handled = new Set(targets.map(({ file }) => file));
  return [...backupsByTarget(context.settings.backupsDir)].flatMap(([target, [newest]]) => {
    if (handled.has(target) || !newest) return [];
    try {
      examine(newest.path, { thorough: false, production: target !== hubDbName });
    } catch (error) {
      context.log.warn(`The backups of ${target} are all kept, because the newest is bad: ${reasonOf(error)}`);
      return [];
    }
    return thinOut(context, target, newest.name);
  });
}
