import { stat } from "node:fs/promises";
import { uptime } from "node:os";
import path from "node:path";
import { Cron } from "croner";
import type { Signals } from "../../alerts/signals.ts";
import type { AlertStore } from "../../alerts/store.ts";
import type { Settings } from "../../config.ts";
import { texts } from "../../dashboard/i18n/language.ts";
import type { Monitor } from "../../monitoring/monitor.ts";
import type { FactoryClock } from "../../observe/clock.ts";
import type { FreeDisk } from "../../observe/disk.ts";
import type { QueryCounters } from "../../observe/query-counters.ts";
import type { Traffic } from "../../observe/traffic.ts";
import { type BackupFile, readBackups } from "../../operations/backup-files.ts";
import { backupAges, bytesForBackups, leastFreeBytes } from "../../operations/check.ts";
import type { IndexLookup } from "../../operations/index-lookup.ts";
import { hasJournal } from "../../operations/rollover-journal.ts";
import type { JobStatus } from "../../operations/schedule.ts";
import type { Desk } from "../../production/desk.ts";
import type { Catalog } from "../../segments/catalog.ts";
import type { FileStatus } from "../../segments/file-status.ts";
import type { KnownCrash } from "../../service/crash-report.ts";
import { isKoreanHoliday } from "../../statistics/holidays.ts";
import type { WatchedModel } from "../ai-health.ts";
import { ClockWatch } from "./clock-watch.ts";
import { KnownArchives } from "./known-archives.ts";
import { RecentRequests } from "./recent-requests.ts";

/** The parts of the hub that the built-in rules are about. */
export interface SignalServices {
  settings: Settings;
  catalog: Catalog;
  desk: Desk;
  clock: FactoryClock;
  jobs: () => JobStatus[];
  traffic: Traffic;
  queries: QueryCounters;
  model: WatchedModel | null;
  crashes: () => KnownCrash[];
  disk: FreeDisk;
  indexes: IndexLookup;
  monitor: Monitor;
  store: AlertStore;
  /** Whether the search for faults in the data is on: it tells of rows without a date and of misplaced ones by itself. */
  isQualityOn: boolean;
}

/** As the question for daily totals answers. */
export interface DayTotal {
  day: string;
  total_production: number;
  batch_count: number;
}

const newestDays = 14;
const mb = 1024 * 1024;
const gb = 1024 * mb;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** How long what takes a look at folders or rows is good for. */
const backupsEveryMs = minute;
const daysEveryMs = 10 * minute;
const historyEveryMs = hour;
/** Days of production that a rhythm is learned from: two summers. */
const daysAsked = 800;
/** However much faster a test has it, requests that are sent together are counted together. */
const leastWindowMs = 500;
/** A job that is due with nothing to do is not run, so that it is never late. */
const neverLate = new Set(["checkpoint"]);
/** Under this name it is remembered since when alerts are made here. */
const sinceName = "watching-since";

/** Asks the parts of the hub how they are. `refresh` finds out what takes a while, `read` gives what is known; both together take 5 ms of processor time. */
export class SignalCollector {
  readonly #services: SignalServices;
  readonly #clock = new ClockWatch(Date.now, () => uptime() * 1000);
  readonly #archives: KnownArchives;
  readonly #requests: RecentRequests;
  readonly #since: number;
  readonly #crons = new Map<string, Cron>();
  #backups = { at: Number.NEGATIVE_INFINITY, found: new Map<string, BackupFile[]>() };
  #days = { at: Number.NEGATIVE_INFINITY, version: "", found: null as DayTotal[] | null };
  readonly #stats = new Map<string, FileStats>();
  #indexes = new Map<string, string[] | null>();
  #history = { at: Number.NEGATIVE_INFINITY, found: [] as Signals["disk"]["history"] };
  #signals: Signals | null = null;

