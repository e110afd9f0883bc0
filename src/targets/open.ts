import type { Database } from "bun:sqlite";
import type { ConditionSource } from "../alerts/condition.ts";
import type { FactoryClock } from "../observe/clock.ts";
import type { Desk } from "../production/desk.ts";
import type { Catalog } from "../segments/catalog.ts";
import { TargetStore } from "./store.ts";
import { Targets } from "./targets.ts";
import { TargetWatch } from "./watch.ts";

export interface OpenTargets {
  targets: Targets;
  conditions: ConditionSource;
  close(): void;
}

/** Puts the parts of the targets together; nothing is read or asked before somebody does, or a minute has passed. */
export function openTargets({
  hubDb,
  desk,
  catalog,
  clock,
  report,
  speed,
}: {
  hubDb: Database;
  desk: Desk;
  catalog: Catalog;
  clock: FactoryClock;
  report: (message: string) => void;
  /** Divides how long it takes until a target is told to be unlikely; 1 unless told. */
  speed?: number;
}): OpenTargets {
  const store = new TargetStore(hubDb);
  const dataVersion = (): string | null => catalog.ready()?.version ?? null;
  const targets = new Targets({ desk, store, today: clock.today, dataVersion });
  const watch = new TargetWatch(targets, report, speed);
  return {
    targets,
    conditions: watch.conditions,
    close: () => {
      watch.stop();
      targets.close();
    },
  };
}
