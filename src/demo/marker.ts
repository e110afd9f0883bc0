import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MARKER = "demo.json";
/** Raise it when the same request gives other rows than before, so that data kept from an earlier version is remade. */
const GENERATOR_VERSION = 1;

/** What decides the content of the demo files. */
export interface DemoRequest {
  readonly rows: number;
  readonly seed: number;
  /** Year that Live holds. */
  readonly year: number;
  /** Share of the rows that stand in Live; null lets the calendar decide. */
  readonly liveShare: number | null;
}

/** The content of `demo.json`, which says that the databases beside it belong to the generator. */
export interface Marker extends DemoRequest {
  readonly version: number;
  /** False while files are being written: what stands there may be a mixture of two requests. */
  readonly complete: boolean;
}

/** The marker of a database folder; null if there is none or it cannot be read as one. */
export function readMarker(databaseDir: string): Marker | null {
  try {
    const marker: unknown = JSON.parse(readFileSync(join(databaseDir, MARKER), "utf8"));
    return typeof marker === "object" && marker !== null && "version" in marker ? (marker as Marker) : null;
  } catch {
    return null;
  }
}

/** Writes the marker of a database folder in one step. */
export function writeMarker(databaseDir: string, request: DemoRequest, complete: boolean): void {
  const path = join(databaseDir, MARKER);
  const marker: Marker = { version: GENERATOR_VERSION, ...request, complete };
  writeFileSync(`${path}.tmp`, `${JSON.stringify(marker, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
}

/** Whether the marker stands for finished files with the content of the request. */
export function fulfils(marker: Marker, request: DemoRequest): boolean {
  return (
    marker.complete &&
    marker.version === GENERATOR_VERSION &&
    marker.rows === request.rows &&
    marker.seed === request.seed &&
    marker.year === request.year &&
    marker.liveShare === request.liveShare
  );
}
