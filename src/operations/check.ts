import { statfsSync } from "node:fs";
import path from "node:path";
import type { Settings } from "../config.ts";
import { factoryClock } from "../observe/clock.ts";
import { RollupShelf } from "../rollup/shelf.ts";
import { firstDayEver, lastDayEver } from "../segments/day.ts";
import { findPlacements, nothingExcluded } from "../segments/duplicates.ts";
import { SourceError } from "../segments/errors.ts";
import { readFacts } from "../segments/facts.ts";
import { look } from "../segments/look.ts";
import { requiredIndexes } from "../segments/schema.ts";
import type { Facts, Segment } from "../segments/types.ts";
import { backupsByTarget, isOfTimeToCome } from "./backup-files.ts";
import { checkTotals } from "./check-totals.ts";
import { countFindings, type Finding, noFile, renderFindings, whenAbsent } from "./findings.ts";
import { expectedLockMs, healTiming } from "./heal.ts";
import { counted, type OperationContext } from "./operation.ts";
import { expectedFiles, type SourceFile } from "./source-files.ts";
import { readSteadily } from "./steady.ts";
import { readWatcherState } from "./watcher-state.ts";

/** One finding about the files. */
export interface CheckRow extends Finding {
  area:
    | "file"
    | "integrity"
    | "indexes"
    | "rows"
    | "totals"
    | "misplaced"
    | "duplicates"
    | "dates"
    | "wal"
    | "backup"
    | "disk";
}

export interface CheckResult {
  /** How many findings there are of each kind, and every failure by name: an alert is made from it. */
  summary: string;
  /** No finding is a failure: the command line ends with 0, otherwise with 1. */
  ok: boolean;
  rows: CheckRow[];
}

const mb = 1024 * 1024;
const gb = 1024 * mb;
/** Up to here the whole of `integrity_check` takes some seconds; above, `quick_check` (it leaves out comparing indexes with the table). */
const integrityBytes = 200 * mb;
const mend = "Restore the newest good backup with --restore.";
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Live is backed up daily, archives weekly: one missed backup is a warning, a week respectively a month without one a failure. */
export const backupAges = {
  live: { warnMs: 2 * dayMs, failMs: 7 * dayMs },
  archive: { warnMs: 15 * dayMs, failMs: 31 * dayMs },
} as const;
/** Below this SQLite soon cannot write its journals. */
export const leastFreeBytes = 500 * mb;

/**
 * Looks everything over without writing anything and without making the ERP wait.
 *
 * Failures: a damaged, locked or unreadable file, Live missing, a backup far too old, a disk almost full. Warnings: missing indexes, misplaced, duplicate
 * and undated rows, a file that is being written, a -wal past the limit, no backup or one missed, too little disk for a round of backups.
 */
export async function runCheck(context: OperationContext, _args: Record<string, never> = {}): Promise<CheckResult> {
  const { settings, progress } = context;
  const rows: CheckRow[] = [];
  const files = expectedFiles(settings);
  const segments: Segment[] = [];
  const total = files.length + 1;
  for (const [position, file] of files.entries()) {
    progress({ done: position, total, phase: file.fileName });
    const facts = await checkFile(file, settings, rows);
    if (facts) segments.push(segmentOf(file, facts));
    checkWal(file, settings.walLimitMb, rows);
  }
  progress({ done: files.length, total, phase: "misplaced rows" });
  for (const segment of segments) await checkPlaces(segment, segments, rows);
  checkBackups(files, settings.backupsDir, rows);
  checkDisk(files, settings.databaseDir, rows);
  progress({ done: total, total, phase: "done" });
  const failures = rows.filter(({ status }) => status === "fail");
  const named = failures.map(({ file, message }) => (file === noFile ? message : `${file}: ${message}`));
  return { summary: [countFindings("Check", rows), ...named].join(" "), ok: failures.length === 0, rows };
}

/** The findings as a table for people. */
export const renderCheck = ({ rows }: CheckResult): string => renderFindings("Check", rows);

