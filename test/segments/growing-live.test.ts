import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Desk } from "../../src/production/desk.ts";
import type { QuestionName, Questions } from "../../src/production/questions.ts";
import type { Catalog } from "../../src/segments/catalog.ts";
import type { CatalogOptions } from "../../src/segments/catalog-options.ts";
import { Reader } from "../../src/segments/reader.ts";
import type { Snapshot } from "../../src/segments/types.ts";
import { mirrorDirOf, newestOf, openCatalog } from "../support/catalog.ts";
import { closingAfterEach } from "../support/closing.ts";
import { archivePath, type JournalMode, livePath, row, temporaryHome, writeDatabase } from "../support/files.ts";
import { eventually } from "../support/hub.ts";
import { type Piped, startScript } from "../support/processes.ts";
import { append, openSource } from "./grown-files.ts";

setDefaultTimeout(180_000);

const ROWS = 3_000;
/** Live with its 3,000 rows is larger than this, and the archives of these tests are smaller. */
const LARGE_BYTES = 100_000;
const STORM_MS = 2_000;

const closeAfterwards = closingAfterEach();

/** A home whose Live of 3,000 rows counts as large, and an archive. */
function homeWith(journal: JournalMode): string {
  const home = temporaryHome();
  mkdirSync(join(home, "database"));
  const db = openSource(livePath(home), [`journal_mode = ${journal}`]);
  append(db, ROWS);
  db.close();
  writeDatabase(archivePath(home, 2025), [row({ id: 1, production_date: "2025-06-01", good_quantity: 1 })]);
  return home;
}

function openLarge(home: string, options: Partial<CatalogOptions> = {}): Catalog & { said: string[] } {
  const said: string[] = [];
  const report = (_: string, message: string) => said.push(message);
  const catalog = openCatalog(home, { promptBytes: LARGE_BYTES, report, ...options });
  closeAfterwards(() => catalog.close());
  return Object.assign(catalog, { said });
}

const mirrors = (home: string) => readdirSync(mirrorDirOf(home)).filter((name) => name.endsWith(".db"));

const mirrored = (catalog: Catalog): Promise<true> =>
  eventually(
    "a mirror",
    async () => (await catalog.current()).segments.every(({ immutable }) => immutable) || undefined,
  );

/** A catalog whose Live is answered from a mirror. */
async function openMirrored(home: string, options: Partial<CatalogOptions> = {}) {
  const catalog = openLarge(home, options);
  await mirrored(catalog);
  return catalog;
}

/**
 * Asks a catalog after each write. The next answer shows it, unless earlier looks took so long on a busy machine that answers do not wait for
 * the next one (see `growTookMs` and `growthShare` of TrackedFile): then the first one does that is of the newest rows.
 */
function askingAtOnce(catalog: Catalog): (write: () => Promise<void>) => Promise<Snapshot> {
  const started = performance.now();
  let isBusy = false;
  return async (write) => {
    const begun = performance.now();
    await write();
    const next = await catalog.current();
    const now = performance.now();
    isBusy ||= now - begun > 1_000 || now - started > 3_000;
    return isBusy ? newestOf(catalog) : next;
  };
}

/** The ERP, which keeps Live open; resolves when the statements are committed. */
function startWriter(home: string): (...statements: string[]) => Promise<void> {
  const writer: Piped = startScript("sql-writer.ts", livePath(home));
  const answers = writer.stdout.getReader();
  closeAfterwards(async () => {
    writer.stdin.end();
    await writer.exited;
  });
  return async (...statements) => {
    writer.stdin.write(`${JSON.stringify(statements)}\n`);
    writer.stdin.flush();
    const { done } = await answers.read();
    if (done) throw new Error("The writer ended.");
  };
}

const added = (rows: number, date = "2026-03-01 오전 12:00:00") =>
  `INSERT INTO production_records (production_date, lot_number, item_code, item_name, good_quantity)
   SELECT '${date}', lot_number, item_code, '새 이름', 5 FROM production_records WHERE id <= ${rows}`;

