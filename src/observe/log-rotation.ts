import { createReadStream, createWriteStream } from "node:fs";
import { lstat, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { datedName, gzEnd, numberedName, putAsideOf } from "./log-names.ts";

/** When and how the files of a log are put aside. */
export interface Rotation {
  /** `size`: `app.log` becomes `app.log.1`, that one `app.log.2`, and so on. `day`: it becomes `app.log.2026-11-20`, the day of its lines. */
  readonly by: "size" | "day";
  /** Size at which a file is put aside in any case. */
  readonly maxBytes: number;
  /** Numbered files in all, the current one included; at least 2. */
  readonly files: number;
  /** Days whose dated files are kept: the newest ones that have any, so that a clock that jumps ahead deletes nothing. */
  readonly keepDays: number;
  /** Whether dated files are compressed, all but the newest. */
  readonly gzip: boolean;
}

/** What the dated files of one log take at most: a log must never fill the disk of the ERP's machine. */
const mostDatedBytes = 1024 * 1024 * 1024;
const partEnd = `${gzEnd}.part`;

/**
 * Puts the current file of a log aside, by renaming alone: at every moment each line stands in exactly one file. Rejects when the system
 * refuses it (Windows does while somebody has the file open); nothing is lost then. `day` is that of the file's lines.
 */
export async function putAside(directory: string, log: string, rotation: Rotation, day: string): Promise<void> {
  const at = (name: string): string => join(directory, name);
  if (rotation.by === "day") {
    const { dated } = putAsideOf(await readdir(directory), log);
    const newest = dated.find((file) => file.day === day);
    return rename(at(log), at(datedName(log, day, (newest?.part ?? 0) + 1)));
  }
  // Up to the first number that is free, which an interrupted rotation leaves: the files behind it need not move, nor the last one go.
  let last = 1;
  while (last < rotation.files - 1 && (await exists(at(numberedName(log, last))))) last += 1;
  for (let number = last; number > 1; number -= 1) {
    await rename(at(numberedName(log, number - 1)), at(numberedName(log, number)));
  }
  await rename(at(log), at(numberedName(log, 1)));
}

/**
 * Deletes what is older than what is kept, and compresses dated files. The newest one stays as it is: a command that began to write a line before
 * it was put aside may still finish it, and it is the one that people search. Never rejects: what is refused today is done another time.
 */
export async function tidy(directory: string, log: string, rotation: Rotation): Promise<void> {
  const at = (name: string): string => join(directory, name);
  try {
    const names = await readdir(directory);
    for (const name of names) {
      if (name.startsWith(`${log}.`) && name.endsWith(partEnd)) await remove(at(name));
    }
    const { dated, numbered } = putAsideOf(names, log);
    const days = [...new Set(dated.map(({ day }) => day))].slice(0, rotation.keepDays);
    // Left from a time when the log was rotated by size.
    if (rotation.by === "day" && days.length === rotation.keepDays)
      for (const { name } of numbered) await remove(at(name));
    let bytes = 0;
    for (const [position, { name, day, gzipped }] of dated.entries()) {
      bytes += await sizeOf(at(name));
      if (!days.includes(day) || bytes > mostDatedBytes) {
        for (const twin of new Set([name, name + gzEnd])) await remove(at(twin));
      } else if (rotation.gzip && !gzipped && position > 0) {
        // There is a compressed one already where the hub was killed, or Windows refused, before the plain one was deleted.
        if (names.includes(name + gzEnd)) await remove(at(name));
        else await compress(at(name));
      }
    }
  } catch {
    // The folder cannot be read just now, or the disk is full.
  }
}

/** Makes `FILE.gz` of a file. It has that name only when it is whole and on the disk, and the file goes after that alone. */
async function compress(file: string): Promise<void> {
  const part = `${file}${partEnd}`;
  try {
    const { size, atime, mtime } = await lstat(file);
    const source = createReadStream(file);
    await pipeline(source, createGzip(), createWriteStream(part));
    // Somebody still writes to it.
    if (source.bytesRead !== size || (await sizeOf(file)) !== size) return await remove(part);
    const written = await open(part, "r+");
    await written.utimes(atime, mtime).finally(() => written.sync().finally(() => written.close()));
    await rename(part, file + gzEnd);
    await remove(file);
  } catch {
    await remove(part);
  }
}

const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  );
const sizeOf = (file: string): Promise<number> =>
  lstat(file).then(
    ({ size }) => size,
    () => 0,
  );
/** Deletes a file; Windows refuses where somebody has it open. */
const remove = (file: string): Promise<void> => rm(file, { force: true }).catch(() => {});