/** Integrity, rows, date texts, indexes and daily totals of one file; its facts where it can be read. */
async function checkFile(file: SourceFile, settings: Settings, rows: CheckRow[]): Promise<Facts | null> {
  const add = (area: CheckRow["area"], status: CheckRow["status"], message: string) =>
    rows.push({ area, file: file.fileName, status, message });
  const { exists, bytes } = look(file.path);
  if (!exists) {
    add("file", "fail", `The file is not there. ${whenAbsent}`);
    return null;
  }
  const pragma = bytes <= integrityBytes ? "integrity_check" : "quick_check";
  try {
    const { verdict, facts } = await readSteadily([file.path], (db, [schema]) => {
      const found = db.query(`PRAGMA ${schema}.${pragma}(3)`).values().flat().join("; ");
      return { verdict: found, facts: found === "ok" ? readFacts(db, schema!, true) : null };
    });
    if (!facts) {
      add("integrity", "fail", `SQLite's ${pragma} found damage: ${verdict.replaceAll("\n", " ")}. ${mend}`);
      return null;
    }
    add("integrity", "ok", `SQLite's ${pragma} found nothing wrong (${inMb(bytes)} MB).`);
    const days = facts.firstDay === null ? "" : `, ${facts.firstDay} to ${facts.lastDay}`;
    add("rows", facts.rows === 0 ? "warn" : "ok", `${counted(facts.rows!, "row")}${days}.`);
    const undated = facts.undated.rows;
    if (undated === 0) add("dates", "ok", "Every date text begins with a valid day.");
    else
      add(
        "dates",
        "warn",
        `In ${counted(undated, "row")} the date text begins with no valid day, so that no period counts ${undated === 1 ? "it" : "them"}.${examples(facts)}`,
      );
    const missing = requiredIndexes.filter(({ columns }) => !facts.indexes.includes(columns)).map(({ name }) => name);
    if (missing.length === 0) add("indexes", "ok", "All required indexes exist.");
    else add("indexes", "warn", `Missing: ${missing.join(", ")}. ${whenHealed(file, facts.rows!, settings)}`);
    if (settings.rollup) {
      const { status, message } = await checkTotals(file, facts, new RollupShelf(settings.databaseDir));
      add("totals", status, message);
    }
    return facts;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    if (error.trouble === "changing") add("file", "warn", `${error.message} Check again once the ERP is done.`);
    else add("file", "fail", error.trouble === "broken" ? `${error.message} ${mend}` : error.message);
    return null;
  }
}

/** What becomes of missing indexes, and what somebody may do who does not want to wait. */
export function whenHealed({ fileName, source }: SourceFile, rows: number, settings: Settings): string {
  if (!settings.healIndexes) return "HEAL_INDEXES=false keeps the watcher from making them.";
  const byHand = "--watch --force makes them at once: give it while the ERP is closed.";
  const retryAfter = readWatcherState(settings.databaseDir).state.files[fileName]?.retry_after_ts ?? 0;
  if (retryAfter * 1000 > Date.now()) {
    const time = factoryClock(settings.timezone).logStamp(new Date(retryAfter * 1000));
    return `The watcher broke off making them, because the ERP might have had to wait too long; it tries again after ${time}. ${byHand}`;
  }
  if (source === "archive" || expectedLockMs(rows) <= healTiming.promptMs) return "The watcher makes them.";
  const seconds = Math.ceil(expectedLockMs(rows) / 1000);
  const minutes = Math.round(healTiming.quietMs / 60_000);
  return `Each keeps the ERP from writing for some ${seconds} s, so the watcher waits until nobody has written for ${minutes} minutes. ${byHand}`;
}

function examples({ undated }: Facts): string {
  const shown = undated.prefixes?.slice(0, 3).map((prefix) => JSON.stringify(prefix));
  return shown ? ` For example ${shown.join(", ")}.` : "";
}

function segmentOf(file: SourceFile, facts: Facts): Segment {
  const { name, source, ownsFrom, ownsTo } = file;
  return {
    name,
    source,
    file: file.path,
    immutable: false,
    version: "",
    ownsFrom,
    ownsTo,
    facts,
    misplaced: 0,
    excluded: nothingExcluded,
  };
}

