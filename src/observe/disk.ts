import { statfs } from "node:fs/promises";

const freshMs = 10_000;
/** A share that has not answered for this long may be gone; its last figure would be a guess. */
const believedMs = 60_000;
const bytesPerGb = 1024 ** 3;

/**
 * Free space for the hub on the disk that holds a folder. The figure is the last known one and is renewed in the
 * background, at most every 10 seconds and one look at a time, so that a disk that hangs holds nobody up.
 */
export class FreeDisk {
  readonly #folder: string;
  readonly #now: () => number;
  #gb: number | null = null;
  #usedPercent: number | null = null;
  #knownAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;

  /** Starts the first look at once. `now` counts milliseconds. */
  constructor(folder: string, now: () => number = () => performance.now()) {
    this.#folder = folder;
    this.#now = now;
    void this.refresh();
  }

  /** GB (1024³ bytes), two decimals; null until the first look is done and where it cannot be told. Never waits. */
  current(): number | null {
    return this.#isKnown() ? this.#gb : null;
  }

  /** How full the disk is, in percent of what ordinary programs may use of it, as df(1) says it; null and never waiting like `current`. */
  usedPercent(): number | null {
    return this.#isKnown() ? this.#usedPercent : null;
  }

  #isKnown(): boolean {
    const age = this.#now() - this.#knownAt;
    if (age >= freshMs) void this.refresh();
    return age < believedMs;
  }

  /** Looks now, or joins the look under way. Never rejects. */
  refresh(): Promise<void> {
    this.#looking ??= this.#look();
    return this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const { bavail, bfree, blocks, bsize } = await statfs(this.#folder);
      this.#gb = Math.round(((bavail * bsize) / bytesPerGb) * 100) / 100;
      const used = blocks - bfree;
      this.#usedPercent = used + bavail > 0 ? (100 * used) / (used + bavail) : null;
    } catch {
      this.#gb = null;
      this.#usedPercent = null;
    }
    this.#knownAt = this.#now();
    this.#looking = null;
  }
}
