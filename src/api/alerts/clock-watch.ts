/** A wall clock is kept to within this by the system's time service. A smaller move is not told, and must not take the place of one that is. */
const toleratedMs = 60_000;

/**
 * Notices when the machine's clock is moved, by comparing it with the time since the machine was started. That goes on while a PC sleeps (GetTickCount64,
 * CLOCK_BOOTTIME), so that a night's sleep is no jump.
 */
export class ClockWatch {
  readonly #wall: () => number;
  readonly #sinceBoot: () => number;
  #before: number;
  #last: { at: number; byMs: number } | null = null;

  /** Both give milliseconds: `wall` since 1970, `sinceBoot` since the machine was started. */
  constructor(wall: () => number, sinceBoot: () => number) {
    this.#wall = wall;
    this.#sinceBoot = sinceBoot;
    this.#before = wall() - sinceBoot();
  }

  /** The last move that was noticed; null while there was none. */
  get lastJump(): { at: number; byMs: number } | null {
    return this.#last;
  }

  /** Compares the clocks. */
  look(): void {
    const difference = this.#wall() - this.#sinceBoot();
    const byMs = difference - this.#before;
    this.#before = difference;
    if (Math.abs(byMs) >= toleratedMs) this.#last = { at: this.#wall(), byMs };
  }
}
