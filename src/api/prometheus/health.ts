import type { FreeDisk } from "../../observe/disk.ts";
import type { JobStatus } from "../../operations/schedule.ts";
import { buildDate, version } from "../../version.ts";
import { describeHealth, type HealthServices } from "../health.ts";
import { type Family, flag, gauge } from "./family.ts";

export type HealthSources = HealthServices & { disk: FreeDisk };

const bytesPerGb = 1024 ** 3;

/** What the hub is, how it says that it is, its disk and its jobs. */
export function healthFamilies(services: HealthSources): Family[] {
  const { jobs, disk, crashes } = services;
  const free = disk.current();
  const used = disk.usedPercent();
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
    gauge(
      "hub_disk_free_bytes",
      "Free space on the disk of the data.",
      free === null ? null : Math.round(free * bytesPerGb),
    ),
    gauge(
      "hub_disk_used_ratio",
      "How full the disk of the data is, 0 to 1, of what ordinary programs may use of it.",
      used === null ? null : used / 100,
    ),
    ...jobFamilies(jobs()),
  ];
}

/** How the jobs of the schedule are going. */
function jobFamilies(jobs: readonly JobStatus[]): Family[] {
  const each = (value: (job: JobStatus) => number | null) =>
    // Not `job`, which is a label of Prometheus' own.
    jobs.map((job) => ({ labels: { name: job.name }, value: value(job) }));
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
