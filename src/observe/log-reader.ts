import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import path from "node:path";

/** What of a log is wanted: its last `lines` lines of at least this level that hold `search`, in whatever case. */
export interface LogFilter {
  level: (typeof logLevels)[number];
  search: string;
  lines: number;
}

/** Least levels to choose from; `all` shows lines of other programs as well, which have none. */
export const logLevels = ["all", "warning", "error"] as const;

export interface LogLine {
  level: "info" | "warning" | "error" | null;
  text: string;
}

/** Where in a log somebody is: the file by what it is rather than by its name, and the byte after its last whole line. */
export interface LogPlace {
  file: string;
  offset: number;
}

/** The end of a log, oldest line first. */
export interface LogEnd {
  lines: LogLine[];
  /** Where what comes later begins; null where there is no such file. */
  place: LogPlace | null;
  /** True when older lines exist that were not looked at, because too much would have to be read. */
  cut: boolean;
}

const chunkBytes = 64 * 1024;
/** Read at most for one question: more than a log has before it is rotated, and 0.2 s of work. */
const mostBytes = 16 * 1024 * 1024;
/** A line of the hub's own logs is 32 KB at most; what is longer is no log. */
const longestLine = 1024 * 1024;
/** Rotated files that are looked for after a log: `app.log.1` and on. */
const mostRotated = 9;
const newline = 10;

const logName = /^[\w.-]+\.log(\.\d{1,3})?$/;
const levelOf = /^(?:\[[^\]]{19}\] \[|[^|]{19} \| )(INFO|WARN|ERROR|CRITICAL)/;
const known: Record<string, LogLine["level"]> = { INFO: "info", WARN: "warning", ERROR: "error", CRITICAL: "error" };
const rank = { info: 0, warning: 1, error: 2 } as const;
const wantedRank: Record<LogFilter["level"], number> = { all: -1, warning: 1, error: 2 };

/**
 * Reads the logs of one folder from their ends. Nothing outside of the folder can be named, each file is open for the moment of reading only
 * (Windows does not rename a file that somebody has open, and a log is rotated by renaming it), and lines that are still being written are left out.
 */
export class LogReader {
  readonly #folder: string;
  readonly #redact: (text: string) => string;

  /** `redact` masks secrets once more, in logs that were written before they were configured. */
  constructor(folder: string, redact: (text: string) => string) {
    this.#folder = folder;
    this.#redact = redact;
  }

  /** Names of the logs there are, each before its rotated ones; none where the folder cannot be read. */
  async names(): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isFile() && logName.test(entry.name)).map(({ name }) => name);
    return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  }

  /** The last lines of a log that `names` names; they go on in its rotated files where it is short itself. */
  async end(name: string, filter: LogFilter): Promise<LogEnd> {
    const isRotated = /\d$/.test(name);
    const files = isRotated ? [name] : [name, ...Array.from({ length: mostRotated }, (_, at) => `${name}.${at + 1}`)];
    const keep = this.#keeper(filter);
    const newestFirst: LogLine[] = [];
    const seen = new Set<string>();
    let place: LogPlace | null = null;
    let budget = mostBytes;
    for (const file of files) {
      await this.#reading(file, async (handle) => {
        const { size, identity } = await identify(handle);
        // The log was rotated meanwhile, and this is what has been read under its former name.
        if (seen.has(identity)) return;
        seen.add(identity);
        const before = budget;
        for await (const { lines, from, end } of backwards(handle, size, budget)) {
          if (file === name) place ??= { file: identity, offset: end };
          for (const text of lines.toReversed()) {
            const line = keep(text);
            if (line) newestFirst.push(line);
            if (newestFirst.length >= filter.lines) break;
          }
          budget = before - (size - from);
          if (newestFirst.length >= filter.lines) break;
        }
        if (file === name) place ??= { file: identity, offset: 0 };
      });
      if (newestFirst.length >= filter.lines || budget <= 0) break;
    }
    return { lines: newestFirst.reverse(), place, cut: budget <= 0 && newestFirst.length < filter.lines };
  }

  /** The lines that were added since; null when the log was rotated or too much was written, so that its end is to be read anew. */
  async since(name: string, place: LogPlace, filter: LogFilter): Promise<{ lines: LogLine[]; place: LogPlace } | null> {
    const keep = this.#keeper(filter);
    return this.#reading(name, async (handle) => {
      const { size, identity } = await identify(handle);
      if (identity !== place.file || size < place.offset || size - place.offset > longestLine) return null;
      const bytes = await readAt(handle, place.offset, size - place.offset);
      const whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1);
      const lines = split(whole).flatMap((text) => keep(text) ?? []);
      return { lines: lines.slice(-filter.lines), place: { file: identity, offset: place.offset + whole.length } };
    });
  }

  #keeper({ level, search }: LogFilter): (text: string) => LogLine | null {
    const wanted = search.toLowerCase();
    const holds = (text: string): boolean => wanted === "" || text.toLowerCase().includes(wanted);
    return (text) => {
      if (!holds(text)) return null;
      const found = known[levelOf.exec(text)?.[1] ?? ""] ?? null;
      if ((found === null ? -1 : rank[found]) < wantedRank[level]) return null;
      const shown = this.#redact(text);
      // What is masked cannot be searched for either.
      return shown === text || holds(shown) ? { level: found, text: shown } : null;
    };
  }

  async #reading<T>(name: string, use: (handle: FileHandle) => Promise<T>): Promise<T | null> {
    if (!logName.test(name)) return null;
    let handle: FileHandle;
    try {
      const file = path.join(this.#folder, name);
      // A link may lead out of the folder.
      if (!(await lstat(file)).isFile()) return null;
      handle = await open(file, "r");
    } catch {
      return null;
    }
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  }
}

async function identify(handle: FileHandle): Promise<{ size: number; identity: string }> {
  const { size, dev, ino } = await handle.stat({ bigint: true });
  return { size: Number(size), identity: `${dev}-${ino}` };
}

/** Whole lines from the end of a file to its beginning, a chunk at a time; `from` is the byte that was read up to, `end` that after the last line. */
async function* backwards(
  handle: FileHandle,
  size: number,
  mostBytes: number,
): AsyncGenerator<{ lines: string[]; from: number; end: number }> {
  let rest: Buffer = Buffer.alloc(0);
  let end: number | null = null;
  const stop = Math.max(0, size - mostBytes);
  for (let from = size; from > stop && rest.length < longestLine; ) {
    const length = Math.min(chunkBytes, from - stop);
    from -= length;
    const read = await readAt(handle, from, length);
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
    yield { lines: split(bytes.subarray(begin)), from, end };
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function split(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  return bytes
    .toString("utf8", 0, bytes.length - 1)
    .split("\n")
    .map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}
