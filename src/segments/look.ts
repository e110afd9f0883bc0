import { type Stats, statSync } from "node:fs";

/**
 * A cheap look at a source file: what the file system says of it, without opening it.
 *
 * The version holds identity, size and times of the main file and size and time of its `-wal`: a commit in WAL mode leaves the main file
 * alone, a rename changes the identity, and `ctime` notices a copy that keeps the old modification time.
 */
export interface Look {
  version: string;
  exists: boolean;
  /** Bytes of the main file and its -wal together. */
  bytes: number;
  walBytes: number;
  /** Latest modification, ms since the epoch. */
  modifiedMs: number;
}

const nothing: Look = { version: "absent", exists: false, bytes: 0, walBytes: 0, modifiedMs: 0 };

function stat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A folder in the path that is no folder, or no right to look: as good as absent.
    return undefined;
  }
}

/**
 * Looks at a database file; some 2 µs for each of the two files on Linux. `withWal: false` leaves the `-wal` out, for a file in
 * rollback-journal mode that has none: it can only get one after a commit that changes the main file.
 */
export function look(path: string, withWal = true): Look {
  const main = stat(path);
  if (!main?.isFile()) return nothing;
  const wal = withWal ? stat(`${path}-wal`) : undefined;
  const walBytes = wal?.size ?? 0;
  const walPart = wal && walBytes > 0 ? `.${wal.ino}.${walBytes}.${wal.mtimeMs}` : "";
  return {
    version: `${main.ino}.${main.size}.${main.mtimeMs}.${main.ctimeMs}${walPart}`,
    exists: true,
    bytes: main.size + walBytes,
    walBytes,
    modifiedMs: walBytes > 0 ? Math.max(main.mtimeMs, wal?.mtimeMs ?? 0) : main.mtimeMs,
  };
}

/**
 * How long after a modification a second one could still carry the same time, in ms. Linux stamps files with the kernel's tick (up to
 * 10 ms); file systems that count whole seconds (FAT counts two) show by a time without a fraction.
 */
export function clockGrainMs(modifiedMs: number): number {
  return modifiedMs % 1000 === 0 ? 2_000 : 20;
}
