import type { FactoryClock } from "../../observe/clock.ts";
import type { OperationsAgeReader } from "../../observe/operations-age.ts";
import type { Catalog } from "../../segments/catalog.ts";
import type { FileStatus } from "../../segments/file-status.ts";
import type { FileState } from "../../segments/tracked-file.ts";
import type { HealthServices } from "../health.ts";
import { type Family, flag, gauge, type Sample, states } from "./family.ts";

export interface DataSources {
  catalog: Catalog;
  derived: HealthServices["derived"];
  operations: OperationsAgeReader;
  clock: FactoryClock;
}

const fileStates: readonly FileState[] = ["ok", "absent", "locked", "broken", "changing", "refilling", "copying"];
const derivedStates = ["ready", "building", "waiting", "none"] as const;
const bytesPerMb = 1024 * 1024;

/** How the ERP's files, what is derived from them, and their backups are, from what is known in memory. */
export function dataFamilies({ catalog, derived, operations, clock }: DataSources): Family[] {
  const now = Date.now();
  const today = Date.parse(clock.today());
  const files = catalog.status();
  const each = (value: (file: FileStatus) => number | null) =>
    files.map((file) => ({ labels: { segment: file.name }, value: value(file) }));
  const derivedNow = derived();
  const stateOf = (kind: "rollup" | "search"): Sample[] =>
    (derivedNow?.[kind] ?? []).flatMap(({ segment, state }) => states({ segment }, derivedStates, state));
  return [
    gauge(
      "hub_segment_state",
      "1 for the state that a file is in: ok, absent, locked, broken, changing (none of them can be read now), refilling or copying.",
      files.flatMap(({ name, state }) => states({ segment: name }, fileStates, state)),
    ),
    gauge(
      "hub_segment_answering",
      "1 when some version of a file answers, the last good one say.",
      each(({ read_from }) => flag(read_from !== null)),
    ),
    gauge(
      "hub_segment_mirrored",
      "1 when a file is answered from the hub's own copy of it.",
      each(({ read_from }) => flag(read_from === "mirror")),
    ),
    gauge(
      "hub_segment_rows",
      "Rows in the version of a file that answers, where they are counted.",
      each(({ rows }) => rows),
    ),
    gauge(
      "hub_segment_bytes",
      "Bytes of a file.",
      each(({ source_mb }) => Math.round(source_mb * bytesPerMb)),
    ),
    gauge(
      "hub_segment_version_age_seconds",
      "Time since the version of a file that answers, its mirror where there is one, was taken from the file.",
      each(({ as_of }) => (as_of === null ? null : (now - Date.parse(as_of)) / 1000)),
    ),
    gauge(
      "hub_segment_last_day_age_seconds",
      "Whole days from the last day that a file has rows of until the factory's today, in seconds: what grows while no production is entered.",
      each(({ last_day }) => (last_day === null ? null : (today - Date.parse(last_day)) / 1000)),
    ),
    gauge(
      "hub_segment_misplaced_rows",
      "Rows in a file that does not own their day; they count all the same.",
      each(({ misplaced_rows }) => misplaced_rows),
    ),
    gauge(
      "hub_segment_duplicate_rows",
      "Rows that are not counted because the file that owns their day holds the same ones.",
      each(({ duplicate_rows }) => duplicate_rows),
    ),
    gauge(
      "hub_segment_undated_rows",
      "Rows whose date begins with no valid day.",
      each(({ undated_rows }) => undated_rows),
    ),
    gauge(
      "hub_rollup_state",
      "1 for the state that the daily totals of a file are in: ready, building, waiting or none; until they are ready its rows answer.",
      stateOf("rollup"),
    ),
    gauge(
      "hub_search_state",
      "1 for the state that the search index of a file is in: ready, building, waiting or none; until it is ready its rows are searched.",
      stateOf("search"),
    ),
    gauge(
      "hub_backup_age_seconds",
      "Time since the newest backup of a file was made; a file that was never backed up has none.",
      [...operations.backups()].map(([segment, at]) => ({ labels: { segment }, value: (now - at) / 1000 })),
    ),
  ];
}
