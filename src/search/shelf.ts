import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import path from "node:path";
import type { Segment } from "../segments/types.ts";
import { hubDbName } from "../store/hub-db.ts";
import type { Contents } from "./layout.ts";
import { type Build, IndexLostError, PageReader } from "./pages.ts";
import { type Registered, registered, withdraw } from "./register.ts";
import { SearchIndex } from "./search-index.ts";

/**
 * Where search indexes are kept: in hub.db, read page by page. Whatever happens to the rows there, nothing wrong comes out: an index of
 * another version is not found, and one that turns out to be damaged or gone is put out of use, and then the rows themselves are read.
 */
export class SearchShelf {
  readonly #file: string;
  #db: { connection: Database; inode: number } | null = null;
  /** Indexes in use, by the name of their segment; a megabyte and a half each at 7 million rows. */
  readonly #open = new Map<string, { build: Build; index: SearchIndex }>();

  constructor(databaseDir: string) {
    this.#file = path.join(databaseDir, hubDbName);
  }

  /** The index of exactly this version of the segment; null where there is none. 10 µs once it is in use, some milliseconds at first. */
  find(segment: Segment): SearchIndex | null {
    const found = this.registered(segment);
    if (!found || found.refused !== null) return null;
    const open = this.#open.get(segment.name);
    if (open?.build.number === found.build.number) return open.index;
    this.#open.delete(segment.name);
    try {
      const pages = new PageReader(this.#db!.connection, found.build);
      const index = pages.inOneGo(() => new SearchIndex(pages, contentsOf(pages, found)));
      this.#open.set(segment.name, { build: found.build, index });
      return index;
    } catch (error) {
      this.failed(segment, error);
      return null;
    }
  }

  /** What is registered for exactly this version of the segment: an index, or why there is none; null where it is still to be made. */
  registered(segment: Segment): Registered | null {
    try {
      const db = this.#connection();
      return db && registered(db, segment);
    } catch {
      // A hub.db that is damaged, locked, or from before there were searches: the rows are read, and the index is made anew.
      return null;
    }
  }

  /**
   * Hears that reading the index of a segment failed: it is put out of use, and made anew at the next occasion, unless hub.db was only locked
   * or the index in use is another one already.
   */
  failed(segment: Segment, error: unknown): void {
    if (error instanceof IndexLostError && !error.forGood) return;
    const open = this.#open.get(segment.name);
    this.#open.delete(segment.name);
    const found = this.registered(segment);
    if (!found || (open && open.build.number !== found.build.number)) return;
    try {
      const db = new Database(this.#file, { create: false, readwrite: true });
      try {
        db.run("PRAGMA busy_timeout = 200");
        withdraw(db, found.build);
      } finally {
        db.close();
      }
    } catch {
      // It stays registered and fails again at the next question, which is answered from the rows likewise.
    }
  }

  close(): void {
    this.#open.clear();
    this.#db?.connection.close();
    this.#db = null;
  }

  /** The connection for reading. An operator may delete hub.db at any time, and then the hub makes a new file of the same name. */
  #connection(): Database | null {
    const inode = statSync(this.#file, { throwIfNoEntry: false })?.ino;
    if (this.#db && this.#db.inode === inode) return this.#db.connection;
    this.close();
    if (inode === undefined) return null;
    // For reading only: a connection that writes would, when it is closed, delete the -wal of a newer file of this name.
    const connection = new Database(this.#file, { readonly: true });
    connection.run("PRAGMA busy_timeout = 200");
    this.#db = { connection, inode };
    return connection;
  }
}

function contentsOf(pages: PageReader, { contents: { at, length } }: Registered): Contents {
  return JSON.parse(Buffer.from(pages.read(at, length)).toString()) as Contents;
}
