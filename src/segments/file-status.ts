import type { FileState, TrackedFile } from "./tracked-file.ts";
import type { Segment } from "./types.ts";

/** State of one file for `/healthz` and the pages. */
export interface FileStatus {
  name: string;
  file: string;
  state: FileState;
  note: string | null;
  source_mb: number;
  /** `mirror`: answered from the hub's copy; `direct`: from the source; null: not answered. */
  read_from: "mirror" | "direct" | null;
  as_of: string | null;
  rows: number | null;
  first_day: string | null;
  last_day: string | null;
  owns: { from: string; to: string };
  misplaced_rows: number;
  duplicate_rows: number;
  undated_rows: number;
}

const mb = 1024 * 1024;

/** Describes a file and the version of it that answers. */
export function describeFile(file: TrackedFile, segment: Segment | null): FileStatus {
  const { holding } = file;
  return {
    name: holding.name,
    file: holding.fileName,
    state: file.state,
    note: file.note,
    source_mb: Math.round((file.bytes / mb) * 100) / 100,
    read_from: segment === null ? null : segment.immutable ? "mirror" : "direct",
    as_of: file.asOf === null ? null : new Date(file.asOf).toISOString(),
    rows: segment?.facts.rows ?? null,
    first_day: segment?.facts.firstDay ?? null,
    last_day: segment?.facts.lastDay ?? null,
    owns: { from: holding.ownsFrom, to: holding.ownsTo },
    misplaced_rows: segment?.misplaced ?? 0,
    duplicate_rows: segment?.excluded.rows ?? 0,
    undated_rows: segment?.facts.undated.rows ?? 0,
  };
}
