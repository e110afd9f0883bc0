import type { Health } from "../../api/health.ts";
import type { BackupFile } from "../../operations/backup-files.ts";
import type { JobStatus } from "../../operations/schedule.ts";
import type { HubOperations } from "../hub-operations.ts";

/** All that the Operations page shows of the hub, asked once. */
export interface OperationsState {
  health: Health;
  jobs: readonly JobStatus[];
  /** Missing indexes by file name; null where they are not known. */
  indexes: ReadonlyMap<string, string[] | null>;
  /** By the name of the file, newest first. */
  backups: ReadonlyMap<string, readonly BackupFile[]>;
  /** True where the watcher makes missing indexes. */
  healsIndexes: boolean;
  plan: ReturnType<HubOperations["plan"]>;
  logs: readonly string[];
}

/** Asks the hub how it is. */
export async function stateOf(hub: HubOperations): Promise<OperationsState> {
  const health = hub.health();
  const names = health.files.map(({ file }) => file);
  const [backups, logs, missing] = await Promise.all([
    hub.backups(),
    hub.logs.names(),
    Promise.all(names.map((name) => hub.missingIndexes(name))),
  ]);
  return {
    health,
    jobs: hub.jobs(),
    indexes: new Map(names.map((name, at) => [name, missing[at]!])),
    backups,
    healsIndexes: hub.settings.find(({ name }) => name === "HEAL_INDEXES")?.value !== "false",
    plan: hub.plan(),
    logs,
  };
}
