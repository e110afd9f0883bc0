import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import type { FreeDisk } from "../observe/disk.ts";
import type { Latency } from "../observe/latency.ts";
import type { LoopDelay } from "../observe/loop-delay.ts";
import type { Performance } from "../observe/performance.ts";
import type { Traffic } from "../observe/traffic.ts";
import type { TreeUse } from "../observe/tree-use.ts";
import type { GaugeName, Sum } from "./sample.ts";

/** What is read of the hub and its machine at one moment. */
export interface Readings {
  /** Since the start; of the machine's processors, null where the system does not tell. */
  sums: Record<Sum, number | null>;
  responses: Latency;
  delays: Latency;
  /** As they are; null where they are not known. */
  gauges: Record<GaugeName, number | null>;
}

/** What the readings are taken from. */
export interface Instruments {
  traffic: Traffic;
  loopDelay: LoopDelay;
  performance: Performance;
  disk: FreeDisk;
  /** What the hub and its other processes take now. */
  processTree: () => TreeUse;
  /** Tokens that the chat's model took and questions that the chat was asked since the start, streams to pages, and connections over which something is answered. */
  use: () => { tokens: number; questions: number; clients: number; connections: number };
}

/** Returns what takes the readings, some 0.5 ms each. */
export function readingsOf({ traffic, loopDelay, performance, disk, processTree, use }: Instruments): () => Readings {
  return () => {
    const { memoryBytes, cpuMs } = processTree();
    const { requests, clientErrors, serverErrors, rateLimited } = traffic.totals();
    const cache = performance.cacheUse();
    const { tokens, questions, clients, connections } = use();
    const processors = processorTimes();
    const memory = machineMemory();
    return {
      sums: {
        requests,
        clientErrors,
        serverErrors,
        rateLimited,
        tokens,
        questions,
        cacheHits: cache.reduce((sum, { hits }) => sum + hits, 0),
        cacheMisses: cache.reduce((sum, { misses }) => sum + misses, 0),
        hubCpuMs: cpuMs,
        machineBusyMs: processors?.busy ?? null,
        machineCpuMs: processors?.all ?? null,
      },
      responses: traffic.latency(),
      delays: loopDelay.read(),
      gauges: {
        hubMemory: memoryBytes,
        machineMemory: memory && (100 * memory.used) / memory.total,
        disk: disk.usedPercent(),
        clients,
        connections,
      },
    };
  };
}

/** Processors of the machine that the hub may use. */
export const processors = availableParallelism();

/** The machine's memory and how much of it is in use, bytes; null where the system does not tell. */
export function machineMemory(): { total: number; used: number } | null {
  const total = totalmem();
  return total > 0 ? { total, used: total - freemem() } : null;
}

/** The time of all processors since the machine started, ms; null where the system does not tell (Wine). */
function processorTimes(): { busy: number; all: number } | null {
  try {
    let [busy, idle] = [0, 0];
    for (const { times } of cpus()) {
      busy += times.user + times.nice + times.sys + times.irq;
      idle += times.idle;
    }
    return busy + idle > 0 ? { busy, all: busy + idle } : null;
  } catch {
    return null;
  }
}
