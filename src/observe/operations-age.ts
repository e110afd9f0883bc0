import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { isAhead } from "./clock.ts";

/** When the last backup and the last watcher cycle were, as `/healthz` shows them. */
export interface OperationsAge {
  backup: { last_success: string | null; age_hours: number | null };
  watcher: { last_run: string | null };
}

const backupPattern = /^(production|archive_\d{4})_\d{8}_\d{6}\.db$/;
const refreshMs = 30_000;

/**
 * Looks at the backups folder and the watcher's state file every half minute at the most; what is asked for is always the last known
 * answer, so that a slow disk never holds `/healthz` up.
 */
export class OperationsAgeReader {
  readonly #databaseDir: string;
  readonly #backupsDir: string;
  #backupAt: ReadonlyMap<string, number> = new Map();
  #watcherAt: number | null = null;
  #readAt = 0;

  constructor(databaseDir: string, backupsDir: string) {
    this.#databaseDir = databaseDir;
    this.#backupsDir = backupsDir;
    void this.refresh();
  }

  /** The last known answer; `iso` renders a time. What a job changed that ended at `jobEndedAt` (ms) is known one question later. */
  report(iso: (ms: number) => string, jobEndedAt: number): OperationsAge {
    if (Date.now() - this.#readAt > refreshMs || jobEndedAt >= this.#readAt) void this.refresh();
    const newest = this.#backupAt.size === 0 ? null : Math.max(...this.#backupAt.values());
    const hours = newest === null ? null : (Date.now() - newest) / 3_600_000;
    return {
      backup: {
        last_success: newest === null ? null : iso(newest),
        age_hours: hours === null ? null : Math.round(hours * 10) / 10,
      },
      watcher: { last_run: this.#watcherAt === null ? null : iso(this.#watcherAt) },
    };
  }

  /** When the newest backup of each file was made, ms since 1970, by its segment's name (`live`, `archive_2025`); the last known answer. */
  backups(): ReadonlyMap<string, number> {
    if (Date.now() - this.#readAt > refreshMs) void this.refresh();
    return this.#backupAt;
  }

  async refresh(): Promise<void> {
    this.#readAt = Date.now();
    this.#backupAt = await this.#newestBackups().catch(() => new Map());
    this.#watcherAt = await this.#lastWatch().catch(() => null);
  }

  async #newestBackups(): Promise<Map<string, number>> {
    const newest = new Map<string, number>();
    const look = async (name: string): Promise<void> => {
      const of = backupPattern.exec(name)?.[1];
      if (of === undefined) return;
      const segment = of === "production" ? "live" : of;
      const { mtimeMs } = await stat(path.join(this.#backupsDir, name));
      if (isAhead(mtimeMs)) return;
      newest.set(segment, Math.max(mtimeMs, newest.get(segment) ?? 0));
    };
    await Promise.all((await readdir(this.#backupsDir)).map(look));
    return newest;
  }

  async #lastWatch(): Promise<number | null> {
    const file = path.join(this.#databaseDir, ".watcher_state.json");
    JSON.parse(await readFile(file, "utf8"));
    return (await stat(file)).mtimeMs;
  }
}
