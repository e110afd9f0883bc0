import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { attach, openHost } from "../segments/connection.ts";
import { copySource } from "../segments/copy.ts";
import { table } from "../segments/schema.ts";
import { hubDbName } from "../store/hub-db.ts";
import { alone, drillFolder } from "./alone.ts";
import { type BackupFile, backupsByTarget } from "./backup-files.ts";
import { examine, reasonOf, requireSpace } from "./database-file.ts";
import { counted, inSeconds, type OperationContext, OperationError } from "./operation.ts";
import { requireDatabaseFolder } from "./source-files.ts";

/** How the newest backup of one file came through. */
export interface DrilledFile {
  file: string;
  backup: string;
  rows: number | null;
  max_id: number | null;
  /** Sum of all quantities. */
  quantity: number | null;
  first_month: string | null;
  last_month: string | null;
  ms: number;
}

export interface DrillResult {
  summary: string;
  files: DrilledFile[];
  ms: number;
}

/**
 * Tries whether the newest backup of each file can be restored: into a temporary folder, with `integrity_check`, counts and one query of
 * each kind that the hub asks. Throws OperationError that names every backup that failed.
 */
export async function runDrill(context: OperationContext): Promise<DrillResult> {
  requireDatabaseFolder(context.settings);
  return alone(context, () => drill(context));
}

async function drill({ settings, log, progress }: OperationContext): Promise<DrillResult> {
  const started = performance.now();
  const newest = [...backupsByTarget(settings.backupsDir).values()].flatMap(([backup]) => backup ?? []);
  if (newest.length === 0) {
    throw new OperationError("There is no backup to try yet. Make one with --backup.");
  }
  const folder = path.join(settings.backupsDir, drillFolder);
  makeFolder(folder);
  const files: DrilledFile[] = [];
  const failures: string[] = [];
  try {
    for (const [position, backup] of newest.entries()) {
      progress({ done: position, total: newest.length, phase: backup.name });
      try {
        files.push(await restoreAside(backup, folder));
        log.info(`Drill: ${backup.name} can be restored`);
      } catch (error) {
        failures.push(`${backup.name} could not be restored: ${reasonOf(error)}`);
      }
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  progress({ done: newest.length, total: newest.length, phase: "done" });
  if (failures.length > 0) {
    throw new OperationError(
      `${failures.join(" ")} Make a new backup now, and keep the older ones until it has passed.`,
    );
  }
  const ms = Math.round(performance.now() - started);
  const rows = files.reduce((sum, file) => sum + (file.rows ?? 0), 0);
  const names = files.map(({ backup }) => backup).join(", ");
  return {
    summary: `The newest backup of ${files.length === 1 ? "1 file" : `each of ${files.length} files`} can be restored (${counted(rows, "row")}, ${inSeconds(ms)}): ${names}.`,
    files,
    ms,
  };
}

/** Throws OperationError where the drill has no place to restore to: that says nothing about the backups. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new OperationError(
      `The backups could not be tried, because nothing can be written beside them. ${reasonOf(error)} Give the hub the right to write into ${path.dirname(folder)} and try again.`,
    );
  }
}

async function restoreAside(backup: BackupFile, folder: string): Promise<DrilledFile> {
  const started = performance.now();
  mkdirSync(folder, { recursive: true });
  requireSpace(folder, backup.bytes);
  const restored = path.join(folder, backup.target);
  await copySource(backup.path, restored);
  const production = backup.target !== hubDbName;
  const { rows, maxId } = examine(restored, { thorough: true, production });
  const asked = production ? ask(restored) : { quantity: null, first_month: null, last_month: null };
  return {
    file: backup.target,
    backup: backup.name,
    rows,
    max_id: maxId,
    ...asked,
    ms: Math.round(performance.now() - started),
  };
}

/** Asks for totals by month, totals by item, the newest records and one lot; they must tell of the same rows. */
function ask(file: string): Pick<DrilledFile, "quantity" | "first_month" | "last_month"> {
  const db = openHost();
  try {
    attach(db, "file", file, true);
    const from = `file.${table}`;
    const totals = (key: string) =>
      db
        .query<{ key: string; rows: number; quantity: number }, []>(
          `SELECT ${key} AS key, count(*) AS rows, total(good_quantity) AS quantity FROM ${from} GROUP BY 1 ORDER BY 1`,
        )
        .all();
    const months = totals("substr(production_date, 1, 7)");
    const items = totals("item_code");
    const sum = (list: readonly { rows: number }[]) => list.reduce((all, { rows }) => all + rows, 0);
    if (sum(months) !== sum(items)) throw new Error(`It holds ${sum(months)} rows by month and ${sum(items)} by item.`);
    const [newest] = db
      .query<{ id: number; lot: string | null }, []>(
        `SELECT id, lot_number AS lot FROM ${from} ORDER BY production_date DESC, id DESC LIMIT 10`,
      )
      .all();
    const lot = db.query<{ id: number }, [string | null]>(`SELECT id FROM ${from} WHERE lot_number IS ?`);
    if (newest && !lot.all(newest.lot).some(({ id }) => id === newest.id)) {
      throw new Error(`The record ${newest.id} is not found by its lot.`);
    }
    return {
      quantity: months.reduce((all, { quantity }) => all + quantity, 0),
      first_month: months[0]?.key ?? null,
      last_month: months.at(-1)?.key ?? null,
    };
  } finally {
    db.close();
  }
}
