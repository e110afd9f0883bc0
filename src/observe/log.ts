import { factoryClock } from "./clock.ts";
import { LogFile } from "./log-file.ts";
import type { Rotation } from "./log-rotation.ts";
import { redactor } from "./redact.ts";

const batchMs = 100;
const batchChars = 64 * 1024;
const maxMessageChars = 8000;
/** Those of `YYYY-MM-DD`. */
const dayChars = 10;

declare const plain: unique symbol;
/** Text that may stand in a line as it is: secrets masked, control characters escaped, not too long. `Log.plain` makes it. */
export type PlainText = string & { readonly [plain]: true };

/** One log; `logger` names the room that speaks, `requestId` the request it speaks of. No method ever throws. */
export type Log = {
  info(logger: string, message: string, requestId?: string): void;
  warn(logger: string, message: string, requestId?: string): void;
  error(logger: string, message: string, requestId?: string): void;
  /** A text as the methods above write it, for those who log the same one again and again: it takes most of a line's time. */
  plain(text: string): PlainText;
  /** An access line, of a text that is plain already and a request id of the hub's own. */
  access(message: PlainText, requestId: string): void;
  /** Resolves when every line so far is on the disk, or cannot be put there for the time being. */
  flush(): Promise<void>;
  /** Writes what is left and closes the file. Lines that come later are still written, each at once. */
  close(): Promise<void>;
};

/** `columns`: that of app.log, see openLog. `brackets`: that of watcher.log, `[YYYY-MM-DD HH:MM:SS] [INFO ] message`. */
export type LogLayout = "columns" | "brackets";

export type LogOptions = {
  /** Made when it is missing. */
  readonly directory: string;
  readonly file: string;
  readonly timezone: string;
  /** How its files are rotated; null for a process that leaves it to another one. 5 files of 10 MB unless told otherwise. */
  readonly rotation?: Rotation | null;
  /** A file that holds the errors once more. */
  readonly errorFile?: string;
  /** A file for access lines, and whether they stand in `file` as well; without it they stand in `file` alone. */
  readonly access?: { readonly file: string; readonly alsoInMain: boolean };
  /** How a line is laid out; `columns` unless told otherwise. */
  readonly layout?: LogLayout;
  /** Configured keys, replaced by `***` wherever they stand. */
  readonly secrets?: readonly string[];
  /** Milliseconds since 1970; the machine's clock unless told otherwise. */
  readonly now?: () => number;
};

/** As the contract has it: 10 MB, 5 files. */
export const bySize: Rotation = { by: "size", maxBytes: 10 * 1024 * 1024, files: 5, keepDays: 30, gzip: true };

/**
 * Opens a log of lines `YYYY-MM-DD HH:MM:SS | LEVEL    | request_id | logger | message` in the factory's time, `-` where
 * there is no request. Secrets are masked, and control characters escaped, so that nobody can forge a line.
 *
 * Lines are written every 100 ms or 64 KB. A normal end of the process (also process.exit) loses none; a kill may lose
 * those 100 ms, so flush after a line that must survive one.
 */
