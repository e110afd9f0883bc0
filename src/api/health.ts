import { z } from "zod";
import type { DerivedStatus } from "../derived/keeper.ts";
import type { AnswerCache } from "../http/answer-cache.ts";
import { sendJson } from "../http/json.ts";
import type { FactoryClock } from "../observe/clock.ts";
import type { FreeDisk } from "../observe/disk.ts";
import type { OperationsAgeReader } from "../observe/operations-age.ts";
import type { JobStatus } from "../operations/schedule.ts";
import type { Catalog } from "../segments/catalog.ts";
import type { FileStatus } from "../segments/file-status.ts";
import { describeCrashes, type KnownCrash } from "../service/crash-report.ts";
import { buildDate, version } from "../version.ts";
import { type AiHealthServices, aiHealthEndpoint, describeAi } from "./ai-health.ts";
import type { AlertCenter } from "./alerts/center.ts";
import type { Endpoints } from "./endpoint.ts";

export interface HealthServices extends AiHealthServices {
  catalog: Catalog;
  cache: AnswerCache;
  clock: FactoryClock;
  operations: OperationsAgeReader;
  /** What became of the hub's own jobs. */
  jobs: () => JobStatus[];
  alerts: Pick<AlertCenter, "engine">;
  /** Runs of the last days that ended unexpectedly, newest first. */
  crashes: () => KnownCrash[];
  /** Of the data disk. */
  disk: FreeDisk;
  /** How far the daily totals and the search indexes are, null each until the files were looked at; null where they are turned off. */
  derived: () => Record<"rollup" | "search", DerivedStatus[] | null> | null;
}

const number = z.number().nullable();
const text = z.string().nullable();

/** The daily totals or the search indexes of all files, as `/healthz` and the events tell of them. */
const derivedState = z.lazy(() =>
  z.object({
    state: z.enum(["ready", "building", "off"]).meta({
      description: "`building`: until what is derived from a file is ready, its rows themselves answer.",
    }),
    segments: z.array(
      z.object({
        segment: z.string(),
        state: z.enum(["ready", "building", "waiting", "none"]),
        totals: z.int().nullable(),
        progress: z.object({ rows: z.int(), of: z.int().nullable() }).nullable(),
        note: text,
      }),
    ),
  }),
);

const health = z.lazy(() =>
  z
    .object({
      status: z.enum(["ok", "degraded"]),
      timestamp: z.string(),
      today: z.string(),
      version: z.string(),
      build_date: text,
      uptime_seconds: z.number(),
      database: z.string().meta({ description: "`connected`, or `error: …`." }),
      db_size_mb: z.number(),
      archive_db: z.enum(["available", "not_found"]),
      archive_size_mb: z.number(),
      ai_api: z.object({ key_configured: z.boolean(), cached_status: text, last_check_age_sec: number }),
      cache: z.object({ size: z.int(), maxsize: z.int(), ttl: z.int(), db_version: text }),
      disk_free_gb: number,
      misplaced_rows: z.int(),
      duplicate_rows: z.int(),
      undated_rows: z.int(),
      backup: z.object({ last_success: text, age_hours: number }),
      watcher: z.object({ last_run: text }),
      drill: z.object({ last_run: text, result: z.enum(["ok", "failed"]).nullable(), message: text }),
      rollup: derivedState,
      search: derivedState,
      last_crash: z.object({ at: z.string(), report: z.string(), reason: z.string(), count: z.int() }).nullable().meta({
        description: "The last time within seven days that the hub ended unexpectedly, and how often it did.",
      }),
      alerts: z
        .array(z.string())
        .meta({ description: "A sentence for each job whose last run failed, and for a hub that ended unexpectedly." }),
      active_alerts: z
        .object({ critical: z.int(), warning: z.int(), info: z.int() })
        .meta({ description: "How many alerts fire, by severity; `/alerts` says which." }),
      files: z.array(
        z.object({
          name: z.string(),
          file: z.string(),
          state: z.enum(["ok", "absent", "locked", "broken", "changing", "refilling", "copying"]),
          note: text,
          source_mb: z.number(),
          read_from: z.enum(["mirror", "direct"]).nullable(),
          as_of: text,
          rows: number,
          first_day: text,
          last_day: text,
          owns: z.object({ from: z.string(), to: z.string() }),
          misplaced_rows: z.int(),
          duplicate_rows: z.int(),
          undated_rows: z.int(),
        }),
      ),
    })
    .meta({ id: "Health" }),
);

