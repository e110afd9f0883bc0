/** A file of a log, as its name tells it. */
export interface LogName {
  name: string;
  /** Name of the file that is written: `app.log`. */
  log: string;
  /** What `app.log.3` has; null for others. */
  number: number | null;
  /** Day `YYYY-MM-DD` that a dated file holds the lines of; null for others. */
  day: string | null;
  /** 1 for `app.log.2026-11-20`, 2 for `app.log.2026-11-20.2`, which is newer. */
  part: number;
  gzipped: boolean;
}

/** Ends the name of a compressed file. */
export const gzEnd = ".gz";

const pattern = /^([\w.-]+?\.log)(?:\.(\d{1,3})|\.(\d{4}-\d\d-\d\d)(?:\.(\d{1,6}))?)?(\.gz)?$/;

/** What a file's name says of it; null where it is no log. */
export function parseLogName(name: string): LogName | null {
  const found = pattern.exec(name);
  if (!found) return null;
  const [, log = "", number, day = null, part, gz] = found;
  // What is being written is never compressed.
  if (gz !== undefined && number === undefined && day === null) return null;
  return {
    name,
    log,
    number: number === undefined ? null : Number(number),
    day,
    part: Number(part ?? 1),
    gzipped: gz !== undefined,
  };
}

/** Name of a log's file put aside by its number, 1 the newest. */
export const numberedName = (log: string, number: number): string => `${log}.${number}`;

/** Name of a log's file put aside by the day of its lines. */
export const datedName = (log: string, day: string, part: number): string =>
  part === 1 ? `${log}.${day}` : `${log}.${day}.${part}`;

/**
 * The files among `names` that were put aside from a log: each once, the dated ones from the newest to the oldest, and the numbered ones likewise.
 * Where one is there plain and compressed (it is being compressed, or the hub was killed over it) the plain one counts.
 */
export function putAsideOf(names: readonly string[], log: string): { dated: LogName[]; numbered: LogName[] } {
  const found = new Map<string, LogName>();
  for (const name of names) {
    const file = parseLogName(name);
    if (file?.log !== log || (file.number === null && file.day === null)) continue;
    const plain = file.gzipped ? name.slice(0, -gzEnd.length) : name;
    if (!file.gzipped || !found.has(plain)) found.set(plain, file);
  }
  const files = [...found.values()];
  return {
    dated: files
      .filter(({ day }) => day !== null)
      .sort((a, b) => (a.day === b.day ? b.part - a.part : (b.day ?? "") < (a.day ?? "") ? -1 : 1)),
    numbered: files.filter(({ number }) => number !== null).sort((a, b) => (a.number ?? 0) - (b.number ?? 0)),
  };
}
