import type { Database } from "bun:sqlite";
import type { LightSettings } from "./lights.ts";
import { Monitor } from "./monitor.ts";
import { type Instruments, machineMemory, readingsOf } from "./readings.ts";
import { SampleStore } from "./store.ts";

/** Begins to watch how the hub is doing. `report` hears a sentence when the samples cannot be kept. */
export function startMonitor(
  parts: Instruments & { settings: LightSettings; hubDb: Database; report: (message: string) => void },
): Monitor {
  const { settings, hubDb, report } = parts;
  const monitor = new Monitor({
    read: readingsOf(parts),
    store: new SampleStore(hubDb),
    settings,
    machineMemory,
    report,
  });
  monitor.start();
  return monitor;
}
