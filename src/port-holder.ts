import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** A program that listens on a port. */
export interface PortHolder {
  pid: number;
  name: string;
}

/** Which program listens on a TCP port; null where that cannot be told, because the program belongs to another account say. */
export function holderOf(port: number): PortHolder | null {
  try {
    return process.platform === "win32" ? holderOnWindows(port) : holderOnLinux(port);
  } catch {
    return null;
  }
}

/** The process id in the output of `netstat -ano -p TCP` of whoever listens on a port; what is listening has no foreign port. */
export function listenerIn(netstat: string, port: number): number | null {
  for (const line of netstat.split(/\r?\n/)) {
    const [protocol, local, foreign, ...rest] = line.trim().split(/\s+/);
    // The word for the state is Korean on a Korean Windows.
    if (protocol !== "TCP" || !local?.endsWith(`:${port}`) || !foreign?.endsWith(":0")) continue;
    const pid = Number(rest.at(-1));
    if (pid > 0) return pid;
  }
  return null;
}

function holderOnWindows(port: number): PortHolder | null {
  const pid = listenerIn(outputOf("netstat", "-ano", "-p", "TCP"), port);
  if (pid === null) return null;
  const [, name] = /^"([^"]+)"/.exec(outputOf("tasklist", "/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH").trim()) ?? [];
  return { pid, name: name ?? "a program" };
}

function outputOf(tool: string, ...args: string[]): string {
  const program = path.join(process.env.SystemRoot ?? "C:\\Windows", "System32", `${tool}.exe`);
  return Bun.spawnSync([program, ...args], { windowsHide: true, stderr: "ignore", timeout: 5_000 }).stdout.toString();
}

/** By the socket's inode: proc_net(5), fields local_address, st (0A is listening) and inode. */
function holderOnLinux(port: number): PortHolder | null {
  const inodes = new Set<string>();
  for (const table of ["tcp", "tcp6"]) {
    for (const line of readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, local = "", , state] = fields;
      if (state === "0A" && Number.parseInt(local.split(":")[1] ?? "", 16) === port)
        inodes.add(`socket:[${fields[9]}]`);
    }
  }
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (!socketsOf(pid).some((socket) => inodes.has(socket))) continue;
    return { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() };
  }
  return null;
}

/** Targets of a process's open files; none for a process of another account. */
function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
