import { readdirSync } from "node:fs";
import type { LoopDelay } from "../../observe/loop-delay.ts";
import type { TreeUse } from "../../observe/tree-use.ts";
import { counter, type Family, gauge, histogram } from "./family.ts";

export interface ProcessSources {
  loopDelay: LoopDelay;
  /** What the server and its other processes take now. */
  processTree: () => TreeUse;
}

/**
 * What the hub takes of the machine. Not the library's default metrics: these keep a timer of 10 ms going (0.7 % of a core), and ask Node for what
 * Bun does not have.
 */
export function processFamilies({ loopDelay, processTree }: ProcessSources): Family[] {
  const tree = processTree();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return [
    counter(
      "process_cpu_seconds_total",
      "Processor time of the server's own process, user and system.",
      (user + system) / 1e6,
    ),
    gauge("process_resident_memory_bytes", "Resident memory of the server's own process.", rss),
    gauge(
      "process_start_time_seconds",
      "When the server's process began, as Unix time.",
      Math.round(Date.now() / 1000 - process.uptime()),
    ),
    gauge("process_open_fds", "Open file descriptors of the server's process, on Linux.", openFiles()),
    gauge("hub_heap_used_bytes", "Bytes in use by JavaScript in the server's process.", heapUsed),
    gauge(
      "hub_memory_bytes",
      "Memory of the server and of its worker, export and job processes, pages that they share counted once.",
      tree.memoryBytes,
    ),
    counter(
      "hub_cpu_seconds_total",
      "Processor time of the server and of its other processes since the start. On Windows what a process took just before it ended is missing.",
      tree.cpuMs / 1000,
    ),
    gauge("hub_processes", "The server and its worker, export and job processes.", tree.processes),
    histogram(
      "hub_event_loop_delay_seconds",
      "Time that what is due has to wait because the server's event loop is busy, looked at once a second.",
      [{ latency: loopDelay.read() }],
    ),
  ];
}

function openFiles(): number | null {
  if (process.platform !== "linux") return null;
  return readdirSync("/proc/self/fd").length;
}