/** Rows that a condition holds for, over all segments of Live. */
function countIn(snapshot: Snapshot, condition = "1"): number {
  const reader = new Reader();
  try {
    return snapshot.segments
      .filter(({ source }) => source === "live")
      .reduce((sum, segment) => {
        const sql = `SELECT count(*) FROM {rows} WHERE {kept} AND ${condition}`;
        return sum + reader.rows<[number]>(segment, sql, [])[0]![0];
      }, 0);
  } finally {
    reader.close();
  }
}

const segmentNames = ({ segments }: Snapshot) => segments.map(({ name }) => name);

/** The counts that are seen while a Live is emptied and filled anew, and how long it rested at most between two of its transactions. */
async function countsWhileFilled(journal: JournalMode): Promise<{ counts: number[]; longestPauseMs: number }> {
  const home = homeWith(journal);
  const catalog = await openMirrored(home);
  const write = startWriter(home);
  await write(added(10));
  await newestOf(catalog);
  const counts = new Set<number>();
  const look = async () => counts.add(countIn(await catalog.current()));
  let begun = performance.now();
  let longestPauseMs = 0;
  await write("CREATE TABLE saved AS SELECT * FROM production_records", "DELETE FROM production_records");
  const writeNext = async (statement: string) => {
    const former = begun;
    begun = performance.now();
    await write(statement);
    longestPauseMs = Math.max(longestPauseMs, performance.now() - former);
  };
  for (let part = 0; part < 4; part++) {
    await look();
    await Bun.sleep(50);
    await writeNext(`INSERT INTO production_records SELECT * FROM saved WHERE id % 4 = ${part}`);
  }
  await writeNext(added(1));
  await eventually("the whole Live", async () => (await look()).has(ROWS + 11) || undefined);
  return { counts: [...counts], longestPauseMs };
}

