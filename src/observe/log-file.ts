import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { putAside, type Rotation, tidy } from "./log-rotation.ts";

/** Text kept while the disk does not take it: enough for minutes of a busy hub, too little to harm the machine. */
const maxHeldChars = 8 * 1024 * 1024;
const newline = 10;

export type LogFileOptions = {
  readonly directory: string;
  readonly file: string;
  /** How it is rotated; null where that is another process's business. */
  readonly rotation: Rotation | null;
  /** The factory's day, `YYYY-MM-DD`, of a moment. */
  readonly dayOf: (moment: Date) => string;
  /** Milliseconds until a disk that refused is tried again; 10 seconds unless told otherwise. */
  readonly retryMs?: number;
  /** Called when the disk takes text again after `lines` lines had to be dropped. */
  readonly onLost: (lines: number) => void;
};

/** Whole lines of one day. */
interface Held {
  text: string;
  day: string;
}

/**
 * The end of a log that meets the disk: takes whole lines, writes them in order without holding anyone up, rotates. Nothing happens without a
 * line: a hub that nobody asks touches no file at midnight.
 *
 * It never throws. While the disk is full or the folder cannot be written it says so once on stderr, holds up to 8 MB,
 * and tries again every `retryMs`.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #path: string;
  /** Text that is not known to be on the disk; the first entry may be on its way. */
  readonly #queue: Held[] = [];
  /** What is left to write of the first entry, once some of it is in the file: a full disk takes a part. */
  #rest: Buffer | null = null;
  #heldChars = 0;
  #lostLines = 0;
  #handle: FileHandle | null = null;
  #size = 0;
  /** Day of the lines with which the file begins. */
  #day = "";
  /** When a rotation that was refused may be tried again, ms. */
  #rotateAfter = 0;
  #draining: Promise<void> | null = null;
  #tidying: Promise<void> | null = null;
  /** Whether a file was put aside since the last look at them. */
  #untidy = false;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #outage = false;
  #closed = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#path = join(options.directory, options.file);
  }

  /** Takes `text`, one or several whole lines of `day`. After close() it is written at once, so that late lines are kept too. */
  append(text: string, day: string): void {
    if (this.#heldChars + text.length > maxHeldChars) {
      this.#lostLines += text.split("\n").length - 1;
      return;
    }
    this.#queue.push({ text, day });
    this.#heldChars += text.length;
    if (this.#closed) this.#writeRest();
    else this.#start();
  }

  /** Resolves when all text taken so far is on the disk, or cannot be put there for the time being. */
  async drained(): Promise<void> {
    await this.#draining;
  }

  /** Writes what is left and closes the file. */
  async close(): Promise<void> {
    while (this.#draining) await this.#draining;
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    await this.#tidying;
    await this.#closeHandle();
    this.#writeRest();
  }

  /**
   * Writes what is left, and from now on everything, without the event loop: for the last moment of a process. Text on
   * its way to a disk that takes longer than 200 ms may stand there twice: better than not at all.
   */
  closeSync(): void {
    this.#closed = true;
    this.#writeRest();
  }

  #writeRest(): void {
    if (this.#queue.length === 0) return;
    const [first, ...others] = this.#queue.map(({ text }) => Buffer.from(text));
    try {
      mkdirSync(this.#options.directory, { recursive: true });
      const rest = this.#rest ? this.#rest.subarray(this.#landed(this.#rest)) : first!;
      appendFileSync(this.#path, Buffer.concat([rest, ...others]));
      this.#queue.length = 0;
      this.#rest = null;
      this.#heldChars = 0;
    } catch (error) {
      this.#complain(error);
    }
  }

  /**
   * Bytes of the text on its way that are in the file. The thread that writes it is not stopped by the end of the event
   * loop: who appended the text without waiting would have it there twice (seen: a batch of 1,214 lines).
   */
  #landed(rest: Buffer): number {
    if (this.#handle === null) return 0;
    const file = openSync(this.#path, "r");
    try {
      const until = performance.now() + landingMs;
      while (fstatSync(file).size - this.#size < rest.length && performance.now() < until) Bun.sleepSync(1);
      const added = Buffer.alloc(Math.max(0, fstatSync(file).size - this.#size));
      readSync(file, added, 0, added.length, this.#size);
      // Another process may have appended its lines before or after it.
      if (added.includes(rest)) return rest.length;
      return rest.subarray(0, added.length).equals(added) ? added.length : 0;
    } finally {
      closeSync(file);
    }
  }

  #start(): void {
    if (this.#retry || this.#queue.length === 0) return;
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      for (let held = this.#queue[0]; held !== undefined && !this.#closed; held = this.#queue[0]) {
        await this.#put(held);
        this.#taken(held);
      }
      // Who does not rotate the file must not hold it either, lest its lines go on into one that was put aside, and is compressed.
      if (this.#options.rotation === null) await this.#closeHandle();
    } catch (error) {
      await this.#closeHandle();
      this.#complain(error);
      this.#retry = setTimeout(() => {
        this.#retry = null;
        this.#start();
      }, this.#options.retryMs ?? retryMs).unref();
    }
    this.#draining = null;
  }

  #taken({ text }: Held): void {
    // Written by closeSync already.
    if (this.#closed) return;
    this.#queue.shift();
    this.#rest = null;
    this.#heldChars -= text.length;
    this.#outage = false;
    if (this.#lostLines === 0) return;
    const lost = this.#lostLines;
    this.#lostLines = 0;
    this.#options.onLost(lost);
  }

  /** Resolves when the text is in the file; rejects when the disk does not take it. */
  async #put({ text, day }: Held): Promise<void> {
    let handle = this.#handle ?? (await this.#open(day));
    if (this.#rest === null && this.#isDue(day)) handle = await this.#rotate(handle, day);
    this.#rest ??= Buffer.from(text);
    while (this.#rest.length > 0) {
      const { bytesWritten } = await handle.write(this.#rest);
      this.#size += bytesWritten;
      this.#rest = this.#rest.subarray(bytesWritten);
    }
  }

  async #open(day: string): Promise<FileHandle> {
    const { directory, rotation, dayOf } = this.#options;
    const opening = () => open(this.#path, "a+");
    const handle = await opening().catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      await mkdir(directory, { recursive: true });
      return opening();
    });
    const isFirst = this.#handle === null && this.#day === "";
    this.#handle = handle;
    const { size, mtime } = await handle.stat();
    this.#size = size;
    this.#day = size > 0 ? dayOf(mtime) : day;
    if (size > 0 && this.#rest === null) await endLine(handle, size);
    if (isFirst && rotation) this.#tidy(rotation);
    return handle;
  }

  #isDue(day: string): boolean {
    const { rotation } = this.#options;
    if (rotation === null || this.#size === 0) return false;
    // The clock was set back: the lines of that day go on in this file.
    if (day < this.#day) this.#day = day;
    const isDue = this.#size >= rotation.maxBytes || (rotation.by === "day" && day > this.#day);
    return isDue && Date.now() >= this.#rotateAfter;
  }

  /** Windows refuses to rename a file that a viewer holds open: lines go on in the same file, until it is possible again. */
  async #rotate(handle: FileHandle, day: string): Promise<FileHandle> {
    const { directory, file, rotation } = this.#options;
    if (rotation === null) return handle;
    await this.#closeHandle();
    const refused = await putAside(directory, file, rotation, this.#day).then(
      () => false,
      ({ code }: NodeJS.ErrnoException) => code !== "ENOENT",
    );
    if (refused) this.#rotateAfter = Date.now() + (this.#options.retryMs ?? retryMs);
    else this.#tidy(rotation);
    const begun = this.#day;
    const opened = await this.#open(day);
    // The name that it gets in the end is that of the day with which it began.
    if (refused) this.#day = begun;
    return opened;
  }

  #tidy(rotation: Rotation): void {
    this.#untidy = true;
    this.#tidying ??= this.#tidyUp(rotation).finally(() => {
      this.#tidying = null;
    });
  }

  async #tidyUp(rotation: Rotation): Promise<void> {
    while (this.#untidy) {
      this.#untidy = false;
      await tidy(this.#options.directory, this.#options.file, rotation);
    }
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => {});
  }

  #complain(error: unknown): void {
    if (this.#outage) return;
    this.#outage = true;
    const cause = (error as NodeJS.ErrnoException).code ?? String(error);
    try {
      writeSync(
        2,
        `The log ${this.#path} cannot be written (${cause}); its lines are held until it can. Make room on the disk, or give the hub the right to write there.\n`,
      );
    } catch {
      // Nobody is left to tell.
    }
  }
}

const retryMs = 10_000;
/** How long the last moment of a process waits for text on its way to reach the file; a disk at rest takes it within 1 ms. */
const landingMs = 200;

/** Ends a line that a killed process left unfinished, so that the next one stands by itself. */
async function endLine(handle: FileHandle, size: number): Promise<void> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (bytesRead === 1 && buffer[0] !== newline) await handle.write("\n");
}
