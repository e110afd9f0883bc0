import type { Alert } from "../../alerts/alert.ts";
import type { Condition } from "../../alerts/condition.ts";
import type { BackupFile } from "../../operations/backup-files.ts";
import type { JobStatus } from "../../operations/schedule.ts";
import type { HubHealth, HubOperations } from "../hub-operations.ts";

/** All that the Operations page shows of the hub, asked once. */
export interface OperationsState {
  health: HubHealth;
  jobs: readonly JobStatus[];
  /** The alerts that fire, the worst first: those of the alerts page, of the badge and of /healthz. */
  active: readonly Alert[];
  /** What is the matter at this moment and no alert yet. */
  watched: readonly Condition[];
  /** Missing indexes by file name; null where they are not known. */
  indexes: ReadonlyMap<string, string[] | null>;
  /** By the name of the file, newest first. */
  backups: ReadonlyMap<string, readonly BackupFile[]>;
  plan: ReturnType<HubOperations["plan"]>;
  logs: readonly string[];
}

/** Asks the hub how it is. */
export async function stateOf(hub: HubOperations): Promise<OperationsState> {
  const health = hub.health();
  const names = health.files.map(({ file }) => file);
  const [conditions, backups, logs, missing] = await Promise.all([
    hub.alerts.conditions(),
    hub.backups(),
    hub.logs.names(),
    Promise.all(names.map((name) => hub.missingIndexes(name))),
  ]);
  const active = hub.alerts.active();
  const isAlert = ({ rule, subject }: Condition): boolean =>
    active.some((alert) => alert.rule === rule && alert.subject === subject);
  return {
    health,
    jobs: hub.jobs(),
    active,
    watched: conditions.filter((condition) => !isAlert(condition)),
    indexes: new Map(names.map((name, at) => [name, missing[at]!])),
    backups,
    plan: hub.plan(),
    logs,
  };
}
