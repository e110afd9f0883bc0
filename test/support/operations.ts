import { mkdirSync } from "node:fs";
import { loadSettings } from "../../src/config.ts";
import type { OperationContext } from "../../src/operations/operation.ts";

/** What an operation is given, with everything it says kept in `said`. */
export interface RecordedContext extends OperationContext {
  readonly said: string[];
}

/** A context for operations on the files of `home`; `env` holds settings. Makes the database folder. */
export function operationContext(home: string, env: Record<string, string> = {}): RecordedContext {
  const settings = loadSettings({ home, env });
  mkdirSync(settings.databaseDir, { recursive: true });
  const said: string[] = [];
  const say = (level: string) => (message: string) => void said.push(`${level}: ${message}`);
  return { settings, log: { info: say("info"), warn: say("warn"), error: say("error") }, progress: () => {}, said };
}
