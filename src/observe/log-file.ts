import { appendFileSync, mkdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createStream, type RotatingFileStream } from "rotating-file-stream";

/** Text kept while the disk does not take it: enough for minutes of a busy hub, too little to harm the machine. */
const maxHeldChars = 8 * 1024 * 1024;

export type LogFileOptions = {
  readonly directory: string;
  readonly file: string;
  /** Size at which `file` becomes `file.1`, `file.1` becomes `file.2`, and so on. */
  readonly maxBytes: number;
  /** Files in all, the current one included; at least 2. */
  readonly files: number;
  /** Milliseconds until a disk that refused is tried again; 10 seconds unless told otherwise. */
  readonly retryMs?: number;
  /** Called when the disk takes text again after `lines` lines had to be dropped. */
  readonly onLost: (lines: number) => void;
};

/**
 * The end of a log that meets the disk: takes whole lines, writes them in order without holding anyone up, rotates.
 *
 * It never throws. While the disk is full or the folder cannot be written it says so once on stderr, holds up to 8 MB,
 * and tries again every `retryMs`.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #path: string;
  /** Text that is not known to be on the disk; the first entry may be on its way. */
  readonly #queue: string[] = [];
  #heldChars = 0;
  #lostLines = 0;
  #stream: RotatingFileStream | null = null;
  /** Size at which the next rotation is tried. */
  #limit: number;
  /** `written`: the text that filled the file is in it. `opening`: the file was found full, nothing is written yet. */
  #rotating: "no" | "opening" | "written" = "no";
  #draining: Promise<void> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #outage = false;
  #closed = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#path = join(options.directory, options.file);
    this.#limit = options.maxBytes;
  }

  /** Takes `text`, one or several whole lines. After close() it is written at once, so that late lines are kept too. */
  append(text: string): void {
    if (this.#heldChars + text.length > maxHeldChars) {
      this.#lostLines += text.split("\n").length - 1;
      return;
    }
    this.#queue.push(text);
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
    await this.#closeStream();
    this.#writeRest();
  }

  /**
   * Writes what is left, and from now on everything, without the event loop: for the last moment of a process. Text that
   * is on its way at that very moment may stand in the file twice: better than not at all.
   */
  closeSync(): void {
    this.#closed = true;
    this.#writeRest();
  }

  #writeRest(): void {
    if (this.#queue.length === 0) return;
    try {
      mkdirSync(this.#options.directory, { recursive: true });
      appendFileSync(this.#path, this.#queue.join(""));
      this.#queue.length = 0;
      this.#heldChars = 0;
    } catch (error) {
      this.#complain(error);
    }
  }

  #start(): void {
    if (this.#retry || this.#queue.length === 0) return;
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      for (let text = this.#queue[0]; text !== undefined; text = this.#queue[0]) {
        if (await this.#put(text)) this.#taken(text);
      }
    } catch (error) {
      this.#complain(error);
      this.#retry = setTimeout(() => {
        this.#retry = null;
        this.#start();
      }, this.#options.retryMs ?? 10_000).unref();
    }
    this.#draining = null;
  }

  #taken(text: string): void {
    this.#queue.shift();
    this.#heldChars -= text.length;
    this.#outage = false;
    if (this.#lostLines === 0) return;
    const lost = this.#lostLines;
    this.#lostLines = 0;
    this.#options.onLost(lost);
  }

  /** Whether `text` is in the file; rejects when the disk does not take it. */
  async #put(text: string): Promise<boolean> {
    this.#stream ??= this.#open();
    const stream = this.#stream;
    try {
      await new Promise<void>((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      this.#stream = null; // An error destroys a stream.
      if (this.#rotating === "no") throw error;
      // Windows refuses to rename a file that a viewer holds open: go on in the same file and try again one size later.
      const written = this.#rotating === "written";
      this.#rotating = "no";
      this.#limit = statSync(this.#path).size + this.#options.maxBytes;
      return written;
    }
    return true;
  }

  #open(): RotatingFileStream {
    const { directory, file, files, maxBytes } = this.#options;
    const stream = createStream(file, { path: directory, size: `${this.#limit}B`, rotate: files - 1 });
    let open = false;
    stream.on("error", () => {}); // The write's callback has it; without a listener it would end the process as well.
    stream.on("open", () => {
      open = true;
    });
    stream.on("rotation", () => {
      this.#rotating = open ? "written" : "opening";
    });
    stream.on("rotated", () => {
      this.#rotating = "no";
      if (this.#limit === maxBytes) return;
      this.#limit = maxBytes;
      // The stream keeps the size it was made with: the next text gets a new one.
      this.#stream = null;
      stream.end();
    });
    return stream;
  }

  async #closeStream(): Promise<void> {
    const stream = this.#stream;
    this.#stream = null;
    if (stream) await new Promise<void>((resolve) => void stream.once("close", resolve).end());
  }

  #complain(error: unknown): void {
    if (this.#outage) return;
    this.#outage = true;
    const cause = (error as NodeJS.ErrnoException).code ?? String(error);
    try {
      writeSync(2, `The log ${this.#path} cannot be written (${cause}); its lines are held until it can.\n`);
    } catch {
      // Nobody is left to tell.
    }
  }
}
