import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { ControlAddress } from "./control.ts";
import { writeInOneStep } from "./state.ts";

const fileName = "running.json";

/** What a hub leaves word of while it runs. */
export interface RunningHub {
  /** Where it listens. */
  url: string;
  pid: number;
  /** ISO 8601. */
  startedAt: string;
  /** Where it can be asked to stop. */
  control: ControlAddress;
}

/** When this process was started. */
export const startOfProcess = (): Date => new Date(Date.now() - process.uptime() * 1000);

/**
 * Leaves word of where a running hub listens, for commands that ask it to do their work. What is still there at the next start tells that
 * the hub did not end in good order.
 */
export function announceHub(
  { mirrorDir }: { mirrorDir: string },
  url: string,
  { url: controlUrl, token }: ControlAddress,
): { withdraw: () => void } {
  const file = path.join(mirrorDir, fileName);
  const startedAt = startOfProcess().toISOString();
  const hub: RunningHub = { url, pid: process.pid, startedAt, control: { url: controlUrl, token } };
  // For the owner alone: whoever has the token may stop the hub. Windows gives it the rights of its folder.
  writeInOneStep(file, JSON.stringify(hub), { mode: 0o600 });
  return { withdraw: () => withdrawHub(mirrorDir) };
}

/** What the hub that runs, or ended without being asked to, left word of; null where none did. */
export function announcedHub(mirrorDir: string): RunningHub | null {
  try {
    return JSON.parse(readFileSync(path.join(mirrorDir, fileName), "utf8")) as RunningHub;
  } catch {
    return null;
  }
}

/** Takes back what a hub left word of, when it ends or its end was reported. */
export function withdrawHub(mirrorDir: string): void {
  rmSync(path.join(mirrorDir, fileName), { force: true });
}
