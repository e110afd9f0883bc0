import { WorkerProcess } from "../workers/process.ts";
import { type Comparisons, hasStrays, ownersOf, type Placement, pairOf } from "./duplicates.ts";
import { askKeeper } from "./keeper.ts";
import type { TrackedFile } from "./tracked-file.ts";
import type { Segment } from "./types.ts";

const timeoutMs = 60_000;
/** Of so many rows a rollover may leave most to be compared, 0.5 µs each and more on a slow disk; nothing small waits behind that. */
const largeRows = 500_000;
const largeTimeoutMs = 20 * 60_000;
const seldomRestMs = 1_000;

/** What a keeper is asked: the placements of the segments named, and what is known of them already. */
export interface PlaceOrder {
  segments: Segment[];
  names: string[];
  comparisons: Comparisons;
}

export interface Placed {
  placements: Placement[];
  /** What was known, and what was found. */
  comparisons: Comparisons;
}

/** Which rows stand in files that do not own their days, and which of them their owners hold as well; found out anew only where files changed. */
export class Placements {
  readonly #keeper: WorkerProcess;
  readonly #largeKeeper = new WorkerProcess(seldomRestMs);
  readonly #found = new Map<string, { key: string; placement: Placement }>();
  #comparisons: Comparisons = {};

  constructor(keeper: WorkerProcess) {
    this.#keeper = keeper;
  }

  /** Fills the placements of these segments in. Rejects with TaskError and WorkerError. */
  async place(segments: Segment[]): Promise<void> {
    const strayed = segments.filter(hasStrays);
    const keys = new Map(strayed.map((segment) => [segment.name, keyOf(segment, segments)]));
    const names = [...keys].filter(([name, key]) => this.#found.get(name)?.key !== key).map(([name]) => name);
    if (names.length > 0) {
      const isLarge = strayed.some(({ facts, name }) => names.includes(name) && (facts.rows ?? largeRows) >= largeRows);
      const [keeper, limitMs] = isLarge ? [this.#largeKeeper, largeTimeoutMs] : [this.#keeper, timeoutMs];
      const order: PlaceOrder = { segments, names, comparisons: this.#stillTrue(strayed, segments) };
      const { placements, comparisons } = await askKeeper<Placed>(keeper, "keeper.place", order, limitMs);
      this.#comparisons = comparisons;
      for (const placement of placements)
        this.#found.set(placement.name, { key: keys.get(placement.name)!, placement });
    }
    for (const segment of strayed) Object.assign(segment, this.#found.get(segment.name)!.placement);
  }

  /** What was found of versions that are still there; the rest is forgotten. */
  #stillTrue(strayed: readonly Segment[], segments: readonly Segment[]): Comparisons {
    const pairs = new Set(strayed.flatMap((one) => ownersOf(one, segments).map((owner) => pairOf(one, owner))));
    return Object.fromEntries(Object.entries(this.#comparisons).filter(([pair]) => pairs.has(pair)));
  }

  /** Ends the process for large files; the other one belongs to whoever gave it. */
  close(): void {
    this.#largeKeeper.close();
  }

  /** Rows of the version that answers which count in archives: a rollover may take them out of the file at any time. */
  duplicatesOf({ segments, holding: { ownsFrom, ownsTo } }: TrackedFile): number {
    const strayed = segments.filter((segment) => hasStrays({ ...segment, ownsFrom, ownsTo }));
    return strayed.reduce((sum, { name }) => sum + (this.#found.get(name)?.placement.excluded.rows ?? 0), 0);
  }
}

/** What the placement of a segment's rows depends on: the segment and those that own days of its rows. */
function keyOf(segment: Segment, segments: readonly Segment[]): string {
  const all = [segment, ...ownersOf(segment, segments)];
  return JSON.stringify(all.map(({ name, version, ownsFrom, ownsTo }) => [name, version, ownsFrom, ownsTo]));
}
