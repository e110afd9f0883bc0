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

/** Describes a file and the version of it that answers: no segment, one, or a mirror with its tail. */
export function describeFile(file: TrackedFile, segments: readonly Segment[]): FileStatus {
  const { holding } = file;
  const days = segments.flatMap(({ facts: { firstDay, lastDay } }) =>
    [firstDay, lastDay].filter((day) => day !== null),
  );
  const sum = (of: (segment: Segment) => number) => segments.reduce((total, segment) => total + of(segment), 0);
  const counted = segments.length > 0 && segments.every(({ facts }) => facts.rows !== null);
  // Requests have stopped waiting for a look at it, which may find that it changed.
  const isLate = file.isBehind && file.state === "ok";
  return {
    name: holding.name,
    file: holding.fileName,
    state: isLate ? "copying" : file.state,
    note: isLate ? "Reading the file takes longer than usual; the version before answers." : file.note,
    source_mb: Math.round((file.bytes / mb) * 100) / 100,
    read_from: segments[0] ? (segments[0].immutable ? "mirror" : "direct") : null,
    as_of: file.asOf === null ? null : new Date(file.asOf).toISOString(),
    rows: counted ? sum(({ facts }) => facts.rows ?? 0) : null,
    first_day: days.sort()[0] ?? null,
    last_day: days.sort().at(-1) ?? null,
    owns: { from: holding.ownsFrom, to: holding.ownsTo },
    misplaced_rows: sum(({ misplaced }) => misplaced),
    duplicate_rows: sum(({ excluded }) => excluded.rows),
    undated_rows: sum(({ facts }) => facts.undated.rows),
  };
}

/** When the newest of some files was written, ISO 8601; null while none was read. */
export function newestWrite(files: readonly FileStatus[]): string | null {
  return (
    files
      .flatMap(({ as_of }) => (as_of === null ? [] : [as_of]))
      .sort()
      .at(-1) ?? null
  );
}
