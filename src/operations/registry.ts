import { runBackup } from "./backup.ts";
import { runCheck } from "./check.ts";
import { runCheckpoint } from "./checkpoint.ts";
import type { Operations } from "./child.ts";
import { runDrill } from "./drill.ts";
import { runRestore } from "./restore.ts";
import { resumeRollover, runRollover } from "./rollover.ts";
import { runWatch } from "./watch.ts";

/** Every operation by the name that the schedule, the command line and the jobs API use. */
export const operations = {
  backup: runBackup,
  check: runCheck,
  checkpoint: runCheckpoint,
  drill: runDrill,
  restore: runRestore,
  resume: resumeRollover,
  rollover: runRollover,
  watch: runWatch,
} satisfies Operations;

export { renderCheck } from "./check.ts";
export { askRunningHub } from "./running-hub.ts";
