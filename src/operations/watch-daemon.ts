import type { Settings } from "../config.ts";
import { runFromCommandLine } from "./command-line.ts";
import { OperationError } from "./operation.ts";
import { runWatch } from "./watch.ts";

/**
 * The watcher as a program of its own, as the earlier service had it: a cycle every `everyMs` until `stopping` resolves. A cycle that fails does
 * not end it, for nobody would notice; what is wrong is said when it changes, not at every cycle.
 */
export async function watchForEver(settings: Settings, everyMs: number, stopping: Promise<unknown>): Promise<void> {
  let stopped = false;
  const stop = stopping.then(() => {
    stopped = true;
  });
  let trouble: string | null = null;
  while (!stopped) {
    try {
      const { summary } = await runFromCommandLine(settings, "watch", (context) => runWatch(context), trouble);
      console.log(summary);
      trouble = null;
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      if (error.message !== trouble) console.error(error.message);
      trouble = error.message;
    }
    await Promise.race([Bun.sleep(everyMs), stop]);
  }
}