export function openLog({
  directory,
  file,
  timezone,
  rotation = bySize,
  errorFile,
  access,
  layout = "columns",
  secrets,
  now,
}: LogOptions): Log {
  const clock = factoryClock(timezone, now);
  const redact = redactor(secrets);
  const dayOf = (moment: Date): string => clock.logStamp(moment).slice(0, dayChars);
  const openBatch = (name: string): LineBatch => {
    const onLost = (lines: number) =>
      write("WARNING", "log", `${lines} lines are missing in ${name} here: the disk took none.`);
    return new LineBatch(new LogFile({ directory, file: name, rotation, dayOf, onLost }));
  };
  const main = openBatch(file);
  const errors = errorFile === undefined ? null : openBatch(errorFile);
  const accesses = access === undefined ? null : openBatch(access.file);
  const batches = [main, errors, accesses].filter((batch) => batch !== null);
  const accessInMain = accesses === null || access?.alsoInMain === true;

  // `String`, because an `any` from a catch clause must not throw here.
  const asPlain = (message: string) => escapeControls(shorten(redact(String(message)))) as PlainText;

  function lineOf(level: Level, stamp: string, logger: string, message: PlainText, requestId: string): string {
    return layout === "columns"
      ? `${stamp} | ${columns[level]} | ${requestId} | ${logger} | ${message}\n`
      : `[${stamp}] [${brackets[level]}] ${message}\n`;
  }

  function write(level: Level, logger: string, message: string, requestId = "-"): void {
    const stamp = clock.logStamp();
    const line = lineOf(level, stamp, escapeControls(logger), asPlain(message), escapeControls(requestId));
    main.add(line, stamp);
    if (level === "ERROR") errors?.add(line, stamp);
  }

  function writeAccess(message: PlainText, requestId: string): void {
    const stamp = clock.logStamp();
    const line = lineOf("INFO", stamp, "access", message, requestId);
    if (accessInMain) main.add(line, stamp);
    accesses?.add(line, stamp);
  }

  function onExit(): void {
    for (const batch of batches) batch.closeSync();
  }
  process.once("exit", onExit);

  return {
    info: (logger, message, requestId) => write("INFO", logger, message, requestId),
    warn: (logger, message, requestId) => write("WARNING", logger, message, requestId),
    error: (logger, message, requestId) => write("ERROR", logger, message, requestId),
    plain: asPlain,
    access: writeAccess,
    flush: async () => {
      await Promise.all(batches.map((batch) => batch.flush()));
    },
    close: async () => {
      await Promise.all(batches.map((batch) => batch.close()));
      process.off("exit", onExit);
    },
  };
}

/** Lines of one file that are written together, because writing each by itself would cost more than everything else about it. */
class LineBatch {
  readonly #file: LogFile;
  #lines = "";
  /** Moment of the last line, and its day: that of all lines here. */
  #stamp = "";
  #day = "";
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(file: LogFile) {
    this.#file = file;
  }

  /** Takes a line of the moment `stamp`, which begins with its day. */
  add(line: string, stamp: string): void {
    if (stamp !== this.#stamp) this.#turnTo(stamp);
    this.#lines += line;
    if (this.#closed || this.#lines.length >= batchChars) this.#handOver();
    else this.#timer ??= setTimeout(() => this.#handOver(), batchMs).unref();
  }

  flush(): Promise<void> {
    this.#handOver();
    return this.#file.drained();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#handOver();
    await this.#file.close();
  }

  closeSync(): void {
    this.#file.closeSync();
    this.#handOver();
  }

  #turnTo(stamp: string): void {
    const day = stamp.slice(0, dayChars);
    if (day !== this.#day) this.#handOver();
    this.#stamp = stamp;
    this.#day = day;
  }

  #handOver(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#lines === "") return;
    const lines = this.#lines;
    this.#lines = "";
    this.#file.append(lines, this.#day);
  }
}

type Level = "INFO" | "WARNING" | "ERROR";
/** The level as wide as its column is, in either layout. */
const columns: Record<Level, string> = { INFO: "INFO    ", WARNING: "WARNING ", ERROR: "ERROR   " };
const brackets: Record<Level, string> = { INFO: "INFO ", WARNING: "WARN ", ERROR: "ERROR" };

function shorten(message: string): string {
  const rest = message.length - maxMessageChars;
  return rest > 0 ? `${message.slice(0, maxMessageChars)}… (${rest} characters more)` : message;
}

// Line ends of every kind, terminal controls, and the marks that reverse the order of what is read after them.
const controls = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const short: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeControls(line: string): string {
  return line.replace(controls, (mark) => {
    const code = mark.charCodeAt(0);
    return (
      short[mark] ??
      (code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`)
    );
  });
}
