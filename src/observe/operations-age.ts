import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

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
  #backupAt: number | null = null;
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
    const hours = this.#backupAt === null ? null : (Date.now() - this.#backupAt) / 3_600_000;
    return {
      backup: {
        last_success: this.#backupAt === null ? null : iso(this.#backupAt),
        age_hours: hours === null ? null : Math.round(hours * 10) / 10,
      },
      watcher: { last_run: this.#watcherAt === null ? null : iso(this.#watcherAt) },
    };
  }

  async refresh(): Promise<void> {
    this.#readAt = Date.now();
    this.#backupAt = await this.#newestBackup().catch(() => null);
    this.#watcherAt = await this.#lastWatch().catch(() => null);
  }

  async #newestBackup(): Promise<number | null> {
    const names = (await readdir(this.#backupsDir)).filter((name) => backupPattern.test(name));
    const times = await Promise.all(names.map(async (name) => (await stat(path.join(this.#backupsDir, name))).mtimeMs));
    return times.length === 0 ? null : Math.max(...times);
  }

  async #lastWatch(): Promise<number | null> {
    const file = path.join(this.#databaseDir, ".watcher_state.json");
    JSON.parse(await readFile(file, "utf8"));
    return (await stat(file)).mtimeMs;
  }
}
