import { factoryClock } from "./clock.ts";
import { LogFile } from "./log-file.ts";
import { redactor } from "./redact.ts";

const batchMs = 100;
const batchChars = 64 * 1024;
const maxMessageChars = 8000;

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
  /** As `info`, of a text that is plain already and a request id of the hub's own. */
  infoPlain(logger: string, message: PlainText, requestId: string): void;
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
  /** Rotation size, 10 MB unless told otherwise. */
  readonly maxBytes?: number;
  /** Files in all (`app.log`, `app.log.1`, …), at least 2; 5 unless told otherwise. */
  readonly files?: number;
  /** How a line is laid out; `columns` unless told otherwise. */
  readonly layout?: LogLayout;
  /** Configured keys, replaced by `***` wherever they stand. */
  readonly secrets?: readonly string[];
};

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
  maxBytes = 10 * 1024 * 1024,
  files = 5,
  layout = "columns",
  secrets,
}: LogOptions): Log {
  const clock = factoryClock(timezone);
  const redact = redactor(secrets);
  const onLost = (lines: number) => write("WARNING", "log", `${lines} lines are missing here: the disk took none.`);
  const logFile = new LogFile({ directory, file, maxBytes, files, onLost });
  let batch = "";
  let timer: ReturnType<typeof setTimeout> | null = null;
  let closed = false;

  // `String`, because an `any` from a catch clause must not throw here.
  const asPlain = (message: string) => escapeControls(shorten(redact(String(message)))) as PlainText;

  function write(level: Level, logger: string, message: string, requestId = "-"): void {
    writePlain(level, escapeControls(logger), asPlain(message), escapeControls(requestId));
  }

  function writePlain(level: Level, logger: string, message: PlainText, requestId: string): void {
    const stamp = clock.logStamp();
    batch +=
      layout === "columns"
        ? `${stamp} | ${columns[level]} | ${requestId} | ${logger} | ${message}\n`
        : `[${stamp}] [${brackets[level]}] ${message}\n`;
    if (closed || batch.length >= batchChars) handOver();
    else timer ??= setTimeout(handOver, batchMs).unref();
  }

  function handOver(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (batch === "") return;
    const text = batch;
    batch = "";
    logFile.append(text);
  }

  function onExit(): void {
    logFile.closeSync();
    handOver();
  }
  process.once("exit", onExit);

  return {
    info: (logger, message, requestId) => write("INFO", logger, message, requestId),
    warn: (logger, message, requestId) => write("WARNING", logger, message, requestId),
    error: (logger, message, requestId) => write("ERROR", logger, message, requestId),
    plain: asPlain,
    infoPlain: (logger, message, requestId) => writePlain("INFO", logger, message, requestId),
    flush: () => {
      handOver();
      return logFile.drained();
    },
    close: async () => {
      closed = true;
      handOver();
      await logFile.close();
      process.off("exit", onExit);
    },
  };
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
