import { existsSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { toolOutput } from "../observe/tool-output.ts";
import { isHomeLocked } from "../segments/home-lock.ts";
import { ownCommand, serviceFlag } from "../workers/process.ts";
import { announcedHub } from "./announcement.ts";
import { requestStop } from "./control.ts";
import { isElevated } from "./elevation.ts";
import { mirrorDirOf, readServiceState, requestServiceStop } from "./state.ts";
import { unitFolder, unitName, unitText } from "./systemd-unit.ts";
import {
  installSteps,
  queryStep,
  type Registered,
  type Step,
  taskFile,
  taskName,
  taskXml,
  uninstallSteps,
} from "./windows-task.ts";

/** A service command could not be carried out; the message is a sentence for the operator. */
class ServiceError extends Error {
  override name = "ServiceError";
}

/** What the hub is registered for: the home folder, and whether it is the executable's own. */
export interface Place {
  home: string;
  isBeside: boolean;
}

const stopPatienceMs = 30_000;
const isWindows = process.platform === "win32";

const registeredAt = ({ home, isBeside }: Place): Registered => ({
  command: ownCommand(serviceFlag, "--home", home),
  home,
  isBeside,
});

/**
 * Registers the hub to start with the machine and starts it. Returns sentences about what was done. Throws ServiceError where it may not, or
 * there is nothing to register it with.
 */
export function install(place: Place): string {
  const { home } = place;
  requireRights("--install");
  if (!isWindows && !existsSync("/run/systemd/system")) {
    throw new ServiceError(
      `systemd does not run here (a container, say), so there is nothing to register the hub with. Nothing was changed. Have whatever starts the container run: ${registeredAt(place).command.join(" ")}`,
    );
  }
  if (path.dirname(home) === home) {
    throw new ServiceError(
      `${home} is a whole disk, and the service's account gets the right to change the home folder. Put hub.exe into a folder of its own, and give the command there.`,
    );
  }
  if (isHomeInUse(home)) {
    throw new ServiceError(
      `A hub is running with the home folder ${home}, and the service could not start beside it. Nothing was changed. Stop it (Ctrl+C in its window, or --stop), and give the command again.`,
    );
  }
  for (const folder of ["database", "logs"]) mkdirSync(path.join(home, folder), { recursive: true });
  return isWindows ? installTask(registeredAt(place)) : installUnit(registeredAt(place));
}

/** Takes the registration back and ends the service. */
export async function uninstall(place: Place): Promise<string> {
  requireRights("--uninstall");
  if (!isInstalled(place)) throw new ServiceError("The hub is not registered as a service. Nothing was changed.");
  const stopped = await stop(place);
  const registered = registeredAt(place);
  if (isWindows) {
    carryOut(uninstallSteps(registered));
  } else {
    const unit = unitName(registered);
    systemctl("disable", unit);
    rmSync(path.join(unitFolder, unit), { force: true });
    systemctl("daemon-reload");
  }
  return `${stopped}\nThe hub no longer starts with this machine. Its data, settings and logs are where they were: ${place.home}`;
}

/** Whether the hub is registered. */
export function isInstalled(place: Place): boolean {
  const registered = registeredAt(place);
  if (!isWindows) return existsSync(path.join(unitFolder, unitName(registered)));
  return runTool(queryStep(registered)).code === 0;
}

/** The name under which the hub is, or would be, registered. */
export const registeredName = (place: Place): string => (isWindows ? taskName(place) : unitName(place));

/**
 * Ends the hub in good order, and the service that would start it again. Returns what became of it. Throws ServiceError when it may not
 * be asked or does not end.
 */
export async function stop({ home }: Place): Promise<string> {
  const mirrorDir = mirrorDirOf(home);
  const service = readServiceState(mirrorDir);
  if (!service && !isHomeInUse(home)) return `No hub is running with the home folder ${home}.`;
  if (service) requestServiceStop(mirrorDir);
  const until = Date.now() + stopPatienceMs;
  let asked: number | null = null;
  while (isHomeInUse(home) || readServiceState(mirrorDir)) {
    // Looked for again and again: a hub that is just starting leaves word of itself in a moment.
    const hub = announcedHub(mirrorDir);
    if (hub && hub.pid !== asked && isHomeInUse(home)) {
      asked = hub.pid;
      if (!(await requestStop(hub.control, stopPatienceMs)) && isHomeInUse(home)) throw unanswering(hub.pid);
    }
    if (Date.now() > until)
      throw new ServiceError("The hub was asked to stop, but has not ended within 30 s. See its log.");
    await Bun.sleep(200);
  }
  return service ? "The hub and its service have ended." : "The hub has ended.";
}

const unanswering = (pid: number): ServiceError =>
  new ServiceError(
    `The hub (process ${pid}) does not answer. End it in Task Manager, or with: ${isWindows ? `taskkill /F /PID ${pid}` : `kill -9 ${pid}`}. No data are lost by that: the next start finishes or undoes what was under way.`,
  );

/** Whether a hub works in a home folder. */
export function isHomeInUse(home: string): boolean {
  const mirrorDir = mirrorDirOf(home);
  return existsSync(mirrorDir) && isHomeLocked(mirrorDir);
}

function installTask(registered: Registered): string {
  const file = path.join(tmpdir(), `production-data-hub-task-${process.pid}.xml`);
  writeFileSync(file, taskFile(taskXml(registered)));
  try {
    const complaints = carryOut(installSteps(registered, file));
    return [
      `The hub starts with Windows from now on (Task Scheduler, "${taskName(registered)}"), before anybody signs in, and again within 10 s after a crash. It was started now.`,
      ...complaints,
      "hub.exe --status shows how it is, --stop ends it until the next start of Windows, --uninstall takes this back.",
    ].join("\n");
  } finally {
    rmSync(file, { force: true });
  }
}

function installUnit(registered: Registered): string {
  const unit = unitName(registered);
  const { home } = registered;
  const folders = [home, ...["database", "logs", "database/backups"].map((folder) => path.join(home, folder))];
  const writable = new Set(folders.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder)));
  const user = String(process.env.SUDO_UID ?? statSync(home).uid);
  writeFileSync(path.join(unitFolder, unit), unitText(registered, { user, writable: [...writable] }));
  systemctl("daemon-reload");
  systemctl("enable", "--now", unit);
  return `The hub starts with this machine from now on (systemd, ${unit}), and again within 10 s after a crash. It was started now.\n--status shows how it is, --stop ends it until the next start of the machine, --uninstall takes this back.`;
}

