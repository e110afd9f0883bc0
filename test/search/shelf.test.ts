import { Database } from "bun:sqlite";
import { expect, setDefaultTimeout, test } from "bun:test";
import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { buildSearchIndex } from "../../src/search/build.ts";
import { IndexLostError } from "../../src/search/pages.ts";
import { SearchShelf } from "../../src/search/shelf.ts";
import { SourceError } from "../../src/segments/errors.ts";
import { openHubDb } from "../../src/store/hub-db.ts";
import { candidates, type Indexed, indexed, type StoredRow, scanned, segmentOf, withRows } from "./indexed.ts";

setDefaultTimeout(180_000);

const rowsOf = (count: number): StoredRow[] =>
  Array.from({ length: count }, (_, at) => ["2026-01-13 오전 12:00:00", `LT260113-${at}`, `B${at % 7}`, "렌즈", at]);

const hubDb = ({ databaseDir }: Indexed): string => join(databaseDir, "hub.db");

function change(folder: Indexed, sql: string): void {
  const db = new Database(hubDb(folder), { readwrite: true });
  db.run(sql);
  db.close();
}

function countPages({ databaseDir }: Indexed): { used: number; stored: number } {
  const db = openHubDb(databaseDir);
  try {
    return db
      .query<{ used: number; stored: number }, []>(
        "SELECT (SELECT total(pages) FROM search_index) used, (SELECT count(*) FROM search_page) stored",
      )
      .get()!;
  } finally {
    db.close();
  }
}

test("an index answers for exactly the version of the segment that it was made from", async () => {
  const folder = await indexed(rowsOf(50));
  const { segment, shelf } = folder;
  expect(shelf.find(segment)).toBe(folder.index);
  expect(shelf.find({ ...segment, version: `${segment.version}?` })).toBeNull();
  expect(shelf.find({ ...segment, name: "archive_2025" })).toBeNull();
  shelf.close();
});

test("nothing is found where there is no hub.db, an older one, or one that is no database", async () => {
  const folder = withRows(rowsOf(5));
  expect(folder.shelf.find(folder.segment)).toBeNull();
  await Bun.write(hubDb(folder), "");
  expect(folder.shelf.find(folder.segment)).toBeNull();
  await Bun.write(hubDb(folder), "no database ".repeat(1_000));
  expect(new SearchShelf(folder.databaseDir).find(folder.segment)).toBeNull();
});

test("a new version of a segment takes the place of the one before, whose pages are deleted", async () => {
  const folder = await indexed(rowsOf(3_000));
  const file = folder.segment.file;
  const db = new Database(file);
  db.run("UPDATE production_records SET lot_number = 'NEU-1' WHERE id = 2");
  db.close();
  const segment = segmentOf(file);
  expect(folder.shelf.find(segment)).toBeNull();
  await buildSearchIndex({ ...folder, segment });
  const { used, stored } = countPages(folder);
  expect(stored).toBe(used);
  expect(candidates(folder.shelf.find(segment)!, { q: "neu" }, {})).toEqual([2]);
  expect(folder.shelf.find(folder.segment)).toBeNull();
});

test("a search that is under way when its pages are deleted says so, and a damaged page is never used", async () => {
  for (const sql of [
    "DELETE FROM search_page",
    "UPDATE search_page SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'55' AS BLOB)",
    "UPDATE search_page SET page = page + 1000; UPDATE search_page SET page = 5001 - page",
    "DROP TABLE search_page",
  ]) {
    const folder = await indexed(rowsOf(3_000));
    change(folder, sql);
    // Another reader, because this one keeps in memory what it has read.
    const shelf = new SearchShelf(folder.databaseDir);
    expect(shelf.find(folder.segment)).toBeNull();
    expect(folder.shelf.registered(folder.segment)).toBeNull();
    const search = (): unknown => candidates(folder.index, { q: "29" }, {});
    expect(search).toThrow(IndexLostError);
  }
});

test("an index that failed is made anew, and answers again", async () => {
  const folder = await indexed(rowsOf(300));
  folder.shelf.failed(folder.segment, new IndexLostError("It is damaged."));
  expect(folder.shelf.find(folder.segment)).toBeNull();
  await buildSearchIndex(folder);
  const index = folder.shelf.find(folder.segment)!;
  expect(candidates(index, { q: "299" }, {})).toEqual(scanned(folder.segment.file, { q: "299" }, {}));
});

test("an index stays in use when hub.db was only locked, or when another one took its place meanwhile", async () => {
  const folder = await indexed(rowsOf(300));
  folder.shelf.failed(folder.segment, new IndexLostError("hub.db is locked.", false));
  expect(folder.shelf.find(folder.segment)).toBe(folder.index);
  change(folder, "DELETE FROM search_index");
  await buildSearchIndex(folder);
  folder.shelf.failed(folder.segment, new IndexLostError("Its pages are gone."));
  expect(folder.shelf.find(folder.segment)).not.toBeNull();
});

test("a hub.db that is deleted and made anew under a shelf in use is noticed", async () => {
  const folder = await indexed(rowsOf(300));
  for (const side of ["", "-wal", "-shm"]) rmSync(hubDb(folder) + side, { force: true });
  expect(folder.shelf.find(folder.segment)).toBeNull();
  await buildSearchIndex(folder);
  const index = folder.shelf.find(folder.segment)!;
  expect(index).not.toBe(folder.index);
  expect(candidates(index, { q: "299" }, {})).toEqual([300]);
});

test("an index of a file that changes while it is read is not published", async () => {
  const folder = withRows(rowsOf(30_000));
  const later = new Date(Date.now() + 5_000);
  const build = buildSearchIndex(folder, () => utimesSync(folder.segment.file, later, later));
  await expect(build).rejects.toThrow(SourceError);
  expect(folder.shelf.registered(folder.segment)).toBeNull();
});

test("a builder that is killed leaves nothing that answers, and the next one removes its pages", async () => {
  const folder = withRows(rowsOf(150_000));
  const script = `import { buildSearchIndex } from "${join(import.meta.dir, "../../src/search/build.ts")}";
    const order = JSON.parse(process.argv[1]);
    await buildSearchIndex(order, (rows) => { if (rows > 100_000) process.kill(process.pid, "SIGKILL"); });`;
  const order = JSON.stringify({ databaseDir: folder.databaseDir, segment: folder.segment });
  const builder = Bun.spawn([process.execPath, "-e", script, order]);
  await builder.exited;
  expect(builder.signalCode).toBe("SIGKILL");
  expect(folder.shelf.registered(folder.segment)).toBeNull();
  await buildSearchIndex(folder);
  const { used, stored } = countPages(folder);
  expect(stored).toBe(used);
  const index = folder.shelf.find(folder.segment)!;
  expect(candidates(index, { q: "-149999" }, {})).toEqual([150_000]);
});
