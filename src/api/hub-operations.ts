import { presentSettings, type Settings, secretsOf } from "../config.ts";
import type { HubOperations } from "../dashboard/hub-operations.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { Events } from "../observe/events.ts";
import type { Log } from "../observe/log.ts";
import { LogReader } from "../observe/log-reader.ts";
import { redactor } from "../observe/redact.ts";
import { readBackups } from "../operations/backup-files.ts";
import { rolloverPlanJob } from "../operations/duties.ts";
import type { IndexLookup } from "../operations/index-lookup.ts";
import type { RolloverResult } from "../operations/rollover.ts";
import type { Schedule } from "../operations/schedule.ts";
import type { Quality } from "../quality/open.ts";
import type { Reports } from "../reports/reports.ts";
import type { AlertCenter } from "./alerts/center.ts";
import { hubAlerts } from "./alerts/hub-alerts.ts";
import { describeHealth, type HealthServices } from "./health.ts";
import { testChannel } from "./notify.ts";
import { actOnJob } from "./operations.ts";
import { actOnFinding } from "./quality.ts";

export interface HubOperationsServices extends HealthServices {
  schedule: Schedule;
  settings: Settings;
  indexes: IndexLookup;
  events: Events;
  alerts: AlertCenter;
  log: Log;
  monitor: Monitor;
  reports: Reports;
  outbox: Outbox;
  quality: Quality;
}

/** How long a page waits for a file's indexes to be looked up. */
const patienceMs = 500;

/** Hands the hub's own state and actions to the pages. `pagesLimit`: calls a minute that the pages of one client may make, 0 for any. */
export function hubOperations(services: HubOperationsServices, pagesLimit: number): HubOperations {
  const { schedule, settings, indexes, log, catalog, clock, outbox } = services;
  const audit = (message: string, id: string): void => log.info("audit", `AUDIT ${message}`, id);
  let revision = 0;
  services.events.listen((name) => {
    if (name !== "jobs") revision += 1;
  });
  return {
    health: () => describeHealth(services),
    revision: () => revision,
    jobs: () => schedule.list(),
    missingIndexes: async (fileName) => {
      const file = catalog.status().find((status) => status.file === fileName);
      if (!file || file.state === "absent") return null;
      // The watcher makes them without another row being written, so its last run counts as well.
      const watched = schedule.list().find(({ name }) => name === "watch")?.finished_at;
      return indexes.missing(fileName, `${file.as_of} ${file.source_mb} ${watched}`, patienceMs);
    },
    backups: () => readBackups(settings.backupsDir),
    plan: () => {
      const job = schedule.list().find(({ name }) => name === rolloverPlanJob);
      if (!job?.outcome || job.finished_at === null) return null;
      return { plan: (job.outcome as RolloverResult).plan, at: job.finished_at };
    },
    limits: { api: settings.rateLimitApi, pages: pagesLimit },
    settings: presentSettings(settings),
    monitor: services.monitor,
    reports: {
      list: (limit) => services.reports.list(limit),
      newestPeriod: (kind) => services.reports.newestPeriod(kind),
      channels: () => services.reports.channels(),
      folder: settings.reportsDir,
      sent: settings.reportSend,
    },
    alerts: hubAlerts(services.alerts, audit),
    messages: {
      status: () => outbox.status(),
      recent: (asked) => outbox.recent(asked),
      test: (order) => testChannel({ outbox, audit }, order),
    },
    quality: {
      findings: () => services.quality.store.list(),
      status: () => services.quality.status(),
      act: (order) => actOnFinding(services.quality.store, order, audit) !== null,
    },
    logs: new LogReader(settings.logsDir, redactor(secretsOf(settings))),
    ended: services.events.ended,
    time: (ms) => clock.logStamp(new Date(ms)),
    act: (order) => actOnJob({ schedule, audit }, order),
    auditSignIn: ({ client, requestId, accepted }) =>
      audit(`sign-in as administrator ${accepted ? "by" : "refused to"} ${client}`, requestId),
  };
}
