import type { Database } from "bun:sqlite";
import { AlertStore } from "./alerts/store.ts";
import { AlertCenter, type AlertServices } from "./api/alerts/center.ts";
import { reportAddress } from "./dashboard/report-address.ts";
import type { Monitor } from "./monitoring/monitor.ts";
import type { Instruments } from "./monitoring/readings.ts";
import { startMonitor } from "./monitoring/start.ts";
import { openOutbox } from "./notify/open.ts";
import type { Outbox } from "./notify/outbox.ts";
import type { OperationsAgeReader } from "./observe/operations-age.ts";
import { openQuality, type Quality } from "./quality/open.ts";
import { openReports } from "./reports/open.ts";
import type { Reports } from "./reports/reports.ts";
import { type OpenTargets, openTargets } from "./targets/open.ts";

/** The parts that look after things and tell people before they ask. */
export interface Attention {
  outbox: Outbox;
  targets: OpenTargets;
  quality: Quality;
  monitor: Monitor;
  alerts: AlertCenter;
  reports: Reports;
  /** Begins to deliver and to look; to be called when the hub listens. */
  start(): void;
}

/** What they need of the rest of the hub. */
export interface AttentionNeeds
  extends Omit<AlertServices, "outbox" | "monitor" | "store" | "isQualityOn" | "sources">,
    Instruments {
  hubDb: Database;
  operations: OperationsAgeReader;
  /** The port that the hub listens on, once it does. */
  port: () => number;
}

/** When the outbox begins, ms after the start: what the run before left is settled after the first answers. */
const deliverAfterMs = 1_000;

/** Puts them together, here because each knows some of the others; none does anything before the first answer but look at the processor. */
export function openAttention(hub: AttentionNeeds): Attention {
  const { settings, hubDb, desk, catalog, clock, events, log, port, operations } = hub;
  const outbox = openOutbox(settings, { hubDb, log, port });
  const targets = openTargets({
    ...{ hubDb, desk, catalog, clock, speed: settings.alertSpeed },
    report: (message) => log.warn("targets", message),
  });
  const quality = openQuality({
    ...{ settings, hubDb, catalog, events, clock },
    report: (level, message) => log[level]("quality", message),
  });
  const monitor = startMonitor({ ...hub, report: (message) => log.warn("monitoring", message) });
  const alerts = new AlertCenter({
    ...hub,
    outbox,
    monitor,
    store: new AlertStore(hubDb),
    isQualityOn: settings.quality,
    sources: [
      { name: "monitoring", conditions: () => monitor.conditions() },
      { name: "quality", conditions: quality.conditions },
      { name: "targets", conditions: targets.conditions },
    ],
  });
  const reports = openReports({
    ...{ settings, hubDb, desk, catalog, clock, outbox, port, address: reportAddress },
    neighbours: () => ({
      targets: targets.targets,
      findings: settings.quality ? quality.store : null,
      alerts: () => alerts.engine.active(),
      operations,
    }),
  });
  const start = (): void => {
    setTimeout(() => outbox.start(), deliverAfterMs).unref();
    alerts.start();
  };
  return { outbox, targets, quality, monitor, alerts, reports, start };
}
