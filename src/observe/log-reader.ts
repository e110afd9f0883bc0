import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import path from "node:path";
import { backwards, bytesOf, longestLine, splitLines, unpackedBytesOf } from "./log-bytes.ts";
import { gzEnd, numberedName, parseLogName, putAsideOf } from "./log-names.ts";

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

/** Named first, because everything stands in it. */
const mainLog = "app.log";
/** Read at most for one question: more than a log has before it is rotated, and 0.2 s of work. */
const mostBytes = 16 * 1024 * 1024;
/** Numbered files that are looked for after a log, `app.log.1` and on, listed or not: a rotation may be giving them other numbers. */
const mostNumbered = 9;
const newline = 10;

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

  /** Names of the logs there are, `app.log` first, each before what was put aside of it, the newest first; none where the folder cannot be read. */
  async names(): Promise<string[]> {
    const names = await this.#listed();
    const logs = [...new Set(names.flatMap((name) => parseLogName(name)?.log ?? []))];
    logs.sort((a, b) => Number(b === mainLog) - Number(a === mainLog) || (a < b ? -1 : 1));
    return logs.flatMap((log) => {
      const { dated, numbered } = putAsideOf(names, log);
      return [...(names.includes(log) ? [log] : []), ...[...dated, ...numbered].map(({ name }) => name)];
    });
  }

  /** The last lines of a log that `names` names; they go on in what was put aside of it where it is short itself. */
  async end(name: string, filter: LogFilter): Promise<LogEnd> {
    const gathering = new Gathering(filter.lines, this.#keeper(filter));
    await this.#gather(name, gathering);
    const { place } = gathering;
    // Listed only after the log itself was read: what is put aside from then on stands in the lines above.
    const older = parseLogName(name)?.log === name && !gathering.isEnough ? await this.#putAside(name) : [];
    for (const plain of older) {
      if (gathering.isEnough) break;
      // Meanwhile it may have been compressed.
      if (!(await this.#gather(plain, gathering))) await this.#gather(plain + gzEnd, gathering);
    }
    return { lines: gathering.newestFirst.toReversed(), place, cut: gathering.isCut };
  }

  /** The lines that were added since; null when the log was rotated or too much was written, so that its end is to be read anew. */
  async since(name: string, place: LogPlace, filter: LogFilter): Promise<{ lines: LogLine[]; place: LogPlace } | null> {
    const keep = this.#keeper(filter);
    return this.#reading(name, async (handle) => {
      const { size, identity } = await identify(handle);
      if (identity !== place.file) return null;
      // Nothing is ever added to a compressed one.
      if (parseLogName(name)?.gzipped === true) return { lines: [], place };
      if (size < place.offset || size - place.offset > longestLine) return null;
      const bytes = await bytesOf(handle, size).read(place.offset, size - place.offset);
      const whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1);
      const lines = splitLines(whole).flatMap((text) => keep(text) ?? []);
      return { lines: lines.slice(-filter.lines), place: { file: identity, offset: place.offset + whole.length } };
    });
  }

  #keeper({ level, search }: LogFilter): Keeper {
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

  /** Adds a file's lines to those of newer files. False where there is no such file. */
  async #gather(name: string, gathering: Gathering): Promise<boolean> {
    const wasThere = await this.#reading(name, async (handle) => {
      await gathering.add(handle, parseLogName(name)?.gzipped === true);
      return true;
    });
    return wasThere === true;
  }

  async #listed(): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  /** Names of what was put aside of a log, the newest first, each as it is called while it is not compressed. */
  async #putAside(log: string): Promise<string[]> {
    const { dated, numbered } = putAsideOf(await this.#listed(), log);
    const newestOf = (name = ""): Promise<number> =>
      lstat(path.join(this.#folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
    const days = dated.map(({ name, gzipped }) => (gzipped ? name.slice(0, -gzEnd.length) : name));
    const numbers = Array.from({ length: mostNumbered }, (_, at) => numberedName(log, at + 1));
    // Both are there where LOG_ROTATION was changed.
    if (dated.length === 0) return numbers;
    const isDatedNewer = (await newestOf(dated[0]?.name)) >= (numbered[0] ? await newestOf(numbered[0].name) : 0);
    return isDatedNewer ? [...days, ...numbers] : [...numbers, ...days];
  }

  async #reading<T>(name: string, use: (handle: FileHandle) => Promise<T>): Promise<T | null> {
    if (parseLogName(name) === null) return null;
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

/** A line as it is shown; null for one that is not wanted. */
type Keeper = (text: string) => LogLine | null;

/** The wanted lines of one file after the other, each from its end. */
class Gathering {
  readonly newestFirst: LogLine[] = [];
  /** Where the end of the file is that was read first; null while none was. */
  place: LogPlace | null = null;
  readonly #wanted: number;
  readonly #keep: Keeper;
  readonly #seen = new Set<string>();
  /** Bytes that may be read yet. */
  #budget = mostBytes;

  constructor(wanted: number, keep: Keeper) {
    this.#wanted = wanted;
    this.#keep = keep;
  }

  get isEnough(): boolean {
    return this.newestFirst.length >= this.#wanted || this.#budget <= 0;
  }

  get isCut(): boolean {
    return this.newestFirst.length < this.#wanted && this.#budget <= 0;
  }

  async add(handle: FileHandle, isGzipped: boolean): Promise<void> {
    const { size, identity } = await identify(handle);
    // The log was rotated meanwhile, and this is what has been read under its former name.
    if (this.#seen.has(identity)) return;
    const isFirst = this.#seen.size === 0;
    this.#seen.add(identity);
    if (isFirst) this.place = { file: identity, offset: 0 };
    const before = this.#budget;
    const bytes = isGzipped ? await unpackedBytesOf(handle, before) : bytesOf(handle, size);
    if (bytes === null) {
      this.#budget = 0;
      return;
    }
    for await (const { lines, from, end } of backwards(bytes, before)) {
      if (this.place?.file === identity) this.place.offset = Math.max(this.place.offset, end);
      for (const text of lines.toReversed()) {
        const line = this.#keep(text);
        if (line) this.newestFirst.push(line);
        if (this.newestFirst.length >= this.#wanted) break;
      }
      this.#budget = before - (bytes.size - from);
      if (this.newestFirst.length >= this.#wanted) break;
    }
  }
}

async function identify(handle: FileHandle): Promise<{ size: number; identity: string }> {
  const { size, dev, ino } = await handle.stat({ bigint: true });
  return { size: Number(size), identity: `${dev}-${ino}` };
}
