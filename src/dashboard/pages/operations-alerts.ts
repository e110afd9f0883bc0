import { backupAges, bytesForBackups, leastFreeBytes } from "../../operations/check.ts";
import type { View } from "../view.ts";
import type { OperationsState } from "./operations-state.ts";
import { ago } from "./operations-time.ts";

/** Something that somebody should look at, and what to do. */
export interface Alert {
  /** `bad`: data are in danger or cannot be read. `wait`: worth a look. */
  tone: "bad" | "wait";
  text: string;
  help: string;
  /** What the hub says of it, in its own words. */
  detail: string | null;
}

const mb = 1024 * 1024;
const gb = 1024 * mb;

/** What is the matter with the hub, the worst first. The measures are those of `--check`. */
export function alertsOf(view: View, { health, jobs, indexes, backups, healsIndexes }: OperationsState): Alert[] {
  const { texts, format } = view;
  const words = texts.operations.alerts;
  const alerts: Alert[] = [];
  const add = (tone: Alert["tone"], text: string, help: string, detail: string | null = null): void => {
    alerts.push({ tone, text, help, detail });
  };
  const nameOf = (job: { name: string; title: string }): string => texts.operations.jobs.names[job.name] ?? job.title;
  for (const job of jobs) if (job.result === "failed") add("bad", words.job(nameOf(job)), words.jobHelp, job.message);
  const crash = health.last_crash;
  if (crash) add("bad", words.crashed(crash.at), words.crashedHelp(`logs/${crash.report}`), crash.reason);
  for (const { file, state, note } of health.files) {
    if (state === "absent") add("bad", words.absent(file), words.absentHelp, note);
    if (state === "locked") add("bad", words.locked(file), words.lockedHelp, note);
    if (state === "broken") add("bad", words.broken(file), words.brokenHelp, note);
    if (state === "changing") add("wait", words.changing(file), words.changingHelp, note);
  }
  const present = health.files.filter(({ state }) => state !== "absent");
  const unsaved = present.filter(({ file }) => !backups.has(file)).map(({ file }) => file);
  if (unsaved.length > 0) add("wait", words.noBackup(unsaved.join(", ")), words.backupHelp);
  for (const { file, name } of present) {
    const newest = backups.get(file)?.[0];
    if (newest === undefined) continue;
    const { warnMs, failMs } = backupAges[name === "live" ? "live" : "archive"];
    const age = Date.now() - newest.takenAt;
    if (age > warnMs)
      add(age > failMs ? "bad" : "wait", words.oldBackup(file, ago(view, newest.takenAt)), words.backupHelp);
  }
  const free = health.disk_free_gb;
  const needed = bytesForBackups((health.db_size_mb + health.archive_size_mb) * mb);
  if (free !== null && free * gb < needed)
    add(free * gb < leastFreeBytes ? "bad" : "wait", words.diskFull(format.exact(free)), words.diskHelp);
  const lacking = [...indexes].filter(([, missing]) => missing !== null && missing.length > 0).map(([file]) => file);
  if (lacking.length > 0)
    add("wait", words.indexes(lacking.join(", ")), healsIndexes ? words.indexesHelp : words.indexesOff);
  const { misplaced_rows: misplaced, undated_rows: undated } = health;
  if (misplaced > 0) add("wait", words.misplaced(format.exact(misplaced)), words.misplacedHelp);
  if (undated > 0) add("wait", words.undated(format.exact(undated)), words.undatedHelp);
  for (const job of jobs) if (job.paused) add("wait", words.paused(nameOf(job)), words.pausedHelp);
  return alerts.sort((a, b) => Number(a.tone === "wait") - Number(b.tone === "wait"));
}
