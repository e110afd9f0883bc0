import { dlopen, ptr } from "bun:ffi";
import type { TreeUse } from "./tree-use.ts";

/** https://learn.microsoft.com/windows/win32/api/tlhelp32/ns-tlhelp32-processentry32w, on 64 bits. */
const entry = { bytes: 568, pidAt: 8, parentAt: 32 };
/** https://learn.microsoft.com/windows/win32/api/psapi/ns-psapi-process_memory_counters, on 64 bits; PagefileUsage is what belongs to the process alone. */
const counters = { bytes: 72, workingSetAt: 16, privateAt: 56 };
const snapshotOfProcesses = 2;
/** PROCESS_QUERY_LIMITED_INFORMATION and PROCESS_VM_READ, which K32GetProcessMemoryInfo asks for. */
const mayLook = 0x1000 | 0x10;
/** A FILETIME counts in tenths of a microsecond. */
const fileTimesPerMs = 10_000;

/** What Windows says of one process. */
interface Seen {
  workingSet: number;
  privateBytes: number;
  cpuMs: number;
  /** As a FILETIME, for telling processes of the same id apart. */
  startedAt: bigint;
}

/**
 * Opens what tells the use of a process and its descendants on Windows. Windows forgets the time of a process that ended, so what was last seen of
 * it is added: what a process took after the last reading is lost.
 */
export function openProcessTreeOfWindows(pid: number): () => TreeUse | null {
  let kernel: Kernel | null = null;
  let cpuOfEnded = 0;
  let before = new Map<string, number>();
  return () => {
    try {
      kernel ??= openKernel();
      const present = new Map<string, number>();
      const use: TreeUse = { memoryBytes: 0, cpuMs: 0, processes: 0 };
      for (const [id, seen] of descendants(kernel, pid)) {
        // Pages of the executable that all of them share count once.
        use.memoryBytes += id === pid ? seen.workingSet : Math.min(seen.privateBytes, seen.workingSet);
        use.cpuMs += seen.cpuMs;
        use.processes += 1;
        present.set(`${id} ${seen.startedAt}`, seen.cpuMs);
      }
      for (const [process, cpuMs] of before) if (!present.has(process)) cpuOfEnded += cpuMs;
      before = present;
      use.cpuMs += cpuOfEnded;
      return use.processes === 0 ? null : use;
    } catch {
      return null;
    }
  };
}

type Kernel = ReturnType<typeof openKernel>;

const openKernel = () =>
  dlopen("kernel32.dll", {
    CreateToolhelp32Snapshot: { args: ["u32", "u32"], returns: "u64" },
    Process32FirstW: { args: ["u64", "ptr"], returns: "i32" },
    Process32NextW: { args: ["u64", "ptr"], returns: "i32" },
    OpenProcess: { args: ["u32", "i32", "u32"], returns: "u64" },
    K32GetProcessMemoryInfo: { args: ["u64", "ptr", "u32"], returns: "i32" },
    GetProcessTimes: { args: ["u64", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    CloseHandle: { args: ["u64"], returns: "i32" },
  }).symbols;

/** The process and all that it started, as far as they run and may be looked at. */
function descendants(kernel: Kernel, pid: number): Map<number, Seen> {
  const children = new Map<number, number[]>();
  for (const [child, parent] of processes(kernel)) children.set(parent, [...(children.get(parent) ?? []), child]);
  const found = new Map<number, Seen>();
  const first = look(kernel, pid);
  if (first) found.set(pid, first);
  for (const [parent, { startedAt }] of found) {
    for (const child of children.get(parent) ?? []) {
      const seen = found.has(child) ? null : look(kernel, child);
      // The id of a parent that ended may have been given to another process since.
      if (seen && seen.startedAt >= startedAt) found.set(child, seen);
    }
  }
  return found;
}

/** Ids of all processes, each with that of the process that started it. */
function processes(kernel: Kernel): [pid: number, parent: number][] {
  const list: [number, number][] = [];
  const snapshot = kernel.CreateToolhelp32Snapshot(snapshotOfProcesses, 0);
  if (isHandle(snapshot)) {
    const bytes = Buffer.alloc(entry.bytes);
    bytes.writeUInt32LE(entry.bytes, 0);
    for (
      let more = kernel.Process32FirstW(snapshot, ptr(bytes));
      more;
      more = kernel.Process32NextW(snapshot, ptr(bytes))
    )
      list.push([bytes.readUInt32LE(entry.pidAt), bytes.readUInt32LE(entry.parentAt)]);
    kernel.CloseHandle(snapshot);
  }
  return list;
}

function look(kernel: Kernel, pid: number): Seen | null {
  const handle = kernel.OpenProcess(mayLook, 0, pid);
  if (!isHandle(handle)) return null;
  try {
    const memory = Buffer.alloc(counters.bytes);
    memory.writeUInt32LE(counters.bytes, 0);
    const [started, ended, inKernel, inUser] = [0, 0, 0, 0].map(() => new BigUint64Array(1)) as [
      Time,
      Time,
      Time,
      Time,
    ];
    if (!kernel.K32GetProcessMemoryInfo(handle, ptr(memory), counters.bytes)) return null;
    if (!kernel.GetProcessTimes(handle, ptr(started), ptr(ended), ptr(inKernel), ptr(inUser))) return null;
    return {
      workingSet: Number(memory.readBigUInt64LE(counters.workingSetAt)),
      privateBytes: Number(memory.readBigUInt64LE(counters.privateAt)),
      cpuMs: Number(inKernel[0]! + inUser[0]!) / fileTimesPerMs,
      startedAt: started[0]!,
    };
  } finally {
    kernel.CloseHandle(handle);
  }
}

type Time = BigUint64Array<ArrayBuffer>;

/** Neither NULL nor INVALID_HANDLE_VALUE. */
const isHandle = (handle: bigint): boolean => handle !== 0n && handle !== 2n ** 64n - 1n;
