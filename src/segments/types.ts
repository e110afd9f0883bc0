import type { Day } from "./day.ts";

/** What a segment's file turned out to hold, read once per version. */
export interface Facts {
  /** Rows in the file; null where counting would mean a scan of a large file. */
  rows: number | null;
  minId: number | null;
  maxId: number | null;
  /** Smallest and greatest stored date text; null in an empty table. */
  minText: string | null;
  maxText: string | null;
  /** First and last valid day. */
  firstDay: Day | null;
  lastDay: Day | null;
  /** Rows whose text does not begin with a valid day; `prefixes` is null where there are too many different ones to list. */
  undated: { rows: number; prefixes: string[] | null };
  /** First columns of the indexes that the file has, comma separated, such as `item_code,production_date`. */
  indexes: string[];
}

/** Ids from the first to the last, both inclusive. */
export type IdRange = [first: number, last: number];

/**
 * Rows of a segment that the owner of their days holds with the same id and content; they count there and not here. A rollover puts
 * millions of them into the archive before it takes them out of Live, so they are told by days and ranges and never one by one.
 */
export interface Excluded {
  /** How many they are. */
  rows: number;
  /** Which they are: of these days every row, or (`ids` not null) every row whose id lies in one of the ranges, which ascend. */
  days: { from: Day; to: Day; ids: IdRange[] | null }[];
}

/** One file and the days it owns, in one version, ready to be read. */
export interface Segment {
  /** `live` or `archive_YYYY`. */
  name: string;
  source: "live" | "archive";
  /** The file that is read: the hub's mirror, or the ERP's own file. */
  file: string;
  /** A mirror never changes once published, so that it needs no locks and no second look. */
  immutable: boolean;
  /** Changes whenever the source's content may have changed. */
  version: string;
  ownsFrom: Day;
  ownsTo: Day;
  facts: Facts;
  /** Rows of valid days that another segment owns. */
  misplaced: number;
  /** Which of them the owner holds as well. */
  excluded: Excluded;
}

/** A set of segment versions that one answer is computed from; newest days first, live before archives. */
export interface Snapshot {
  /** Counts publications within this run, so that a worker knows whether it holds this very set of files. */
  serial: number;
  /** Changes whenever the data may have changed; the same again after a restart on unchanged files. */
  version: string;
  segments: Segment[];
  /** Days that cannot be answered for now, because the file that owns them is unreadable and no earlier version of it is known. */
  missing: { name: string; ownsFrom: Day; ownsTo: Day; reason: string }[];
}
