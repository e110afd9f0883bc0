import type { Settings } from "../config.ts";
import { look } from "../segments/look.ts";
import { runInChild } from "./child.ts";
import type { operations } from "./registry.ts";
import type { Job, JobOutcome } from "./schedule.ts";
import { sourceFiles } from "./source-files.ts";

/** The job whose outcome is the `RolloverResult` of a dry run. */
export const rolloverPlanJob = "rollover-plan";

/** What the duties of a running hub need of it. */
export interface DutyServices {
  settings: Settings;
  /** The newest mirrors by segment name, held in place until `release` is called. */
  holdMirrors: () => Promise<{ mirrors: Record<string, string>; release: () => void }>;
}

/** What the hub does by itself, and when. Each run is a process of its own, so that the event loop stays free. */
export function duties({ settings, holdMirrors }: DutyServices): Job[] {
  // After a weekend all of them are due at the same instant: the drill tries what the backup has just made, and the check would find it missing.
  let backupsAreFree: Promise<unknown> = Promise.resolve();
  let lastBackup: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = backupsAreFree.then(work);
    backupsAreFree = done.catch(() => {});
    return done;
  };
  const job = (name: keyof typeof operations, title: string, when: Job["when"]): Job => ({
    name,
    title,
    when,
    run: async (context) => {
      if (name === "backup") {
        const done = inTurn(() => backUp(context));
        lastBackup = done.catch(() => {});
        return done;
      }
      if (name === "check") await lastBackup;
      if (name === "drill") return inTurn(() => carryOut(name, {}, context));
      return carryOut(name, {}, context);
    },
  });
  const backUp = async (context: Parameters<Job["run"]>[0]): Promise<JobOutcome> => {
    const { mirrors, release } = await holdMirrors();
    try {
      return await carryOut("backup", { mirror: mirrors }, context);
    } finally {
      release();
    }
  };
  const carryOut = async (
    name: keyof typeof operations,
    args: object,
    context: Parameters<Job["run"]>[0],
  ): Promise<JobOutcome> => {
    const outcome = (await runInChild({ name, home: settings.home, args }, context)) as JobOutcome & { ok?: boolean };
    if (outcome.ok === false) throw new Error(outcome.summary);
    return outcome;
  };
  return [
    job("watch", "Makes missing indexes and keeps statistics fresh", settings.watchIntervalSec),
    job("backup", "Backs Live up, and archives when they changed or a week has passed", settings.backupCron),
    job("drill", "Proves that the newest backups can be restored", "0 4 * * 0"),
    job("check", "Checks files, indexes, rows, backups and disk", "30 4 * * 0"),
    {
      ...job("checkpoint", "Brings a -wal file that has grown back to size", "*/10 * * * *"),
      // A hub that has nothing to do starts no process and writes nothing.
      isNeeded: () => sourceFiles(settings).some(({ path }) => look(path).walBytes > 0),
    },
    job("rollover", "Moves finished years into archives", settings.autoRollover ? "0 3 * 1 *" : null),
    {
      name: rolloverPlanJob,
      title: "Says what a rollover would move, and moves nothing",
      when: null,
      run: (context) => carryOut("rollover", { dryRun: true }, context),
    },
  ];
}
