import { backupConditions } from "./rules/backups.ts";
import { fileConditions } from "./rules/files.ts";
import { jobConditions } from "./rules/jobs.ts";
import { serviceConditions } from "./rules/service.ts";
import type { Signals } from "./signals.ts";
import type { NamedSource } from "./source.ts";

/** The built-in rules over what `signals` knows, which is asked once for each of them. */
export function builtInSources(signals: () => Signals): NamedSource[] {
  return [
    { name: "files", conditions: () => fileConditions(signals()) },
    { name: "backups", conditions: () => backupConditions(signals()) },
    { name: "jobs", conditions: () => jobConditions(signals()) },
    { name: "service", conditions: () => serviceConditions(signals()) },
  ];
}
