/** Carries out one operation (`OperationOrder` as JSON on stdin) in a process of its own, so that tests can kill it. */
import { runBackup } from "../../src/operations/backup.ts";
import { runDrill } from "../../src/operations/drill.ts";
import { OperationError } from "../../src/operations/operation.ts";
import { runRestore } from "../../src/operations/restore.ts";
import { runWatch } from "../../src/operations/watch.ts";
import { contextOf, type OperationOrder } from "../support/operations.ts";

const operations = { backup: runBackup, restore: runRestore, drill: runDrill, watch: runWatch };

if (import.meta.main) {
  const { name, home, args, dieAtStep } = (await Bun.stdin.json()) as OperationOrder;
  let step = 0;
  const progress = () => {
    step += 1;
    if (step === dieAtStep) process.kill(process.pid, "SIGKILL");
  };
  console.log("started");
  try {
    console.log(JSON.stringify(await operations[name]({ ...contextOf(home), progress }, args as never)));
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
