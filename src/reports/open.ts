import type { Database } from "bun:sqlite";
import type { Settings } from "../config.ts";
import { publicUrl } from "../notify/open.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { FactoryClock } from "../observe/clock.ts";
import type { Desk } from "../production/desk.ts";
import type { Catalog } from "../segments/catalog.ts";
import { extrasOf, type Neighbours } from "./extras.ts";
import { ReportHistory } from "./history.ts";
import type { PageAddress } from "./report.ts";
import { Reports } from "./reports.ts";

/** What the reports are put together from. */
export interface ReportsNeeds {
  settings: Settings;
  hubDb: Database;
  desk: Desk;
  catalog: Catalog;
  clock: FactoryClock;
  outbox: Outbox;
  /** The port that the hub listens on, once it does. */
  port: () => number;
  address: PageAddress;
  /** Other parts of the hub, asked when a report is made. */
  neighbours: () => Neighbours;
}

/** The reports, ready to be made; nothing is read or asked before somebody does. */
export function openReports({ settings, hubDb, catalog, port, neighbours, ...services }: ReportsNeeds): Reports {
  return new Reports({
    ...services,
    settings,
    history: new ReportHistory(hubDb),
    lagging: () => catalog.lagging,
    publicUrl: () => publicUrl(settings, port()),
    extras: (days) => extrasOf(neighbours(), days),
  });
}
