import { readdirSync, readFileSync } from "node:fs";
import type { TreeUse } from "./tree-use.ts";

/** What the kernel counts in: both are the same on every system that Bun runs on (getconf CLK_TCK, PAGESIZE). */
const msPerTick = 10;
const pageBytes = 4096;

/**
 * What a process and its descendants take, from /proc (proc_pid_stat(5), proc_pid_statm(5)). A process that ended was waited for by the one that
 * started it, which has its time from then on, so that no time is lost or counted twice. Null where /proc does not tell.
 */
export function readProcessTreeOfLinux(pid: number): TreeUse | null {
  const use: TreeUse = { memoryBytes: 0, cpuMs: 0, processes: 0 };
  const pids = [pid];
  for (const one of pids) {
    const [stat, statm] = [read(`/proc/${one}/stat`), read(`/proc/${one}/statm`)];
    if (stat === null || statm === null) continue;
    // The name in parentheses may hold spaces; from utime, the 14th field, follow stime, cutime and cstime.
    const times = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 15);
    const [, resident = 0, shared = 0] = statm.split(" ").map(Number);
    use.memoryBytes += (one === pid ? resident : resident - shared) * pageBytes;
    use.cpuMs += times.reduce((sum, ticks) => sum + Number(ticks), 0) * msPerTick;
    use.processes += 1;
    for (const thread of list(`/proc/${one}/task`)) {
      const children = read(`/proc/${one}/task/${thread}/children`)?.trim();
      if (children) pids.push(...children.split(" ").map(Number));
    }
  }
  return use.processes === 0 ? null : use;
}

/** A process may end while it is looked at. */
function read(file: string): string | null {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return null;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
