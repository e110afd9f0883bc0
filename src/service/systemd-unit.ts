import type { Registered } from "./windows-task.ts";

/** Name of the unit; another home folder than the executable's has a unit of its own. */
export function unitName({ home, isBeside }: Pick<Registered, "home" | "isBeside">): string {
  const suffix = isBeside ? "" : `-${home.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_|_$/g, "")}`;
  return `production-data-hub${suffix}.service`;
}

/** Folder in which an administrator's own units stand (systemd.unit(5)). */
export const unitFolder = "/etc/systemd/system";

/**
 * The unit. It starts the supervisor, as on Windows, so that a hub that hangs is noticed and reports are the same. An end in good order,
 * by `--stop` or SIGTERM, is one that was wanted; everything else is followed by a new start for ever (StartLimitIntervalSec=0).
 * What it may not do costs the hub nothing; MemoryDenyWriteExecute and ProtectHome would: Bun compiles while it runs, and the home folder may
 * be in /home.
 */
export function unitText(
  { command, home }: Registered,
  { user, writable }: { user: string; writable: readonly string[] },
): string {
  return `[Unit]
Description=Production Data Hub
After=network-online.target local-fs.target remote-fs.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=${command.map(quote).join(" ")}
WorkingDirectory=${escapePercent(home)}
User=${user}
Restart=on-failure
RestartSec=2
TimeoutStopSec=40
KillMode=mixed
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ReadWritePaths=${writable.map(quote).join(" ")}
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK

[Install]
WantedBy=multi-user.target
`;
}

const escapePercent = (text: string): string => text.replaceAll("%", "%%");

/** One word of a command line (systemd.service(5), "Command lines"). */
const quote = (word: string): string => `"${escapePercent(word).replaceAll(/["\\]/g, "\\$&").replaceAll("$", "$$$$")}"`;
