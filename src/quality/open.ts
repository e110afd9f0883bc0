import type { Database } from "bun:sqlite";
import type { ConditionSource } from "../alerts/condition.ts";
import type { Settings } from "../config.ts";
import type { FactoryClock } from "../observe/clock.ts";
import type { Events, HubEvents } from "../observe/events.ts";
import type { Catalog } from "../segments/catalog.ts";
import { qualityConditions } from "./conditions.ts";
import { FindingsStore } from "./findings-store.ts";
import { QualityKeeper, type QualityStatus, summaryOf } from "./keeper.ts";

/** What the rest of the hub knows of the data's quality. */
export interface Quality {
  store: FindingsStore;
  status: () => QualityStatus;
  /** For whoever wants to know at a glance. */
  summary: () => HubEvents["quality"];
  conditions: ConditionSource;
}

/** What the search for faults needs of the hub. */
export interface QualityNeeds {
  settings: Settings;
  hubDb: Database;
  catalog: Catalog;
  events: Events;
  clock: FactoryClock;
  report: (level: "info" | "warn", message: string) => void;
}

/** Begins to look through the data whenever they change, unless the setting says not to; ends by itself when the hub's events end. */
export function openQuality({ settings, hubDb, ...hub }: QualityNeeds): Quality {
  const store = new FindingsStore(hubDb);
  if (!settings.quality) {
    const off: QualityStatus = { state: "off", checked: null, checkedAt: null, trouble: null, waitsFor: null };
    return { store, status: () => off, summary: () => summaryOf(store, null), conditions: () => [] };
  }
  const keeper = new QualityKeeper({ ...hub, ...settings, store });
  const status = (): QualityStatus => keeper.status();
  return {
    ...{ store, status, conditions: qualityConditions(store) },
    summary: () => summaryOf(store, keeper.status().checkedAt),
  };
}
