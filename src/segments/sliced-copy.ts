import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import { SourceError } from "./errors.ts";
import { writeFully } from "./file-copy.ts";
import type { Pages } from "./pages.ts";
import { holdMs, pauseForOthers } from "./pause.ts";

/** Runs work while a read lock keeps the source as it is. */
export type Locked = <T>(work: () => T) => T;

/** Bytes read under one lock: a few ms from the system's cache, and few enough for the processor's. A multiple of every page size. */
const sliceBytes = 4 * 1024 * 1024;
/** Unit that is compared and written anew; a divisor of the slice. */
const blockBytes = 16 * 1024;
/** Changed blocks kept back until the lock is given up. */
const heldBackBytes = 64 * 1024 * 1024;
/** SQLite's locks lie here, in a page without content; Windows lets nobody read what another program has locked (sqlite3 os.h, PENDING_BYTE). */
const lockPosition = 2 ** 30;
const lockBytes = 512;
/** Where the change counter stands (SQLite file format, "File change counter"). */
const counterPosition = 24;

/**
 * A copy of a large database that is brought nearer to its source by every pass, as a running virtual machine is moved to another host. A hash
 * of each block is kept, so that a pass after the first reads the source (1 GB: 0.1 s from the system's cache) and writes only what changed.
 * What is read under a lock is written after it: it is the writing that takes long (1 GB: 3 to 6 s). Meanwhile the source is closed, because
 * Windows lets nobody put another file in the place of one that is open.
 */
export class SlicedCopy {
  readonly #source: string;
  readonly #to: number;
  readonly #buffer = Buffer.alloc(sliceBytes);
  #hashes = new BigUint64Array(0);
  #heldBack: { bytes: Buffer; position: number }[] = [];
  #readMs = 0;
  #inode: bigint | null = null;

  /** Opens the copy; throws the file system's error. */
  constructor(source: string, part: string) {
    this.#source = source;
    this.#to = openSync(part, "w");
  }

  /** How long reading and comparing took in the last pass, ms; 0 before the first. */
  get readMs(): number {
    return this.#readMs;
  }

  /** The file that was copied by the last pass, whatever has its name by now; null before the first. */
  get inode(): bigint | null {
    return this.#inode;
  }

  /**
   * Goes over the source with a lock for each slice. True when no commit outside of WAL mode came in between, so that the copy shows one state.
   * Without locks it is a rough copy, which `finish` makes good. Throws SourceError when the file is replaced in mid-pass.
   */
  pass(locked: Locked): boolean {
    let first: number | null = null;
    let undisturbed = true;
    this.#readMs = 0;
    this.#inode = null;
    let openFor = 0;
    for (let position = 0; ; position += sliceBytes) {
      const opened = performance.now();
      const length = this.#opened((from) => {
        // From the disk into the system's cache, so that the lock is not held while the disk seeks.
        this.#read(from, position);
        return locked(() => {
          const counter = changeCounter(from);
          first ??= counter;
          undisturbed &&= counter === first;
          return this.#timed(() => this.#read(from, position));
        });
      });
      openFor += performance.now() - opened;
      const runs = this.#timed(() => this.#changed(position, length));
      for (const [start, end] of runs) this.#write(this.#buffer.subarray(start, end), position + start);
      if (length < sliceBytes) {
        this.#cut(position + length);
        return undisturbed;
      }
      if (openFor < holdMs) continue;
      // Where nothing changed nothing is written, and the source would be opened again at once.
      if (runs.length === 0) pauseForOthers();
      openFor = 0;
    }
  }

  /**
   * Goes over one state of the source, all `count` pages of it, for as long as somebody may wait for it. True when it came to the end: the
   * copy shows that state once `flush` has been called, which is to be done after the lock, also when it did not.
   */
  finish(pages: Pages, count: number, limitMs: number): boolean {
    const until = performance.now() + limitMs;
    const atOnce = sliceBytes / pages.size;
    let room = heldBackBytes;
    for (let first = 1; first <= count; first += atOnce) {
      const read = Math.min(atOnce, count - first + 1);
      const position = (first - 1) * pages.size;
      const skipped = first === pages.lockPage ? 1 : 0;
      this.#buffer.fill(0, 0, skipped * pages.size);
      pages.read(first + skipped, read - skipped, this.#buffer.subarray(skipped * pages.size));
      for (const [start, end] of this.#changed(position, read * pages.size)) {
        const bytes = this.#buffer.subarray(start, end);
        room -= bytes.length;
        if (room < 0) this.#write(bytes, position + start);
        else this.#heldBack.push({ bytes: Buffer.from(bytes), position: position + start });
      }
      if (performance.now() > until) return false;
    }
    this.#cut(count * pages.size);
    return true;
  }

  /** Writes what was held back. */
  flush(): void {
    for (const { bytes, position } of this.#heldBack) this.#write(bytes, position);
    this.#heldBack = [];
  }

  close(): void {
    closeSync(this.#to);
  }

  #opened<T>(use: (from: number) => T): T {
    const from = openSync(this.#source, "r");
    try {
      const { ino } = fstatSync(from, { bigint: true });
      this.#inode ??= ino;
      if (ino !== this.#inode) throw new SourceError("changing", "The file was replaced while it was copied.");
      return use(from);
    } finally {
      closeSync(from);
    }
  }

  /** Fills the buffer from the source; fewer bytes than the buffer holds are the last. */
  #read(from: number, position: number): number {
    const skipped = position === lockPosition ? lockBytes : 0;
    this.#buffer.fill(0, 0, skipped);
    const length = readSync(from, this.#buffer, skipped, sliceBytes - skipped, position + skipped);
    return length === 0 ? 0 : skipped + length;
  }

  /** The runs of blocks in the buffer that differ from what the copy was given before, as [start, end). */
  #changed(position: number, length: number): [start: number, end: number][] {
    const runs: [number, number][] = [];
    const firstBlock = position / blockBytes;
    const known = this.#hashes.length;
    const blocks = Math.ceil(length / blockBytes);
    if (firstBlock + blocks > known) this.#grow(firstBlock + blocks);
    let start = -1;
    for (let block = 0; block < blocks; block++) {
      const at = block * blockBytes;
      const hash = Bun.hash.xxHash3(this.#buffer.subarray(at, Math.min(at + blockBytes, length)));
      const index = firstBlock + block;
      const same = index < known && this.#hashes[index] === hash;
      this.#hashes[index] = hash;
      if (!same && start < 0) start = at;
      if (same && start >= 0) {
        runs.push([start, at]);
        start = -1;
      }
    }
    if (start >= 0) runs.push([start, length]);
    return runs;
  }

  #timed<T>(work: () => T): T {
    const started = performance.now();
    const result = work();
    this.#readMs += performance.now() - started;
    return result;
  }

  #grow(blocks: number): void {
    const hashes = new BigUint64Array(blocks);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  #write(bytes: Uint8Array, position: number): void {
    writeFully(this.#to, bytes, position);
  }

  /** Forgets what the source does not have any more. */
  #cut(size: number): void {
    this.#hashes = this.#hashes.subarray(0, Math.ceil(size / blockBytes));
    ftruncateSync(this.#to, size);
  }
}

function changeCounter(from: number): number {
  const bytes = Buffer.alloc(4);
  readSync(from, bytes, 0, 4, counterPosition);
  return bytes.readUInt32BE(0);
}
