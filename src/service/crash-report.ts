import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { freemem, version as osVersion, release, totalmem } from "node:os";
import path from "node:path";
import { presentSettings, type Settings, secretsOf } from "../config.ts";
import { factoryClock } from "../observe/clock.ts";
import { LogReader } from "../observe/log-reader.ts";
import { redactor } from "../observe/redact.ts";
import { buildDate, version } from "../version.ts";

/** How the hub ended without having been asked to. */
export interface Crash {
  /** One line: what ended it, as far as that is known. */
  reason: string;
  at: Date;
  /** Of the run that ended; null where it is not known. */
  startedAt: Date | null;
  /** The stack of the error, or what the dying process wrote last. */
  evidence: string;
}

/** A report as its file tells it. */
export interface KnownCrash {
  /** Name of the file in `logs`. */
  report: string;
  at: string;
  reason: string;
}

const reportName = /^crash-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)\.txt$/;
const mostReports = 10;
const logLines = 50;
const mb = 1024 * 1024;
const refreshMs = 30_000;
/** How long a report is spoken of: over a long weekend. */
const spokenOfDays = 7;

/**
 * Writes `logs/crash-YYYYMMDD-HHMMSS.txt` in the factory's time and returns its name; the newest ten are kept. Settings come without
 * secrets, and what else holds one is masked. Throws when the folder cannot be written.
 */
export async function writeCrashReport(
  settings: Settings,
  { reason, at, startedAt, evidence }: Crash,
): Promise<string> {
  const clock = factoryClock(settings.timezone);
  const redact = redactor(secretsOf(settings));
  const filter = { level: "all", search: "", lines: logLines } as const;
  const log = await new LogReader(settings.logsDir, redact).end("app.log", filter).catch(() => null);
  const memory = process.memoryUsage();
  const stamp = clock.logStamp(at);
  const report = `crash-${stamp.replaceAll(/[-:]/g, "").replace(" ", "-")}.txt`;
  const own = presentSettings(settings).filter(({ isDefault }) => !isDefault);
  const uptime = startedAt === null ? "not known" : `${Math.round((at.getTime() - startedAt.getTime()) / 1000)} s`;
  const text = `Production Data Hub ended unexpectedly. 허브가 예기치 않게 종료되었습니다.

What       ${firstLine(redact(reason))}
When       ${stamp} (${settings.timezone}), after ${uptime}
The data   The ERP's files and the backups are as they were: the hub answers from copies of its own, and finishes or undoes at its
           next start what was under way. ERP 파일과 백업은 그대로입니다.
To do      The service starts the hub again by itself; otherwise start it. If it happens again, send this file to whoever looks after
           the hub. 반복되면 이 파일을 담당자에게 보내십시오.

Version    ${version}${buildDate ? `, built ${buildDate}` : ""}, Bun ${Bun.version}
Platform   ${process.platform} ${process.arch}, ${osVersion()} ${release()}
Memory     ${sizes({ rss: memory.rss, heap: memory.heapUsed, free: freemem(), total: totalmem() })}; rss and heap are of the
           process that wrote this report
Home       ${settings.home}
Settings   ${own.map(({ name, value }) => `${name}=${value ?? "***"}`).join("\n           ") || "all as delivered"}

--- what it left ---
${redact(evidence).trim() || "Nothing: it was killed, ran out of memory, or failed outside of what it could notice."}

--- the last ${logLines} lines of app.log ---
${log?.lines.map((line) => line.text).join("\n") ?? "The log could not be read."}
`;
  writeFileSync(path.join(settings.logsDir, report), text);
  prune(settings.logsDir);
  return report;
}

/** What a report says of itself; null where it cannot be read. */
export function readCrashReport(logsDir: string, report: string): KnownCrash | null {
  try {
    return parse(report, readFileSync(path.join(logsDir, report), "utf8"));
  } catch {
    return null;
  }
}

/** One sentence about the newest of some crashes. */
export function describeCrashes(crashes: readonly KnownCrash[]): string | null {
  const [last] = crashes;
  if (!last) return null;
  const times = crashes.length === 1 ? "" : ` ${crashes.length} times within ${spokenOfDays} days, the last time`;
  return `The hub ended unexpectedly${times} at ${last.at}: ${last.reason} The data are as they were. See logs/${last.report}, and send it to whoever looks after the hub if it happens again.`;
}

/** The reports of the last seven days, newest first; looked at every half minute at the most, and never waited for. */
export class CrashReports {
  readonly #logsDir: string;
  #known: readonly KnownCrash[] = [];
  #readAt = 0;
  #looks = 0;
  /** The latest look among those that have ended. */
  #newest = 0;

  constructor(logsDir: string) {
    this.#logsDir = logsDir;
    void this.refresh();
  }

  /** The last known answer; `clock` is the factory's. */
  recent(clock: { logStamp(date?: Date): string }): KnownCrash[] {
    // Either way: a clock that was put back would have the answer last for as long.
    if (Math.abs(Date.now() - this.#readAt) > refreshMs) void this.refresh();
    const since = clock.logStamp(new Date(Date.now() - spokenOfDays * 86_400_000));
    return this.#known.filter(({ at }) => at >= since);
  }

  /** Looks now. Never rejects. */
  async refresh(): Promise<void> {
    this.#readAt = Date.now();
    this.#looks += 1;
    const own = this.#looks;
    const names = reportsAmong(await readdir(this.#logsDir).catch(() => []));
    const texts = await Promise.all(
      names.map((name) => readFile(path.join(this.#logsDir, name), "utf8").catch(() => "")),
    );
    // A look that began earlier may end later.
    if (own < this.#newest) return;
    this.#newest = own;
    this.#known = names.flatMap((name, at) => parse(name, texts[at] ?? "") ?? []);
  }
}

/** Names of reports, newest first. */
const reportsAmong = (names: readonly string[]): string[] =>
  names
    .filter((name) => reportName.test(name))
    .sort()
    .reverse();

function parse(report: string, text: string): KnownCrash | null {
  const reason = /^What {7}(.+)$/m.exec(text)?.[1];
  const when = reportName.exec(report);
  if (!reason || !when) return null;
  const [, year, month, day, hour, minute, second] = when;
  return { report, at: `${year}-${month}-${day} ${hour}:${minute}:${second}`, reason };
}

function prune(logsDir: string): void {
  for (const old of reportsAmong(readdirSync(logsDir)).slice(mostReports)) {
    rmSync(path.join(logsDir, old), { force: true });
  }
}

const firstLine = (text: string): string => text.split(/\r?\n/)[0]!.slice(0, 300);

const sizes = (bytes: Record<string, number>): string =>
  Object.entries(bytes)
    .map(([name, size]) => `${name} ${Math.round(size / mb)} MB`)
    .join(", ");
