import { cron, type Variable, whole, yesNo } from "./kinds.ts";

/** What the hub does for the files by itself. */
export const operationsVariables = {
  backupCron: {
    name: "BACKUP_CRON",
    kind: cron,
    default: "0 2 * * *",
    meaning: "When backups are made, as a cron pattern in the factory's time.",
  },
  liveBackupRetention: {
    name: "LIVE_BACKUP_RETENTION",
    kind: whole(1, 10_000),
    default: "30",
    meaning: "Backups of Live that are kept.",
  },
  archiveBackupRetention: {
    name: "ARCHIVE_BACKUP_RETENTION",
    kind: whole(1, 10_000),
    default: "12",
    meaning: "Backups of each archive file that are kept.",
  },
  watchIntervalSec: {
    name: "WATCH_INTERVAL_SEC",
    kind: whole(10, 86_400),
    default: "3600",
    meaning: "Seconds between two cycles of the watcher.",
  },
  healIndexes: {
    name: "HEAL_INDEXES",
    kind: yesNo,
    default: "true",
    meaning: "Make missing indexes in the ERP's files; false leaves the files untouched.",
  },
  autoRollover: {
    name: "AUTO_ROLLOVER",
    kind: yesNo,
    default: "false",
    meaning: "Move finished years into archives by itself, each night of January.",
  },
  walLimitMb: {
    name: "WAL_LIMIT_MB",
    kind: whole(1, 1_000_000),
    default: "64",
    meaning: "Megabytes from which a -wal file is checkpointed.",
  },
} satisfies Record<string, Variable<unknown>>;
