import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/segments/catalog.ts";
import { Reader } from "../../src/segments/reader.ts";
import type { Segment, Snapshot } from "../../src/segments/types.ts";
import { openCatalog } from "../support/catalog.ts";
import { closingAfterEach } from "../support/closing.ts";
import { archivePath, type JournalMode, livePath, temporaryHome } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import { startScript } from "../support/processes.ts";
import { append, openSource } from "./grown-files.ts";

const MOVED = 3_000;
const STAYING = 500;
/** Live is larger than this, and thus not copied within a request. */
const LARGE_BYTES = 100_000;

const closeAfterwards = closingAfterEach();

/** A home whose Live holds a finished year as well, and the archive of that year under a temporary name. */
function homeWith(journal: JournalMode): string {
  const home = temporaryHome();
  mkdirSync(join(home, "database"));
  const db = openSource(livePath(home), [`journal_mode = ${journal}`]);
  append(db, MOVED);
  db.run("UPDATE production_records SET production_date = '2025-' || substr(production_date, 6)");
  db.close();
  copyFileSync(livePath(home), `${archivePath(home, 2025)}.tmp`);
  const live = openSource(livePath(home));
  append(live, STAYING);
  live.close();
  return home;
}

function openLarge(home: string, mirrorMaxMb: number): { catalog: Catalog; rollover: { underWay: boolean } } {
  const rollover = { underWay: false };
  const isRollover = () => rollover.underWay;
  const catalog = openCatalog(home, { mirrorMaxMb, promptBytes: LARGE_BYTES, isRollover });
  closeAfterwards(() => catalog.close());
  return { catalog, rollover };
}

/** Rows that count in each month, over all files. */
function months({ segments }: Snapshot): Record<string, number> {
  const counts: Record<string, number> = {};
  const reader = new Reader();
  try {
    for (const segment of segments) {
      const sql = "SELECT substr(production_date, 1, 7), count(*) FROM {rows} WHERE {kept} GROUP BY 1";
      for (const [month, count] of reader.rows<[string, number]>(segment, sql, [])) {
        counts[month] = (counts[month] ?? 0) + count;
      }
    }
    return counts;
  } finally {
    reader.close();
  }
}

/** An ERP that appends a row every 40 ms, and never pauses for long enough to be taken for done. */
function startAppending(home: string): void {
  const writer = startScript("appender.ts", livePath(home), "2026-02-01");
  closeAfterwards(() => {
    writer.stdin.end();
    return writer.exited;
  });
}

const takeOut = (home: string): void => {
  const db = openSource(livePath(home));
  db.run(`DELETE FROM production_records WHERE id <= ${MOVED}`);
  db.close();
};

const putInService = (home: string): void => copyFileSync(`${archivePath(home, 2025)}.tmp`, archivePath(home, 2025));

const liveOf = ({ segments }: Snapshot): Segment => segments.find(({ name }) => name === "live") as Segment;

describe.each(["delete", "wal"] as JournalMode[])("a large Live in journal mode %s during a rollover", (journal) => {
  test("answers from its mirror of before, and from the rest at once afterwards though the ERP writes all the while", async () => {
    const home = homeWith(journal);
    const { catalog, rollover } = openLarge(home, 1024);
    await eventually("a mirror", async () => liveOf(await catalog.current()).immutable || undefined);
    const before = months(await catalog.current());
    rollover.underWay = true;
    putInService(home);
    await eventually("the archive", async () => (await catalog.current()).segments.length > 1 || undefined);
    const mirror = liveOf(await catalog.current()).file;
    expect(liveOf(await catalog.current()).excluded.rows).toBe(MOVED);
    takeOut(home);
    startAppending(home);
    for (let look = 0; look < 20; look++) {
      const snapshot = await catalog.current();
      expect([liveOf(snapshot).file, months(snapshot)]).toEqual([mirror, before]);
      await Bun.sleep(100);
    }
    expect(catalog.status()[0]).toMatchObject({
      state: "copying",
      note: "A rollover takes rows out of the file; the version before answers.",
    });
    rollover.underWay = false;
    const after = await eventually("the new Live", async () => {
      const found = months(await catalog.current());
      return (found["2026-02"] ?? 0) > 0 ? found : undefined;
    });
    expect({ ...after, "2026-02": 0 }).toEqual({ ...before, "2026-02": 0 });
  }, 180_000);

  test("is mirrored for as long as it takes where it is read directly otherwise", async () => {
    const home = homeWith(journal);
    const { catalog, rollover } = openLarge(home, 0);
    const before = months(await catalog.current());
    expect(liveOf(await catalog.current()).immutable).toBe(false);
    rollover.underWay = true;
    await eventually("a mirror", async () => liveOf(await catalog.current()).immutable || undefined);
    putInService(home);
    await eventually("the archive", async () => (await catalog.current()).segments.length > 1 || undefined);
    takeOut(home);
    expect(months(await catalog.current())).toEqual(before);
    rollover.underWay = false;
    await eventually("Live itself", async () => !liveOf(await catalog.current()).immutable || undefined);
    expect(liveOf(await catalog.current()).excluded.rows).toBe(0);
    expect(months(await catalog.current())).toEqual(before);
  }, 180_000);
});
