import type { Settings } from "../config.ts";
import { runInChild } from "./child.ts";
import type { OperationLog } from "./operation.ts";
import type { Job } from "./schedule.ts";

/** What the duties of a running hub need of it. */
export interface DutyServices {
  settings: Settings;
  log: OperationLog;
  /** Mirrors that show their files as they are, by segment name, held in place until `release` is called. */
  holdMirrors: () => { mirrors: Record<string, string>; release: () => void };
}

/** What the hub does by itself, and when. Each run is a process of its own, so that the event loop stays free. */
export function duties({ settings, log, holdMirrors }: DutyServices): Job[] {
  const job = (name: string, title: string, when: string | number, args: () => object = () => ({})): Job => ({
    name,
    title,
    when,
    run: async (progress) => {
      const result = await runInChild({ name, home: settings.home, args: args() }, { log, progress });
      return (result as { summary: string }).summary;
    },
  });
  void job;
  void holdMirrors;
  return [];
}
