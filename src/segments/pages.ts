import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { SourceError } from "./errors.ts";

/** SQLite's locks lie in the page of this byte, which holds nothing; Windows lets nobody read what another program has locked (PENDING_BYTE). */
const lockByte = 2 ** 30;

/** What the header of a database says of its pages (sqlite.org/fileformat2.html, "The Database Header"). */
export interface PageFormat {
  pageSize: number;
  /** Bytes of a page that hold content; the reserved ones at its end do not. */
  usable: number;
  /** 1 UTF-8, 2 and 3 UTF-16. */
  encoding: number;
}

/** Newer contents of some pages, which count instead of those in the main file. */
export interface Overlay {
  /** Where each page's content stands in `handle`, bytes. */
  positions: ReadonlyMap<number, number>;
  handle: number;
}

/**
 * The pages of a database file as bytes. The handle must stay open for as long as the same process has the file open as a database: closing
 * it drops SQLite's locks (fcntl(2)).
 */
export class Pages {
  readonly #file: string;
  #handle: number;
  #isOpen = true;
  readonly size: number;
  /** The page that is never part of a table, and that must not be read. */
  readonly lockPage: number;
  #overlay: Overlay | null = null;

  /** Opens the file. Throws SourceError when it is no database, and the file system's errors. */
  constructor(file: string) {
    this.#file = file;
    this.#handle = openSync(file, "r");
    const header = Buffer.alloc(100);
    const stored = readSync(this.#handle, header, 0, 100, 0) === 100 ? header.readUInt16BE(16) : 0;
    this.size = stored === 1 ? 65_536 : stored;
    this.lockPage = Math.floor(lockByte / this.size) + 1;
    if (this.size < 512 || (this.size & (this.size - 1)) !== 0) {
      this.close();
      throw new SourceError("broken", "The file is not an SQLite database.");
    }
  }

  /** Lays the newer contents of a -wal over the file. */
  lay(overlay: Overlay): void {
    this.#overlay = overlay;
  }

  get format(): PageFormat {
    const first = Buffer.alloc(this.size);
    this.read(1, 1, first);
    return { pageSize: this.size, usable: this.size - first[20]!, encoding: first.readUInt32BE(56) };
  }

  /** Reads `count` pages from page `first` on into the beginning of `into`; a page that does not exist reads as zeros. */
  read(first: number, count: number, into: Buffer): void {
    const length = count * this.size;
    const found = readSync(this.#handle, into, 0, length, (first - 1) * this.size);
    into.fill(0, found, length);
    if (!this.#overlay) return;
    for (let at = 0; at < count; at++) {
      const position = this.#overlay.positions.get(first + at);
      if (position !== undefined) readSync(this.#overlay.handle, into, at * this.size, this.size, position);
    }
  }

  /** Changes with every write to the main file: identity, size, time, and the counter of commits outside of WAL mode. */
  get stamp(): string {
    const { ino, size, mtimeNs } = fstatSync(this.#handle, { bigint: true });
    const counter = Buffer.alloc(4);
    readSync(this.#handle, counter, 0, 4, 24);
    return `${ino}.${size}.${mtimeNs}.${counter.readUInt32BE(0)}`;
  }

  /** The file that is open, whatever has its name by now. */
  get inode(): bigint {
    return fstatSync(this.#handle, { bigint: true }).ino;
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#handle);
    this.#isOpen = false;
  }

  /** Opens the file again after `close`; whether it is the same one its stamp tells. Throws the file system's errors. */
  reopen(): void {
    this.#handle = openSync(this.#file, "r");
    this.#isOpen = true;
  }
}
