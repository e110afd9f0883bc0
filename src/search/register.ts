import type { Database } from "bun:sqlite";
import type { Segment } from "../segments/types.ts";
import { type Piece, searchFormat } from "./layout.ts";
import type { Build } from "./pages.ts";

/** Pages deleted in one transaction: some 10 ms, for which the hub's main process waits at the most when it writes. */
const pagesPerStep = 500;

/**
 * A new build, whose pages come after all others. Its number is drawn by chance, so that none of an earlier hub.db that was deleted is
 * ever taken for it.
 */
export function newBuild(db: Database): Build {
  const { last } = db.query<{ last: number | null }, []>("SELECT max(page) last FROM search_page").get()!;
  return { number: Number(crypto.getRandomValues(new BigUint64Array(1))[0]! >> 12n), firstPage: (last ?? 0) + 1 };
}

/** An index that is in use, or why there is none. */
export interface Registered {
  build: Build;
  pages: number;
  contents: Piece;
  refused: string | null;
}

/** What is registered for exactly this segment in this version; null where nothing is. */
export function registered(db: Database, { name, version }: Segment): Registered | null {
  type Row = [build: number, firstPage: number, pages: number, at: number, length: number, refused: string | null];
  const [row] = db
    .query<Row, [string, string, number]>(
      `SELECT build, first_page, pages, contents_at, contents_length, refused FROM search_index
       WHERE segment = ? AND version = ? AND format = ?`,
    )
    .values(name, version, searchFormat) as Row[];
  if (!row) return null;
  const [number, firstPage, pages, at, length, refused] = row;
  return { build: { number, firstPage }, pages, contents: { at, length }, refused };
}

/** True when nothing is to be made for this version of the segment: its index is there, or it suits none. */
export function isCurrent(db: Database, segment: Segment): boolean {
  return registered(db, segment) !== null;
}

/** Publishes what was made for a segment in the place of what was registered before; its pages are all written. */
export function publish(db: Database, { name, version }: Segment, made: Registered): void {
  const { build, pages, contents, refused } = made;
  db.query(
    `INSERT OR REPLACE INTO search_index
       (segment, version, format, build, first_page, pages, contents_at, contents_length, refused)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(name, version, searchFormat, build.number, build.firstPage, pages, contents.at, contents.length, refused);
}

/** Takes an index that turned out to be damaged out of use, so that it is made anew. */
export function withdraw(db: Database, build: Build): void {
  db.query("DELETE FROM search_index WHERE build = ?").run(build.number);
}

/** Deletes the pages that belong to no index in use: those of former builds, and what an interrupted one left. */
export async function removeLeftovers(db: Database): Promise<void> {
  type Range = { first: number; after: number };
  const used = db
    .query<Range, []>("SELECT first_page first, first_page + pages after FROM search_index WHERE pages > 0 ORDER BY 1")
    .all();
  const remove = db.query(
    "DELETE FROM search_page WHERE page IN (SELECT page FROM search_page WHERE page >= ? AND page < ? LIMIT ?)",
  );
  let from = 0;
  for (const { first, after } of [...used, { first: Number.MAX_SAFE_INTEGER, after: 0 }]) {
    while (remove.run(from, first, pagesPerStep).changes > 0) await Bun.sleep(0);
    from = after;
  }
}
