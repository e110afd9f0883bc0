import { statSync } from "node:fs";
import { uptime } from "node:os";
import path from "node:path";
import type { Settings } from "../config.ts";
import { factoryClock } from "../observe/clock.ts";
import { announcedHub, startOfProcess, withdrawHub } from "./announcement.ts";
import { type Crash, describeCrashes, readCrashReport, writeCrashReport } from "./crash-report.ts";

/**
 * A PC's clock and its uptime agree to some seconds only, and the log's last line may be older than the moment of the end.
 */
const toleranceMs = 60_000;

/**
 * Looks, at a start, for a run that did not end in good order, and reports it where nobody did so before: a process that is killed, runs out
 * of memory or fails in native code can say nothing itself. Returns a sentence for the operator, or null. Never rejects.
 */
export async function reportLastRun(settings: Settings): Promise<string | null> {
  const left = announcedHub(settings.mirrorDir);
  if (!left) return null;
  withdrawHub(settings.mirrorDir);
  // `bun run dev` begins anew at every change without a word, which is no crash.
  if (process.execArgv.includes("--watch")) return null;
  const lastSign = lastSignOfLife(settings) ?? new Date(left.startedAt);
  const bootedAt = Date.now() - uptime() * 1000;
  if (bootedAt > lastSign.getTime() - toleranceMs && bootedAt > new Date(left.startedAt).getTime() + toleranceMs) {
    return "The hub was cut off when this PC was restarted or lost power. What was under way is finished or undone now.";
  }
  return reportCrash(settings, {
    reason: `The process ended without a word after ${factoryClock(settings.timezone).logStamp(lastSign)}: it was killed, ran out of memory, or failed in native code.`,
    at: new Date(),
    startedAt: new Date(left.startedAt),
    evidence: "",
  });
}

/** The crash of this very process by an error. */
export function crashOf(error: Error, reason: string): Crash {
  return { reason, at: new Date(), startedAt: startOfProcess(), evidence: error.stack ?? String(error) };
}

/** Reports a crash, once: the next start finds nothing to report. Returns a sentence about it. Never rejects. */
export async function reportCrash(settings: Settings, crash: Crash): Promise<string> {
  withdrawHub(settings.mirrorDir);
  try {
    const known = readCrashReport(settings.logsDir, await writeCrashReport(settings, crash));
    return describeCrashes(known ? [known] : []) ?? crash.reason;
  } catch (error) {
    return `${crash.reason} No report could be written (${(error as Error).message}).`;
  }
}

/** When a log was written last: with `ACCESS_LOG=separate` requests stand in a file of their own. */
function lastSignOfLife({ logsDir }: Settings): Date | null {
  const times = ["app.log", "access.log"].flatMap(
    (name) => statSync(path.join(logsDir, name), { throwIfNoEntry: false })?.mtimeMs ?? [],
  );
  return times.length === 0 ? null : new Date(Math.max(...times));
}
