import type { Database } from "bun:sqlite";
import { attach, hasBytes, headerOf, openHost } from "../segments/connection.ts";
import { stateOf } from "../segments/content-mark.ts";
import { asSourceError, SourceError } from "../segments/errors.ts";
import { look } from "../segments/look.ts";
import { isInTransaction } from "./settled.ts";

const attempts = 3;
const pauseMs = 500;

/**
 * Reads files for as long as it takes without making a writer wait: a read in rollback-journal mode would hold the ERP's commits up, so
 * such a file is read without locks, and the answer counts only when the file was the same before and after. `use` is given one schema
 * per file and is called again when a file changed meanwhile. Throws SourceError, `changing` when it kept changing.
 */
export async function readSteadily<T>(
  files: readonly string[],
  use: (db: Database, schemas: string[]) => T,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const before = files.map(stampOf);
    const busy = files.some(isInTransaction);
    let failure: unknown = null;
    if (!busy) {
      try {
        const result = readOnce(files, use);
        if (files.every((file, position) => stampOf(file) === before[position])) return result;
      } catch (error) {
        failure = asSourceError(error);
      }
    }
    const changed = busy || files.some((file, position) => stampOf(file) !== before[position]);
    if (failure !== null && !changed) throw failure;
    if (attempt === attempts) {
      throw new SourceError(
        "changing",
        "The file is being written all the while, so that it could not be looked through.",
      );
    }
    await Bun.sleep(pauseMs);
  }
}

function readOnce<T>(files: readonly string[], use: (db: Database, schemas: string[]) => T): T {
  const db = openHost();
  try {
    const schemas = files.map((file, position) => {
      attach(db, `s${position}`, file, !readsThroughWal(file));
      return `s${position}`;
    });
    // In WAL mode one transaction sees one state and holds nobody up.
    db.run("BEGIN");
    return use(db, schemas);
  } finally {
    db.close();
  }
}

/** What changes with every commit that a read without locks could see half of. A reader of a -wal sees whole commits alone. */
function stampOf(file: string): string {
  if (!look(file).exists) throw new SourceError("absent", "The file does not exist.");
  try {
    return readsThroughWal(file) ? "wal" : stateOf(file);
  } catch (error) {
    throw asSourceError(error);
  }
}

function readsThroughWal(file: string): boolean {
  return headerOf(file).wal && hasBytes(`${file}-wal`);
}
