/** A source that has just started may not know yet what is the matter: for so long nothing is said of an alert that this process has not found itself. */
const settleMs = 2 * 60_000;

/** Since when the conditions of open alerts are no longer found. All times are ms of a clock that nobody sets. */
export class Gone {
  readonly #since = new Map<string, number>();
  readonly #settleMs: number;
  /** Null before the first look. */
  #firstLookAt: number | null = null;

  /** @param speed divides the waiting time. */
  constructor(speed: number) {
    this.#settleMs = settleMs / speed;
  }

  /** Notes that a look is taken, before what it does not find is noted. */
  look(now: number): void {
    this.#firstLookAt ??= now;
  }

  /** Notes that a condition was not found; gives since when it is gone, and whether it was there until now. */
  note(key: string, now: number): { since: number; isNews: boolean } {
    const before = this.#since.get(key);
    this.#since.set(key, before ?? now);
    return { since: before ?? now, isNews: before === undefined };
  }

  /** Notes that it is there again, or of no interest any more; false where it was not gone. */
  forget(key: string): boolean {
    return this.#since.delete(key);
  }

  /** Since when a condition is gone; null where it is not, or where nobody knows yet. */
  since(key: string, now: number): number | null {
    const since = this.#since.get(key);
    if (since === undefined) return null;
    const isSettled = now - (this.#firstLookAt ?? now) >= this.#settleMs;
    return since === this.#firstLookAt && !isSettled ? null : since;
  }
}
