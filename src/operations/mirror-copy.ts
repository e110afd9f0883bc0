import { copyFileSync, renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { attach, openHost } from "../segments/connection.ts";
import { removeDatabase } from "../segments/mirror.ts";

/** Share of unused pages from which a copy is written anew. */
const wasteLimit = 0.1;

/**
 * Copies a mirror of `source` to `part`, without what the hub added to the mirror: indexes whose names begin with `hub_`, and statistics
 * that the source does not have. Errors are those of SQLite and the file system.
 */
export function copyMirror(mirror: string, source: string, part: string): void {
  copyFileSync(mirror, part);
  const analysed = isAnalysed(source);
  const small = part.replace(/\.db\.tmp$/, ".small.db.tmp");
  const db = new DatabaseSync(part);
  let wasteful = false;
  try {
    // Disposable until it has its name, so nothing is synced or journalled on the disk meanwhile.
    db.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    for (const name of namesLike(db, "index", "hub\\_%")) db.exec(`DROP INDEX "${name}"`);
    if (!analysed) for (const name of namesLike(db, "table", "sqlite\\_stat%")) db.exec(`DROP TABLE "${name}"`);
    const count = (pragma: string) => Object.values(db.prepare(`PRAGMA ${pragma}`).get() as object)[0] as number;
    wasteful = count("freelist_count") > wasteLimit * count("page_count");
    // INTO rather than in place, which needs the room of a third copy for its journal.
    if (wasteful) db.prepare("VACUUM INTO ?").run(small);
  } catch (error) {
    removeDatabase(small);
    throw error;
  } finally {
    db.close();
  }
  if (wasteful) renameSync(small, part);
}

function namesLike(db: DatabaseSync, type: string, pattern: string): string[] {
  const query = db.prepare("SELECT name FROM sqlite_schema WHERE type = ? AND name LIKE ? ESCAPE '\\'");
  return (query.all(type, pattern) as { name: string }[]).map(({ name }) => name);
}

/** A source that cannot be read just now is taken for one without statistics. */
function isAnalysed(source: string): boolean {
  const db = openHost();
  try {
    attach(db, "source", source, false);
    return db.query("SELECT 1 FROM source.sqlite_schema WHERE name = 'sqlite_stat1'").get() !== null;
  } catch {
    return false;
  } finally {
    db.close();
  }
}
