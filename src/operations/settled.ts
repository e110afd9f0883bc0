import { hasBytes, readBeginning } from "../segments/connection.ts";
import { look } from "../segments/look.ts";

/** How long a file must stay as it is before it is touched (the earlier service's figures: 3 checks, 5 s apart, 5 rounds). */
export interface SettleTiming {
  pauseMs: number;
  checks: number;
  rounds: number;
}

export const settleTiming: SettleTiming = { pauseMs: 5_000, checks: 3, rounds: 5 };

/** First bytes of a rollback journal in use; a committed one is deleted, emptied or zeroed (SQLite file format, "The Rollback Journal"). */
const journalMagic = "d9d505f920a163d7";

/**
 * True while a transaction in rollback-journal mode that has reached the file is under way, or was cut off and waits to be rolled back.
 * One that is still in its program's memory alone shows by its lock.
 */
export function isInTransaction(file: string): boolean {
  const journal = `${file}-journal`;
  try {
    return hasBytes(journal) && readBeginning(journal, 8).toString("hex") === journalMagic;
  } catch {
    // Deleted in between: the transaction has just ended. Unreadable: somebody holds it.
    return hasBytes(journal);
  }
}

/**
 * Waits until a file is at rest: the same look at every check of one round, and no transaction under way. Returns the version at rest,
 * or null when the file kept changing through all rounds.
 */
export async function settledVersion(file: string, timing: SettleTiming = settleTiming): Promise<string | null> {
  for (let round = 0; round < timing.rounds; round++) {
    const { version } = look(file);
    let quiet = 0;
    while (quiet < timing.checks) {
      await Bun.sleep(timing.pauseMs);
      if (look(file).version !== version || isInTransaction(file)) break;
      quiet++;
    }
    if (quiet === timing.checks) return version;
  }
  return null;
}
