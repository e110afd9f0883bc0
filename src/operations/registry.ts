import { runBackup } from "./backup.ts";
import type { Operations } from "./child.ts";
import { runDrill } from "./drill.ts";
import { runRestore } from "./restore.ts";
import { runWatch } from "./watch.ts";

/** Every operation by the name that the schedule, the command line and the jobs API use. */
export const operations = {
  backup: runBackup,
  drill: runDrill,
  restore: runRestore,
  watch: runWatch,
} satisfies Operations;

export { runBackup, runDrill, runRestore, runWatch };
