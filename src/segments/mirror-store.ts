import path from "node:path";
import { type KeptMirror, openManifest, saveManifest } from "./manifest.ts";
import { removeDatabase } from "./mirror.ts";
import type { Segment, Snapshot } from "./types.ts";

/**
 * The folder of mirrors: names new ones, remembers which of an earlier run may be used again, and removes those that nobody reads
 * any more.
 */
export class MirrorStore {
  readonly #directory: string;
  readonly #kept: Map<string, KeptMirror>;
  readonly #retired = new Set<string>();
  readonly #pins = new Map<string, number>();
  // Begins at the clock, so that a name of an earlier run is never used again.
  #generation = Date.now();

  /** Opens the folder and deletes what an earlier run left there without use. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#kept = openManifest(directory);
  }

  /** A new path for a mirror of this segment. */
  newPath(segment: string): string {
    return path.join(this.#directory, `${segment}-${(++this.#generation).toString(36)}.db`);
  }

  /** The mirror of an earlier run, with its path. */
  kept(segment: string): (KeptMirror & { path: string }) | undefined {
    const kept = this.#kept.get(segment);
    return kept && { ...kept, path: path.join(this.#directory, kept.file) };
  }

  /** Remembers a mirror for the next run; a durable one at once, the others when the hub stops. */
  keep(mirror: KeptMirror): void {
    const former = this.kept(mirror.name);
    if (former && former.file !== mirror.file) this.retire(former.path);
    this.#kept.set(mirror.name, mirror);
    if (mirror.durable) this.save();
  }

  forget(segment: string): void {
    this.#kept.delete(segment);
  }

  save(): void {
    saveManifest(this.#directory, [...this.#kept.values()]);
  }

  /** Keeps these mirrors in place until the returned function is called. */
  pin(segments: readonly Segment[]): () => void {
    const files = segments.filter((segment) => segment.immutable).map((segment) => segment.file);
    for (const file of files) this.#pins.set(file, (this.#pins.get(file) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      for (const file of files) {
        const left = this.#pins.get(file)! - 1;
        if (left > 0) this.#pins.set(file, left);
        else this.#pins.delete(file);
      }
    };
  }

  /** A mirror that was replaced; it is removed when nobody reads it any more. */
  retire(file: string): void {
    this.#retired.add(file);
  }

  /** Removes retired mirrors that neither the published snapshot nor a pin holds. */
  removeRetired(published: Snapshot | null): void {
    const used = new Set(published?.segments.map((segment) => segment.file));
    for (const file of this.#retired) {
      if (this.#pins.has(file) || used.has(file)) continue;
      if (removeDatabase(file)) this.#retired.delete(file);
    }
  }
}
