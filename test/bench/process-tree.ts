import { readdirSync, readFileSync } from "node:fs";

const PAGE_BYTES = 4096;
const RSS_EVERY_MS = 50;
/** Reading smaps_rollup walks the page tables, some milliseconds for each process: done more seldom. */
const PSS_EVERY_MS = 250;
/** Clock ticks (10 ms each) that a process tree may use within a second and still count as idle. */
const IDLE_TICKS = 3;

/** Peaks of the memory of a process and all its descendants, in bytes. */
export interface MemoryPeak {
  /** Resident memory; pages that several processes share count once for each. */
  readonly rss: number;
  /** Proportional set size: a page shared by n processes counts 1/n for each. */
  readonly pss: number;
  /** Pages that belong to one process alone. */
  readonly private: number;
  /** The largest number of processes seen. */
  readonly processes: number;
}

/** Ids of a process and all its descendants that run now. */
export function processTree(pid: number): number[] {
  const pids = [pid];
  for (const parent of pids) {
    for (const thread of existing(() => readdirSync(`/proc/${parent}/task`)) ?? []) {
      const children = existing(() => readFileSync(`/proc/${parent}/task/${thread}/children`, "utf8")) ?? "";
      pids.push(...children.split(" ").filter(Boolean).map(Number));
    }
  }
  return pids;
}

/** What `read` gives; undefined if the process or thread has ended meanwhile. */
function existing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function sum(pids: readonly number[], read: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + (existing(() => read(pid)) ?? 0), 0);
}

function rssOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
}

function rollupOf(pid: number, field: RegExp): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return [...text.matchAll(field)].reduce((total, match) => total + Number(match[1]) * 1024, 0);
}

/** Resident memory of a process and all its descendants, bytes. */
export function totalRss(pid: number): number {
  return sum(processTree(pid), rssOf);
}

/** Memory (proportional set size, bytes), open handles and number of a process and all its descendants. */
export function treeState(pid: number): { pss: number; handles: number; processes: number } {
  const pids = processTree(pid);
  return {
    pss: sum(pids, (one) => rollupOf(one, /^Pss: +(\d+)/gm)),
    handles: sum(pids, (one) => readdirSync(`/proc/${one}/fd`).length),
    processes: pids.length,
  };
}

/** Watches the memory of a process tree until `stop` is called, which gives the peaks. */
export function watchMemory(pid: number): { stop(): MemoryPeak } {
  let peak: MemoryPeak = { rss: 0, pss: 0, private: 0, processes: 0 };
  const sampleRss = () => {
    const pids = processTree(pid);
    peak = {
      ...peak,
      rss: Math.max(peak.rss, sum(pids, rssOf)),
      processes: Math.max(peak.processes, pids.length),
    };
  };
  const samplePss = () => {
    const pids = processTree(pid);
    peak = {
      ...peak,
      pss: Math.max(
        peak.pss,
        sum(pids, (one) => rollupOf(one, /^Pss: +(\d+)/gm)),
      ),
      private: Math.max(
        peak.private,
        sum(pids, (one) => rollupOf(one, /^Private_\w+: +(\d+)/gm)),
      ),
    };
  };
  const timers = [setInterval(sampleRss, RSS_EVERY_MS), setInterval(samplePss, PSS_EVERY_MS)];
  sampleRss();
  samplePss();
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
      sampleRss();
      return peak;
    },
  };
}

function cpuTicks(pid: number): number {
  // The name in parentheses may hold spaces; utime and stime are the 14th and 15th field (proc_pid_stat(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Resolves when a process tree has hardly used the processor for two seconds; throws after `limitMs`. */
export async function untilIdle(pid: number, limitMs = 900_000): Promise<void> {
  const end = Date.now() + limitMs;
  let before = sum(processTree(pid), cpuTicks);
  let quietSeconds = 0;
  while (quietSeconds < 2) {
    if (Date.now() > end) throw new Error(`The hub was still busy by itself after ${limitMs / 1000} s.`);
    await Bun.sleep(1000);
    const now = sum(processTree(pid), cpuTicks);
    // A process that ended takes its ticks with it, which shows as a step back: not idle either.
    quietSeconds = Math.abs(now - before) <= IDLE_TICKS ? quietSeconds + 1 : 0;
    before = now;
  }
}
