import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { fsyncFile } from "../segments/fsync.ts";

const seconds = z.number().nonnegative().catch(0);

const fileState = z.object({
  /** Look version that was dealt with. */
  version: z.string(),
  /** Something is left to do although the file does not change. */
  incomplete: z.boolean(),
  /** Look version after the last ANALYZE, and its time. */
  analyzed_version: z.string().nullable(),
  analyzed_ts: seconds,
  /** An index could not be made in time; it is not tried again before this time. */
  retry_after_ts: seconds,
  /** Identity of the file that a cycle began to write, null once it has ended: a cycle that was killed may have left a journal beside that file. */
  writing: z.string().nullable().catch(null),
});

const watcherState = z.object({
  live_mtime: seconds,
  live_size: seconds,
  archive_mtime: seconds,
  archive_size: seconds,
  /** 0 forces ANALYZE of every file at the next cycle. */
  last_analyze_ts: seconds,
  files: z.record(z.string(), fileState).catch({}),
});

/** What the watcher knows of one file. Times are seconds since the epoch. */
export type FileState = z.infer<typeof fileState>;

/**
 * Content of `.watcher_state.json`. The first five fields are those of the earlier service (CONTRACT §1): seconds since the epoch with
 * fraction, bytes, those of the newest archive; 0 where there is no such file. `files` is by file name and ours.
 */
export type WatcherState = z.infer<typeof watcherState>;

const fileName = ".watcher_state.json";

/** Reads the state. A missing or damaged file is an empty state; `damaged` tells the two apart. */
export function readWatcherState(databaseDir: string): { state: WatcherState; damaged: boolean } {
  let text: string;
  try {
    text = readFileSync(path.join(databaseDir, fileName), "utf8");
  } catch (error) {
    return { state: watcherState.parse({}), damaged: (error as NodeJS.ErrnoException).code !== "ENOENT" };
  }
  try {
    return { state: watcherState.parse(JSON.parse(text)), damaged: false };
  } catch {
    return { state: watcherState.parse({}), damaged: true };
  }
}

/** Writes the state in one step, so that a power cut leaves the old or the new one. Throws the file system's error. */
export function writeWatcherState(databaseDir: string, state: WatcherState): void {
  const target = path.join(databaseDir, fileName);
  const part = `${target}.tmp`;
  try {
    writeFileSync(part, `${JSON.stringify(state, null, 2)}\n`);
    fsyncFile(part);
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
