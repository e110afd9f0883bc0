import { bySize, type Log, openLog } from "./log.ts";
import type { Rotation } from "./log-rotation.ts";

/** The settings of the logs, by the names that config.ts gives them. */
export interface LogSettings {
  logsDir: string;
  timezone: string;
  logRotation: "size" | "daily";
  logKeepDays: number;
  logGzip: boolean;
  accessLog: "app" | "separate" | "both";
}

const rotationOf = ({ logRotation, logKeepDays, logGzip }: LogSettings): Rotation => ({
  ...bySize,
  by: logRotation === "daily" ? "day" : "size",
  keepDays: logKeepDays,
  gzip: logGzip,
});

const errorFile = "error.log";

/**
 * The log of a hub: all of it in `app.log`, errors in `error.log` as well, and access lines where `ACCESS_LOG` wants them. The hub that holds
 * the home folder is the one process that rotates these files.
 */
export function openHubLog(settings: LogSettings, secrets: readonly string[]): Log {
  const { logsDir: directory, timezone, accessLog } = settings;
  const access = accessLog === "app" ? {} : { access: { file: "access.log", alsoInMain: accessLog === "both" } };
  return openLog({
    directory,
    file: "app.log",
    timezone,
    errorFile,
    ...access,
    rotation: rotationOf(settings),
    secrets,
  });
}

/** The same files for a command beside a hub, or without one. */
export function openCommandLog({ logsDir: directory, timezone }: LogSettings): Log {
  return openLog({ directory, file: "app.log", timezone, errorFile, rotation: null });
}

/** `watcher.log`, in the earlier service's layout; `rotates` for the one process that may. */
export function openWatcherLog(settings: LogSettings, rotates: boolean): Log {
  const { logsDir: directory, timezone } = settings;
  const rotation = rotates ? rotationOf(settings) : null;
  return openLog({ directory, file: "watcher.log", timezone, layout: "brackets", rotation });
}
