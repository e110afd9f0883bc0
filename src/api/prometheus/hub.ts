import { readdirSync } from "node:fs";
import type { LoopDelay } from "../../observe/loop-delay.ts";
import type { TreeUse } from "../../observe/process-tree.ts";
import type { JobStatus } from "../../operations/schedule.ts";
import { buildDate, version } from "../../version.ts";
import { describeHealth, type HealthServices } from "../health.ts";
import { counter, type Family, flag, gauge, histogram } from "./family.ts";

export type HubSources = HealthServices & {
  loopDelay: LoopDelay;
  /** What the server and its other processes take now. */
  processTree: () => TreeUse;
};

const bytesPerGb = 1024 ** 3;

/**
 * The hub itself: its processes, its disk and its jobs. Not the library's default metrics: these keep a timer of 10 ms going (0.7 % of a core),
 * and ask Node for what Bun does not have.
 */
export function hubFamilies(services: HubSources): Family[] {
  const { loopDelay, jobs, diskFreeGb, crashes } = services;
  const tree = services.processTree();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const free = diskFreeGb();
  return [
    gauge("hub_info", "1, with what the hub is: its version, when it was built and where it runs.", [
      {
        labels: { version, build_date: buildDate ?? "", platform: process.platform, runtime: `bun ${Bun.version}` },
        value: 1,
      },
    ]),
    gauge(
      "hub_healthy",
      "1 when /healthz says ok: every file answers with its present content, no job failed, nothing crashed.",
      flag(describeHealth(services).status === "ok"),
    ),
    gauge("hub_recent_crashes", "Times within the last seven days that the hub ended unexpectedly.", crashes().length),
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
    gauge(
      "hub_disk_free_bytes",
      "Free space on the disk of the data.",
      free === null ? null : Math.round(free * bytesPerGb),
    ),
    ...jobFamilies(jobs()),
  ];
}

/** How the jobs of the schedule are going. */
function jobFamilies(jobs: readonly JobStatus[]): Family[] {
  const each = (value: (job: JobStatus) => number | null) =>
    jobs.map((job) => ({ labels: { job: job.name }, value: value(job) }));
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
  return [
    gauge(
      "hub_job_last_success_timestamp_seconds",
      "When a job last ended well, as Unix time; none for one that never did.",
      each(({ succeeded_at }) => seconds(succeeded_at)),
    ),
    gauge(
      "hub_job_last_duration_seconds",
      "How long the last complete run of a job took.",
      each(({ started_at, finished_at }) =>
        started_at === null || finished_at === null ? null : (finished_at - started_at) / 1000,
      ),
    ),
    gauge(
      "hub_job_next_run_timestamp_seconds",
      "When a job begins next, as Unix time; none for one that is paused or runs on demand.",
      each(({ next_at }) => seconds(next_at)),
    ),
    gauge(
      "hub_job_failed",
      "1 when the last run of a job failed.",
      each(({ result }) => flag(result === "failed")),
    ),
    gauge(
      "hub_job_running",
      "1 while a job is under way.",
      each(({ running }) => flag(running)),
    ),
    gauge(
      "hub_job_paused",
      "1 while a job is paused.",
      each(({ paused }) => flag(paused)),
    ),
  ];
}

function openFiles(): number | null {
  if (process.platform !== "linux") return null;
  return readdirSync("/proc/self/fd").length;
}
