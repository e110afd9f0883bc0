import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isHomeLocked } from "../segments/home-lock.ts";

/** What a supervisor leaves word of. */
export interface ServiceState {
  pid: number;
  /** ISO 8601, of the supervisor. */
  startedAt: string;
  /** Process of the hub; null while none runs. */
  hubPid: number | null;
  /** Hubs started so far. */
  starts: number;
  /** Why the hub before this one ended; null for the first. */
  lastEnd: { at: string; reason: string } | null;
  /** When the next hub is started, or what is waited for; null while one runs. */
  next: string | null;
}

/** Where the hub of a home folder, its supervisor and commands leave word for each other; config.ts has the same for whoever knows the settings. */
export const mirrorDirOf = (home: string): string => path.join(home, "database", ".mirror");

/** Held by the supervisor as long as it runs, however it ends: a process id would be another program's after a restart of the PC. */
export const serviceLock = "service.lock";
const stateName = "service.json";
const stopName = "service.stop";

/** So that whoever reads it at any moment finds the words of before or these, never half of them. Throws the file system's error. */
export function writeInOneStep(file: string, text: string, options: { mode?: number } = {}): void {
  writeFileSync(`${file}.tmp`, text, options);
  renameSync(`${file}.tmp`, file);
}

/** Leaves word of a supervisor's state; one that cannot be written is no reason to end the service. */
export function writeServiceState(mirrorDir: string, state: ServiceState): void {
  try {
    mkdirSync(mirrorDir, { recursive: true });
    writeInOneStep(path.join(mirrorDir, stateName), JSON.stringify(state));
  } catch {
    // The hub itself says what is the matter with the folder.
  }
}

/** The state of the supervisor that runs; null where none does. */
export function readServiceState(mirrorDir: string): ServiceState | null {
  try {
    const state = JSON.parse(readFileSync(path.join(mirrorDir, stateName), "utf8")) as ServiceState;
    return isHomeLocked(mirrorDir, serviceLock) ? state : null;
  } catch {
    return null;
  }
}

/** Takes back what a supervisor left word of. */
export function clearServiceState(mirrorDir: string): void {
  for (const name of [stateName, stopName]) rmSync(path.join(mirrorDir, name), { force: true });
}

/** Asks a supervisor to start no further hub. */
export function requestServiceStop(mirrorDir: string): void {
  writeFileSync(path.join(mirrorDir, stopName), "");
}

/** Whether a supervisor was asked to start no further hub. */
export function isServiceStopRequested(mirrorDir: string): boolean {
  return existsSync(path.join(mirrorDir, stopName));
}
