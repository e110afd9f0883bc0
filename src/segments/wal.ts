import { readSync } from "node:fs";
import { SourceError } from "./errors.ts";
import type { Overlay } from "./pages.ts";

/** Bytes before the first frame, and before the page in each frame (sqlite.org/fileformat2.html, "The WAL File"). */
const walHeaderBytes = 32;
const frameHeaderBytes = 24;
/** Two copies of the header, then how much was written back (sqlite.org/walformat.html, "The WAL-Index Header"). */
const indexCopyBytes = 48;
const indexBytes = 2 * indexCopyBytes + 4;

/** What the wal-index (`-shm`) says at one instant. */
export interface WalState {
  /** Its header, which every commit changes. */
  header: Buffer;
  /** Frames of the commits up to now, and how many of them the main file holds as well. */
  frames: number;
  writtenBack: number;
}

/** Reads the wal-index; null while a commit is changing it. Its numbers are in the byte order of the machine. */
export function readWalState(shm: number): WalState | null {
  const bytes = Buffer.alloc(indexBytes);
  if (readSync(shm, bytes, 0, indexBytes, 0) < indexBytes) return null;
  const header = bytes.subarray(0, indexCopyBytes);
  if (!header.equals(bytes.subarray(indexCopyBytes, 2 * indexCopyBytes))) return null;
  const numbers = new DataView(bytes.buffer, bytes.byteOffset);
  return { header, frames: numbers.getUint32(16, true), writtenBack: numbers.getUint32(2 * indexCopyBytes, true) };
}

/**
 * Where the newest content of each page stands in the `-wal`, up to the last frame of `state`. Whoever asks must be in a read transaction
 * of that state, so that no writer begins the file anew. Throws SourceError `changing` where the file is not the one that `state` is of.
 */
export function overlayOf(wal: number, state: WalState, pageSize: number): Overlay {
  const positions = new Map<number, number>();
  const header = Buffer.alloc(walHeaderBytes);
  readSync(wal, header, 0, walHeaderBytes, 0);
  // The salts are copied as they are, not as numbers.
  const sameSalts = header.subarray(16, 24).equals(state.header.subarray(32, 40));
  if (!sameSalts || header.readUInt32BE(8) !== pageSize) {
    throw new SourceError("changing", "The -wal file was begun anew while it was read.");
  }
  const number = Buffer.alloc(4);
  for (let frame = 0; frame < state.frames; frame++) {
    const at = walHeaderBytes + frame * (frameHeaderBytes + pageSize);
    if (readSync(wal, number, 0, 4, at) < 4)
      throw new SourceError("changing", "The -wal file was cut while it was read.");
    positions.set(number.readUInt32BE(0), at + frameHeaderBytes);
  }
  return { positions, handle: wal };
}