  constructor(services: SignalServices) {
    this.#services = services;
    const { store, settings, traffic, queries } = services;
    this.#archives = new KnownArchives(store);
    this.#requests = new RecentRequests(Math.max(leastWindowMs, (5 * minute) / settings.alertSpeed), () => ({
      ...traffic.totals(),
      slowQueries: queries.slow.read().reduce((sum, { count }) => sum + count, 0),
    }));
    const since = store.recall(sinceName);
    // A time to come: the clock was put back.
    const isKnown = typeof since === "number" && since <= Date.now();
    this.#since = isKnown ? since : Date.now();
    if (!isKnown) store.remember(sinceName, this.#since);
  }

  /** Finds out what takes a while, and then what is known in memory. Never rejects because of a file or a folder. */
  async refresh(): Promise<void> {
    const { settings, catalog, disk } = this.#services;
    this.#clock.look();
    const files = catalog.status();
    await Promise.all([
      disk.refresh(),
      this.#readBackups(),
      this.#readDays(),
      ...files.map(async ({ file }) => {
        this.#stats.set(file, await statsOf(path.join(settings.databaseDir, file)));
      }),
    ]);
    for (const file of files) void this.#readIndexes(file);
    this.#archives.look(files, Date.now());
    this.#requests.look(performance.now());
    this.#signals = this.#read(files);
  }

  /** What was found out last. Throws before the first refresh. */
  read = (): Signals => {
    if (!this.#signals) throw new Error("Nothing was asked yet.");
    return this.#signals;
  };

  /** Production of the newest days, oldest first; null while it is not known. */
  newestDays(): readonly DayTotal[] | null {
    return this.#days.found?.slice(-newestDays) ?? null;
  }

  #read(statuses: FileStatus[]): Signals {
    const { settings, clock, isQualityOn } = this.#services;
    const now = Date.now();
    const stampOf = (ms: number): string => clock.logStamp(new Date(ms));
    return {
      now,
      today: clock.today(),
      dayOf: (ms) => stampOf(ms).slice(0, 10),
      timeOf: (ms) => stampOf(ms).slice(0, 16),
      files: statuses.map((status) => ({
        name: status.name,
        file: status.file,
        state: status.state,
        note: status.note,
        isAnswered: status.read_from !== null,
        writtenAt: this.#stats.get(status.file)?.writtenAt ?? null,
        rows: status.rows,
        misplacedRows: isQualityOn ? 0 : status.misplaced_rows,
        undatedRows: isQualityOn ? 0 : status.undated_rows,
        ownsFrom: status.owns.from,
        walMb: (this.#stats.get(status.file)?.walBytes ?? 0) / mb,
        missingIndexes: this.#indexes.get(status.file) ?? null,
      })),
      goneArchives: this.#archives.gone(),
      folder: settings.databaseDir,
      productionDays: this.#days.found?.map(({ day }) => day) ?? null,
      isHoliday: settings.timezone === "Asia/Seoul" ? isKoreanHoliday : () => false,
      unchangedDays: settings.alertUnchangedDays ?? null,
      walLimitMb: settings.walLimitMb,
      healsIndexes: settings.healIndexes,
      autoRollover: settings.autoRollover,
      isRollingOver: hasJournal(settings.databaseDir),
      backups: statuses
        .filter(({ state }) => state !== "absent")
        .map(({ file, name }) => ({
          file,
          newestAt: this.#backups.found.get(file)?.[0]?.takenAt ?? null,
          ...backupAges[name === "live" ? "live" : "archive"],
          knownSince: Math.max(this.#since, this.#archives.since(file) ?? 0),
        })),
      disk: this.#disk(statuses),
      jobs: this.#jobs(now),
      requests: { minutes: 5, ...this.#requests.window() },
      slowQueryMs: settings.slowQueryThresholdMs,
      chat: this.#chat(),
      crash: this.#crash(),
      clockJump: this.#clock.lastJump,
    };
  }

  #disk(statuses: FileStatus[]): Signals["disk"] {
    const free = this.#services.disk.current();
    const bytes = statuses.reduce((sum, { source_mb }) => sum + source_mb * mb, 0);
    return {
      free: free === null ? null : free * gb,
      needed: bytesForBackups(bytes),
      least: leastFreeBytes,
      history: this.#diskHistory(),
    };
  }

  /** Out of what monitoring keeps: how full the disk was, hour by hour. */
  #diskHistory(): Signals["disk"]["history"] {
    const { monitor, disk, settings } = this.#services;
    if (performance.now() - this.#history.at < historyEveryMs / settings.alertSpeed) return this.#history.found;
    const [free, used] = [disk.current(), disk.usedPercent()];
    if (free === null || used === null || used >= 100) return [];
    const bytesOfPercent = (free * gb) / (100 - used);
    const steps = monitor.history("week").steps.filter(({ disk_percent }) => disk_percent !== null);
    const every = Math.max(1, Math.ceil(steps.length / 168));
    const found = steps
      .filter((_, at) => at % every === 0)
      .map(({ at, disk_percent }) => ({ at, free: (100 - disk_percent!) * bytesOfPercent }));
    this.#history = { at: performance.now(), found };
    return found;
  }

  #jobs(now: number): Signals["jobs"] {
    return this.#services.jobs().map((job) => ({
      name: job.name,
      title: { ko: titleOf(job, "ko"), en: titleOf(job, "en") },
      paused: job.paused,
      running: job.running,
      result: job.result,
      message: job.message,
      startedAt: job.started_at,
      finishedAt: job.finished_at,
      dueAt: this.#dueAt(job, now),
    }));
  }

  /** When a job should have begun last; null where nobody expected it. */
  #dueAt({ name, when, started_at }: JobStatus, now: number): number | null {
    if (neverLate.has(name) || when === "on demand") return null;
    const everySec = Number(/^every (\d+) s$/.exec(when)?.[1]);
    if (everySec > 0) {
      const due = (started_at ?? this.#since) + everySec * 1000;
      return due <= now ? due : null;
    }
    const cron = this.#crons.get(when) ?? new Cron(when, { timezone: this.#services.settings.timezone, paused: true });
    this.#crons.set(when, cron);
    const due = cron.previousRuns(1, new Date(now))[0]?.getTime() ?? null;
    return due !== null && due > this.#since ? due : null;
  }

  #chat(): Signals["chat"] {
    const { model } = this.#services;
    const health = model?.health();
    if (!model || !health || health.ageSec === null) return null;
    // Nobody may ask it again for hours; a look costs no tokens, and is taken every ten minutes at most.
    return health.status === "ok" ? health : model.health({ check: true });
  }

  #crash(): Signals["crash"] {
    const [last] = this.#services.crashes();
    if (!last) return null;
    const at = Temporal.PlainDateTime.from(last.at.replace(" ", "T")).toZonedDateTime(
      this.#services.settings.timezone,
    ).epochMilliseconds;
    return { at, stamp: last.at, report: last.report, reason: last.reason };
  }

  async #readBackups(): Promise<void> {
    const ended = Math.max(0, ...this.#services.jobs().map(({ finished_at }) => finished_at ?? 0));
    const everyMs = backupsEveryMs / this.#services.settings.alertSpeed;
    // Either way: a clock that was put back would have what was found last for as long.
    if (Math.abs(Date.now() - this.#backups.at) < everyMs && ended < this.#backups.at) return;
    this.#backups = { at: Date.now(), found: await readBackups(this.#services.settings.backupsDir) };
  }

  /** The days with production, asked anew when the data are others, every ten minutes at most. */
  async #readDays(): Promise<void> {
    const { catalog, desk, clock, settings } = this.#services;
    const version = catalog.lastPublished?.version;
    const isFresh = performance.now() - this.#days.at < daysEveryMs / settings.alertSpeed;
    if (version === undefined || version === this.#days.version || (isFresh && this.#days.found)) return;
    const from = new Date(Date.parse(clock.today()) - daysAsked * day).toISOString().slice(0, 10);
    try {
      const { body } = await desk.ask("daily_total", { from, to: clock.today() });
      const found = JSON.parse(Buffer.from(body as Uint8Array).toString()) as DayTotal[];
      this.#days = { at: performance.now(), version, found };
    } catch {
      // What was known last is good enough; that the data cannot be asked has rules of its own.
      this.#days.at = performance.now();
    }
  }

  /** As the operations page asks: looked up once for each version of a file. */
  async #readIndexes({ file, state, as_of, source_mb }: FileStatus): Promise<void> {
    if (state === "absent") return;
    const watched = this.#services.jobs().find(({ name }) => name === "watch")?.finished_at;
    const found = await this.#services.indexes.missing(file, `${as_of} ${source_mb} ${watched}`, 0);
    this.#indexes.set(file, found);
  }
}

const titleOf = ({ name, title }: JobStatus, language: "ko" | "en"): string =>
  texts[language].operations.jobs.names[name] ?? title;

interface FileStats {
  /** When the file or its -wal was written last, ms since 1970; null where it is not there. What a reader leaves behind, an empty -wal, is no write. */
  writtenAt: number | null;
  walBytes: number;
}

async function statsOf(file: string): Promise<FileStats> {
  const [main, wal] = await Promise.all([file, `${file}-wal`].map((one) => stat(one).catch(() => null)));
  const walBytes = wal?.size ?? 0;
  return { writtenAt: main ? Math.max(main.mtimeMs, walBytes > 0 ? wal!.mtimeMs : 0) : null, walBytes };
}
