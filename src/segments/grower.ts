import { WorkerProcess } from "../workers/process.ts";
import { nothingExcluded } from "./duplicates.ts";
import { askKeeper } from "./keeper.ts";
import type { MirrorStore } from "./mirror-store.ts";
import type { SourceVersion } from "./source-version.ts";
import type { TailOrder, TailResult } from "./tail.ts";
import type { TrackedFile } from "./tracked-file.ts";
import type { Segment } from "./types.ts";

/** Reading the leaves of 1 GB takes 0.15 s from the system's cache, and some 20 s from a slow disk. */
const growTimeoutMs = 120_000;
/** How long the process is kept warm: its start costs the next write that is noticed 40 ms. */
const restMs = 30_000;
/** A tail beyond this share of its base is folded in, as it is made anew with every write (100,000 rows: 0.5 s). */
const tailShare = 0.02;
const tailMinRows = 10_000;
/** While a new base is being made, its tail may grow to this many times of what is folded in. */
const tailMargin = 3;

/** What a mirror lacks (null: nothing) to be its file in this version. */
export interface GrownTail extends SourceVersion {
  tail: Segment | null;
}

/** What a large file has become since its mirror was made. */
export type Grown = { refused: string } | GrownTail;

/** Finds out whether large files have only grown since they were mirrored, and mirrors what they grew by, in a process of its own. */
export class Grower {
  readonly #mirrors: MirrorStore;
  readonly #process = new WorkerProcess(restMs);

  constructor(mirrors: MirrorStore) {
    this.#mirrors = mirrors;
  }

  /** The tail that `base` lacks to be the file as it is now. Rejects with what TaskError and WorkerError tell. */
  async grow(file: TrackedFile, base: Segment): Promise<Grown> {
    const target = this.#mirrors.newPath(`${base.name}_tail`);
    const order: TailOrder = {
      source: file.path,
      base: base.file,
      lastId: base.facts.maxId,
      target,
      maxRows: tailMargin * mostTailRows(base),
    };
    let result: TailResult;
    try {
      result = await askKeeper<TailResult>(this.#process, "keeper.tail", order, growTimeoutMs);
    } catch (error) {
      // A process that was killed leaves its half of a tail behind.
      for (const rest of [target, `${target}.tmp`]) this.#mirrors.retire(rest);
      throw error;
    }
    if ("refused" in result) return result;
    const { facts, version, mark, lookedAt } = result;
    const tail: Segment | null = facts && {
      ...base,
      name: `${base.name}_tail`,
      file: target,
      // The same state of the file leaves another tail over by another mirror.
      version: `${version}/${mark} after ${base.facts.maxId}`,
      facts,
      misplaced: 0,
      excluded: nothingExcluded,
    };
    return { tail, version, mark, lookedAt };
  }

  close(): void {
    this.#process.close();
  }
}

/** Rows from which on a tail is folded into a new mirror of the whole file. */
export function mostTailRows(base: Segment): number {
  return Math.max(tailMinRows, Math.floor((base.facts.rows ?? 0) * tailShare));
}
