import type { Settings } from "../config.ts";
import { whenHealed } from "../operations/check.ts";
import { type Finding, whenAbsent } from "../operations/findings.ts";
import { counted } from "../operations/operation.ts";
import { hasJournal } from "../operations/rollover-journal.ts";
import { expectedFiles, type SourceFile } from "../operations/source-files.ts";
import { look } from "../segments/look.ts";
import { requiredIndexes } from "../segments/schema.ts";
import type { Facts } from "../segments/types.ts";
import { TaskError, WorkerError, WorkerProcess } from "../workers/process.ts";

/** How long one file may be looked through: 1 GB takes 1.6 s from the system's cache, and much longer from a slow disk. */
const patienceMs = 20_000;
const mend = "Restore the newest good backup with --restore.";

/** Each file of production data: that it can be read, that its table is what it should be, its indexes, and SQLite's quick check for 20 s. */
export async function checkFiles(settings: Settings): Promise<Finding[]> {
  const worker = new WorkerProcess();
  try {
    const findings: Finding[] = [];
    for (const file of expectedFiles(settings)) findings.push(...(await checkFile(file, settings, worker)));
    if (hasJournal(settings.databaseDir)) {
      const message =
        "A yearly rollover was cut off; every row counts once meanwhile, and the running hub finishes it.";
      findings.push({ area: "file", file: ".rollover.json", status: "warn", message });
    }
    return findings;
  } finally {
    worker.close();
  }
}

async function checkFile(file: SourceFile, settings: Settings, worker: WorkerProcess): Promise<Finding[]> {
  const finding = (area: string, status: Finding["status"], message: string): Finding => ({
    area,
    file: file.fileName,
    status,
    message,
  });
  if (!look(file.path).exists) {
    const message = `It is not in ${settings.databaseDir}. ${whenAbsent} If it lies elsewhere, name the hub's folder with --home.`;
    return [finding("file", "fail", message)];
  }
  try {
    const facts = await ask<Facts>(worker, "self-check.facts", file);
    const days = facts.firstDay === null ? "no rows" : `${facts.firstDay} to ${facts.lastDay}`;
    const missing = requiredIndexes.filter(({ columns }) => !facts.indexes.includes(columns)).map(({ name }) => name);
    return [
      finding(
        "file",
        facts.rows === 0 ? "warn" : "ok",
        `Its table can be read: ${facts.rows === null ? "" : `${counted(facts.rows, "row")}, `}${days}.`,
      ),
      await checkDamage(worker, file, finding),
      missing.length === 0
        ? finding("indexes", "ok", "All required indexes exist.")
        : finding("indexes", "warn", `Missing: ${missing.join(", ")}. ${whenHealed(file, facts.rows ?? 0, settings)}`),
    ];
  } catch (error) {
    return [finding("file", ...trouble(error))];
  }
}

async function checkDamage(
  worker: WorkerProcess,
  file: SourceFile,
  finding: (area: string, status: Finding["status"], message: string) => Finding,
): Promise<Finding> {
  try {
    const verdict = await ask<string>(worker, "self-check.damage", file);
    return verdict === "ok"
      ? finding("integrity", "ok", "SQLite's quick_check found nothing wrong.")
      : finding("integrity", "fail", `SQLite's quick_check found damage: ${verdict.replaceAll("\n", " ")}. ${mend}`);
  } catch (error) {
    if (!(error instanceof WorkerError) || error.kind !== "timeout") return finding("integrity", ...trouble(error));
    const message = `SQLite's quick_check is not through within ${patienceMs / 1000} s; --check goes through all of it.`;
    return finding("integrity", "ok", message);
  }
}

async function ask<T>(worker: WorkerProcess, task: string, { path: file }: SourceFile): Promise<T> {
  const { payload } = await worker.call(task, { file }, patienceMs);
  return JSON.parse(new TextDecoder().decode(payload)) as T;
}

/** What an error means for the data. A file that is being written is no trouble of the hub. */
function trouble(error: unknown): [Finding["status"], string] {
  if (error instanceof WorkerError)
    return ["fail", `It could not be read within ${patienceMs / 1000} s. Is it on a network drive that hangs?`];
  if (!(error instanceof TaskError) || error.name !== "SourceError") throw error;
  const { message, details } = error;
  if (details.trouble === "changing") return ["warn", `${message} Check again once the ERP is done.`];
  return ["fail", details.trouble === "broken" ? `${message} ${mend}` : message];
}
