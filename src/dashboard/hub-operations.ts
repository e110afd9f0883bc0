import type { ReportKind } from "../config/reports.ts";
import type { PresentSetting } from "../config.ts";
import type { Language } from "../language.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import type { ChannelName } from "../notify/channel.ts";
import type { Outbox, TestResult } from "../notify/outbox.ts";
import type { LogReader } from "../observe/log-reader.ts";
import type { BackupFile } from "../operations/backup-files.ts";
import type { JobAction } from "../operations/job-actions.ts";
import type { RolloverPlan } from "../operations/rollover-plan.ts";
import type { JobStatus } from "../operations/schedule.ts";
import type { FindingOrder } from "../quality/finding.ts";
import type { KeptFinding } from "../quality/findings-store.ts";
import type { QualityStatus } from "../quality/keeper.ts";
import type { Reports } from "../reports/reports.ts";
import type { FileStatus } from "../segments/file-status.ts";
import type { HubAlerts } from "./hub-alerts.ts";

/** How far the daily totals or the search indexes of all files are. */
export interface DerivedHealth {
  state: "ready" | "building" | "off";
  segments: readonly {
    segment: string;
    state: "ready" | "building" | "waiting" | "none";
    progress: { rows: number; of: number | null } | null;
  }[];
}

/** How the hub and its files are, as far as pages show it; in the words of `/healthz`. */
export interface HubHealth {
  status: "ok" | "degraded";
  version: string;
  uptime_seconds: number;
  disk_free_gb: number | null;
  watcher: { last_run: string | null };
  cache: { size: number; maxsize: number; ttl: number; db_version: string | null };
  files: readonly FileStatus[];
  rollup: DerivedHealth;
  search: DerivedHealth;
}

/** What the Operations page knows of the hub and does with it: the same services as `/healthz` and the jobs of the API have. */
export interface HubOperations {
  health(): HubHealth;
  /** Another number whenever something began, changed or ended of which pages hear (`HubEvents`), jobs apart: these tell of every step. */
  revision(): number;
  jobs(): JobStatus[];
  /** Names of the indexes that one of the ERP's files lacks; null while that is not known. */
  missingIndexes(fileName: string): Promise<string[] | null>;
  /** The backups of each file, newest first. */
  backups(): Promise<ReadonlyMap<string, readonly BackupFile[]>>;
  /** What the last dry run of a rollover found since the hub started, and when; null while there was none. */
  plan(): { plan: RolloverPlan; at: number } | null;
  /** Calls a minute for each client: of the API, and of the pages; 0 is off. */
  limits: { api: number; pages: number };
  settings: readonly PresentSetting[];
  /** How it and its machine have been. */
  monitor: Pick<Monitor, "lights" | "history" | "isFailing">;
  /** What is the matter, and what was. */
  alerts: HubAlerts;
  /** The channels on which messages go out; a test is audited. */
  messages: Pick<Outbox, "status" | "recent"> & {
    test(order: { name: ChannelName; language: Language; client: string; requestId: string }): Promise<TestResult>;
  };
  /** What was found in the data. */
  quality: {
    findings(): readonly KeptFinding[];
    status(): QualityStatus;
    /** Says that a finding is fine, or takes that back, and writes an AUDIT line; false where it is not in the data. */
    act(order: FindingOrder): boolean;
  };
  /** The reports that there are, where they are put, and which the clock sends. */
  reports: Pick<Reports, "list" | "newestPeriod" | "channels"> & { folder: string; sent: readonly ReportKind[] };
  logs: Pick<LogReader, "names" | "end" | "since">;
  /** Aborts when the hub stops. */
  ended: AbortSignal;
  /** A time (ms since the epoch) in the factory's time, `YYYY-MM-DD HH:MM:SS`. */
  time(ms: number): string;
  /** Does something with a job and writes an AUDIT line, or says why not. */
  act(order: { name: string; action: JobAction; client: string; requestId: string }): "done" | "unknown" | "running";
  /** Writes a line about somebody who showed a key. */
  auditSignIn(line: { client: string; requestId: string; accepted: boolean }): void;
}

/** What a page about the hub is made for. */
export interface HubView {
  operations: HubOperations;
  /** What whoever asks lacks to act on the hub; null for who may. */
  lacks: "key" | "machine" | null;
  /** True where it is the admin key that decides. */
  asksKey: boolean;
  /** What is told of an action that was not done; null where there was none. */
  told: Told | null;
}

/** Why an action was not done. */
export type Told = keyof typeof toldStatus;

/** The status of the page that tells it. */
export const toldStatus = { wrongKey: 403, refused: 403, running: 409, planFirst: 409, unknown: 404 } as const;