describe.each(["delete", "wal"] as JournalMode[])("a large Live in journal mode %s", (journal) => {
  test("shows appended rows in the next answer, while its mirror stays as it is", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home);
    const write = startWriter(home);
    const base = (await catalog.current()).segments[0];
    const afterWrite = askingAtOnce(catalog);
    for (let turn = 1; turn <= 20; turn++) {
      const snapshot = await afterWrite(() => write(added(7)));
      expect(countIn(snapshot)).toBe(ROWS + 7 * turn);
      expect(segmentNames(snapshot)).toEqual(["live", "live_tail", "archive_2025"]);
      expect(snapshot.segments[0]).toEqual(base!);
      expect(catalog.lagging).toBe(false);
    }
    await eventually("one tail", () => mirrors(home).length === 3 || undefined);
    expect(catalog.said.filter((line) => line.includes("as a whole"))).toEqual([]);
  });

  test("shows a changed row after a whole copy, and grows on from there", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home);
    const write = startWriter(home);
    await write(added(10));
    await newestOf(catalog);
    await write("UPDATE production_records SET item_code = 'CHANGED' WHERE id = 17", added(1));
    const changed = await newestOf(catalog);
    expect(countIn(changed, "item_code = 'CHANGED'")).toBe(1);
    expect(segmentNames(changed)).toEqual(["live", "archive_2025"]);
    expect(catalog.said).toContainEqual(expect.stringContaining("mirrored as a whole: an earlier row was changed."));
    await write(added(2));
    const snapshot = await newestOf(catalog);
    expect([countIn(snapshot), segmentNames(snapshot).length]).toEqual([ROWS + 13, 3]);
  });

  test("is not shown half filled while it is filled anew in several transactions", async () => {
    // A file that rests for a second counts as filled: nothing is shown where the machine itself stood still for about as long.
    let filled = await countsWhileFilled(journal);
    while (filled.longestPauseMs > 700) filled = await countsWhileFilled(journal);
    expect(filled.counts).toEqual([ROWS + 10, ROWS + 11]);
  });

  test("answers the same as a Live of one piece", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home);
    const write = startWriter(home);
    await write(
      added(300),
      added(40, "2026-03-02"),
      added(3, "미정"),
      added(5, "2025-06-01"),
      "INSERT INTO production_records (production_date, item_code, item_name) VALUES ('2026-04-01', 'NEW', NULL)",
    );
    expect(segmentNames(await newestOf(catalog))).toContain("live_tail");
    const whole = openLarge(home, { promptBytes: 2 ** 30, mirrorDir: join(home, "other-mirror") });
    await newestOf(whole);
    const answers = await Promise.all([answersOf(home, catalog), answersOf(home, whole)]);
    expect(answers[0]).toEqual(answers[1]);
    expect(catalog.status()[0]).toMatchObject({ ...whole.status()[0], as_of: expect.any(String) });
    expect(catalog.status()[0]).toMatchObject({ rows: ROWS + 349, misplaced_rows: 5, undated_rows: 3 });
  });

  test("counts an appended row that an archive holds as well once", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home);
    const write = startWriter(home);
    const twin = row({ id: ROWS + 1, production_date: "2025-07-01" });
    writeDatabase(archivePath(home, 2025), [twin, row({ id: 1, production_date: "2025-06-01" })]);
    await write(
      `INSERT INTO production_records VALUES (${twin.id}, '2025-07-01', '${twin.lot_number}', '${twin.item_code}', '${twin.item_name}', ${twin.good_quantity})`,
      "INSERT INTO production_records (production_date, item_code) VALUES ('2025-07-01', 'OWN')",
    );
    expect(countIn(await newestOf(catalog))).toBe(ROWS + 1);
    expect(catalog.status()[0]).toMatchObject({ misplaced_rows: 2, duplicate_rows: 1 });
  });

  test("is mirrored as a whole when it has been quiet for long enough", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home, { foldQuietMs: 300 });
    const write = startWriter(home);
    const hasTail = async () => segmentNames(await catalog.current()).includes("live_tail");
    // Asked all the while, because a tail that the writer is slow to tell of may be gone again.
    await Promise.all([write(added(7)), eventually("a tail", async () => (await hasTail()) || undefined)]);
    await eventually("a whole mirror", async () => !(await hasTail()) || undefined);
    expect(countIn(await catalog.current())).toBe(ROWS + 7);
    await eventually("one mirror", () => mirrors(home).length === 2 || undefined);
  });

  test("is mirrored as a whole when its tail has grown long, and no row goes away meanwhile", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home);
    const write = startWriter(home);
    const afterWrite = askingAtOnce(catalog);
    let rows = ROWS;
    for (let turn = 0; turn < 12; turn++) {
      rows += 1_500;
      expect(countIn(await afterWrite(() => write(added(1_500))))).toBe(rows);
    }
    const isFolded = async () => (await catalog.current()).segments[0]!.facts.rows! > ROWS;
    await eventually("a whole mirror", async () => (await isFolded()) || undefined);
    expect(countIn(await catalog.current())).toBe(rows);
  });

  test("is handed to a backup in one piece", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home);
    const write = startWriter(home);
    await write(added(11));
    expect(segmentNames(await newestOf(catalog))).toContain("live_tail");
    const { mirrors: held, release } = await catalog.holdMirrors();
    expect(segmentNames(await catalog.current())).not.toContain("live_tail");
    expect(catalog.lastPublished?.segments[0]).toMatchObject({ file: held.live, facts: { rows: ROWS + 11 } });
    release();
  });

  test("is taken up again after a restart by what was appended meanwhile", async () => {
    const home = homeWith(journal);
    const first = await openMirrored(home);
    const write = startWriter(home);
    await write(added(3));
    const { segments } = await newestOf(first);
    first.close();
    await write(added(4));
    const second = await openMirrored(home);
    const snapshot = await newestOf(second);
    expect(snapshot.segments[0]!.file).toBe(segments[0]!.file);
    expect(snapshot.segments[1]).toMatchObject({ name: "live_tail", facts: { rows: 7 } });
    expect(mirrors(home)).not.toContain(segments[1]!.file.split(/[/\\]/).at(-1)!);
  });

  test("gets another tail when somebody deletes it", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home);
    const write = startWriter(home);
    await write(added(9));
    const tail = (await newestOf(catalog)).segments[1]!;
    rmSync(tail.file);
    catalog.suspect(tail.name, "absent");
    await mirrored(catalog);
    const snapshot = await newestOf(catalog);
    expect([countIn(snapshot), segmentNames(snapshot)[1]]).toEqual([ROWS + 9, "live_tail"]);
  });

  test("shows whole states of a file that is written without a pause, one after the other", async () => {
    const home = homeWith(journal);
    const catalog = await openMirrored(home, { foldQuietMs: 50 });
    const sumOfOld = (snapshot: Snapshot) => countIn(snapshot, `id <= ${ROWS} AND good_quantity >= 1000000`);
    const writer = startScript("flip-writer.ts", livePath(home));
    const wrong: string[] = [];
    const seen = new Set<number>();
    let newest = 0;
    let tails = 0;
    // On a machine that did much else beside two states were seen in that time.
    const isSeen = () => seen.size > 2;
    const end = Date.now() + STORM_MS;
    for (; Date.now() < end || (!isSeen() && Date.now() < end + 60_000); await Bun.sleep(2)) {
      const snapshot = await catalog.current();
      const release = catalog.pin(snapshot);
      const threes = countIn(snapshot, "item_code = 'N'");
      const flags = countIn(snapshot, "item_code = 'flag'");
      if (sumOfOld(snapshot) !== flags) wrong.push(`${flags} flags, ${sumOfOld(snapshot)} changed rows`);
      if (threes % 3 !== 0) wrong.push(`${threes} appended rows`);
      if (threes < newest) wrong.push(`${threes} appended rows after ${newest}`);
      if (!snapshot.segments.every(({ immutable }) => immutable)) wrong.push("the file was read directly");
      newest = threes;
      seen.add(threes);
      tails += Number(segmentNames(snapshot).includes("live_tail"));
      release();
    }
    writer.stdin.end();
    const { transactions } = JSON.parse(await new Response(writer.stdout).text());
    console.log(`Growing Live (${journal}): ${seen.size} states of ${transactions} seen, ${tails} answers with a tail`);
    expect(wrong).toEqual([]);
    expect(isSeen()).toBe(true);
    expect(countIn(await newestOf(catalog), "item_code = 'N'")).toBe(transactions);
    await eventually("no mirror too many", () => mirrors(home).length <= 3 || undefined);
  });
});

