interface Patience {
  /** How long, ms. */
  forMs: number;
  /** ms between two tries. */
  pauseMs: number | (() => number);
}

/** Tries again while what is in the way passes by itself, another program's lock say; throws what `work` threw last when it does not, or is something else. */
export async function patiently<T>(
  work: () => T | Promise<T>,
  isPassing: (error: unknown) => boolean,
  { forMs, pauseMs }: Patience,
): Promise<T> {
  const until = performance.now() + forMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || performance.now() >= until) throw error;
    }
    await Bun.sleep(typeof pauseMs === "number" ? pauseMs : pauseMs());
  }
}
