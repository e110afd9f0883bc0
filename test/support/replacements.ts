import { expect } from "bun:test";
import type { ReplacerReport } from "../faults/replacer.ts";
import { archivePath, livePath, writeDatabase } from "./files.ts";
import { eventually } from "./hub.ts";
import { type Answering, ARCHIVED, kindsOf, startReaders, versionOfGroups } from "./version-questions.ts";
import { versionRows } from "./versions.ts";

const CLIENTS = 16;
/** The ERP may feel the hub this much, no more. */
const LONGEST_WAIT_MS = 200;

/** Writes the first version of Live, and an archive beside it. */
export function writeFirstVersion(home: string): void {
  writeDatabase(livePath(home), versionRows(1));
  writeDatabase(archivePath(home, 2025), ARCHIVED);
}

/**
 * Has clients read while `replace` runs the replacer on Live, and expects that none of its replacements waited for long or failed, and that every
 * answer was right: of one version, no older than that of an earlier answer, and never an error, because a last good version is always there.
 */
export async function expectReplacements(
  hub: Answering,
  times: number,
  replace: (times: number, seed: number) => Promise<ReplacerReport>,
): Promise<void> {
  const seed = Number(process.env.HUB_TEST_SEED ?? Date.now() % 2 ** 31);
  const readers = startReaders(hub, CLIENTS);
  const report = await replace(times, seed);
  const { answers, seen, violations } = await readers.stop();
  console.log(
    `${answers} answers of ${seen.size} versions (HUB_TEST_SEED=${seed}), replacements: ${JSON.stringify(report)}`,
  );
  expect(report.failed).toEqual([]);
  expect(report.version).toBe(times + 1);
  expect(report.longestWaitMs).toBeLessThanOrEqual(LONGEST_WAIT_MS);
  expect(kindsOf(violations)).toEqual([]);
  // A hub that kept to one version would never be in the way.
  expect(seen.size).toBeGreaterThan(times / 10);
  await eventually("the last version answers", async () => {
    const { body } = await hub.json("/summary/monthly_total?date_from=2026-01-01");
    return versionOfGroups(body) === report.version || undefined;
  });
}