/** What a desk answers to one of each kind of question. */
async function answersOf(home: string, catalog: Catalog): Promise<unknown[]> {
  const desk = new Desk({
    catalog,
    rollups: null,
    isSearchIndexed: () => false,
    databaseDir: join(home, "database"),
    workers: 1,
    inlineMaxRows: 1_000_000,
    queryTimeoutSec: 60,
    onAnswer: () => {},
  });
  const ask = async <Name extends QuestionName>(name: Name, parameters: Questions[Name]) => {
    const { body } = await desk.ask(name, parameters);
    return JSON.parse(typeof body === "string" ? body : Buffer.from(body).toString());
  };
  const year = { from: "2025-01-01", to: "2026-12-31" };
  try {
    const answers = [
      await ask("records", { filter: {}, limit: 500, rawDates: true }),
      await ask("records", { filter: { ...year, q: "LT12" }, limit: 50, rawDates: false }),
      await ask("item_records", { itemCode: "BW003", limit: 5_000, rawDates: false }),
      await ask("items", { limit: 100 }),
      await ask("monthly_total", {}),
      await ask("daily_total", year),
      await ask("weekly_total", {}),
      await ask("by_item", { ...year, limit: 100 }),
      await ask("monthly_by_item", { limit: 5_000 }),
      await ask("compare", {
        period1: { from: "2026-01-01", to: "2026-02-28" },
        period2: { from: "2026-03-01", to: "2026-03-31" },
      }),
    ];
    return [
      ...answers,
      ...(await walk((cursor) => ask("records", { filter: {}, limit: 311, cursor, rawDates: true }))),
    ];
  } finally {
    desk.close();
  }
}

/** All pages of a walk by cursor. */
async function walk(page: (cursor: Questions["records"]["cursor"]) => Promise<{ next_cursor: string | null }>) {
  const pages: unknown[] = [];
  for (let cursor: Questions["records"]["cursor"]; ; ) {
    const answer = await page(cursor);
    pages.push(answer);
    if (answer.next_cursor === null) return pages;
    cursor = JSON.parse(Buffer.from(answer.next_cursor, "base64url").toString());
  }
}