/** Compares a segment with each other file by itself, because SQLite attaches ten files at the most. */
async function checkPlaces(segment: Segment, segments: readonly Segment[], rows: CheckRow[]): Promise<void> {
  const { ownsFrom, ownsTo } = segment;
  const { firstDay, lastDay } = segment.facts;
  const file = path.basename(segment.file);
  const strays = firstDay !== null && (firstDay < ownsFrom || lastDay! > ownsTo);
  let misplaced = 0;
  let duplicates = 0;
  try {
    const others = segments.filter((other) => other !== segment);
    for (const companions of !strays ? [] : others.length === 0 ? [[]] : others.map((other) => [other])) {
      const compared = [segment, ...companions];
      const [placement] = await readSteadily(
        compared.map((each) => each.file),
        (db, schemas) =>
          findPlacements(compared, (files, use) =>
            use(
              db,
              files.map((each) => schemas[compared.indexOf(each)]!),
            ),
          ),
      );
      misplaced = placement!.misplaced;
      duplicates += placement!.excluded.rows;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    rows.push({ area: "misplaced", file, status: "warn", message: `Its rows could not be compared: ${error.message}` });
    return;
  }
  const days = daysOf(segment);
  rows.push(
    misplaced === 0
      ? {
          area: "misplaced",
          file,
          status: "ok",
          message: `Every row is of a day that the file owns (${days}).`,
        }
      : {
          area: "misplaced",
          file,
          status: "warn",
          message: `${counted(misplaced, "row")} of days that another file owns (this one owns ${days}). They are counted.`,
        },
  );
  if (misplaced === 0) return;
  rows.push(
    duplicates === 0
      ? { area: "duplicates", file, status: "ok", message: "None of them is in the owner's file as well." }
      : {
          area: "duplicates",
          file,
          status: "warn",
          message: `${counted(duplicates, "row")} of them ${duplicates === 1 ? "is" : "are"} in the owner's file as well; each counts once.`,
        },
  );
}

function daysOf({ ownsFrom, ownsTo }: Segment): string {
  if (ownsFrom > ownsTo) return "no days";
  const [open, endless] = [ownsFrom === firstDayEver, ownsTo === lastDayEver];
  if (open) return endless ? "every day" : `days up to ${ownsTo}`;
  return endless ? `days from ${ownsFrom} on` : `days from ${ownsFrom} to ${ownsTo}`;
}

function checkWal(file: SourceFile, limitMb: number, rows: CheckRow[]): void {
  const { walBytes } = look(file.path);
  if (walBytes < limitMb * mb) return;
  const message = `Its -wal has grown to ${inMb(walBytes)} MB (limit ${limitMb} MB). --checkpoint says what keeps it from shrinking.`;
  rows.push({ area: "wal", file: file.fileName, status: "warn", message });
}

function checkBackups(files: readonly SourceFile[], backupsDir: string, rows: CheckRow[]): void {
  const backups = backupsByTarget(backupsDir);
  for (const file of files) {
    const add = (status: CheckRow["status"], message: string) =>
      rows.push({ area: "backup", file: file.fileName, status, message });
    const newest = backups.get(file.fileName)?.[0];
    if (!newest) {
      add("warn", "There is no backup of it yet. --backup makes one.");
      continue;
    }
    if (isOfTimeToCome(newest)) {
      add("warn", `The newest is ${newest.name}, made by a clock that was ahead. --backup makes one of now.`);
      continue;
    }
    const age = Date.now() - newest.takenAt;
    const { warnMs, failMs } = backupAges[file.source];
    const old = age > failMs ? "fail" : age > warnMs ? "warn" : "ok";
    add(
      old,
      `The newest is ${newest.name}, ${ageText(age)} old.${old === "ok" ? "" : " See the log for why there is no newer one."}`,
    );
  }
}

export function checkDisk(files: readonly SourceFile[], databaseDir: string, rows: Finding[]): void {
  const add = (status: Finding["status"], message: string) =>
    rows.push({ area: "disk", file: noFile, status, message });
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(databaseDir);
    free = bavail * bsize;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "is not there" : `cannot be looked at (${code})`;
    add("fail", `The folder ${databaseDir} ${reason}. --home names another one.`);
    return;
  }
  const wanted = bytesForBackups(files.reduce((sum, file) => sum + look(file.path).bytes, 0));
  const status = free < leastFreeBytes ? "fail" : free < wanted ? "warn" : "ok";
  add(status, `${(free / gb).toFixed(1)} GB free; a round of backups needs ${(wanted / gb).toFixed(1)} GB.`);
}

/** Free space that a round of backups needs, of files that have so many bytes together. */
export const bytesForBackups = (bytes: number): number => bytes * 1.2 + 200 * mb;

function inMb(bytes: number): string {
  return (bytes / mb).toFixed(1);
}

function ageText(ms: number): string {
  if (ms < hourMs) return "less than an hour";
  if (ms >= 2 * dayMs) return `${Math.floor(ms / dayMs)} days`;
  const hours = Math.floor(ms / hourMs);
  return hours === 1 ? "1 hour" : `${hours} hours`;
}
