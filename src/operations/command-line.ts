import type { Settings } from "../config.ts";
import { openCommandLog } from "../observe/logs.ts";
import { type Progress, showProgress } from "../observe/progress.ts";
import { eachLine, type OperationContext, OperationError } from "./operation.ts";

/** Progress is shown from here on; what is done sooner needs none. */
const showAfterMs = 2_000;

/**
 * Carries an operation out for somebody at a terminal or for Task Scheduler: progress and messages on the console, and what became of it
 * in logs/app.log as well, where operators search. Throws OperationError as the operation does; `knownTrouble` is the message of one that stands
 * in the log already.
 */
export async function runFromCommandLine<Result extends { summary: string }>(
  settings: Settings,
  name: string,
  operation: (context: OperationContext) => Result | Promise<Result>,
  knownTrouble: string | null = null,
): Promise<Result> {
  const file = openCommandLog(settings);
  const display = showProgress(name);
  const started = performance.now();
  let [latest, shown]: [Progress | null, boolean] = [null, false];
  // Also where nothing new is reported just then: who waits for the files to come to rest sees that something goes on.
  const showing = setTimeout(() => {
    shown = true;
    if (latest) display.onProgress(latest);
  }, showAfterMs);
  const say = (level: "info" | "warn" | "error") => (message: string) => {
    console.error(message);
    eachLine(message, (line) => file[level](name, line));
  };
  try {
    const result = await operation({
      settings,
      log: { info: say("info"), warn: say("warn"), error: say("error") },
      progress: (progress) => {
        latest = progress;
        shown ||= performance.now() - started >= showAfterMs;
        if (shown) display.onProgress(progress);
      },
    });
    eachLine(result.summary, (line) => file.info(name, line));
    return result;
  } catch (error) {
    if (error instanceof OperationError && error.message !== knownTrouble) file.error(name, error.message);
    throw error;
  } finally {
    clearTimeout(showing);
    display.finish();
    await file.close();
  }
}
