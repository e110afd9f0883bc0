import { test } from "bun:test";

/**
 * One test of steps that rest on each other, as a person's visit does: the tests themselves run in random order. The returned function adds a step; a step
 * that fails ends the test and is named.
 * @param limitMs how long all steps together may take before they count as hung
 */
export function story(title: string, limitMs = 240_000): (name: string, run: () => unknown) => void {
  const steps: { name: string; run: () => unknown }[] = [];
  test(
    title,
    async () => {
      for (const { name, run } of steps) {
        try {
          await run();
        } catch (error) {
          if (error instanceof Error) error.message = `${name}: ${error.message}`;
          throw error;
        }
      }
    },
    limitMs,
  );
  return (name, run) => steps.push({ name, run });
}
