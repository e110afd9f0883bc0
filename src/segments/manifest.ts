import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { removeDatabase } from "./mirror.ts";
import type { SourceVersion } from "./source-version.ts";
import type { Facts } from "./types.ts";

/** A mirror that a later start may use again. */
export interface KeptMirror {
  name: string;
  /** File name in the mirror folder. */
  file: string;
  /** Look version and content mark of the source it was copied from. */
  version: string;
  mark: string;
  /** Synced to the disk before it was published. */
  durable: boolean;
  asOf: number;
  facts: Facts;
  /** The newest state of the source in which it still had the rows of the mirror: written since, or only touched. */
  unchangedAt?: SourceVersion;
}

/** What a look into a file that is read directly found; a later start on the same version need not look again. */
export interface KeptLook extends SourceVersion {
  name: string;
  facts: Facts;
}

/** What a run leaves to the next one. */
export interface Manifest {
  mirrors: Map<string, KeptMirror>;
  looks: Map<string, KeptLook>;
}

const fileName = "manifest.json";
/** Raised when the meaning of an entry or the making of a mirror changes; entries of another format are dropped. */
const format = 1;

/** Reads what an earlier run left, and deletes every other file of the folder. A damaged manifest counts as empty. */
export function openManifest(directory: string): Manifest {
  mkdirSync(directory, { recursive: true });
  let kept: KeptMirror[] = [];
  let looks: KeptLook[] = [];
  try {
    const stored = JSON.parse(readFileSync(path.join(directory, fileName), "utf8"));
    if (stored.format === format) {
      kept = stored.mirrors;
      looks = stored.looks ?? [];
    }
  } catch {
    // First start, or cut off while writing: the sources are copied again.
  }
  const present = readdirSync(directory);
  const usable = kept.filter((mirror) => present.includes(mirror.file));
  const files = new Set(usable.map((mirror) => mirror.file));
  for (const name of present) {
    if (/\.db(\.tmp)?(-wal|-shm|-journal)?$/.test(name) && !files.has(name)) removeDatabase(path.join(directory, name));
  }
  return { mirrors: byName(usable), looks: byName(looks) };
}

/** Writes the manifest in one step; a failure costs nothing but a fresh copy at the next start. */
export function saveManifest(directory: string, { mirrors, looks }: Manifest): void {
  const part = path.join(directory, `${fileName}.tmp`);
  try {
    writeFileSync(part, JSON.stringify({ format, mirrors: [...mirrors.values()], looks: [...looks.values()] }));
    renameSync(part, path.join(directory, fileName));
  } catch {
    // A full disk: the next start copies the sources again.
  }
}

const byName = <T extends { name: string }>(all: readonly T[]): Map<string, T> =>
  new Map(all.map((one) => [one.name, one]));