/** What `/healthz` answers. */
export type Health = z.output<typeof health>;

/** GET /healthz and /healthz/ai, from what is known in memory alone, so that they answer whatever else hangs. */
export function healthEndpoints(endpoints: Endpoints, services: HealthServices): void {
  endpoints.add({
    method: "get",
    path: "/healthz",
    tag: "health",
    summary: "How the hub and its files are doing",
    answer: { "application/json": health },
    handle: (c) => sendJson(c, describeHealth(services)),
  });

  aiHealthEndpoint(endpoints, services);
}

/** How the hub and its files are, from what is known in memory. */
export function describeHealth(services: HealthServices): Health {
  const { catalog, cache, clock } = services;
  const files = catalog
    .status()
    .map((file) => ({ ...file, as_of: file.as_of && clock.timestamp(new Date(file.as_of)) }));
  const live = files.find((file) => file.name === "live");
  const archives = files.filter((file) => file.name !== "live");
  const sum = (of: (file: FileStatus) => number, among: FileStatus[] = files) =>
    Math.round(among.reduce((total, file) => total + of(file), 0) * 100) / 100;
  const jobs = services.jobs();
  const drill = jobs.find(({ name }) => name === "drill");
  const crashes = services.crashes();
  const ended = describeCrashes(crashes);
  const alerts = jobs
    .filter(({ result }) => result === "failed")
    .map(({ name, message }) => `The last run of the job '${name}' failed: ${message}`)
    .concat(ended ?? []);
  return {
    status: files.length > 0 && files.every(isWell) && alerts.length === 0 ? "ok" : "degraded",
    timestamp: clock.timestamp(),
    today: clock.today(),
    version,
    build_date: buildDate,
    uptime_seconds: Math.round(process.uptime()),
    database: databaseState(live),
    db_size_mb: live?.source_mb ?? 0,
    archive_db: archives.some(({ state }) => state !== "absent") ? "available" : "not_found",
    archive_size_mb: sum((file) => file.source_mb, archives),
    ai_api: describeAi(services.model),
    cache: {
      size: cache.size,
      maxsize: cache.max,
      ttl: cache.ttlSec,
      db_version: catalog.lastPublished?.version ?? null,
    },
    disk_free_gb: services.disk.current(),
    misplaced_rows: sum((file) => file.misplaced_rows),
    duplicate_rows: sum((file) => file.duplicate_rows),
    undated_rows: sum((file) => file.undated_rows),
    ...services.operations.report(
      (ms) => clock.timestamp(new Date(ms)),
      Math.max(0, ...jobs.map(({ finished_at }) => finished_at ?? 0)),
    ),
    drill: {
      last_run: drill?.finished_at ? clock.timestamp(new Date(drill.finished_at)) : null,
      result: drill?.result ?? null,
      message: drill?.message ?? null,
    },
    ...describeDerived(services.derived()),
    last_crash: crashes[0] ? { ...crashes[0], count: crashes.length } : null,
    alerts,
    active_alerts: services.alerts.engine.counts(),
    files,
  };
}

/** The state of the daily totals and of the search indexes, as a whole and file by file. */
export function describeDerived(
  derived: ReturnType<HealthServices["derived"]>,
): Record<"rollup" | "search", z.output<typeof derivedState>> {
  const describe = (segments: DerivedStatus[] | null | undefined): z.output<typeof derivedState> => {
    if (segments === undefined) return { state: "off", segments: [] };
    const ready = segments?.every(({ state }) => state === "ready" || state === "none") ?? false;
    return { state: ready ? "ready" : "building", segments: segments ?? [] };
  };
  return { rollup: describe(derived?.rollup), search: describe(derived?.search) };
}

/** A newer content on its way is daily life; a file that cannot be read is not. */
function isWell({ state, read_from }: FileStatus): boolean {
  return read_from !== null && (state === "ok" || state === "copying" || state === "refilling");
}

function databaseState(live: FileStatus | undefined): string {
  if (!live) return "error: The files were not looked at yet.";
  if (isWell(live)) return "connected";
  const meanwhile = live.read_from === null ? "" : " The last good version answers.";
  return `error: ${live.note ?? live.state}${meanwhile}`;
}
