import { WorkerProcess } from "../workers/process.ts";
import { hasStrays, ownersOf, type Placement } from "./duplicates.ts";
import { askKeeper } from "./keeper.ts";
import type { TrackedFile } from "./tracked-file.ts";
import type { Segment } from "./types.ts";

const timeoutMs = 60_000;
/** Of so many rows a rollover may leave most to be compared, 0.5 µs each and more on a slow disk; nothing small waits behind that. */
const largeRows = 500_000;
const largeTimeoutMs = 20 * 60_000;
const seldomRestMs = 1_000;

/** Which rows stand in files that do not own their days, and which of them their owners hold as well; found out anew only where files changed. */
export class Placements {
  readonly #keeper: WorkerProcess;
  readonly #largeKeeper = new WorkerProcess(seldomRestMs);
  readonly #found = new Map<string, { key: string; placement: Placement }>();

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
      const found = await askKeeper<Placement[]>(keeper, "keeper.place", { segments, names }, limitMs);
      for (const placement of found) this.#found.set(placement.name, { key: keys.get(placement.name)!, placement });
    }
    for (const segment of strayed) Object.assign(segment, this.#found.get(segment.name)!.placement);
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
