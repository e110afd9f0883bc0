import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { SourceError } from "../../src/segments/errors.ts";
import { type JournalMode, temporaryHome } from "../support/files.ts";
import { startScript } from "../support/processes.ts";
import { append, mirrorOf, openSource, tailFile, tailOf } from "./grown-files.ts";

/** Milliseconds of tails beside a writer, per journal mode; on a busy machine as many more as it takes to see what is to be seen. */
const STORM_MS = 2_000;
const LIMIT_MS = 60_000;
/** The lock is let go of as often as can be, so that the writer comes in between; then it is held for the whole. */
const HOLDS_MS = [0, 0, 400];

test.each(["delete", "wal"] as JournalMode[])(
  "beside a writer that never rests (journal mode %s), a tail goes with the pages that were compared",
  async (journal) => {
    const source = join(temporaryHome(), "live.db");
    const db = openSource(source, ["page_size = 1024", `journal_mode = ${journal}`]);
    append(db, 20_000);
    db.close();
    const file = await mirrorOf(source);
    const writer = startScript("flip-writer.ts", source);
    const seen = { grown: 0, refused: 0, changing: 0, locked: 0 };
    const wrong: string[] = [];
    let largest = 0;
    const isSeen = () => seen.grown > 5 && largest > 0;
    const started = Date.now();
    const lasted = () => Date.now() - started;
    for (; lasted() < STORM_MS || (!isSeen() && lasted() < LIMIT_MS); await Bun.sleep(1)) {
      try {
        const { refused, facts } = tailOf(file, 100_000, HOLDS_MS);
        if (refused !== null) seen.refused++;
        else {
          seen.grown++;
          const { rows, flags } = contentOf(facts ? tailFile(file) : null);
          largest = Math.max(largest, rows);
          if (flags > 0) wrong.push(`a flag among ${rows} rows`);
          if (rows % 3 !== 0 || rows !== (facts?.rows ?? 0)) wrong.push(`${rows} rows`);
        }
      } catch (error) {
        // A writer that stands still in the middle of a transaction has the file locked for longer than the hub waits.
        if (!(error instanceof SourceError && (error.trouble === "changing" || error.trouble === "locked")))
          throw error;
        seen[error.trouble]++;
      }
    }
    writer.stdin.end();
    const { transactions } = JSON.parse(await new Response(writer.stdout).text());
    console.log(
      `Tails beside ${transactions} transactions (${journal}): ${JSON.stringify(seen)}, up to ${largest} rows`,
    );
    expect(wrong).toEqual([]);
    expect(seen.grown).toBeGreaterThan(5);
    expect(largest).toBeGreaterThan(0);
  },
  180_000,
);

function contentOf(tail: string | null): { rows: number; flags: number } {
  if (tail === null) return { rows: 0, flags: 0 };
  const db = new Database(tail, { readonly: true });
  try {
    return db
      .query<{ rows: number; flags: number }, []>(
        "SELECT count(*) rows, total(item_code = 'flag') flags FROM production_records",
      )
      .get()!;
  } finally {
    db.close();
  }
}
