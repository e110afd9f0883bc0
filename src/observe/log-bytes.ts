import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const chunkBytes = 64 * 1024;
/** A line of the hub's own logs is 32 KB at most; what is longer is no log. */
export const longestLine = 1024 * 1024;
const newline = 10;

/** Bytes that are read piece by piece. */
export interface Bytes {
  size: number;
  /** Fewer than `length` where the end comes first. */
  read(position: number, length: number): Promise<Buffer>;
}

/** Those of a file as long as it is now. */
export const bytesOf = (handle: FileHandle, size: number): Bytes => ({
  size,
  read: async (position, length) => {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  },
});

const unpack = promisify(gunzip);

/** Those in a compressed file; null where they are more than `mostBytes`, or damaged. */
export async function unpackedBytesOf(handle: FileHandle, mostBytes: number): Promise<Bytes | null> {
  try {
    // Whole, because the end of a compressed file cannot be read without its beginning; in a thread of its own.
    const unpacked = await unpack(await handle.readFile(), { maxOutputLength: mostBytes });
    return {
      size: unpacked.length,
      read: async (position, length) => {
        // Between two pieces others get their turn, as they do while a file is read.
        await new Promise((resolve) => void setImmediate(resolve));
        return unpacked.subarray(position, position + length);
      },
    };
  } catch {
    return null;
  }
}

/** Whole lines from the end of bytes to their beginning, a chunk at a time; `from` is the byte that was read up to, `end` that after the last line. */
export async function* backwards(
  { size, read: readAt }: Bytes,
  mostBytes: number,
): AsyncGenerator<{ lines: string[]; from: number; end: number }> {
  let rest: Buffer = Buffer.alloc(0);
  let end: number | null = null;
  const stop = Math.max(0, size - mostBytes);
  for (let from = size; from > stop && rest.length < longestLine; ) {
    const length = Math.min(chunkBytes, from - stop);
    from -= length;
    const read = await readAt(from, length);
    // The file was cut off meanwhile.
    if (read.length < length) return;
    let bytes: Buffer = Buffer.concat([read, rest]);
    if (end === null) {
      bytes = bytes.subarray(0, bytes.lastIndexOf(newline) + 1);
      if (bytes.length === 0) {
        rest = Buffer.concat([read, rest]);
        continue;
      }
      end = from + bytes.length;
    }
    // Bytes before the first line end belong to a line that begins in the chunk before: nothing is decoded but whole lines.
    const begin = from === 0 ? 0 : bytes.indexOf(newline) + 1;
    rest = bytes.subarray(0, begin);
    yield { lines: splitLines(bytes.subarray(begin)), from, end };
  }
}

/** The lines of bytes that end with a line end. */
export function splitLines(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  return bytes
    .toString("utf8", 0, bytes.length - 1)
    .split("\n")
    .map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}
