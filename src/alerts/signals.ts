/** One of the files that hold production data. */
export interface FileSignal {
  /** `live`, or the name of the archive. */
  name: string;
  /** Such as `production_analysis.db`. */
  file: string;
  state: "ok" | "absent" | "locked" | "broken" | "changing" | "refilling" | "copying";
  /** What the hub says of it, in English; null where nothing is the matter. */
  note: string | null;
  /** Whether its days are answered, from an older copy perhaps. */
  isAnswered: boolean;
  /** When it was written last, ms since 1970; null where it is not there. */
  writtenAt: number | null;
  rows: number | null;
  misplacedRows: number;
  undatedRows: number;
  /** The first day that it owns, `YYYY-MM-DD`. */
  ownsFrom: string;
  walMb: number;
  /** Names of indexes that it lacks; null while that is not known. */
  missingIndexes: readonly string[] | null;
}

/** Backups of one file. */
export interface BackupSignal {
  file: string;
  /** When the newest was taken, ms since 1970; null where there is none. */
  newestAt: number | null;
  /** From which age on it is too old, and far too old. */
  warnMs: number;
  failMs: number;
  /** Since when the hub has known the file, ms since 1970: a first backup is not made at once. */
  knownSince: number;
}

/** One of the hub's own jobs. Times in ms since 1970. */
export interface JobSignal {
  name: string;
  title: Readonly<Record<"ko" | "en", string>>;
  paused: boolean;
  running: boolean;
  result: "ok" | "failed" | null;
  message: string | null;
  startedAt: number | null;
  finishedAt: number | null;
  /** The last time at which it should have begun by the clock; null for a job without one, or where that is not known. */
  dueAt: number | null;
}

/** What the requests of the last minutes came to. */
export interface RequestSignal {
  minutes: number;
  requests: number;
  serverErrors: number;
  slowQueries: number;
  rateLimited: number;
}

/** All that the built-in rules know, in plain values: whoever fills it in asks the parts of the hub, and the rules are pure. */
export interface Signals {
  /** ms since 1970, and the factory's date. */
  now: number;
  today: string;
  /** The factory's date of a moment. */
  dayOf: (ms: number) => string;
  /** The factory's time of a moment, `YYYY-MM-DD HH:MM`. */
  timeOf: (ms: number) => string;
  /** Those whose names stand in the folder, and Live; empty until they were looked at. */
  files: readonly FileSignal[];
  /** Archives that were there once and are not now, with the day on which that was noticed. */
  goneArchives: readonly { file: string; since: number }[];
  /** Where the files are expected. */
  folder: string;
  /** Days with production, oldest first, of a year and more; null until they are known. */
  productionDays: readonly string[] | null;
  isHoliday: (day: string) => boolean;
  /** Working days without a write that are too many; null to learn it. */
  unchangedDays: number | null;
  walLimitMb: number;
  healsIndexes: boolean;
  autoRollover: boolean;
  /** True while rows are being moved into archives. */
  isRollingOver: boolean;
  backups: readonly BackupSignal[];
  disk: {
    /** Bytes; null where it cannot be told. */
    free: number | null;
    /** Below this a round of backups does not fit, and below this nothing works. */
    needed: number;
    least: number;
    /** Free bytes over the last days, oldest first. */
    history: readonly { at: number; free: number }[];
  };
  jobs: readonly JobSignal[];
  requests: RequestSignal;
  /** Above which a query is slow, ms. */
  slowQueryMs: number;
  /** How the chat's model is doing; null without one, or where nobody asked it yet. */
  chat: { status: "ok" | "error" | "rate_limited" | "degraded"; message: string } | null;
  /** The last time that the hub ended unexpectedly, as `/healthz` tells it: within seven days. */
  crash: { at: number; stamp: string; report: string; reason: string } | null;
  /** The last time that the PC's clock was moved: by how much, positive for forward; null where it was not lately. */
  clockJump: { at: number; byMs: number } | null;
}
