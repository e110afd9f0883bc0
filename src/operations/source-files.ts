import { existsSync } from "node:fs";
import path from "node:path";
import type { Settings } from "../config.ts";
import { look } from "../segments/look.ts";
import { archiveYears, type Holding, holdings } from "../segments/ownership.ts";
import { namesIn, OperationError } from "./operation.ts";

/** One of the ERP's files that an operation looks after. */
export interface SourceFile extends Holding {
  path: string;
}

/** Throws OperationError where there is no database folder: most likely the command was given for another folder than the hub's. */
export function requireDatabaseFolder({ databaseDir }: Pick<Settings, "databaseDir">): void {
  if (existsSync(databaseDir)) return;
  throw new OperationError(
    `There is no folder ${databaseDir}. Put the ERP's files there, or name the hub's folder with --home.`,
  );
}

/** The files that hold production data by their names, Live first, then archives from new to old; absent ones are left out. */
export function sourceFiles(settings: Pick<Settings, "databaseDir" | "archiveCutoffYear">): SourceFile[] {
  return expectedFiles(settings).filter((file) => look(file.path).exists);
}

/** As `sourceFiles`, with Live also where its file is missing. */
export function expectedFiles({
  databaseDir,
  archiveCutoffYear,
}: Pick<Settings, "databaseDir" | "archiveCutoffYear">): SourceFile[] {
  return holdings(archiveYears(namesIn(databaseDir)), archiveCutoffYear ?? null).map((holding) => ({
    ...holding,
    path: path.join(databaseDir, holding.fileName),
  }));
}