/** Carries command lines of Windows out and returns advice about those that failed. Throws ServiceError where everything ends with one. */
function carryOut(steps: readonly Step[]): string[] {
  return steps.flatMap(({ command, otherwise }) => {
    const { code, output } = runTool(command);
    if (code === 0 || otherwise === "") return [];
    if (otherwise !== null) return [`${otherwise} (${output})`];
    throw new ServiceError(
      `Windows refused${output ? `: ${output}` : ""} (${command.join(" ")}). The hub is registered, or not, as before.`,
    );
  });
}

function systemctl(...args: string[]): void {
  const { code, output } = runTool(["systemctl", ...args]);
  if (code !== 0) throw new ServiceError(`systemctl ${args.join(" ")} failed: ${output}`);
}

function runTool([tool = "", ...args]: readonly string[]): { code: number; output: string } {
  // By its full path: an administrator's prompt must not run what somebody put under that name elsewhere.
  const system = path.join(process.env.SystemRoot ?? "C:\\Windows", "System32");
  const program = isWindows ? path.join(system, `${tool}.exe`) : tool;
  try {
    const { exitCode, stdout, stderr } = Bun.spawnSync([program, ...args], { windowsHide: true });
    return { code: exitCode, output: toolOutput(Buffer.concat([stderr, stdout])) };
  } catch (error) {
    return { code: -1, output: (error as Error).message };
  }
}

function requireRights(flag: string): void {
  if (isElevated()) return;
  throw new ServiceError(
    isWindows
      ? `Only an administrator may register a service. Nothing was changed. Right-click "Command Prompt" or "Terminal" in the Start menu, choose "Run as administrator", and give the command again: "${process.execPath}" ${flag}`
      : `Only root may register a service (you are ${userInfo().username}). Nothing was changed. Give the command again with sudo.`,
  );
}
