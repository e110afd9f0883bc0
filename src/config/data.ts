import { type Variable, whole, yesNo } from "./kinds.ts";

/** How the ERP's files are read and questions answered. */
export const dataVariables = {
  archiveCutoffYear: {
    name: "ARCHIVE_CUTOFF_YEAR",
    kind: whole(1900, 9998),
    default: undefined,
    meaning: "Last year that belongs to the archives; without it, the year of the newest archive file.",
  },
  slowQueryThresholdMs: {
    name: "SLOW_QUERY_THRESHOLD_MS",
    kind: whole(0, 3_600_000),
    default: "500",
    meaning: "Milliseconds from which a query is logged as SLOW QUERY.",
  },
  mirrorMaxMb: {
    name: "MIRROR_MAX_MB",
    kind: whole(0, 1_000_000),
    default: "1024",
    meaning: "Megabytes up to which the Live file is read from a copy of its own; a larger one is read directly.",
  },
  inlineMaxRows: {
    name: "INLINE_MAX_ROWS",
    kind: whole(0, 1_000_000_000),
    default: "20000",
    meaning:
      "Questions over at most this many rows are answered in the server's own process; larger files get a search index.",
  },
  rollup: {
    name: "ROLLUP",
    kind: yesNo,
    default: "true",
    meaning:
      "Keep daily totals and search indexes in hub.db, which answer in milliseconds; false reads the rows each time.",
  },
  queryTimeoutSec: {
    name: "QUERY_TIMEOUT_SEC",
    kind: whole(1, 3600),
    default: "60",
    meaning: "Seconds after which a query is given up.",
  },
  customQueryTimeoutSec: {
    name: "CUSTOM_QUERY_TIMEOUT_SEC",
    kind: whole(1, 600),
    default: "10",
    meaning: "Seconds after which a query that the chat's model wrote is given up.",
  },
  workers: {
    name: "HUB_WORKERS",
    kind: whole(1, 16),
    default: "2",
    meaning: "Processes that answer heavy questions.",
  },
} satisfies Record<string, Variable<unknown>>;
