import { Database } from "bun:sqlite";
import { attach, openHost } from "./connection.ts";
import { contentMark } from "./content-mark.ts";
import { findPlacements } from "./duplicates.ts";
import { asSourceError, SourceError } from "./errors.ts";
import { readFacts } from "./facts.ts";
import { look } from "./look.ts";
import { type MirrorOrder, type MirrorResult, makeMirror } from "./mirror.ts";
import type { Placed, PlaceOrder } from "./placements.ts";
import type { SourceVersion } from "./source-version.ts";
import { makeTail, type TailOrder, type TailResult } from "./tail.ts";
import type { Facts } from "./types.ts";

/** What a look into a file that is read directly finds. */
export interface DirectResult extends SourceVersion {
  facts: Facts;
}

/**
 * The tasks of the keeper: the one worker process that opens the ERP's files to copy or inspect them. A process of its own, because a
 * file truncated under SQLite can kill whoever reads it, a network drive can hang, and on POSIX closing any handle of a file drops all
 * locks that the same process holds on it (fcntl(2)).
 */
export const keeperTasks = {
  "keeper.mirror": (order: MirrorOrder): Promise<MirrorResult> => translating(() => makeMirror(order)),

  "keeper.tail": (order: TailOrder): Promise<TailResult> => translating(() => makeTail(order)),

  "keeper.mark": ({ source }: { source: string }): Promise<string> => translating(() => contentMark(source)),

  "keeper.inspect": ({ source }: { source: string }): Promise<DirectResult> =>
    translating(() => {
      const lookedAt = Date.now();
      const { version } = look(source);
      const mark = contentMark(source);
      const facts = withAttached([{ file: source, immutable: false }], (db, schemas) =>
        readFacts(db, schemas[0]!, false),
      );
      if (look(source).version !== version) throw new SourceError("changing", "The file changed while it was read.");
      return { facts, version, mark, lookedAt };
    }),

  "keeper.verify": ({ mirror }: { mirror: string }): Promise<boolean> =>
    translating(() => {
      const db = new Database(mirror, { readonly: true });
      try {
        return db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get()?.quick_check === "ok";
      } finally {
        db.close();
      }
    }),

  "keeper.place": ({ segments, names, comparisons }: PlaceOrder): Promise<Placed> =>
    translating(() => {
      const wanted = segments.filter(({ name }) => names.includes(name));
      return { placements: findPlacements(segments, withAttached, wanted, comparisons), comparisons };
    }),
};

async function translating<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asSourceError(error);
  }
}

/** Attaches files for as long as `use` runs. */
function withAttached<T>(
  files: readonly { file: string; immutable: boolean }[],
  use: (db: Database, schemas: string[]) => T,
): T {
  const db = openHost();
  try {
    const schemas = files.map(({ file, immutable }, position) => {
      attach(db, `s${position}`, file, immutable);
      return `s${position}`;
    });
    return use(db, schemas);
  } finally {
    db.close();
  }
}
