import path from "node:path";

/** The program and folders that a registration is about. */
export interface Registered {
  /** The program and its arguments, the hub's own command. */
  command: readonly string[];
  home: string;
  /** True when the home is the executable's folder. */
  isBeside: boolean;
}

/** Accounts of Windows that need no password: both may do as little as a user, and only the second is known on the network. */
const localService = "S-1-5-19";
const networkService = "S-1-5-20";

const win = path.win32;
/** Rule of Windows' firewall: a service cannot ask, as a program with a window does, and other PCs would find nothing. */
const firewallRule = "Production Data Hub";

/** Name of the task; another home folder than the executable's has a task of its own. */
export function taskName({ home, isBeside }: Pick<Registered, "home" | "isBeside">): string {
  return isBeside ? "Production Data Hub" : `Production Data Hub ${home.replaceAll(/[\\/:*?"<>|]+/g, "_")}`;
}

const accountOf = (home: string): string => (home.startsWith("\\\\") ? networkService : localService);

/**
 * The task as Task Scheduler's XML (task schema 1.2). It starts with Windows, before anybody signs in; it never ends by itself, runs on
 * batteries too, and is not begun twice. Its own restart comes after a minute at the earliest, so it starts the supervisor, which is quicker
 * (https://learn.microsoft.com/windows/win32/taskschd/taskschedulerschema-restartonfailure-settingstype-element).
 * Priority 6 is that of ordinary programs; the default, 7, would let every other program's disk access go first.
 */
export function taskXml({ command: [program = "", ...args], home }: Registered): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Serves the ERP's production records; starts with Windows and after a crash. hub.exe --uninstall removes it.</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${accountOf(home)}</UserId>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>6</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escapeXml(program)}</Command>
      <Arguments>${escapeXml(args.map(quoteArgument).join(" "))}</Arguments>
      <WorkingDirectory>${escapeXml(home)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
}

/** The task's file as `schtasks` reads it: UTF-16 with its mark, because another encoding garbles Korean folders. */
export const taskFile = (xml: string): Buffer => Buffer.from(`\ufeff${xml.replaceAll("\n", "\r\n")}`, "utf16le");

/** A command line of Windows, and what it is for where it fails. */
export interface Step {
  command: readonly string[];
  /** What does not work when it fails; null when everything ends with it. */
  otherwise: string | null;
}

/** What registers the hub, in order; `xmlFile` holds the task. */
export function installSteps(registered: Registered, xmlFile: string): Step[] {
  const { command, home } = registered;
  const [program = ""] = command;
  const account = `*${accountOf(home)}`;
  const folder = win.dirname(program);
  const mayRead = {
    command: ["icacls", folder, "/grant", `${account}:(OI)(CI)RX`],
    otherwise: `Give LOCAL SERVICE the right to read ${folder}, or the service cannot start.`,
  };
  return [
    { command: ["schtasks", "/Create", "/TN", taskName(registered), "/XML", xmlFile, "/F"], otherwise: null },
    {
      command: ["icacls", home, "/grant", `${account}:(OI)(CI)M`],
      otherwise: `Give the service's account the right to change ${home} (Properties, Security), or it cannot write there.`,
    },
    ...(folder === home ? [] : [mayRead]),
    {
      command: ["netsh", "advfirewall", "firewall", "delete", "rule", `name=${firewallRule}`, `program=${program}`],
      otherwise: "",
    },
    {
      command: [
        ...["netsh", "advfirewall", "firewall", "add", "rule", `name=${firewallRule}`, "dir=in", "action=allow"],
        ...[`program=${program}`, "profile=private,domain", "enable=yes"],
      ],
      otherwise: `Allow ${program} in Windows' firewall, or other PCs cannot reach the hub.`,
    },
    {
      command: ["schtasks", "/Run", "/TN", taskName(registered)],
      otherwise: "It could not be started now. It starts with Windows.",
    },
  ];
}

/** What takes the registration back. */
export function uninstallSteps(registered: Registered): Step[] {
  const [program = ""] = registered.command;
  return [
    { command: ["schtasks", "/Delete", "/TN", taskName(registered), "/F"], otherwise: null },
    {
      command: ["netsh", "advfirewall", "firewall", "delete", "rule", `name=${firewallRule}`, `program=${program}`],
      otherwise: "",
    },
  ];
}

/** What tells, by exit code 0, that the hub is registered. */
export const queryStep = (registered: Registered): string[] => ["schtasks", "/Query", "/TN", taskName(registered)];

/** One argument as Windows programs take command lines apart: quotes and the backslashes before them are escaped. */
export function quoteArgument(argument: string): string {
  if (/^[^\s"]+$/.test(argument)) return argument;
  return `"${argument.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeXml = (text: string): string => text.replaceAll(/[&<>"]/g, (mark) => entities[mark]!);
