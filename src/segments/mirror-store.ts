import path from "node:path";
import { type KeptLook, type KeptMirror, type Manifest, openManifest, saveManifest } from "./manifest.ts";
import { removeDatabase } from "./mirror.ts";
import type { SourceVersion } from "./source-version.ts";
import type { Segment, Snapshot } from "./types.ts";

/**
 * The folder of mirrors: names new ones, remembers which of an earlier run may be used again, and removes those that nobody reads
 * any more.
 */
export class MirrorStore {
  readonly #directory: string;
  readonly #manifest: Manifest;
  readonly #retired = new Set<string>();
  readonly #pins = new Map<string, number>();
  // Begins at the clock, so that a name of an earlier run is never used again.
  #generation = Date.now();

  /** Opens the folder and deletes what an earlier run left there without use. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#manifest = openManifest(directory);
  }

  /** A new path for a mirror of this segment. */
  newPath(segment: string): string {
    return path.join(this.#directory, `${segment}-${(++this.#generation).toString(36)}.db`);
  }

  /** The mirror of an earlier run, with its path. */
  kept(segment: string): (KeptMirror & { path: string }) | undefined {
    const kept = this.#manifest.mirrors.get(segment);
    return kept && { ...kept, path: path.join(this.#directory, kept.file) };
  }

  /** Remembers a mirror for the next run; a durable one at once, the others when the hub stops. */
  keep(mirror: KeptMirror): void {
    const former = this.kept(mirror.name);
    if (former && former.file !== mirror.file) this.retire(former.path);
    this.#manifest.mirrors.set(mirror.name, mirror);
    if (mirror.durable) this.save();
  }

  /** What the newest look into a file that is read directly found, in this run or an earlier one. */
  keptLook(segment: string): KeptLook | undefined {
    return this.#manifest.looks.get(segment);
  }

  /** Remembers what a look found, for the next run once the hub stops. */
  keepLook(found: KeptLook): void {
    this.#manifest.looks.set(found.name, found);
  }

  forgetLook(segment: string): void {
    this.#manifest.looks.delete(segment);
  }

  /** Remembers, for the next run once the hub stops, that a mirror still has all rows of its source in this state. */
  keepUnchanged(segment: string, unchangedAt: SourceVersion): void {
    const kept = this.#manifest.mirrors.get(segment);
    if (kept) this.#manifest.mirrors.set(segment, { ...kept, unchangedAt });
  }

  forget(segment: string): void {
    this.#manifest.mirrors.delete(segment);
  }

  save(): void {
    saveManifest(this.#directory, this.#manifest);
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
